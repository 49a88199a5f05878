import { join } from 'node:path';
import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { LedgerFile } from '../../../../src/adapters/fs/ledger-file.ts';
import type { LedgerRecord } from '../../../../src/core/ledger/ledger-state.ts';
import type { SourcePosition } from '../../../../src/core/ledger/source-position.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import { batch, nowMs, position } from '../../core/ledger/ledger-records.ts';

const open = (folder: string): Promise<LedgerFile> => LedgerFile.open(folder, () => nowMs);

describe('a ledger', () => {
  test('knows after it was opened again what was begun, what is done and where each file stands', async () => {
    const folder = join(scratchFolder(), 'ledger');
    const first = await open(folder);
    const records: LedgerRecord[] = [
      { kind: 'begin', batch: batch('a') },
      { kind: 'begin', batch: batch('b') },
      { kind: 'begin', batch: batch('c') },
      { kind: 'done', batch: batch('a'), positions: [position('a', 10)] },
      { kind: 'drop', batchId: 'c' },
      { kind: 'advance', positions: [position('a', 20)] },
    ];
    for (const record of records) await first.add(record);
    await first.close();
    const { state } = await open(folder);
    expect([...state.begun.keys()]).toEqual(['b']);
    expect([...state.done.keys()]).toEqual(['a']);
    expect(state.positions.get('a')).toEqual(position('a', 20));
  });

  test('that has grown large is written anew: the same state in fewer bytes, without files not seen for long', async () => {
    const folder = join(scratchFolder(), 'ledger');
    const first = await open(folder);
    await first.add({ kind: 'advance', positions: [position('old', 10, nowMs - 401 * 86_400_000)] });
    await first.add({ kind: 'begin', batch: batch('open', 'a') });
    const all = (stored: number): SourcePosition[] =>
      Array.from({ length: 400 }, (_, n) => position(`file-${n}`, stored));
    for (let n = 1; n <= 40; n++) await first.add({ kind: 'advance', positions: all(n * 10) });
    await first.close();
    const second = await open(folder);
    expect(second.state.positions.size).toBe(400);
    expect(second.state.positions.get('file-7')?.stored).toBe(400);
    expect([...second.state.begun.keys()]).toEqual(['open']);
    await second.close();
  });

  test('keeps up to three witnesses of the latest delivery, byte for byte and each once', async () => {
    const folder = join(scratchFolder(), 'ledger');
    const ledger = await open(folder);
    expect(await ledger.witnesses()).toEqual([]);
    const witness = { key: 'k', contentType: 'application/gzip', body: Buffer.from([0, 255, 10, 13]) };
    const named = (key: string): typeof witness => ({ ...witness, key });
    await ledger.keepWitnesses([named('a'), named('b')]);
    await ledger.keepWitnesses([]);
    expect(await ledger.witnesses()).toEqual([named('a'), named('b')]);
    await ledger.keepWitnesses([named('c'), witness, named('c'), named('d'), named('e')]);
    expect(await ledger.witnesses()).toEqual([named('c'), witness, named('d')]);
  });

  test('that can not be written says where, and what cures it', async () => {
    const folder = scratchFolder();
    await writeFile(join(folder, 'file'), '');
    const error = await rejectionOf(open(join(folder, 'file', 'ledger')));
    expect(error).toMatchObject({
      code: 'state-not-written',
      cure: expect.stringContaining('XDG_STATE_HOME'),
    });
  });
});
