import { describe, expect, test } from 'vitest';
import { fromAwsError, toPutFailure } from '../../../../src/adapters/aws/errors/aws-errors.ts';
import { fromIamError } from '../../../../src/adapters/aws/iam/iam-errors.ts';
import type { ErrorCode } from '../../../../src/errors.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import type { PutTrouble } from '../../../../src/ports/store/put-failure.ts';

interface Answer {
  name?: string;
  code?: string;
  message?: string;
  status?: number;
  headers?: Record<string, string>;
  cause?: unknown;
}

function sdkError({ name = 'Error', code, message = '', status, headers, cause }: Answer): Error {
  return Object.assign(new Error(message, { cause }), {
    name,
    ...(code === undefined ? {} : { code }),
    $metadata: { httpStatusCode: status, requestId: 'REQUEST-1' },
    $response: { headers },
  });
}

const put = { action: 's3:PutObject', target: 's3://acme-audit/altr' };
const assume = { action: 'sts:AssumeRole', target: 'arn:aws:iam::111122223333:role/X' };

type Row = [what: string, answer: Answer, code: ErrorCode, cure: RegExp];

const ofServices: Row[] = [
  ['AccessDenied', { name: 'AccessDenied', status: 403 }, 'access-denied', /s3:PutObject on the prefix/],
  ['AccessDeniedException', { name: 'AccessDeniedException', status: 400 }, 'access-denied', /s3:PutObject/],
  ['a 403 without a name', { name: '403', status: 403 }, 'access-denied', /s3:PutObject/],
  [
    'KMS denied',
    { name: 'AccessDenied', status: 403, message: 'not authorized to perform: kms:GenerateDataKey' },
    'kms-denied',
    /kms:GenerateDataKey/,
  ],
  ['KMS disabled', { name: 'KMS.DisabledException', status: 400 }, 'kms-disabled', /Enable the key/],
  ['KMS leaving', { name: 'KMS.KMSInvalidStateException', status: 400 }, 'kms-disabled', /Enable the key/],
  ['KMS missing', { name: 'KMS.NotFoundException', status: 400 }, 'kms-denied', /region of the bucket/],
  ['NoSuchBucket', { name: 'NoSuchBucket', status: 404 }, 'no-such-bucket', /Check the name/],
  ['a 404 without a name', { name: '404', status: 404 }, 'no-such-bucket', /Check the name/],
  [
    '301 that names the region in a header',
    { name: 'PermanentRedirect', status: 301, headers: { 'x-amz-bucket-region': 'eu-central-1' } },
    'wrong-region',
    /--region eu-central-1/,
  ],
  [
    '301 without a name',
    { name: '301', status: 301, headers: { 'x-amz-bucket-region': 'eu-west-1' } },
    'wrong-region',
    /--region eu-west-1/,
  ],
  ['307 of a new bucket', { name: 'TemporaryRedirect', status: 307 }, 'unreachable', /--region/],
  [
    '400 that names the region in its text',
    {
      name: 'AuthorizationHeaderMalformed',
      status: 400,
      message: "the region 'us-east-1' is wrong; expecting 'eu-central-1'",
    },
    'wrong-region',
    /--region eu-central-1/,
  ],
  [
    'InvalidAccessKeyId',
    { name: 'InvalidAccessKeyId', status: 403 },
    'invalid-credentials',
    /AWS_ACCESS_KEY_ID/,
  ],
  [
    'the same of STS',
    { name: 'InvalidClientTokenId', status: 403 },
    'invalid-credentials',
    /AWS_ACCESS_KEY_ID/,
  ],
  [
    'SignatureDoesNotMatch',
    { name: 'SignatureDoesNotMatch', status: 403 },
    'invalid-credentials',
    /AWS_SECRET/,
  ],
  [
    'a signature of STS that is too old',
    {
      name: 'SignatureDoesNotMatch',
      status: 403,
      message: 'Signature expired: 20260101T000000Z is now earlier',
    },
    'clock-skew',
    /clock/,
  ],
  ['RequestTimeTooSkewed', { name: 'RequestTimeTooSkewed', status: 403 }, 'clock-skew', /clock/],
  ['RequestExpired', { name: 'RequestExpired', status: 400 }, 'clock-skew', /clock/],
  ['ExpiredToken', { name: 'ExpiredToken', status: 400 }, 'expired-credentials', /Log in again/],
  ['the same of STS', { name: 'ExpiredTokenException', status: 400 }, 'expired-credentials', /Log in again/],
  ['InvalidToken', { name: 'InvalidToken', status: 400 }, 'invalid-credentials', /AWS_SESSION_TOKEN/],
  ['no credentials', { name: 'CredentialsProviderError' }, 'no-credentials', /aws sso login/],
  ['a log-in that has ended', { name: 'TokenProviderError' }, 'no-credentials', /aws sso login/],
  ['no region', { message: 'Region is missing' }, 'missing-answer', /--region/],
  ['STS that is off', { name: 'RegionDisabledException', status: 403 }, 'access-denied', /Switch it on/],
  [
    'ACLs switched off',
    { name: 'AccessControlListNotSupported', status: 400 },
    'acl-not-supported',
    /proxy in between/,
  ],
  ['SlowDown', { name: 'SlowDown', status: 503 }, 'throttled', /Run it again/],
  ['Throttling of STS', { name: 'Throttling', status: 400 }, 'throttled', /Run it again/],
  ['a 503 without a name', { name: '503', status: 503 }, 'throttled', /Run it again/],
  ['InternalError', { name: 'InternalError', status: 500 }, 'store-failed', /Run it again/],
  ['a body that was changed', { name: 'BadDigest', status: 400 }, 'store-failed', /proxy or gateway/],
  ['a call that is not there', { name: 'NotImplemented', status: 501 }, 'not-supported', /If-None-Match/],
  ['a 405 without a name', { name: '405', status: 405 }, 'not-supported', /--endpoint-url/],
  ['a proxy that asks for a log-in', { name: '407', status: 407 }, 'unreachable', /HTTPS_PROXY/],
  ['a gateway without an answer', { name: '504', status: 504 }, 'unreachable', /HTTPS_PROXY/],
];

