/* oxlint-disable vitest/no-standalone-expect -- the expectations stand in claims, of which contract() makes the tests. */
import { GetObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { beforeAll, expect } from 'vitest';
import { contract, refusal } from './contract.ts';

contract('S3 conditional requests', (server, claim) => {
  let Bucket = '';
  beforeAll(async () => {
    Bucket = await server.bucket();
  });

  claim('If-None-Match: * stores a new object and refuses to replace it', async () => {
    const write = async (Body: string): Promise<unknown> =>
      await server.s3().send(new PutObjectCommand({ Bucket, Key: 'once', Body, IfNoneMatch: '*' }));
    await write('first');
    expect(await refusal(write('second'))).toMatchObject({ name: 'PreconditionFailed', status: 412 });
    const got = await server.s3().send(new GetObjectCommand({ Bucket, Key: 'once' }));
    expect(await got.Body!.transformToString()).toBe('first');
  });

  claim('of writers that race, exactly one wins', async () => {
    const client = server.s3();
    const racers = Array.from({ length: 8 }, async (_, index) => {
      const Body = `racer ${index}`.padEnd(100_000, '.');
      return await client.send(new PutObjectCommand({ Bucket, Key: 'race', Body, IfNoneMatch: '*' })).then(
        () => 'won',
        (error: Error) => error.name,
      );
    });
    const outcomes = await Promise.all(racers);
    expect(outcomes.filter((outcome) => outcome === 'won')).toHaveLength(1);
    for (const outcome of outcomes)
      expect(outcome).toMatch(/^(won|PreconditionFailed|ConditionalRequestConflict)$/);
  });

  claim('If-Match replaces the very object it names and no other', async () => {
    const first = await server.s3().send(new PutObjectCommand({ Bucket, Key: 'swap', Body: '1' }));
    const swap = async (IfMatch: string | undefined, Body: string): Promise<unknown> =>
      await server.s3().send(new PutObjectCommand({ Bucket, Key: 'swap', Body, IfMatch }));
    await swap(first.ETag, '2');
    expect(await refusal(swap(first.ETag, '3'))).toMatchObject({ name: 'PreconditionFailed', status: 412 });
  });

  claim('a reader with the same ETag is told 304', async () => {
    const { ETag } = await server.s3().send(new PutObjectCommand({ Bucket, Key: 'same', Body: 'x' }));
    const get = server.s3().send(new GetObjectCommand({ Bucket, Key: 'same', IfNoneMatch: ETag }));
    expect(await refusal(get)).toMatchObject({ status: 304 });
  });

  claim('a bucket of another owner than expected is refused', async () => {
    const write = async (ExpectedBucketOwner: string): Promise<unknown> =>
      await server.s3().send(new PutObjectCommand({ Bucket, Key: 'owner', Body: 'x', ExpectedBucketOwner }));
    await write(server.customer.accountId);
    expect(await refusal(write(server.vendor.accountId))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
    });
  });
});
