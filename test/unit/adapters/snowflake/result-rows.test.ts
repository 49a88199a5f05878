import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { PartitionInfo } from '../../../../src/adapters/snowflake/result-rows.ts';
import { readRows } from '../../../../src/adapters/snowflake/result-rows.ts';
import type { Answer } from '../../../../src/adapters/snowflake/transport.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import { packPartition } from '../../../snowflake/result-pages.ts';

const megabyte = 1024 * 1024;

function plain(text: string): Answer {
  return { status: 200, headers: {}, body: Buffer.from(text) };
}

/** Partitions of one row each, the sizes as they are told; notes how many are on their way at once. */
function partitioned(sizes: readonly number[]): {
  result: Parameters<typeof readRows>[0];
  most: () => number;
  aborted: () => number;
} {
  let under = 0;
  let most = 0;
  let aborted = 0;
  const partitions: PartitionInfo[] = [
    { rowCount: 1, uncompressedSize: 10 },
    ...sizes.map((compressedSize) => ({ rowCount: 1, uncompressedSize: compressedSize * 5, compressedSize })),
  ];
  return {
    most: () => most,
    aborted: () => aborted,
    result: {
      what: 'statement x',
      first: [['0']],
      partitions,
      fetch: async (index, signal) => {
        under++;
        most = Math.max(most, under);
        signal.addEventListener('abort', () => aborted++);
        await turn();
        under--;
        return {
          status: 200,
          headers: { 'content-encoding': 'gzip' },
          body: packPartition(`[["${index}"]]`),
        };
      },
    },
  };
}

async function drain(batches: AsyncIterable<readonly (readonly (string | null)[])[]>): Promise<unknown[]> {
  const all: unknown[] = [];
  for await (const batch of batches) all.push(...batch);
  return all;
}

test.each([
  ['small', Array.from({ length: 12 }, () => 1000), 3],
  ['large', Array.from({ length: 6 }, () => 40 * megabyte), 1],
  ['mixed', [1000, 60 * megabyte, 1000, 1000, 500 * megabyte, 1000], 3],
])(
  'of %s partitions never more than bounded are fetched at once, and the order is kept',
  async (_, sizes, most) => {
    const { result, most: seen } = partitioned(sizes);
    expect(await drain(readRows(result))).toEqual(
      Array.from({ length: sizes.length + 1 }, (_, i) => [String(i)]),
    );
    expect(seen()).toBe(most);
  },
);

test('what was asked for ahead is given up where reading stops', async () => {
  const { result, aborted } = partitioned(Array.from({ length: 9 }, () => 1000));
  const reading = readRows(result);
  await reading.next();
  await reading.next();
  await reading.return(undefined);
  expect(aborted()).toBeGreaterThan(0);
});

test('a partition without compression is read as it is', async () => {
  const { result } = partitioned([1000]);
  const rows = drain(readRows({ ...result, fetch: async () => plain('{"data":[["a"]]}') }));
  expect(await rows).toEqual([['0'], ['a']]);
});

test.each([
  ['too many rows', '{"data":[["a"],["b"]]}', '2 of 1 rows'],
  ['no rows', '{"data":[]}', '0 of 1 rows'],
  ['half a body', '{"data":[["a"]', 'cut short'],
  ['something else', '{"code":"0"}', 'has no rows'],
])('a partition with %s is an error', async (_, text, told) => {
  const { result } = partitioned([1000]);
  const error = await rejectionOf(drain(readRows({ ...result, fetch: async () => plain(text) })));
  expect(error.code).toBe('snowflake-failed');
  expect(error.message).toContain(told);
});

test('bytes that are not gzip are an error', async () => {
  const { result } = partitioned([1000]);
  const fetch = async (): Promise<Answer> => ({ ...plain('hello'), headers: { 'content-encoding': 'gzip' } });
  expect((await rejectionOf(drain(readRows({ ...result, fetch })))).code).toBe('snowflake-failed');
});

test('a first partition that is not whole is an error', async () => {
  const { result } = partitioned([]);
  expect((await rejectionOf(drain(readRows({ ...result, first: [] })))).message).toContain('0 of 1 rows');
});
