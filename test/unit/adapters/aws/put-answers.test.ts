import { beforeEach, describe, expect, test, vi } from 'vitest';
import type { S3Store } from '../../../../src/adapters/aws/s3-store.ts';
import { openS3Store } from '../../../../src/adapters/aws/s3-store.ts';
import type { FinishedObject } from '../../../../src/ports/object-store.ts';
import type { PutFailure } from '../../../../src/ports/put-failure.ts';
import type { Heard, OddAnswer } from '../../../fakes/odd-servers.ts';
import { s3Error, serveOdd } from '../../../fakes/odd-servers.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

const good: OddAnswer = { status: 200, headers: { etag: '"x"' } };
const page = { 'content-type': 'text/html', server: 'nginx' };
const html = '<html><head><title>Guests</title></head><body>Log in</body></html>';

const object = (key = 'p/a'): FinishedObject => ({
  key,
  body: Buffer.from('line\n'),
  contentType: 'application/gzip',
});

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIA1');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 's');
  return () => vi.unstubAllEnvs();
});

const plain = {
  bucketOwner: undefined,
  storageClass: undefined,
  kmsKeyId: undefined,
  sse: undefined,
  acl: undefined,
  tags: undefined,
};

async function storeAt(
  endpointUrl: string,
  more: Partial<Record<keyof typeof plain, string>> = {},
): Promise<S3Store> {
  const aws = { region: 'us-east-1', endpointUrl, pathStyle: undefined, role: undefined };
  return openS3Store(aws, { bucket: 'bkt', prefix: 'p', ...plain, ...more, tags: undefined }, process.env);
}

/** What becomes of a PUT that the SDK builds, and of one that is made from the template that it left behind. */
async function twice(answer: OddAnswer): Promise<unknown[]> {
  let odd = true;
  const { url } = await serveOdd(() => (odd ? answer : good));
  const store = await storeAt(url);
  const put = (): Promise<unknown> =>
    store.put(object()).catch(({ code, trouble, message }: PutFailure) => ({ code, message, ...trouble }));
  const built = await put();
  odd = false;
  await store.put(object('p/between'));
  odd = true;
  const made = await put();
  await store.close();
  return [built, made];
}

describe('an object counts as stored or as there where S3 says so, and for nothing else', () => {
  test.each<[string, OddAnswer, string]>([
    ['200 with an ETag', good, 'stored'],
    [
      '200 with an ETag over HTTP/1.0 manners',
      { status: 200, headers: { etag: '"x"', connection: 'close' } },
      'stored',
    ],
    ['412 PreconditionFailed', { status: 412, body: s3Error('PreconditionFailed') }, 'already-there'],
    ['304, as MinIO said', { status: 304, headers: { etag: '"x"' } }, 'already-there'],
  ])('%s', async (_name, answer, status) => {
    expect(await twice(answer)).toEqual([status, status]);
  });

  test.each<[string, OddAnswer, object]>([
    [
      '200 with an error',
      { ...good, body: s3Error('InternalError') },
      { cause: 'server', maybeStored: true },
    ],
    [
      '200 with an error and no ETag',
      { status: 200, body: s3Error('PreconditionFailed') },
      { cause: 'server', maybeStored: true },
    ],
    ['200 with a page', { status: 200, headers: page, body: html }, { cause: 'server', maybeStored: true }],
    [
      '200 with a page and an ETag',
      { status: 200, headers: { ...page, etag: '"x"' }, body: html },
      { cause: 'server', maybeStored: true },
    ],
    ['200 without an ETag', { status: 200 }, { cause: 'server', maybeStored: true }],
    ['201', { status: 201, headers: { etag: '"x"' } }, { cause: 'server', maybeStored: true }],
    ['202', { status: 202 }, { cause: 'server', maybeStored: true }],
    ['204', { status: 204, headers: { etag: '"x"' } }, { cause: 'server', maybeStored: true }],
    [
      '302',
      { status: 302, headers: { location: 'http://portal.example/login' } },
      {
        cause: 'server',
        maybeStored: false,
        code: 'unreachable',
        message: expect.stringMatching(/portal\.example.*HTTP 302/),
      },
    ],
    ['303 with a page', { status: 303, headers: page, body: html }, { cause: 'server', maybeStored: false }],
    ['308', { status: 308, headers: { location: '/x' } }, { cause: 'server', maybeStored: false }],
    [
      '412 with a page',
      { status: 412, headers: page, body: html },
      { cause: 'server', code: 'store-failed', message: expect.stringMatching(/HTTP 412 from nginx/) },
    ],
    [
      '412 with another code',
      { status: 412, body: s3Error('ConditionNotMet', 'a lease') },
      { cause: 'server', code: 'store-failed' },
    ],
    ['412 without a body', { status: 412 }, { cause: 'server', code: 'store-failed' }],
    [
      '403 with a page',
      { status: 403, headers: page, body: html },
      {
        cause: 'denied',
        code: 'unreachable',
        message: expect.stringMatching(/in between refused.*HTTP 403 from nginx.*Guests/),
      },
    ],
    ['404 with a page', { status: 404, headers: page, body: html }, { cause: 'denied', code: 'unreachable' }],
    [
      '500 with a page',
      { status: 500, headers: page, body: html },
      { cause: 'server', code: 'store-failed' },
    ],
    ['503 with a page', { status: 503, headers: page, body: html }, { cause: 'throttled' }],
    ['502 with a page', { status: 502, headers: page, body: html }, { cause: 'server', code: 'unreachable' }],
    [
      'an error that is cut off',
      { status: 403, body: '<Error><Code>AccessDenied' },
      { cause: 'denied', code: 'unreachable' },
    ],
  ])('%s', async (_name, answer, trouble) => {
    const [built, made] = await twice(answer);
    expect(built).toMatchObject(trouble);
    expect(made).toMatchObject(trouble);
  });
});