const ofTheNetwork: Row[] = [
  ['DNS', { code: 'ENOTFOUND' }, 'unreachable', /DNS/],
  ['DNS for now', { code: 'EAI_AGAIN' }, 'unreachable', /DNS/],
  ['connection refused', { code: 'ECONNREFUSED' }, 'unreachable', /--endpoint-url and the proxy/],
  ['connection cut', { code: 'ECONNRESET' }, 'unreachable', /Run it again/],
  ['no answer', { name: 'TimeoutError' }, 'unreachable', /network, the proxy/],
  ['TLS not trusted', { code: 'SELF_SIGNED_CERT_IN_CHAIN' }, 'unreachable', /AWS_CA_BUNDLE/],
  ['TLS too late', { code: 'CERT_HAS_EXPIRED' }, 'unreachable', /clock of this machine/],
  ['TLS of another host', { code: 'ERR_TLS_CERT_ALTNAME_INVALID' }, 'unreachable', /--path-style/],
  ['no TLS at all', { code: 'EPROTO' }, 'unreachable', /http or https/],
  [
    'what caused what caused it',
    {
      cause: Object.assign(new Error('inner'), {
        cause: Object.assign(new Error('core'), { code: 'ENOTFOUND' }),
      }),
    },
    'unreachable',
    /DNS/,
  ],
];

