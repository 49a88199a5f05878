import { expect, test } from 'vitest';
import type { LedgerRecord } from '../../../../src/core/ledger/ledger-state.ts';
import { compactRecords, LedgerState } from '../../../../src/core/ledger/ledger-state.ts';
import { batch, nowMs, position } from './ledger-records.ts';

const stateOf = (records: readonly LedgerRecord[]): LedgerState => {
  const state = new LedgerState();
  for (const record of records) state.apply(record);
  return state;
};

const loss: LedgerRecord[] = [
  { kind: 'done', batch: batch('one', 'a'), positions: [position('a', 10)] },
  { kind: 'done', batch: batch('two', 'b'), positions: [position('b', 10)] },
  { kind: 'begin', batch: batch('zero', 'z') },
  { kind: 'ask', key: 'witness' },
  { kind: 'told', isLost: true },
  { kind: 'begin', batch: batch('one', 'a') },
  { kind: 'done', batch: { ...batch('one', 'a'), dropped: 2 }, positions: [position('a', 10)] },
  { kind: 'begin', batch: batch('three', 'c') },
];

test('what a store had lost is not delivered, and what it has again is', () => {
  const state = stateOf(loss);
  expect([...state.positions.keys()]).toEqual(['a']);
  expect([...state.done.values()]).toEqual([{ ...batch('one', 'a'), dropped: 2 }]);
  expect([...state.begun.keys()]).toEqual(['three']);
  expect([...(state.lost?.done.keys() ?? [])]).toEqual(['two']);
  expect(state.lost?.begun).toEqual([batch('zero', 'z')]);
  expect(state).toMatchObject({ isIndexStale: true, spent: new Set(['witness']) });
});

test.each<[string, LedgerRecord[]]>([
  ['while a store is refilled', loss],
  ['once the index is empty', [...loss, { kind: 'forgot' }]],
  ['when it is refilled', [...loss, { kind: 'refilled' }]],
  ['when it is refilled and the index is empty', [...loss, { kind: 'refilled' }, { kind: 'forgot' }]],
])('a ledger that is written anew %s comes to the same', (_, records) => {
  const state = stateOf(records);
  expect(stateOf(compactRecords(state, nowMs))).toEqual(state);
});
