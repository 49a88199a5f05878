import { AuditExportError } from '../../errors.ts';
import type { ErrorCode } from '../../errors.ts';

/** What was being done, for the message. */
export interface AwsAct {
  /** `s3:PutObject` and the like. */
  action: string;
  /** On what: an ARN or `s3://bucket/key`. */
  target: string;
}

interface Meaning {
  code: ErrorCode;
  why: string;
  cure: string;
}

const again = 'Run it again: what is stored already will not be stored twice.';

/** Errors by the name AWS gives them. Source: "Error responses", Amazon S3 API Reference; "Common Errors", AWS STS API Reference. */
const byName: Record<string, Meaning> = {
  AccessDenied: {
    code: 'access-denied',
    why: 'the credentials in use may not do it',
    cure: 'Allow s3:PutObject on the prefix for this principal (and kms:GenerateDataKey where the bucket has a KMS key); check the bucket policy and the bucket owner of the profile.',
  },
  AllAccessDisabled: {
    code: 'access-denied',
    why: 'the bucket is disabled',
    cure: 'Ask AWS Support about the account that owns the bucket.',
  },
  AccountProblem: {
    code: 'access-denied',
    why: 'there is a problem with the account',
    cure: 'Ask AWS Support about the account that owns the bucket.',
  },
  NoSuchBucket: {
    code: 'no-such-bucket',
    why: 'there is no such bucket',
    cure: 'Check the name in --to or in the profile, and the account.',
  },
  InvalidBucketName: {
    code: 'no-such-bucket',
    why: 'that is no valid bucket name',
    cure: 'Check the name in --to or in the profile.',
  },
  PermanentRedirect: {
    code: 'wrong-region',
    why: 'the bucket is in another region',
    cure: 'Name the region of the bucket with --region.',
  },
  TemporaryRedirect: {
    code: 'wrong-region',
    why: 'the bucket is in another region',
    cure: 'Name the region of the bucket with --region.',
  },
  AuthorizationHeaderMalformed: {
    code: 'wrong-region',
    why: 'the bucket is in another region',
    cure: 'Name the region of the bucket with --region.',
  },
  IllegalLocationConstraintException: {
    code: 'wrong-region',
    why: 'the bucket is in another region',
    cure: 'Name the region of the bucket with --region.',
  },
  InvalidAccessKeyId: {
    code: 'invalid-credentials',
    why: 'AWS does not know this access key',
    cure: 'Check AWS_ACCESS_KEY_ID or the AWS profile; the key may have been deleted.',
  },
  InvalidClientTokenId: {
    code: 'invalid-credentials',
    why: 'AWS does not know this access key',
    cure: 'Check AWS_ACCESS_KEY_ID or the AWS profile; the key may have been deleted.',
  },
  SignatureDoesNotMatch: {
    code: 'invalid-credentials',
    why: 'the secret does not fit the access key',
    cure: 'Check AWS_SECRET_ACCESS_KEY or the AWS profile.',
  },
  InvalidToken: {
    code: 'invalid-credentials',
    why: 'the session token is not valid',
    cure: 'Log in again, or unset AWS_SESSION_TOKEN.',
  },
  ExpiredToken: {
    code: 'expired-credentials',
    why: 'the session has expired',
    cure: 'Log in again and run it again.',
  },
  ExpiredTokenException: {
    code: 'expired-credentials',
    why: 'the session has expired',
    cure: 'Log in again and run it again.',
  },
  RequestExpired: {
    code: 'clock-skew',
    why: 'the request was too old when it arrived',
    cure: 'Set the clock of this machine.',
  },
  RequestTimeTooSkewed: {
    code: 'clock-skew',
    why: 'the clock of this machine is wrong by more than 15 minutes',
    cure: 'Set the clock of this machine.',
  },
  'KMS.DisabledException': {
    code: 'kms-disabled',
    why: 'the KMS key is disabled',
    cure: 'Enable the key, or name another with --kms-key-id.',
  },
  'KMS.KMSInvalidStateException': {
    code: 'kms-disabled',
    why: 'the KMS key is not in a usable state',
    cure: 'Enable the key, or name another with --kms-key-id.',
  },
  'KMS.NotFoundException': {
    code: 'kms-denied',
    why: 'there is no such KMS key',
    cure: 'Check the key; it must be in the region of the bucket.',
  },
  AccessControlListNotSupported: {
    code: 'acl-not-supported',
    why: 'the bucket takes no ACLs',
    cure: 'This tool sends none: a proxy in between may add one.',
  },
  SlowDown: { code: 'throttled', why: 'S3 asks to slow down', cure: again },
  ServiceUnavailable: { code: 'throttled', why: 'the service is unavailable', cure: again },
  ThrottlingException: { code: 'throttled', why: 'the service asks to slow down', cure: again },
  TooManyRequestsException: { code: 'throttled', why: 'the service asks to slow down', cure: again },
  CredentialsProviderError: {
    code: 'no-credentials',
    why: 'no credentials were found',
    cure: 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with: aws sso login',
  },
  TokenProviderError: {
    code: 'no-credentials',
    why: 'the log-in has expired',
    cure: 'Log in with: aws sso login',
  },
  TimeoutError: {
    code: 'unreachable',
    why: 'there was no answer in time',
    cure: 'Check the network, the proxy (HTTPS_PROXY) and --endpoint-url. ' + again,
  },
};

