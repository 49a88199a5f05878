import { AuditExportError } from '../../errors.ts';
import type { AwsMeaning } from './aws-error-meanings.ts';
import {
  again,
  byName,
  byNetworkCode,
  byStatus,
  denialCure,
  denied,
  noRegion,
  skewed,
} from './aws-error-meanings.ts';

/** What was being done, for the message. */
export interface AwsAct {
  /** `s3:PutObject` and the like. */
  action: string;
  /** On what: an ARN or `s3://bucket/key`. */
  target: string;
}

interface SdkError {
  name?: string;
  code?: string;
  message?: string;
  cause?: unknown;
  Region?: string;
  $metadata?: { httpStatusCode?: number; requestId?: string; extendedRequestId?: string; attempts?: number };
  $response?: { headers?: Record<string, string> };
}

/** Turns an error of the SDK into ours: what failed, on what, why, and what cures it. The request id is kept. */
export function fromAwsError(error: unknown, { action, target }: AwsAct): AuditExportError {
  if (error instanceof AuditExportError) return error;
  const sdk = error as SdkError;
  const region = regionOf(sdk);
  const { code, why, cure } = withRegion(meaningOf(sdk, action), region);
  const requestId = sdk.$metadata?.requestId;
  const name = sdk.name === 'Error' ? sdk.code : sdk.name;
  const said = [name, requestId === undefined ? undefined : `request ${requestId}`].filter(
    (part) => part !== undefined,
  );
  return new AuditExportError(
    code,
    `${action} on ${target} failed: ${why}${said.length === 0 ? '' : ` (${said.join(', ')})`}.`,
    {
      cure,
      details: {
        action,
        target,
        awsError: name,
        requestId,
        httpStatus: sdk.$metadata?.httpStatusCode,
        region,
      },
      cause: error,
    },
  );
}

/** The region that AWS names: as a member of the error, in a header of a redirect, or in the text alone. */
function regionOf({ Region, $response, message }: SdkError): string | undefined {
  return (
    Region ??
    $response?.headers?.['x-amz-bucket-region'] ??
    /expecting '([a-z0-9-]+)'/.exec(message ?? '')?.[1]
  );
}

/** A redirect that names the region of the bucket names the cure. */
function withRegion(meaning: AwsMeaning, region: string | undefined): AwsMeaning {
  if (meaning.code !== 'wrong-region' || region === undefined) return meaning;
  return { code: meaning.code, why: `the bucket is in ${region}`, cure: `Use --region ${region}` };
}

function meaningOf(error: SdkError, action: string): AwsMeaning {
  const named = byName[error.name ?? ''];
  if (named !== undefined) return told(error, named, action);
  if (error.message === 'Region is missing') return noRegion;
  const network = networkCode(error);
  if (network !== undefined) return network;
  const status = byStatus[error.$metadata?.httpStatusCode ?? 0];
  if (status !== undefined) return told(error, status, action);
  return { code: 'store-failed', why: withoutStop(error.message ?? 'no reason was given'), cure: again };
}

/** What a name leaves open, the text may tell. */
function told(error: SdkError, meaning: AwsMeaning, action: string): AwsMeaning {
  const { message = '' } = error;
  if (meaning.code === 'access-denied' && meaning.cure === denied.cure)
    return /kms/i.test(message) ? kmsDenied : { ...meaning, cure: denialCure(action) };
  // STS and IAM have no name of their own for a clock that is wrong.
  if (meaning.code === 'invalid-credentials' && /^Signature (expired|not yet current)/.test(message))
    return skewed;
  return meaning;
}

/** S3 answers AccessDenied for a key that may not be used, and only the text says that it was KMS. */
const kmsDenied: AwsMeaning = {
  code: 'kms-denied',
  why: 'the KMS key of the bucket may not be used',
  cure: 'Allow kms:GenerateDataKey on the key for this principal, in its policy and in the key policy.',
};

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

/** The network's code stands on the error itself or on what caused it. */
function networkCode(error: SdkError): AwsMeaning | undefined {
  for (
    let at: unknown = error, depth = 0;
    typeof at === 'object' && at !== null && depth < 4;
    at = (at as SdkError).cause, depth++
  ) {
    const meaning = byNetworkCode[(at as SdkError).code ?? ''];
    if (meaning !== undefined) return meaning;
  }
  return undefined;
}
