import { prepareQuery } from '../query/prepare-query.ts';
import { prepareS3 } from '../s3/prepare-s3.ts';
import { prepareSqs } from '../sqs/prepare-sqs.ts';
import { WireError } from '../wire/wire-error.ts';
import type { WireRequest } from '../wire/wire-request.ts';
import type { World } from '../world.ts';
import type { Prepared } from './prepared.ts';
import { serviceOf } from './service-of.ts';

/** Finds out what a request is about, reading a form body where the operation stands in it. */
export async function prepare(world: World, request: WireRequest): Promise<Prepared> {
  const service = serviceOf(request);
  if (service === 's3') return prepareS3(world, request);
  if (service === 'iam' || service === 'sts') return await prepareQuery(world, request, service);
  if (service === 'sqs') return await prepareSqs(world, request);
  const error = new WireError(501, 'NotImplemented', 'The rehearsal has S3, SQS, STS and IAM only.');
  const prepared = prepareS3(world, request);
  return {
    ...prepared,
    target: { ...prepared.target, service, operation: 'Unknown' },
    serve: async () => await Promise.reject(error),
  };
}