describe('a refusal is told by its status, its code or its header, with the cure that works', () => {
  test.each<[string, OddAnswer, { code: string; cause: string; why: RegExp; cure: RegExp }]>([
    [
      '413 of nginx',
      { status: 413, headers: page, body: '<html><h1>413</h1></html>' },
      { code: 'store-failed', cause: 'final', why: /HTTP 413/, cure: /--object-size.*client_max_body_size/ },
    ],
    [
      '413 without a body',
      { status: 413 },
      { code: 'store-failed', cause: 'final', why: /HTTP 413/, cure: /--object-size/ },
    ],
    [
      'EntityTooLarge',
      { status: 400, body: s3Error('EntityTooLarge') },
      { code: 'store-failed', cause: 'final', why: /too large/, cure: /--object-size/ },
    ],
    [
      '400 without a body',
      { status: 400 },
      { code: 'store-failed', cause: 'final', why: /HTTP 400/, cure: /AWS_REQUEST_CHECKSUM_CALCULATION/ },
    ],
    [
      '417 without a body',
      { status: 417 },
      { code: 'store-failed', cause: 'final', why: /HTTP 417/, cure: /Expect/ },
    ],
    [
      '411',
      { status: 411 },
      { code: 'store-failed', cause: 'final', why: /HTTP 411/, cure: /Content-Length/ },
    ],
    [
      '507',
      { status: 507, body: s3Error('XMinioStorageFull') },
      { code: 'store-failed', cause: 'server', why: /full/, cure: /Make room/ },
    ],
    [
      '403 QuotaExceeded',
      { status: 403, body: s3Error('QuotaExceeded') },
      { code: 'store-failed', cause: 'server', why: /quota/, cure: /quota/ },
    ],
    [
      '400 quota of MinIO',
      { status: 400, body: s3Error('XMinioAdminBucketQuotaExceeded') },
      { code: 'store-failed', cause: 'server', why: /quota/, cure: /quota/ },
    ],
    [
      'a checksum header',
      {
        status: 400,
        body: s3Error(
          'InvalidArgument',
          "Unsupported header 'x-amz-checksum-crc32' received for this API call.",
        ),
      },
      {
        code: 'not-supported',
        cause: 'final',
        why: /checksum/,
        cure: /AWS_REQUEST_CHECKSUM_CALCULATION=WHEN_REQUIRED/,
      },
    ],
    [
      'no checksum under Object Lock',
      {
        status: 400,
        body: s3Error(
          'InvalidRequest',
          'Content-MD5 OR x-amz-checksum- HTTP header is required for Put Object requests with Object Lock parameters',
        ),
      },
      {
        code: 'not-supported',
        cause: 'final',
        why: /Object Lock/,
        cure: /Unset AWS_REQUEST_CHECKSUM_CALCULATION/,
      },
    ],
    [
      'If-None-Match by 501',
      {
        status: 501,
        body: s3Error(
          'NotImplemented',
          'A header you provided implies functionality that is not implemented',
          '<Header>If-None-Match</Header>',
        ),
      },
      { code: 'not-supported', cause: 'final', why: /conditional writes/, cure: /server that has them/ },
    ],
    [
      'If-None-Match by 400',
      { status: 400, body: s3Error('InvalidArgument', 'Unsupported header If-None-Match') },
      { code: 'not-supported', cause: 'final', why: /conditional writes/, cure: /server that has them/ },
    ],
    [
      'InvalidStorageClass',
      { status: 400, body: s3Error('InvalidStorageClass') },
      { code: 'not-supported', cause: 'final', why: /storage class/, cure: /--storage-class/ },
    ],
    [
      'an ACL',
      { status: 400, body: s3Error('AccessControlListNotSupported') },
      { code: 'acl-not-supported', cause: 'denied', why: /no ACLs/, cure: /--acl/ },
    ],
    [
      'another region by its endpoint',
      {
        status: 301,
        body: s3Error('PermanentRedirect', 'm', '<Endpoint>bkt.s3.eu-central-1.amazonaws.com</Endpoint>'),
      },
      { code: 'wrong-region', cause: 'denied', why: /eu-central-1/, cure: /--region eu-central-1/ },
    ],
  ])('%s', async (_name, answer, { code, cause, why, cure }) => {
    const { url } = await serveOdd(() => answer);
    const store = await storeAt(url);
    const failure = (await rejectionOf(store.put(object()))) as unknown as PutFailure;
    await store.close();
    expect(failure).toMatchObject({
      code,
      trouble: { cause },
      message: expect.stringMatching(why),
      cure: expect.stringMatching(cure),
    });
    expect(failure.message).not.toMatch(/UnknownError|UnexpectedAnswer|Unclosed|XML parser/);
  });
});

