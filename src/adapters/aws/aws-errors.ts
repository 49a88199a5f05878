import { AuditExportError } from '../../errors.ts';
import { PutFailure } from '../../ports/put-failure.ts';
import type { PutFailureCause } from '../../ports/put-failure.ts';
import { again } from './aws-error-meaning.ts';
import type { AwsMeaning } from './aws-error-meaning.ts';
import { byName, byStatus, denialCure, denied, noRegion, skewed } from './aws-error-meanings.ts';
import { byNetworkCode, neverSent } from './network-error-meanings.ts';

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
  const name = nameOf(sdk);
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

/**
 * The same for a PUT that failed: with what it means for another try. What the credentials failed with (a role that could
 * not be assumed) failed before the PUT was sent.
 */
export function toPutFailure(error: unknown, act: AwsAct): PutFailure {
  const shown = fromAwsError(error, act);
  const sdk = (shown === error ? shown.cause : error) as SdkError;
  const { cause } = meaningOf(sdk, act.action);
  const retryAfterMs = retryAfterOf(sdk);
  return new PutFailure(shown, {
    cause,
    maybeStored: shown !== error && mayHaveBeenCarriedOut(sdk, cause),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/** S3 says 503 before it does anything; other server errors, and no answer at all, leave it open. */
function mayHaveBeenCarriedOut(error: SdkError, cause: PutFailureCause): boolean {
  const status = error.$metadata?.httpStatusCode;
  if (status !== undefined) return status >= 500 && status !== 503;
  if (cause === 'no-answer') return true;
  return cause === 'network' && !codesOf(error).some((code) => neverSent.has(code));
}

/** What `Retry-After` asks for, if it is in seconds; its other form, a date, no S3 is known to send (RFC 9110, 10.2.3). */
function retryAfterOf({ $response }: SdkError): number | undefined {
  const seconds = $response?.headers?.['retry-after'];
  return seconds !== undefined && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
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
  return { ...meaning, why: `the bucket is in ${region}`, cure: `Use --region ${region}` };
}

/** The name that AWS gives it. The SDK calls a connection that was cut a time-out as well: there the code says more. */
function nameOf({ name, code }: SdkError): string | undefined {
  return name === 'Error' || name === 'TimeoutError' ? (code ?? (name === 'Error' ? undefined : name)) : name;
}

function meaningOf(error: SdkError, action: string): AwsMeaning {
  const named = byName[nameOf(error) ?? ''];
  if (named !== undefined) return told(error, named, action);
  if (error.message === 'Region is missing') return noRegion;
  const network = networkCode(error);
  if (network !== undefined) return network;
  const status = error.$metadata?.httpStatusCode ?? 0;
  const known = byStatus[status];
  if (known !== undefined) return told(error, known, action);
  return {
    code: 'store-failed',
    cause: unforeseenCause(error, status),
    why: withoutStop(error.message ?? 'no reason was given'),
    cure: again,
  };
}

/** What no table names: trouble of the server, of the network (`EPROTO`, `HPE_…`, but not `ERR_…`), or nothing that passes. */
function unforeseenCause(error: SdkError, status: number): PutFailureCause {
  if (status >= 500) return 'server';
  if (status === 0 && codesOf(error).some((code) => /^(?:E(?!RR_)[A-Z]|HPE_)/.test(code))) return 'network';
  return 'final';
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
  cause: 'denied',
  why: 'the KMS key of the bucket may not be used',
  cure: 'Allow kms:GenerateDataKey on the key for this principal, in its policy and in the key policy.',
};

function withoutStop(sentence: string): string {
  return sentence.replace(/\.$/, '');
}

function networkCode(error: SdkError): AwsMeaning | undefined {
  return codesOf(error)
    .map((code) => byNetworkCode[code])
    .find((meaning) => meaning !== undefined);
}

/** The network's code stands on the error itself or on what caused it. */
function codesOf(error: SdkError): string[] {
  const codes: string[] = [];
  for (
    let at: unknown = error, depth = 0;
    typeof at === 'object' && at !== null && depth < 4;
    at = (at as SdkError).cause, depth++
  )
    codes.push((at as SdkError).code ?? '');
  return codes;
}
