import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test, vi } from 'vitest';
import { useRehearsal } from './rehearsed-store.ts';

const rehearsal = useRehearsal();
const { open, object, requestsFor } = rehearsal;

/** What the SDK names its own tries with: requests that it builds and sends itself have it. */
const sdkOnly = 'amz-sdk-request';

const sameInAll = [
  'if-none-match',
  'x-amz-expected-bucket-owner',
  'x-amz-storage-class',
  'x-amz-tagging',
  'x-amz-sdk-checksum-algorithm',
  'content-type',
  'user-agent',
  'host',
];
const newInEach = [
  'authorization',
  'x-amz-checksum-crc32',
  'x-amz-content-sha256',
  'amz-sdk-invocation-id',
  'content-length',
];

test('a request that is made of the first differs from it in the object alone: settings, condition and checksum stay', async () => {
  const more = { bucketOwner: '111122223333', storageClass: 'STANDARD_IA', tags: { a: 'b c' } };
  const store = await open({ more });
  const before = requestsFor('PutObject').length;
  const [first, second] = [object(100), object(2000)];
  expect([await store.put(first), await store.put(second), await store.put(second)]).toEqual([
    'stored',
    'stored',
    'already-there',
  ]);
  const [built, made] = requestsFor('PutObject')
    .slice(before)
    .map(({ headers }) => headers);
  expect([built, made].map((headers) => headers?.[sdkOnly])).toEqual(['attempt=1; max=1', undefined]);
  const names = (headers: object = {}): string[] =>
    Object.keys(headers)
      .filter((name) => name !== sdkOnly && name !== 'connection')
      .toSorted();
  expect(names(made)).toEqual(names(built));
  expect(sameInAll.filter((name) => made?.[name] !== built?.[name] || made?.[name] === undefined)).toEqual(
    [],
  );
  expect(newInEach.filter((name) => made?.[name] === built?.[name])).toEqual([]);
});

test('a session’s requests carry the token of the session they are signed with, not of the first', async () => {
  const store = await open({ role: true });
  await store.put(object());
  rehearsal.emulator.faults.add({ kind: 'expired', match: { operation: 'PutObject' }, count: 1 });
  await store.put(object()).catch(() => undefined);
  expect(await store.put(object())).toBe('stored');
  const tokens = requestsFor('PutObject').map(({ headers }) => headers['x-amz-security-token']);
  expect(tokens.at(-1)).toBeDefined();
  expect(tokens.at(-1)).not.toBe(tokens.at(-2));
});

test('objects arrive byte for byte and under their names, whatever is in them', async () => {
  const store = await open();
  const { url: endpoint, region, customer: credentials, prepared } = rehearsal.emulator;
  const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
  const names = [
    'first',
    'audit_type=query/event_date=2026-01-01/event_hour=07/x.gz',
    "it's (a) *key* + ü/~.-_",
    'q?a=b&c#d%20',
  ];
  for (const name of names) {
    const sent = { ...object(500), key: `${prepared.prefix}${name}` };
    expect(await store.put(sent)).toBe('stored');
    const found = await s3.send(new GetObjectCommand({ Bucket: prepared.bucket ?? '', Key: sent.key }));
    expect(found.ContentType).toBe('application/gzip');
    expect(Buffer.from((await found.Body?.transformToByteArray()) ?? []).equals(sent.body)).toBe(true);
  }
  s3.destroy();
});

test.each([
  ['small', 1024 * 1024, undefined],
  ['large', 1024 * 1024 + 1, 'attempt=1; max=1'],
])('a %s body: %d bytes are sent by the template or the SDK', async (_, bytes, header) => {
  const store = await open();
  await store.put(object());
  expect(await store.put(object(bytes))).toBe('stored');
  expect(requestsFor('PutObject').at(-1)?.headers[sdkOnly]).toBe(header);
});

test('a user who wants no checksums gets none', async () => {
  vi.stubEnv('AWS_REQUEST_CHECKSUM_CALCULATION', 'WHEN_REQUIRED');
  const store = await open();
  const before = requestsFor('PutObject').length;
  expect([await store.put(object()), await store.put(object())]).toEqual(['stored', 'stored']);
  const sums = requestsFor('PutObject')
    .slice(before)
    .map(({ headers }) => headers['x-amz-checksum-crc32']);
  expect(sums).toEqual([undefined, undefined]);
});
