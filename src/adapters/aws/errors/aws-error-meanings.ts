import { again, alike } from './aws-error-meaning.ts';
import type { AwsMeaning, MeaningTable } from './aws-error-meaning.ts';

export const denied: AwsMeaning = {
  code: 'access-denied',
  cause: 'denied',
  why: 'the credentials in use may not do it',
  cure: 'Allow s3:PutObject on the prefix for this principal (and kms:GenerateDataKey where the bucket has a KMS key); check the bucket policy (it may demand --sse AES256, --kms-key-id, --storage-class or --acl of each PUT) and the bucket owner of the profile.',
};

/** The cure of a denial, for the calls that are no delivery. */
const denialCures: Readonly<Record<string, string>> = {
  'sts:AssumeRole':
    'Allow these credentials sts:AssumeRole on the role, and check that its trust policy names their account and the external id of the profile: audit-export test-access',
  'sts:GetCallerIdentity':
    'Ask who administers the AWS organization: only a policy of the organization or of a VPC endpoint denies this call.',
};

/** The cure of a denied action: what was asked for is what has to be allowed. */
export function denialCure(action: string): string {
  if (action === 's3:PutObject') return denied.cure;
  return denialCures[action] ?? `Allow ${action} for this principal.`;
}

export const elsewhere: AwsMeaning = {
  code: 'wrong-region',
  cause: 'denied',
  why: 'the bucket is in another region',
  cure: 'Name the region of the bucket with --region.',
};

const noSuchBucket: AwsMeaning = {
  code: 'no-such-bucket',
  cause: 'denied',
  why: 'there is no such bucket',
  cure: 'Check the name in --to or in the profile, and the account.',
};

const unknownKey: AwsMeaning = {
  code: 'invalid-credentials',
  cause: 'denied',
  why: 'AWS does not know this access key',
  cure: 'Check AWS_ACCESS_KEY_ID or the AWS profile; the key may have been deleted.',
};

const expired: AwsMeaning = {
  code: 'expired-credentials',
  cause: 'expired',
  why: 'the session has expired',
  cure: 'Log in again and run it again.',
};

export const skewed: AwsMeaning = {
  code: 'clock-skew',
  cause: 'clock-skew',
  why: 'the clock of this machine is wrong by more than 15 minutes',
  cure: 'Set the clock of this machine.',
};

const tooOld: AwsMeaning = {
  ...skewed,
  why: 'the request was too old, or from the future, when it arrived',
};

const keyOff: AwsMeaning = {
  code: 'kms-disabled',
  cause: 'denied',
  why: 'the KMS key is not in a usable state',
  cure: 'Enable the key, or name another with --kms-key-id.',
};

const slowDown: AwsMeaning = {
  code: 'throttled',
  cause: 'throttled',
  why: 'the service asks to slow down',
  cure: again,
};

const raced: AwsMeaning = {
  code: 'store-failed',
  cause: 'conflict',
  why: 'another writer of the same key is not done yet',
  cure: again,
};

const changedOnTheWay: AwsMeaning = {
  code: 'store-failed',
  cause: 'network',
  why: 'the bytes that arrived are not those that were sent',
  cure: 'Look for a proxy or gateway that changes bodies. ' + again,
};

const notSupported: AwsMeaning = {
  code: 'not-supported',
  cause: 'final',
  why: 'the server has no such call',
  cure: 'Check --endpoint-url; a server of your own must have conditional writes (If-None-Match).',
};

/**
 * Errors by the name AWS gives them. Sources: "Error responses", Amazon S3 API Reference; "Common Errors", AWS STS API
 * Reference; "Common errors", AWS KMS API Reference.
 */
