import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openSeenQueries } from '../../../../src/cli/contexts/delivery/journal-context.ts';
import { SeenQueries } from '../../../../src/core/collect/seen-queries.ts';
import { MemoryKeptBytes } from '../../../fakes/memory-kept-bytes.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

const dayNs = 86_400_000_000_000n;
const row = (queryId: string, day: number, hasAccess: boolean) => ({
  queryId,
  endNs: BigInt(day) * dayNs + 5n,
  hasAccess,
});

/** Reads rows as of a day, as a batch that is done. */
async function read(
  seen: SeenQueries,
  day: number,
  rows: readonly ReturnType<typeof row>[],
  kept = new MemoryKeptBytes(),
): Promise<MemoryKeptBytes> {
  const writer = await kept.begin('seen');
  for (const found of seen.newsOf(rows)) if (found !== undefined) await writer.append(found.key);
  const segment = await writer.close();
  if (segment !== undefined) await seen.take({ segment: segment.name, day }, kept);
  return kept;
}

function open(days = 3, folder = scratchFolder()): SeenQueries {
  return new SeenQueries(openSeenQueries(folder, days));
}

describe('what is new of a row', () => {
  test.each([
    ['a query that was never read', 'new', 5, true, 'query'],
    ['one that was read whole', 'known', 5, true, undefined],
    ['one without its access, again', 'open', 5, false, undefined],
    ['the access of one', 'open', 5, true, 'access'],
    ['a second row that ends on the next day', 'known', 6, true, 'later-row'],
    ['one that ends on the next day without its access', 'known', 6, false, 'later-row'],
    ['a row that lost its access', 'known', 5, false, undefined],
  ] as const)('%s', async (...[, queryId, day, hasAccess, news]) => {
    const seen = open();
    await read(seen, 5, [row('known', 5, true), row('open', 5, false)]);
    expect(seen.newsOf([row(queryId, day, hasAccess)])[0]?.news).toBe(news);
  });
});

test('what is known is known in another process, until its day is over; a later row keeps it known', async () => {
  const folder = join(scratchFolder(), 'index');
  const first = open(3, folder);
  await read(first, 5, [row('once', 5, true), row('twice', 5, true)]);
  await read(first, 7, [row('twice', 7, true)]);
  await read(first, 8, [row('other', 8, true)]);
  await first.close();
  const second = open(3, folder);
  expect(second.newsOf([row('once', 5, true), row('twice', 7, true)])).toEqual([undefined, undefined]);
  await read(second, 9, [row('another', 9, true)]);
  const [once, twice] = second.newsOf([row('once', 5, true), row('twice', 7, true)]);
  expect([once?.news, twice]).toEqual(['query', undefined]);
});

test('access that was known once stays known, also by a later row without it', async () => {
  const seen = open();
  await read(seen, 5, [row('q', 5, true)]);
  await read(seen, 6, [row('q', 6, false)]);
  expect(seen.newsOf([row('q', 6, true)])).toEqual([undefined]);
});

test('what a run was killed over is taken in once, and its segment removed', async () => {
  const seen = open();
  const kept = new MemoryKeptBytes();
  for (const round of [1, 2]) {
    const writer = await kept.begin('seen');
    await writer.append(seen.newsOf([row(`q${round}`, 5, true)])[0]!.key);
    const segment = await writer.close();
    const part = { segment: segment!.name, day: 5 };
    await seen.take(part, kept);
    await seen.take(part, kept);
  }
  expect(kept.segments).toEqual([]);
  expect(seen.newsOf([row('q1', 5, true), row('q2', 5, true)])).toEqual([undefined, undefined]);
});
