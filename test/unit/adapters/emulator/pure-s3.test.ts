import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readRange } from '../../../../src/adapters/emulator/s3/objects/byte-range.ts';
import { compareUtf8, pageOf } from '../../../../src/adapters/emulator/s3/objects/key-page.ts';
import { hostBucket, routeS3 } from '../../../../src/adapters/emulator/s3/route.ts';

describe('ranges', () => {
  test.each([
    ['bytes=0-0', { first: 0, last: 0 }],
    ['bytes=3-', { first: 3, last: 9 }],
    ['bytes=-4', { first: 6, last: 9 }],
    ['bytes=-40', { first: 0, last: 9 }],
    ['bytes=8-20', { first: 8, last: 9 }],
    ['bytes=5-3', undefined],
    ['bytes=1-2,4-5', undefined],
    ['lines=1-2', undefined],
    [undefined, undefined],
  ])('%s of ten bytes', (header, expected) => {
    expect(readRange(header, 10)).toEqual(expected);
  });

  test.each([
    ['bytes=10-', 10],
    ['bytes=-0', 10],
    ['bytes=0-', 0],
    ['bytes=-5', 0],
  ])('%s of %i bytes is InvalidRange', (header, size) => {
    expect(() => readRange(header, size)).toThrow(
      expect.objectContaining({ code: 'InvalidRange', status: 416 }),
    );
  });
});

describe('listing', () => {
  test('keys are in the order of their UTF-8 bytes', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'binary' })), (keys) => {
        fc.pre(keys.every((key) => !/\p{Surrogate}/u.test(key)));
        const expected = [...keys].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
        expect([...keys].sort(compareUtf8)).toEqual(expected);
      }),
    );
  });

  test('pages of any size give every key and prefix once', () => {
    const key = fc
      .array(fc.constantFrom('a', 'b', '/'), { minLength: 1, maxLength: 6 })
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(fc.uniqueArray(key), fc.integer({ min: 1, max: 5 }), (keys, limit) => {
        const sorted = [...keys].sort(compareUtf8);
        const request = { prefix: '', delimiter: '/', startAfter: undefined };
        const whole = pageOf(sorted, { ...request, resumeAfter: undefined, limit: 1000 });
        const seen = { keys: [] as string[], prefixes: [] as string[] };
        let resumeAfter: string | undefined;
        for (let page = 0; page < 100; page += 1) {
          const { keys, prefixes, next } = pageOf(sorted, { ...request, resumeAfter, limit });
          seen.keys.push(...keys);
          seen.prefixes.push(...prefixes);
          resumeAfter = next;
          if (next === undefined) break;
        }
        expect(seen).toEqual({ keys: whole.keys, prefixes: whole.prefixes });
      }),
    );
  });

  test('start-after in the middle of a prefix still shows the prefix', () => {
    const request = { prefix: '', delimiter: '/', startAfter: 'a/1', resumeAfter: undefined, limit: 10 };
    expect(pageOf(['a/1', 'a/2', 'b'], request)).toMatchObject({ keys: ['b'], prefixes: ['a/'] });
  });
});

describe('routing', () => {
  test.each([
    ['127.0.0.1:4566', undefined],
    ['localhost:4566', undefined],
    ['bucket.localhost:4566', 'bucket'],
    ['my.bucket.localhost', 'my.bucket'],
    ['bucket.s3.localhost:1', 'bucket'],
    ['bucket.s3.eu-west-1.localhost', 'bucket'],
    ['s3.localhost', undefined],
    ['s3.eu-west-1.localhost', undefined],
  ])('the host %s names the bucket %s', (host, bucket) => {
    expect(hostBucket(host)).toBe(bucket);
  });

  test.each([
    ['GET', '/', [], { operation: 'ListBuckets' }],
    ['PUT', '/b', [], { operation: 'CreateBucket', bucket: 'b' }],
    ['PUT', '/b/', [['encryption', '']], { operation: 'PutBucketEncryption', bucket: 'b', key: undefined }],
    ['PUT', '/b/k%20%2F', [], { operation: 'PutObject', bucket: 'b', key: 'k /' }],
    ['PUT', '/b//k', [], { operation: 'PutObject', bucket: 'b', key: '/k' }],
    [
      'GET',
      '/b/k',
      [
        ['versionId', 'v'],
        ['response-content-type', 't'],
      ],
      { operation: 'GetObject' },
    ],
    [
      'DELETE',
      '/b',
      [
        ['inventory', ''],
        ['id', 'i'],
      ],
      { operation: 'Unknown' },
    ],
    [
      'PUT',
      '/b/k',
      [
        ['partNumber', '1'],
        ['uploadId', 'u'],
      ],
      { operation: 'Unknown' },
    ],
    ['GET', '/b', [['list-type', '2']], { operation: 'ListObjectsV2' }],
    ['PATCH', '/b/k', [], { operation: 'Unknown' }],
  ] as const)('%s %s %j', (method, path, query, expected) => {
    expect(routeS3({ method, path, query, headers: new Map([['host', '127.0.0.1']]) })).toMatchObject(
      expected,
    );
  });
});
