import { expect, test } from 'vitest';
import type { BatchJournal, Checkpoint } from '../../src/ports/collect-state.ts';
import { MemoryCollectState } from './memory-collect-state.ts';

const part = { batch: 1, queries: 1, untilNs: '9' };
const checkpoint: Checkpoint = {
  version: 1,
  store: 's',
  fromNs: '0',
  watermarkNs: '9',
  ledgerFromNs: '0',
  batches: 1,
  ledger: [part],
};

test('keeps what was saved, gives records back, and after tidying the ledger only', async () => {
  const state = new MemoryCollectState();
  const writer = await state.beginBatch(1);
  await writer.addRecords('ä\n');
  await writer.addSeen([{ queryId: 'q', endNs: '1', hasAccess: true }]);
  const range = { fromNs: '0', untilNs: '9' };
  const bytes = await writer.finish();
  const journal: BatchJournal = {
    version: 1,
    batch: 1,
    kind: 'window',
    ...range,
    rows: 1,
    records: 1,
    bytes,
    checkpoint,
  };
  await state.saveJournal(journal);
  expect([bytes, await state.readJournal()]).toEqual([3, journal]);
  for await (const piece of state.records(journal)) expect(piece.toString()).toBe('ä\n');
  await state.saveCheckpoint(checkpoint);
  await state.tidy(checkpoint);
  expect([await state.readJournal(), await state.readCheckpoint()]).toEqual([undefined, checkpoint]);
  for await (const seen of state.seen(part)) expect(seen).toHaveLength(1);
  await expect(async () => {
    for await (const piece of state.records(journal)) expect(piece).toBeUndefined();
  }).rejects.toThrow('not whole');
});
