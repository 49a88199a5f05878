import { readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { CollectStateFolder } from '../../../../src/adapters/fs/collect-state-file.ts';
import type { BatchJournal, Checkpoint, SeenQuery } from '../../../../src/ports/collect-state.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

const checkpoint: Checkpoint = {
  version: 1,
  store: 's3://acme/audit',
  fromNs: '0',
  watermarkNs: '10',
  ledgerFromNs: '0',
  batches: 1,
  ledger: [{ batch: 1, queries: 2, untilNs: '10' }],
};
const seen: SeenQuery[] = [
  { queryId: 'a', endNs: '1', hasAccess: true },
  { queryId: 'b', endNs: '2', hasAccess: false },
];

async function writeBatch(state: CollectStateFolder, batch = 1): Promise<BatchJournal> {
  const writer = await state.beginBatch(batch);
  await writer.addRecords('{"ä":1}\n');
  await writer.addRecords('{"b":2}\n');
  await writer.addSeen(seen);
  const bytes = await writer.finish();
  const range = { fromNs: '0', untilNs: '10' };
  return { version: 1, batch, kind: 'window', ...range, rows: 2, records: 2, bytes, checkpoint };
}

async function textOf(state: CollectStateFolder, journal: BatchJournal): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of state.records(journal)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString('utf8');
}

test('what was written is read again: checkpoint, journal, records and ledger', async () => {
  const state = new CollectStateFolder(join(scratchFolder(), 'a', 'b'));
  expect(await state.readCheckpoint()).toBeUndefined();
  expect(await state.readJournal()).toBeUndefined();
  const journal = await writeBatch(state);
  await state.saveJournal(journal);
  await state.saveCheckpoint(checkpoint);
  expect(await state.readJournal()).toEqual(journal);
  expect(await state.readCheckpoint()).toEqual(checkpoint);
  expect(await textOf(state, journal)).toBe('{"ä":1}\n{"b":2}\n');
  const queries: SeenQuery[] = [];
  for await (const some of state.seen(checkpoint.ledger[0]!)) queries.push(...some);
  expect(queries).toEqual(seen);
});

test('only its owner can read what is in it', async () => {
  const state = new CollectStateFolder(join(scratchFolder(), 'state'));
  await state.saveJournal(await writeBatch(state));
  await state.saveCheckpoint(checkpoint);
  for (const name of await readdir(state.location)) {
    const { mode } = await stat(join(state.location, name));
    expect([name, mode & 0o077]).toEqual([name, 0]);
  }
});

test('tidied, it holds the checkpoint and the parts of the ledger that it names', async () => {
  const state = new CollectStateFolder(join(scratchFolder(), 'state'));
  await state.saveJournal(await writeBatch(state, 1));
  await state.saveJournal(await writeBatch(state, 2));
  await state.saveCheckpoint({ ...checkpoint, batches: 2 });
  await state.tidy({ ...checkpoint, batches: 2 });
  expect((await readdir(state.location)).toSorted()).toEqual(['checkpoint.json', 'seen-1.txt']);
});

test('a batch that is begun again holds nothing of the first try', async () => {
  const state = new CollectStateFolder(join(scratchFolder(), 'state'));
  const first = await state.beginBatch(1);
  await first.addRecords('x'.repeat(1_000_000));
  await first.abandon();
  const journal = await writeBatch(state, 1);
  expect(await textOf(state, journal)).toBe('{"ä":1}\n{"b":2}\n');
});

test.each([
  ['records that were cut short', async (folder: string) => truncate(join(folder, 'batch-1.jsonl'), 5)],
  ['a journal that is no JSON', async (folder: string) => writeFile(join(folder, 'batch.json'), '{')],
  [
    'a journal of another version',
    async (folder: string) => writeFile(join(folder, 'batch.json'), '{"version":9}'),
  ],
])('%s: told, with the file', async (_, spoil) => {
  const state = new CollectStateFolder(join(scratchFolder(), 'state'));
  const journal = await writeBatch(state);
  await state.saveJournal(journal);
  await spoil(state.location);
  const read = async (): Promise<string> => textOf(state, (await state.readJournal()) ?? journal);
  await expect(read()).rejects.toMatchObject({ code: 'document-invalid' });
  await expect(read()).rejects.toThrow(state.location);
});

test('a folder that can not be written is told, with the variable that cures it', async () => {
  const file = join(scratchFolder(), 'file');
  await writeFile(file, '');
  const state = new CollectStateFolder(join(file, 'state'));
  await expect(state.beginBatch(1)).rejects.toMatchObject({ code: 'state-not-written' });
  expect(await readFile(file, 'utf8')).toBe('');
});
