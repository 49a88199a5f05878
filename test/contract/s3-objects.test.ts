/* oxlint-disable vitest/no-standalone-expect -- the expectations stand in claims, of which contract() makes the tests. */
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  DeleteObjectCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  GetObjectTaggingCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  PutObjectTaggingCommand,
} from '@aws-sdk/client-s3';
import { beforeAll, expect } from 'vitest';
import { contract, refusal } from './contract.ts';

contract('S3 objects', (server, claim) => {
  let Bucket = '';
  beforeAll(async () => {
    Bucket = await server.bucket();
  });
  const body = Buffer.from('{"event":1}\n'.repeat(100));

  claim('what was put is got back byte for byte, with its type and metadata', async () => {
    const Metadata = { source: 'contract', run: '7' };
    const ContentType = 'application/gzip';
    await server.s3().send(new PutObjectCommand({ Bucket, Key: 'a', Body: body, ContentType, Metadata }));
    const got = await server.s3().send(new GetObjectCommand({ Bucket, Key: 'a' }));
    expect(Buffer.from(await got.Body!.transformToByteArray()).equals(body)).toBe(true);
    expect(got).toMatchObject({ ContentType, Metadata, ContentLength: body.length });
  });

  claim('the ETag of a plain object is its MD5', async () => {
    const put = await server.s3().send(new PutObjectCommand({ Bucket, Key: 'etag', Body: body }));
    expect(put.ETag).toBe(`"${createHash('md5').update(body).digest('hex')}"`);
  });

  claim('an empty object is an object', async () => {
    await server.s3().send(new PutObjectCommand({ Bucket, Key: 'empty', Body: Buffer.alloc(0) }));
    const head = await server.s3().send(new HeadObjectCommand({ Bucket, Key: 'empty' }));
    expect(head.ContentLength).toBe(0);
  });

  claim('a body sent as a stream, with its checksum in a trailer, is stored without its frames', async () => {
    const Body = Readable.from([body.subarray(0, 500), body.subarray(500)]);
    await server.s3().send(new PutObjectCommand({ Bucket, Key: 'stream', Body, ContentLength: body.length }));
    const got = await server.s3().send(new GetObjectCommand({ Bucket, Key: 'stream' }));
    expect(await got.Body!.transformToString()).toBe(body.toString());
    expect(got.ContentEncoding ?? '').toBe('');
  });

  claim('a body above 2 MiB, which waits for 100 Continue, is stored', async () => {
    const big = Buffer.alloc(3 * 1024 * 1024, 'x');
    await server.s3().send(new PutObjectCommand({ Bucket, Key: 'big', Body: big }));
    const head = await server.s3().send(new HeadObjectCommand({ Bucket, Key: 'big' }));
    expect(head.ContentLength).toBe(big.length);
  });

  const oddKeys = [
    'audit/audit_type=query/event_date=2026-01-01/event_hour=05/20260101T050000000Z-abc.jsonl.gz',
    "odd/ !'()*+,;=@&$~-_.:?#[]%20",
    'odd/ünï/日本語/🙂',
    'odd//double/./dots/../',
  ];
  for (const Key of oddKeys) {
    claim(`the key ${Key} is kept as it is`, async () => {
      await server.s3().send(new PutObjectCommand({ Bucket, Key, Body: Key }));
      const got = await server.s3().send(new GetObjectCommand({ Bucket, Key }));
      expect(await got.Body!.transformToString()).toBe(Key);
      const Prefix = Key.slice(0, Key.indexOf('/') + 1);
      const listed = await server.s3().send(new ListObjectsV2Command({ Bucket, Prefix }));
      expect(listed.Contents?.map((entry) => entry.Key)).toContain(Key);
    });
  }

  claim('a key of 1,024 bytes is taken', async () => {
    const Key = 'ü'.repeat(512);
    await server.s3().send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    const head = await server.s3().send(new HeadObjectCommand({ Bucket, Key }));
    expect(head.ContentLength).toBe(1);
  });

  claim('a key of 1,025 bytes is too long', async () => {
    const put = server.s3().send(new PutObjectCommand({ Bucket, Key: 'k'.repeat(1025), Body: 'x' }));
    expect(await refusal(put)).toMatchObject({ name: 'KeyTooLongError', status: 400 });
  });

  claim('ranges give a part of the object', async () => {
    await server.s3().send(new PutObjectCommand({ Bucket, Key: 'digits', Body: '0123456789' }));
    const read = async (Range: string): Promise<string> => {
      const got = await server.s3().send(new GetObjectCommand({ Bucket, Key: 'digits', Range }));
      return `${await got.Body!.transformToString()} of ${got.ContentRange}`;
    };
    expect(await read('bytes=2-4')).toBe('234 of bytes 2-4/10');
    expect(await read('bytes=7-')).toBe('789 of bytes 7-9/10');
    expect(await read('bytes=-3')).toBe('789 of bytes 7-9/10');
    expect(await read('bytes=8-99')).toBe('89 of bytes 8-9/10');
    const outside = server.s3().send(new GetObjectCommand({ Bucket, Key: 'digits', Range: 'bytes=10-' }));
    expect(await refusal(outside)).toMatchObject({ name: 'InvalidRange', status: 416 });
  });

  claim('a key that was never written is NoSuchKey, and 404 without a body for HEAD', async () => {
    const get = server.s3().send(new GetObjectCommand({ Bucket, Key: 'nothing' }));
    expect(await refusal(get)).toMatchObject({ name: 'NoSuchKey', status: 404 });
    const head = server.s3().send(new HeadObjectCommand({ Bucket, Key: 'nothing' }));
    expect(await refusal(head)).toMatchObject({ name: 'NotFound', status: 404 });
  });

  claim('deleting takes an object away, and deleting nothing is no error', async () => {
    await server.s3().send(new PutObjectCommand({ Bucket, Key: 'gone', Body: 'x' }));
    await server.s3().send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
    await server.s3().send(new DeleteObjectCommand({ Bucket, Key: 'gone' }));
    const head = server.s3().send(new HeadObjectCommand({ Bucket, Key: 'gone' }));
    expect(await refusal(head)).toMatchObject({ status: 404 });
  });

  claim('many keys are deleted at once', async () => {
    const Objects = ['many/1', 'many/2', 'many/<&>'].map((Key) => ({ Key }));
    for (const { Key } of Objects) await server.s3().send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    const deleted = await server.s3().send(new DeleteObjectsCommand({ Bucket, Delete: { Objects } }));
    expect(deleted.Deleted?.map(({ Key }) => Key).sort()).toEqual(Objects.map(({ Key }) => Key).sort());
    const listed = await server.s3().send(new ListObjectsV2Command({ Bucket, Prefix: 'many/' }));
    expect(listed.KeyCount).toBe(0);
  });

  claim('listing pages through all keys in order of their bytes', async () => {
    const keys = ['list/a', 'list/b/1', 'list/b/2', 'list/c', 'list/ä'];
    for (const Key of keys) await server.s3().send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    const seen: string[] = [];
    let ContinuationToken: string | undefined;
    for (let page = 0; page < 5; page += 1) {
      const listed = await server.s3().send(
        new ListObjectsV2Command({
          Bucket,
          Prefix: 'list/',
          MaxKeys: 2,
          ...(ContinuationToken && { ContinuationToken }),
        }),
      );
      seen.push(...(listed.Contents ?? []).map((entry) => entry.Key ?? ''));
      ContinuationToken = listed.NextContinuationToken;
      if (listed.IsTruncated !== true) break;
    }
    expect(seen).toEqual(keys);
  });

  claim('a delimiter rolls keys up, and start-after leaves out what comes before', async () => {
    for (const Key of ['roll/a', 'roll/b/1', 'roll/b/2', 'roll/c']) {
      await server.s3().send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
    }
    const rolled = await server
      .s3()
      .send(new ListObjectsV2Command({ Bucket, Prefix: 'roll/', Delimiter: '/' }));
    expect(rolled.CommonPrefixes).toEqual([{ Prefix: 'roll/b/' }]);
    expect(rolled.Contents?.map(({ Key }) => Key)).toEqual(['roll/a', 'roll/c']);
    const after = await server
      .s3()
      .send(new ListObjectsV2Command({ Bucket, Prefix: 'roll/', StartAfter: 'roll/b/1' }));
    expect(after.Contents?.map(({ Key }) => Key)).toEqual(['roll/b/2', 'roll/c']);
  });

  claim('tags come with the object or later', async () => {
    await server
      .s3()
      .send(new PutObjectCommand({ Bucket, Key: 'tagged', Body: 'x', Tagging: 'kind=audit&empty=' }));
    const tags = async (): Promise<unknown> => {
      return (await server.s3().send(new GetObjectTaggingCommand({ Bucket, Key: 'tagged' }))).TagSet;
    };
    expect(await tags()).toEqual([
      { Key: 'kind', Value: 'audit' },
      { Key: 'empty', Value: '' },
    ]);
    const TagSet = [{ Key: 'later', Value: 'yes' }];
    await server.s3().send(new PutObjectTaggingCommand({ Bucket, Key: 'tagged', Tagging: { TagSet } }));
    expect(await tags()).toEqual(TagSet);
  });

  claim('a bucket that does not exist is NoSuchBucket', async () => {
    const put = server
      .s3()
      .send(new PutObjectCommand({ Bucket: server.uniqueName('nobody'), Key: 'a', Body: 'x' }));
    expect(await refusal(put)).toMatchObject({ name: 'NoSuchBucket', status: 404 });
  });
});