describe('every error that an operator can meet has a code and a cure', () => {
  test.each([...ofServices, ...ofTheNetwork])('%s', (_, answer, code, cure) => {
    const error = fromAwsError(sdkError(answer), put);
    expect(error).toMatchObject({ code, cure: expect.stringMatching(cure) });
    expect(error.message).toMatch(/^s3:PutObject on s3:\/\/acme-audit\/altr failed: .+\.$/);
    expect(error.message).not.toContain('..');
    expect(error.details).toMatchObject({ requestId: 'REQUEST-1', action: 's3:PutObject' });
  });

  test('what nobody has foreseen says what AWS said', () => {
    const error = fromAwsError(sdkError({ name: 'Brandnew', status: 418, message: 'I am a teapot.' }), put);
    expect(error).toMatchObject({
      code: 'store-failed',
      message: expect.stringContaining('I am a teapot (Brandnew'),
    });
  });

  test.each<[string, Answer, PutTrouble]>([
    ['SlowDown', { name: 'SlowDown', status: 503 }, { cause: 'throttled', maybeStored: false }],
    ['a 429', { name: '429', status: 429 }, { cause: 'throttled', maybeStored: false }],
    ['InternalError', { name: 'InternalError', status: 500 }, { cause: 'server', maybeStored: true }],
    ['an unknown 5xx', { name: 'Odd', status: 599 }, { cause: 'server', maybeStored: true }],
    ['a gateway', { name: '504', status: 504 }, { cause: 'server', maybeStored: true }],
    [
      'a race',
      { name: 'ConditionalRequestConflict', status: 409 },
      { cause: 'conflict', maybeStored: false },
    ],
    ['a nameless 409', { name: '409', status: 409 }, { cause: 'conflict', maybeStored: false }],
    ['a body cut short', { name: 'IncompleteBody', status: 400 }, { cause: 'network', maybeStored: false }],
    ['a body too slow', { name: 'RequestTimeout', status: 400 }, { cause: 'network', maybeStored: false }],
    [
      'a cut connection',
      { name: 'TimeoutError', code: 'ECONNRESET' },
      { cause: 'network', maybeStored: true },
    ],
    ['no answer', { name: 'TimeoutError' }, { cause: 'no-answer', maybeStored: true }],
    ['no host', { code: 'ENOTFOUND' }, { cause: 'network', maybeStored: false }],
    ['nobody there', { code: 'ECONNREFUSED' }, { cause: 'network', maybeStored: false }],
    ['no socket left', { code: 'EMFILE' }, { cause: 'network', maybeStored: false }],
    ['an unknown network code', { code: 'ENONET' }, { cause: 'network', maybeStored: true }],
    ['an answer that is no HTTP', { code: 'HPE_INVALID_STATUS' }, { cause: 'network', maybeStored: true }],
    ['a certificate', { code: 'CERT_HAS_EXPIRED' }, { cause: 'denied', maybeStored: false }],
    ['AccessDenied', { name: 'AccessDenied', status: 403 }, { cause: 'denied', maybeStored: false }],
    [
      'a key that is gone',
      { name: 'InvalidAccessKeyId', status: 403 },
      { cause: 'denied', maybeStored: false },
    ],
    ['a bucket that is gone', { name: 'NoSuchBucket', status: 404 }, { cause: 'denied', maybeStored: false }],
    [
      'a KMS key that is off',
      { name: 'KMS.DisabledException', status: 400 },
      { cause: 'denied', maybeStored: false },
    ],
    ['ExpiredToken', { name: 'ExpiredToken', status: 400 }, { cause: 'expired', maybeStored: false }],
    ['RequestExpired', { name: 'RequestExpired', status: 400 }, { cause: 'expired', maybeStored: false }],
    [
      'a wrong clock',
      { name: 'RequestTimeTooSkewed', status: 403 },
      { cause: 'clock-skew', maybeStored: false },
    ],
    ['an object too large', { name: 'EntityTooLarge', status: 400 }, { cause: 'final', maybeStored: false }],
    ['an unknown 4xx', { name: 'Brandnew', status: 418 }, { cause: 'final', maybeStored: false }],
    ['a bug', { name: 'TypeError', message: 'x is undefined' }, { cause: 'final', maybeStored: false }],
    ['a bug in a call', { code: 'ERR_INVALID_ARG_TYPE' }, { cause: 'final', maybeStored: false }],
  ])('%s says what it means for trying the PUT again', (_, answer, trouble) => {
    const failure = toPutFailure(sdkError(answer), put);
    expect(failure.trouble).toEqual(trouble);
    const { code, message, cure } = fromAwsError(sdkError(answer), put);
    expect(failure).toMatchObject({ name: 'AuditExportError', code, message, cure });
  });

  test('what a role failed with keeps its words and its cause, and nothing was sent', () => {
    const said = sdkError({ name: 'InternalFailure', status: 500 });
    const own = fromAwsError(said, assume);
    expect(toPutFailure(own, put)).toMatchObject({
      message: own.message,
      trouble: { cause: 'server', maybeStored: false },
    });
  });

  test('our own errors stay what they are', () => {
    const own = new AuditExportError('declined', 'no');
    expect(fromAwsError(own, put)).toBe(own);
  });
});

describe('a denial is cured by allowing what was denied', () => {
  test.each([
    ['sts:AssumeRole', /sts:AssumeRole on the role.*trust policy/],
    ['s3:GetObject', /^Allow s3:GetObject for this principal\.$/],
    ['sts:GetCallerIdentity', /organization/],
  ])('%s', (action, cure) => {
    const error = fromAwsError(sdkError({ name: 'AccessDenied', status: 403 }), { ...assume, action });
    expect(error).toMatchObject({ code: 'access-denied', cure: expect.stringMatching(cure) });
  });

  test('a server that names no error is understood as well, and IAM keeps its own words', () => {
    const nameless = sdkError({ name: 'Unknown', status: 405 });
    expect(fromIamError(nameless, { action: 'iam:CreatePolicy', target: 'x' })).toMatchObject({
      code: 'iam-refused',
      cure: expect.stringContaining('--inline-policy'),
    });
  });
});
