import type { ServiceName } from '../../../ports/aws/emulator.ts';
import { queryValue, type WireRequest } from '../wire/wire-request.ts';

const known: readonly ServiceName[] = ['s3', 'sqs', 'sts', 'iam', 'kms'];

/** All services share one port: the scope of the signature tells which is meant. Unsigned requests can only be meant for S3. */
export function serviceOf(request: WireRequest): ServiceName {
  const header = /Credential=[^/,\s]*\/\d*\/[^/,\s]*\/([^/,\s]*)\/aws4_request/.exec(
    request.headers.get('authorization') ?? '',
  );
  const inQuery = (queryValue(request, 'X-Amz-Credential') ?? '').split('/')[3];
  const name = header?.[1] ?? inQuery ?? 's3';
  return known.find((service) => service === name) ?? 'unknown';
}
