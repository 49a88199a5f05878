import { describe, expect, test } from 'vitest';
import { SeenLedger } from '../../../../src/core/collect/seen-ledger.ts';
import { MemoryCollectState } from '../../../fakes/memory-collect-state.ts';

const first = { batch: 1, queries: 2, untilNs: '100' };
const second = { batch: 2, queries: 1, untilNs: '200' };

function ledger(): SeenLedger {
  const made = new SeenLedger();
  made.add(first, [
    { queryId: 'known', hasAccess: true },
    { queryId: 'open', hasAccess: false },
  ]);
  return made;
}

describe('what is new of a row', () => {
  test.each([
    ['a query that was never read', 'new', 50n, true, 'query'],
    ['one that was read whole', 'known', 50n, true, undefined],
    ['one without its access, again', 'open', 50n, false, undefined],
    ['the access of one', 'open', 50n, true, 'access'],
    ['a second row that ends in the next window', 'known', 100n, true, 'later-row'],
    ['a row that lost its access', 'known', 50n, false, undefined],
  ] as const)('%s', (...[, queryId, endNs, hasAccess, news]) => {
    expect(ledger().newsOf({ queryId, endNs, hasAccess })).toBe(news);
  });
});

test('a query in two parts is forgotten with the later one', () => {
  const made = ledger();
  made.add(second, [{ queryId: 'known', hasAccess: true }]);
  made.forgetAllBut([second]);
  expect(made.newsOf({ queryId: 'known', endNs: 150n, hasAccess: true })).toBeUndefined();
  expect(made.newsOf({ queryId: 'open', endNs: 150n, hasAccess: false })).toBe('query');
  made.forgetAllBut([]);
  expect(made.newsOf({ queryId: 'known', endNs: 150n, hasAccess: true })).toBe('query');
});

test('loaded, a later part knows better, and access once known stays known', async () => {
  const state = new MemoryCollectState();
  for (const [batch, hasAccess] of [
    [1, true],
    [2, false],
  ] as const) {
    const writer = await state.beginBatch(batch);
    await writer.addSeen([{ queryId: 'q', endNs: '50', hasAccess }]);
  }
  const made = await SeenLedger.load(state, [first, second]);
  expect(made.newsOf({ queryId: 'q', endNs: 150n, hasAccess: true })).toBeUndefined();
});