const needs =
  (header: string, value: string) =>
  ({ headers }: Heard): OddAnswer =>
    headers[header] === value ? good : { status: 403, body: s3Error('AccessDenied', 'Access Denied') };

test.each([
  ['x-amz-server-side-encryption', 'AES256', { sse: 'AES256' }],
  ['x-amz-server-side-encryption', 'aws:kms', { sse: 'aws:kms' }],
  ['x-amz-server-side-encryption', 'aws:kms', { kmsKeyId: 'k' }],
  ['x-amz-server-side-encryption', 'aws:kms:dsse', { sse: 'aws:kms:dsse', kmsKeyId: 'k' }],
  ['x-amz-acl', 'bucket-owner-full-control', { acl: 'bucket-owner-full-control' }],
  ['x-amz-storage-class', 'STANDARD_IA', { storageClass: 'STANDARD_IA' }],
])('a bucket that demands %s: %s gets it of all PUTs by %j', async (header, value, more) => {
  const { url, heard } = await serveOdd(needs(header, value));
  const without = await storeAt(url);
  expect(await rejectionOf(without.put(object()))).toMatchObject({ code: 'access-denied' });
  const store = await storeAt(url, more);
  expect([await store.put(object()), await store.put(object('p/b'))]).toEqual(['stored', 'stored']);
  expect(heard.slice(-2).map(({ headers }) => headers[header])).toEqual([value, value]);
  await Promise.all([store.close(), without.close()]);
});

test('a server that refuses the checksum gets no checksum with the cure that was told', async () => {
  const { url, heard } = await serveOdd(({ headers }) =>
    Object.keys(headers).some((name) => /^x-amz-(?:sdk-)?checksum/.test(name))
      ? { status: 400, body: s3Error('InvalidArgument', "Unsupported header 'x-amz-checksum-crc32'") }
      : good,
  );
  vi.stubEnv('AWS_REQUEST_CHECKSUM_CALCULATION', 'WHEN_REQUIRED');
  const store = await storeAt(url);
  expect([await store.put(object()), await store.put(object('p/b'))]).toEqual(['stored', 'stored']);
  expect(heard).toHaveLength(2);
  await store.close();
});

test('no PUT waits for "100 Continue": gateways answer 417, or never', async () => {
  const { url, heard } = await serveOdd(() => good);
  const store = await storeAt(url);
  await store.put({ ...object(), body: Buffer.alloc(3 * 1024 * 1024, 'a') });
  expect(heard[0]?.headers['expect']).toBeUndefined();
  await store.close();
});
