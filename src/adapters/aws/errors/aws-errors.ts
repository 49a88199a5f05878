import { AuditExportError } from '../../../errors.ts';
import { PutFailure } from '../../../ports/store/put-failure.ts';
import type { PutFailureCause } from '../../../ports/store/put-failure.ts';
import { proxyErrorIn } from '../../net/proxy-error.ts';
import type { AwsAct, AwsMeaning } from './aws-error-meaning.ts';
import { readDenial } from './denial.ts';
import { meaningOf } from './meaning-of.ts';
import { neverSent } from './network-error-meanings.ts';
import { codesOf, nameOf, regionOf } from './sdk-error.ts';
import type { SdkError } from './sdk-error.ts';

export type { AwsAct } from './aws-error-meaning.ts';

/** Turns an error of the SDK into ours: what failed, on what, why, and what cures it. The request id is kept. */
export function fromAwsError(error: unknown, act: AwsAct): AuditExportError {
  if (error instanceof AuditExportError) return error;
  const { action, target } = act;
  const sdk = error as SdkError;
  const region = regionOf(sdk);
  const { code, why, cure } = withRegion(meaningOf(sdk, act), region);
  const { requestId, httpStatusCode: httpStatus } = sdk.$metadata ?? {};
  const name = nameOf(sdk);
  const said = [
    name ??
      (httpStatus === undefined || why.includes(`HTTP ${httpStatus}`) ? undefined : `HTTP ${httpStatus}`),
    requestId === undefined ? undefined : `request ${requestId}`,
  ].filter((part) => part !== undefined);
  return new AuditExportError(
    code,
    `${action} on ${target} failed: ${why}${said.length === 0 ? '' : ` (${said.join(', ')})`}.`,
    {
      cure,
      details: { action, target, awsError: name, requestId, httpStatus, region, ...factsOf(sdk) },
      cause: error,
    },
  );
}

/** What AWS says of a denial, and a proxy of its refusal. */
function factsOf(error: SdkError): Record<string, string | number | undefined> {
  const proxy = proxyErrorIn(error);
  if (proxy !== undefined) return { proxy: proxy.proxy, proxyStatus: proxy.status };
  const denial = readDenial(error.message ?? '');
  if (denial === undefined) return {};
  const { identity, action, resource, reason } = denial;
  return { identity, deniedAction: action, deniedResource: resource, deniedBy: reason };
}

/**
 * The same for a PUT that failed: with what it means for another try. What the credentials failed with (a role that could
 * not be assumed) failed before the PUT was sent.
 */
export function toPutFailure(error: unknown, act: AwsAct): PutFailure {
  const shown = fromAwsError(error, act);
  const sdk = (shown === error ? (shown.cause ?? {}) : error) as SdkError;
  const { cause } = meaningOf(sdk, act);
  const retryAfterMs = retryAfterOf(sdk);
  return new PutFailure(shown, {
    cause,
    maybeStored: shown !== error && mayHaveBeenCarriedOut(sdk, cause),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  });
}

/**
 * S3 says 503 before it does anything; other server errors, a success that is not S3's, and no answer at all leave it open.
 */
function mayHaveBeenCarriedOut(error: SdkError, cause: PutFailureCause): boolean {
  const status = error.$metadata?.httpStatusCode;
  if (status !== undefined) return status < 300 || (status >= 500 && status !== 503);
  if (proxyErrorIn(error) !== undefined) return false;
  if (cause === 'no-answer') return true;
  return cause === 'network' && !codesOf(error).some((code) => neverSent.has(code));
}

/** What `Retry-After` asks for, if it is in seconds; its other form, a date, no S3 is known to send (RFC 9110, 10.2.3). */
function retryAfterOf({ $response }: SdkError): number | undefined {
  const seconds = $response?.headers?.['retry-after'];
  return seconds !== undefined && /^\d{1,6}$/.test(seconds) ? Number(seconds) * 1000 : undefined;
}

/** A redirect that names the region of the bucket names the cure. */
function withRegion(meaning: AwsMeaning, region: string | undefined): AwsMeaning {
  if (meaning.code !== 'wrong-region' || region === undefined) return meaning;
  return { ...meaning, why: `the bucket is in ${region}`, cure: `Use --region ${region}` };
}
