import { createHash } from 'node:crypto';
import {
  DeleteBucketInventoryConfigurationCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutBucketVersioningCommand,
  PutObjectCommand,
  PutObjectLockConfigurationCommand,
  type ChecksumAlgorithm,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { sendSigned } from './send-signed.ts';

import { outcome, runEmulator, type Running } from './running-emulator.ts';

async function put(
  running: Running,
  input: Partial<PutObjectCommandInput> & { Bucket: string },
): Promise<unknown> {
  return await running.s3().send(new PutObjectCommand({ Key: 'a', Body: 'x', ...input }));
}

describe('checksums', () => {
  test.each<ChecksumAlgorithm>(['CRC32', 'CRC32C', 'SHA1', 'SHA256'])(
    '%s is checked by the client against what is read back',
    async (ChecksumAlgorithm) => {
      const running = await runEmulator();
      const Bucket = await running.makeBucket();
      const Body = 'checked body';
      await put(running, { Bucket, Body, ChecksumAlgorithm });
      const got = await running
        .s3()
        .send(new GetObjectCommand({ Bucket, Key: 'a', ChecksumMode: 'ENABLED' }));
      expect(await got.Body!.transformToString()).toBe(Body);
      expect(got[`Checksum${ChecksumAlgorithm}` as 'ChecksumCRC32']).toBeDefined();
    },
  );

  test('an object without a checksum of its own has a CRC-64', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    const client = running.s3(running.emulator.customer, { requestChecksumCalculation: 'WHEN_REQUIRED' });
    await client.send(new PutObjectCommand({ Bucket, Key: 'a', Body: '123456789' }));
    const head = await running
      .s3()
      .send(new HeadObjectCommand({ Bucket, Key: 'a', ChecksumMode: 'ENABLED' }));
    expect(head.ChecksumCRC64NVME).toBe(Buffer.from('ae8b14860a799888', 'hex').toString('base64'));
  });

  test('a checksum in a trailer is checked', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    const body = '3\r\nabc\r\n0\r\nx-amz-checksum-crc32:AAAAAA==\r\n\r\n';
    const reply = await sendSigned(running, {
      path: `/${Bucket}/a`,
      body,
      headers: {
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': '3',
        'x-amz-trailer': 'x-amz-checksum-crc32',
        'content-encoding': 'aws-chunked',
      },
    });
    expect(reply).toMatchObject({ status: 400, text: expect.stringContaining('<Code>BadDigest</Code>') });
  });

  test('two checksums, and an announced one that does not come, are InvalidRequest', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    const sha256 = createHash('sha256').update('abc').digest('base64');
    const hash = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const two = { ...hash, 'x-amz-checksum-sha256': sha256, 'x-amz-checksum-crc32': 'NSRBwg==' };
    expect(await sendSigned(running, { path: `/${Bucket}/a`, body: 'abc', headers: two })).toMatchObject({
      status: 400,
      text: expect.stringContaining('Multiple checksum Types'),
    });
    const missing = { ...hash, 'x-amz-sdk-checksum-algorithm': 'CRC32' };
    expect(await sendSigned(running, { path: `/${Bucket}/a`, body: 'abc', headers: missing })).toMatchObject({
      status: 400,
    });
  });

  test('headers that are not signed are refused', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    const hash = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    const reply = await sendSigned(running, {
      path: `/${Bucket}/a`,
      body: 'abc',
      headers: hash,
      unsigned: { 'x-amz-meta-forged': '1' },
    });
    expect(reply).toMatchObject({ status: 403, text: expect.stringContaining('x-amz-meta-forged') });
  });

  test('a bucket that locks by default wants a checksum', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    await running
      .s3()
      .send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration: { Status: 'Enabled' } }));
    const Rule = { DefaultRetention: { Mode: 'GOVERNANCE' as const, Days: 1 } };
    const ObjectLockConfiguration = { ObjectLockEnabled: 'Enabled' as const, Rule };
    await running.s3().send(new PutObjectLockConfigurationCommand({ Bucket, ObjectLockConfiguration }));
    const bare = await sendSigned(running, {
      path: `/${Bucket}/a`,
      body: 'abc',
      headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    });
    expect(bare).toMatchObject({
      status: 400,
      text: expect.stringContaining('Content-MD5 OR x-amz-checksum-'),
    });
    await put(running, { Bucket });
  });
});