export const byName: MeaningTable = {
  ...alike(
    ['AccessDenied', 'AccessDeniedException', 'Forbidden', 'UnauthorizedOperation', 'UnauthorizedAccess'],
    denied,
  ),
  ...alike(['AllAccessDisabled', 'AccountProblem', 'NotSignedUp', 'OptInRequired'], {
    code: 'access-denied',
    cause: 'denied',
    why: 'there is a problem with the account, or the service is not open to it',
    cure: 'Ask AWS Support about the account that owns the bucket.',
  }),
  RegionDisabledException: {
    code: 'access-denied',
    cause: 'denied',
    why: 'STS is switched off in this region',
    cure: 'Switch it on in the IAM console, Account settings, or use another --region.',
  },
  NoSuchBucket: noSuchBucket,
  InvalidBucketName: {
    code: 'no-such-bucket',
    cause: 'denied',
    why: 'that is no valid bucket name',
    cure: 'Check the name in --to or in the profile.',
  },
  ...alike(
    ['PermanentRedirect', 'AuthorizationHeaderMalformed', 'IllegalLocationConstraintException'],
    elsewhere,
  ),
  // Amazon S3 API Reference, "Error responses": the name of a new bucket leads to it everywhere only after a while.
  ...alike(['TemporaryRedirect', 'Redirect'], {
    code: 'unreachable',
    cause: 'server',
    why: 'the name of the bucket does not lead to its region yet',
    cure: 'Name the region of the bucket with --region. ' + again,
  }),
  ...alike(['InvalidAccessKeyId', 'InvalidClientTokenId', 'UnrecognizedClientException'], unknownKey),
  ...alike(['SignatureDoesNotMatch', 'InvalidSignatureException'], {
    code: 'invalid-credentials',
    cause: 'denied',
    why: 'the secret does not fit the access key',
    cure: 'Check AWS_SECRET_ACCESS_KEY or the AWS profile.',
  }),
  ...alike(['InvalidToken', 'MissingAuthenticationToken', 'MissingAuthenticationTokenException'], {
    code: 'invalid-credentials',
    cause: 'denied',
    why: 'the session token is missing or not valid',
    cure: 'Log in again, or unset AWS_SESSION_TOKEN.',
  }),
  ...alike(['InvalidIdentityTokenException', 'IDPRejectedClaimException', 'IDPCommunicationErrorException'], {
    code: 'invalid-credentials',
    cause: 'denied',
    why: 'STS does not accept the token of the web identity',
    cure: 'Check the issuer and the audience of the identity provider in IAM, and the trust policy of the role.',
  }),
  ...alike(['ExpiredToken', 'ExpiredTokenException', 'TokenRefreshRequired'], expired),
  // AWS counts it among the errors of credentials: their session, or the request, was too old on arrival.
  RequestExpired: { ...tooOld, cause: 'expired' },
  RequestInTheFuture: tooOld,
  RequestTimeTooSkewed: skewed,
  'KMS.DisabledException': { ...keyOff, why: 'the KMS key is disabled' },
  ...alike(
    ['KMS.KMSInvalidStateException', 'KMS.InvalidKeyUsageException', 'KMS.KeyUnavailableException'],
    keyOff,
  ),
  'KMS.NotFoundException': {
    code: 'kms-denied',
    cause: 'denied',
    why: 'there is no such KMS key',
    cure: 'Check the key; it must be in the region of the bucket.',
  },
  'KMS.ThrottlingException': slowDown,
  AccessControlListNotSupported: {
    code: 'acl-not-supported',
    cause: 'denied',
    why: 'the bucket takes no ACLs',
    cure: 'Leave --acl out; without it, this tool sends none, and a proxy in between may add one.',
  },
  SlowDown: { ...slowDown, why: 'S3 asks to slow down' },
  ServiceUnavailable: { ...slowDown, why: 'the service is unavailable' },
  ...alike(
    [
      'Throttling',
      'ThrottlingException',
      'TooManyRequestsException',
      'RequestLimitExceeded',
      'BandwidthLimitExceeded',
    ],
    slowDown,
  ),
  ...alike(['ConditionalRequestConflict', 'OperationAborted'], raced),
  InternalError: { code: 'store-failed', cause: 'server', why: 'S3 had an internal error', cure: again },
  ...alike(
    [
      'BadDigest',
      'InvalidDigest',
      'XAmzContentSHA256Mismatch',
      'XAmzContentChecksumMismatch',
      'IncompleteBody',
    ],
    changedOnTheWay,
  ),
  RequestTimeout: {
    code: 'unreachable',
    cause: 'network',
    why: 'the body did not arrive in time',
    cure: again,
  },
  ...alike(['QuotaExceeded', 'XMinioAdminBucketQuotaExceeded', 'InsufficientCapacity'], {
    code: 'store-failed',
    cause: 'server',
    why: 'the quota of the bucket is used up',
    cure: 'Raise the quota of the bucket, or make room in it. ' + again,
  }),
  ...alike(['XMinioStorageFull', 'InsufficientStorage'], {
    code: 'store-failed',
    cause: 'server',
    why: 'the store is full',
    cure: 'Make room in the store. ' + again,
  }),
  InvalidStorageClass: {
    code: 'not-supported',
    cause: 'final',
    why: 'the server does not know the storage class',
    cure: 'Name one that it has with --storage-class, or leave it out.',
  },
  EntityTooLarge: {
    code: 'store-failed',
    cause: 'final',
    why: 'the object is too large',
    cure: 'Use a smaller --object-size.',
  },
  ...alike(
    [
      'NotImplemented',
      'MethodNotAllowed',
      'InvalidAction',
      'UnknownOperation',
      'UnknownOperationException',
      'UnsupportedOperation',
    ],
    notSupported,
  ),
  CredentialsProviderError: {
    code: 'no-credentials',
    cause: 'denied',
    why: 'no credentials were found',
    cure: 'Set AWS_PROFILE, or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or log in with: aws sso login',
  },
  TokenProviderError: {
    code: 'no-credentials',
    cause: 'denied',
    why: 'the log-in has expired',
    cure: 'Log in with: aws sso login',
  },
  TimeoutError: {
    code: 'unreachable',
    cause: 'no-answer',
    why: 'there was no answer in time',
    cure: 'Check the network, the proxy (HTTPS_PROXY) and --endpoint-url. ' + again,
  },
};

/** Servers other than AWS may send no name: then the HTTP status has to do. */
export const byStatus: Readonly<Record<number, AwsMeaning>> = {
  401: denied,
  403: denied,
  404: noSuchBucket,
  405: notSupported,
  407: {
    code: 'unreachable',
    cause: 'denied',
    why: 'the proxy asks for a log-in',
    cure: 'Put it into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT',
  },
  409: raced,
  429: { ...slowDown, why: 'S3 asks to slow down' },
  501: notSupported,
  502: {
    code: 'unreachable',
    cause: 'server',
    why: 'a gateway or proxy got no good answer',
    cure: 'Check the proxy (HTTPS_PROXY). ' + again,
  },
  503: { ...slowDown, why: 'S3 asks to slow down' },
  504: {
    code: 'unreachable',
    cause: 'server',
    why: 'a gateway or proxy got no answer in time',
    cure: 'Check the proxy (HTTPS_PROXY). ' + again,
  },
};

export const noRegion: AwsMeaning = {
  code: 'missing-answer',
  cause: 'final',
  why: 'no region is named',
  cure: 'Name it with --region, in the profile, or in AWS_REGION.',
};