/** Errors of the network, by Node's code. */
const byNetworkCode: Record<string, Meaning> = {
  ENOTFOUND: {
    code: 'unreachable',
    why: "the name of the host can't be resolved",
    cure: 'Check --region, --endpoint-url and the DNS of this machine.',
  },
  EAI_AGAIN: {
    code: 'unreachable',
    why: "the name of the host can't be resolved just now",
    cure: 'Check the DNS of this machine. ' + again,
  },
  ECONNREFUSED: {
    code: 'unreachable',
    why: 'the connection was refused',
    cure: 'Check --endpoint-url and the proxy (HTTPS_PROXY).',
  },
  ECONNRESET: { code: 'unreachable', why: 'the connection was cut', cure: again },
  EPIPE: { code: 'unreachable', why: 'the connection was cut', cure: again },
  ETIMEDOUT: {
    code: 'unreachable',
    why: 'there was no answer in time',
    cure: 'Check the network and the proxy (HTTPS_PROXY). ' + again,
  },
  EHOSTUNREACH: { code: 'unreachable', why: "the host can't be reached", cure: 'Check the network.' },
  ENETUNREACH: { code: 'unreachable', why: "the network can't be reached", cure: 'Check the network.' },
  CERT_HAS_EXPIRED: {
    code: 'unreachable',
    why: 'the certificate of the host has expired',
    cure: 'Check the clock of this machine and the proxy.',
  },
  SELF_SIGNED_CERT_IN_CHAIN: {
    code: 'unreachable',
    why: 'the certificate of the host is not trusted here',
    cure: 'Name the certificates of your proxy or server in AWS_CA_BUNDLE.',
  },
  DEPTH_ZERO_SELF_SIGNED_CERT: {
    code: 'unreachable',
    why: 'the certificate of the host is not trusted here',
    cure: 'Name the certificates of your proxy or server in AWS_CA_BUNDLE.',
  },
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: {
    code: 'unreachable',
    why: 'the certificate of the host is not trusted here',
    cure: 'Name the certificates of your proxy or server in AWS_CA_BUNDLE.',
  },
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: {
    code: 'unreachable',
    why: 'the certificate of the host is not trusted here',
    cure: 'Name the certificates of your proxy or server in AWS_CA_BUNDLE.',
  },
  ERR_TLS_CERT_ALTNAME_INVALID: {
    code: 'unreachable',
    why: 'the certificate is for another host',
    cure: 'Check --endpoint-url; a bucket name with dots needs --path-style.',
  },
};

/** Servers other than AWS may send no name: then the HTTP status has to do. */
const byStatus: Record<number, Meaning> = {
  301: byName['PermanentRedirect'] as Meaning,
  307: byName['TemporaryRedirect'] as Meaning,
  401: byName['AccessDenied'] as Meaning,
  403: byName['AccessDenied'] as Meaning,
  404: byName['NoSuchBucket'] as Meaning,
  429: byName['SlowDown'] as Meaning,
  503: byName['SlowDown'] as Meaning,
};

const noRegion: Meaning = {
  code: 'missing-answer',
  why: 'it is not said in which region the bucket is',
  cure: 'Name it with --region, in the profile, or in AWS_REGION.',
};

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
  const { code, why, cure } = withRegion(meaningOf(sdk), region);
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
function withRegion(meaning: Meaning, region: string | undefined): Meaning {
  if (meaning.code !== 'wrong-region' || region === undefined) return meaning;
  return { code: meaning.code, why: `the bucket is in ${region}`, cure: `Use --region ${region}` };
}

function meaningOf(error: SdkError): Meaning {
  const named = byName[error.name ?? ''];
  if (named !== undefined) return kmsMeaning(error, named);
  if (error.message === 'Region is missing') return noRegion;
  const network = networkCode(error);
  if (network !== undefined) return network;
  const status = error.$metadata?.httpStatusCode;
  return (
    byStatus[status ?? 0] ?? {
      code: 'store-failed',
      why: error.message ?? 'no reason was given',
      cure: again,
    }
  );
}

/** S3 answers AccessDenied for a key that may not be used, and only the text says that it was KMS. */
function kmsMeaning(error: SdkError, meaning: Meaning): Meaning {
  if (meaning.code !== 'access-denied' || !/kms/i.test(error.message ?? '')) return meaning;
  return {
    code: 'kms-denied',
    why: 'the KMS key of the bucket may not be used',
    cure: 'Allow kms:GenerateDataKey on the key for this principal, in its policy and in the key policy.',
  };
}

/** The network's code stands on the error itself or on what caused it. */
function networkCode(error: SdkError): Meaning | undefined {
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
