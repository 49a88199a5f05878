import { createHash } from 'node:crypto';
import {
  DeleteObjectsCommand,
  GetObjectCommand,
  type S3Client,
  PutBucketEncryptionCommand,
  PutBucketPolicyCommand,
  PutObjectCommand,
  type PutObjectCommandInput,
} from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { outcome, runEmulator, type Running } from './running-emulator.ts';

const keyArn = (end: number, region = 'us-east-1'): string =>
  `arn:aws:kms:${region}:111122223333:key/11111111-aaaa-4bbb-8ccc-00000000000${end}`;

async function put(
  running: Running,
  input: Partial<PutObjectCommandInput> & { Bucket: string },
): Promise<unknown> {
  return await running.s3().send(new PutObjectCommand({ Key: 'a', Body: 'x', ...input }));
}

describe('SSE-KMS', () => {
  test.each([
    ['a key in order', keyArn(1), 'ok'],
    ['a key whose policy lets nobody in', keyArn(2), 'AccessDenied'],
    ['a disabled key', keyArn(3), 'KMS.DisabledException'],
    ['a key that is being deleted', keyArn(4), 'KMS.KMSInvalidStateException'],
    ['a key that does not exist', keyArn(9), 'KMS.NotFoundException'],
    ['a key of another region', keyArn(1, 'eu-west-1'), 'KMS.NotFoundException'],
    ['an alias', 'alias/audit-export', 'ok'],
    ['the key of S3 itself', undefined, 'ok'],
  ])('%s', async (_name, SSEKMSKeyId, expected) => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    expect(await outcome(put(running, { Bucket, ServerSideEncryption: 'aws:kms', SSEKMSKeyId }))).toBe(
      expected,
    );
  });

  test('the default of the bucket counts, the ETag is no MD5, and the reply names the key', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    const byDefault = { SSEAlgorithm: 'aws:kms' as const, KMSMasterKeyID: keyArn(1) };
    const Rules = [{ ApplyServerSideEncryptionByDefault: byDefault, BucketKeyEnabled: true }];
    await running
      .s3()
      .send(new PutBucketEncryptionCommand({ Bucket, ServerSideEncryptionConfiguration: { Rules } }));
    const done = await running.s3().send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    expect(done).toMatchObject({
      ServerSideEncryption: 'aws:kms',
      SSEKMSKeyId: keyArn(1),
      BucketKeyEnabled: true,
    });
    expect(done.ETag).not.toBe(`"${createHash('md5').update('x').digest('hex')}"`);
  });
});

describe('bucket policies', () => {
  test.each([
    [
      'a principal that does not exist',
      { Principal: { AWS: 'arn:aws:iam::111122223333:user/nobody' } },
      'MalformedPolicy',
    ],
    ['another bucket', { Resource: 'arn:aws:s3:::another/*' }, 'MalformedPolicy'],
    ['everybody, where public policies are blocked', { Principal: '*' }, 'AccessDenied'],
    ['the vendor', {}, 'ok'],
  ])('%s', async (_name, more, expected) => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    const Principal = { AWS: running.emulator.vendor.principalArn };
    const statement = {
      Effect: 'Allow',
      Principal,
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${Bucket}/*`,
      ...more,
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: statement });
    expect(await outcome(running.s3().send(new PutBucketPolicyCommand({ Bucket, Policy })))).toBe(expected);
  });
});

describe('rights', () => {
  const allow = (Action: string | string[]): object => ({ Effect: 'Allow', Action, Resource: '*' });
  const write = { Bucket: 'audit-rehearsal', Key: 'audit/a' };

  async function withStatements(
    statements: object[],
    kms = false,
  ): Promise<{ running: Running; client: S3Client }> {
    const bucket = kms ? { kmsKey: 'audit-export' as const } : {};
    const scenario = { summary: 'test', prepared: { bucket, role: { statements } } };
    const running = await runEmulator({ scenario });
    return { running, client: running.s3(await running.assume()) };
  }

  test('who may not list is not told that a key is missing', async () => {
    const reader = await withStatements([allow('s3:GetObject')]);
    expect(await outcome(reader.client.send(new GetObjectCommand(write)))).toBe('AccessDenied');
    const lister = await withStatements([allow(['s3:GetObject', 's3:ListBucket'])]);
    expect(await outcome(lister.client.send(new GetObjectCommand(write)))).toBe('NoSuchKey');
  });

  test('a plain write to a KMS bucket needs kms:GenerateDataKey', async () => {
    const plain = await withStatements([allow(['s3:PutObject', 'kms:GenerateDataKey'])], true);
    expect(await outcome(plain.client.send(new PutObjectCommand({ ...write, Body: 'x' })))).toBe('ok');
  });

  test.each([
    ['If-Match needs s3:GetObject', { IfMatch: '"abc"' }, 'AccessDenied'],
    ['tags need s3:PutObjectTagging', { Tagging: 'a=b' }, 'AccessDenied'],
    ['an ACL needs s3:PutObjectAcl', { ACL: 'bucket-owner-full-control' as const }, 'AccessDenied'],
    ['If-None-Match needs nothing more', { IfNoneMatch: '*' }, 'ok'],
  ])('%s', async (_name, more, expected) => {
    const { client } = await withStatements([allow('s3:PutObject')]);
    expect(await outcome(client.send(new PutObjectCommand({ ...write, Body: 'x', ...more })))).toBe(expected);
  });

  test('of many keys to delete, each is decided for itself', async () => {
    const statement = {
      Effect: 'Allow',
      Action: 's3:DeleteObject',
      Resource: 'arn:aws:s3:::audit-rehearsal/mine/*',
    };
    const { client } = await withStatements([statement]);
    const Objects = [{ Key: 'mine/a' }, { Key: 'yours/a' }];
    const done = await client.send(
      new DeleteObjectsCommand({ Bucket: 'audit-rehearsal', Delete: { Objects } }),
    );
    expect(done.Deleted?.map(({ Key }) => Key)).toEqual(['mine/a']);
    expect(done.Errors).toMatchObject([{ Key: 'yours/a', Code: 'AccessDenied' }]);
  });

  test('a large body of somebody without rights is refused before it is sent', async () => {
    const { running, client } = await withStatements([allow('s3:GetObject')]);
    const sent = client.send(new PutObjectCommand({ ...write, Body: Buffer.alloc(20 * 1024 * 1024) }));
    expect(await outcome(sent)).toBe('AccessDenied');
    expect(running.emulator.requests().at(-1)?.headers.expect).toBe('100-continue');
  });
});