describe('regions', () => {
  test('by path, another region is 301 with the region in a header, the endpoint in the body and no Location', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket('eu-central-1');
    const reply = await sendSigned(running, {
      path: `/${Bucket}/a`,
      body: 'abc',
      headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    });
    expect(reply).toMatchObject({
      status: 301,
      headers: { 'x-amz-bucket-region': 'eu-central-1' },
      text: expect.stringContaining(`<Endpoint>${Bucket}.s3.eu-central-1.amazonaws.com</Endpoint>`),
    });
    expect(reply.headers).not.toHaveProperty('location');
  });

  test('by host, us-east-1 is 400 and names the region', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket('eu-central-1');
    const host = `${Bucket}.localhost:${running.emulator.port}`;
    const reply = await sendSigned(running, {
      path: '/a',
      body: 'abc',
      headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', host },
    });
    expect(reply).toMatchObject({
      status: 400,
      text: expect.stringMatching(/AuthorizationHeaderMalformed.*<Region>eu-central-1<\/Region>/s),
    });
  });

  test('by host, a bucket in the right region is found', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    const host = `${Bucket}.localhost:${running.emulator.port}`;
    const hash = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' };
    expect(
      await sendSigned(running, { path: '/folder/a', body: 'abc', headers: { ...hash, host } }),
    ).toMatchObject({ status: 200 });
    const got = await running.s3().send(new GetObjectCommand({ Bucket, Key: 'folder/a' }));
    expect(await got.Body!.transformToString()).toBe('abc');
  });

  test('a bucket that is moving answers 307 with a Location', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    running.emulator.faults.add({ kind: 'moving', count: 1 });
    const reply = await sendSigned(running, {
      path: `/${Bucket}/a`,
      body: 'abc',
      headers: { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' },
    });
    expect(reply).toMatchObject({
      status: 307,
      headers: { location: expect.stringContaining(`/${Bucket}/a`) },
    });
  });

  test('HEAD of somebody without rights is 403, without a body and with the region', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    const head = await running
      .s3(running.emulator.vendor)
      .send(new HeadBucketCommand({ Bucket }))
      .catch((error: unknown) => error);
    expect(head).toMatchObject({ $metadata: { httpStatusCode: 403 } });
    expect(head).toHaveProperty('$response.headers.x-amz-bucket-region', 'us-east-1');
  });
});

describe('conditional writes', () => {
  test('a delete that comes in between is ConditionalRequestConflict', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    await put(running, { Bucket });
    // The body of the conditional write comes slowly: the delete overtakes it.
    const host = `127.0.0.1:${running.emulator.port}`;
    const hash = { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD', 'if-none-match': '*', host };
    const conditional = sendSigned(running, {
      path: `/${Bucket}/a`,
      body: 'abc',
      headers: hash,
      midway: async () => {
        await running.s3().send(new DeleteObjectCommand({ Bucket, Key: 'a' }));
      },
    });
    expect(await conditional).toMatchObject({
      status: 409,
      text: expect.stringContaining('ConditionalRequestConflict'),
    });
  });

  test('If-Match on a key without an object is NoSuchKey', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    expect(await outcome(put(running, { Bucket, IfMatch: '"abc"' }))).toBe('NoSuchKey');
  });

  test('If-None-Match takes nothing but *', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    expect(await outcome(put(running, { Bucket, IfNoneMatch: '"abc"' }))).toBe('NotImplemented');
  });
});

test('an operation that is not here is 501, and never taken for another', async () => {
  const running = await runEmulator();
  const Bucket = await running.makeBucket();
  const inventory = new DeleteBucketInventoryConfigurationCommand({ Bucket, Id: 'all' });
  expect(await outcome(running.s3().send(inventory))).toBe('NotImplemented');
  expect(await outcome(running.s3().send(new HeadBucketCommand({ Bucket })))).toBe('ok');
});
