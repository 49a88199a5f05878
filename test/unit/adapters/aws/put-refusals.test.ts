import { describe, expect, test, vi } from 'vitest';
import type { PutFailure } from '../../../../src/ports/store/put-failure.ts';
import type { Heard, OddAnswer } from '../../../fakes/odd-servers.ts';
import { s3Error, serveOdd } from '../../../fakes/odd-servers.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import { good, object, openStore, useKeyAlone } from './plain-store.ts';

useKeyAlone();

const page = { 'content-type': 'text/html', server: 'nginx' };

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
    const store = await openStore({ endpointUrl: url });
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
  const without = await openStore({ endpointUrl: url });
  expect(await rejectionOf(without.put(object()))).toMatchObject({ code: 'access-denied' });
  const store = await openStore({ endpointUrl: url }, more);
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
  const store = await openStore({ endpointUrl: url });
  expect([await store.put(object()), await store.put(object('p/b'))]).toEqual(['stored', 'stored']);
  expect(heard).toHaveLength(2);
  await store.close();
});

test('no PUT waits for "100 Continue": gateways answer 417, or never', async () => {
  const { url, heard } = await serveOdd(() => good);
  const store = await openStore({ endpointUrl: url });
  await store.put({ ...object(), body: Buffer.alloc(3 * 1024 * 1024, 'a') });
  expect(heard[0]?.headers['expect']).toBeUndefined();
  await store.close();
});
