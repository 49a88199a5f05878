/* oxlint-disable vitest/no-standalone-expect -- the expectations stand in claims, of which contract() makes the tests. */
import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import {
  ChecksumAlgorithm,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { beforeAll, expect } from 'vitest';
import { contract, refusal } from './contract.ts';

contract('S3 integrity', (server, claim) => {
  let Bucket = '';
  beforeAll(async () => {
    Bucket = await server.bucket();
  });
  const Body = Buffer.from('the body of an object');
  const put = async (Key: string, more: Partial<PutObjectCommandInput>): Promise<unknown> =>
    await server.s3().send(new PutObjectCommand({ Bucket, Key, Body, ...more }));
  const crc = (bytes: Buffer): string => {
    const out = Buffer.alloc(4);
    out.writeUInt32BE(crc32(bytes));
    return out.toString('base64');
  };
  const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('base64');

  for (const algorithm of Object.values(ChecksumAlgorithm).filter((name) =>
    ['CRC32', 'SHA1', 'SHA256'].includes(name),
  )) {
    claim(`a right ${algorithm} is taken, kept and told to those who ask`, async () => {
      const Key = `right-${algorithm}`;
      await put(Key, { ChecksumAlgorithm: algorithm });
      const head = await server.s3().send(new HeadObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
      expect(head[`Checksum${algorithm}` as 'ChecksumSHA256']).toMatch(/^[A-Za-z0-9+/]+=*$/);
      const got = await server.s3().send(new GetObjectCommand({ Bucket, Key, ChecksumMode: 'ENABLED' }));
      expect(await got.Body!.transformToString()).toBe(Body.toString());
    });
  }

  const wrong: [string, Partial<PutObjectCommandInput>][] = [
    ['CRC32', { ChecksumCRC32: crc(Buffer.from('another')) }],
    ['SHA-1', { ChecksumSHA1: createHash('sha1').update('another').digest('base64') }],
    ['SHA-256', { ChecksumSHA256: sha256(Buffer.from('another')) }],
    ['Content-MD5', { ContentMD5: createHash('md5').update('another').digest('base64') }],
  ];
  for (const [name, claims] of wrong) {
    claim(`a body that does not meet its ${name} is BadDigest, and is not stored`, async () => {
      const Key = `wrong-${name}`;
      expect(await refusal(put(Key, claims))).toMatchObject({ name: 'BadDigest', status: 400 });
      const head = server.s3().send(new HeadObjectCommand({ Bucket, Key }));
      expect(await refusal(head)).toMatchObject({ status: 404 });
    });
  }

  claim('a Content-MD5 that is none is InvalidDigest', async () => {
    expect(await refusal(put('no-md5', { ContentMD5: 'AAAA' }))).toMatchObject({
      name: 'InvalidDigest',
      status: 400,
    });
  });

  claim('a bucket with a default retention takes a body with a checksum', async () => {
    const locked = await server.bucket(undefined, { objectLock: true });
    await server
      .s3()
      .send(new PutObjectCommand({ Bucket: locked, Key: 'a', Body, ChecksumSHA256: sha256(Body) }));
    const head = await server.s3().send(new HeadObjectCommand({ Bucket: locked, Key: 'a' }));
    expect(head.ContentLength).toBe(Body.length);
  });
});
