import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { JournalOnDisk } from '../../../../../src/adapters/fs/state/journal/open-journal.ts';
import type { JournalState } from '../../../../../src/core/batches/journal-state.ts';
import { scratchFolder } from '../../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../../fakes/thrown.ts';
import { knownFile } from '../../../../fakes/known-file.ts';
import type { KnownFile } from '../../../../../src/ports/sources/known-file.ts';
import type { Batch } from '../../../../../src/ports/state/batch.ts';

const now = (): number => 0;

async function opened(folder: string, fence: number): Promise<JournalOnDisk> {
  const journal = await JournalOnDisk.open(folder, fence, now);
  onTestFinished(() => journal.close().catch(() => undefined));
  return journal;
}

const known = (id: string, offset: number, path = `/${id}`): KnownFile =>
  knownFile(id, offset, { path, real: path });

function batchOf(id: string, ...files: readonly KnownFile[]): Batch {
  const cut: Batch['cut'] = {
    objectBytes: 1000,
    compression: 'gzip',
    layout: 'x',
    maxLineBytes: 100,
    unwrap: 'none',
    ownTypes: [],
  };
  const ends = { head: '', tail: '' };
  return { id, cut, parts: files.map((file) => ({ kind: 'file', file, to: 10, ends, isFinal: false })) };
}

/** Begins a batch of one file and ends it at this offset. */
async function deliver(journal: JournalOnDisk, id: string, file: KnownFile, offset: number): Promise<void> {
  await journal.add({ kind: 'begin', batch: batchOf(id, file) });
  await journal.add({ kind: 'done', id, standing: { files: [{ ...file, at: { ...file.at, offset } }] } });
}

const contentOf = ({ files, begun, cursors, rules }: JournalState): object => ({
  files: new Map(files),
  begun: new Map(begun),
  cursors: new Map(cursors),
  rules,
});

async function historyOf(journal: JournalOnDisk): Promise<string[]> {
  const ids: string[] = [];
  for await (const { id } of journal.history()) ids.push(id);
  return ids;
}

const fileSizes = (folder: string): number =>
  readdirSync(folder).reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);

/** So long that a few hundred records are past what a journal is written anew at. */
const longPath = `/${'long/'.repeat(800)}`;

describe('the journal of a destination', () => {
  test('comes back as it was, for the next owner', async () => {
    const folder = join(scratchFolder(), 'deep');
    const first = await opened(folder, 1);
    await first.add({ kind: 'owner', rules: 'r' });
    await deliver(first, 'a', known('f', 1), 5);
    await first.add({ kind: 'begin', batch: batchOf('b', known('g', 2)) });
    await first.add({ kind: 'cursor', standing: { cursors: { x: [1] } } });
    const before = contentOf(first.state);
    await first.close();
    const second = await opened(folder, 2);
    expect(contentOf(second.state)).toEqual(before);
    expect([...second.state.begun.keys()]).toEqual(['b']);
    expect(second.state.files.get('f')?.at.offset).toBe(5);
    expect(await JournalOnDisk.newestFence(folder)).toBe(2);
  });

  test('is readable by its owner alone', async () => {
    const folder = join(scratchFolder(), 'deep');
    const journal = await opened(folder, 1);
    for (let n = 0; n < 300; n++) await deliver(journal, `b${n}`, known(`f`, n, longPath), n);
    const modes = readdirSync(folder).map((name) => [
      name,
      (statSync(join(folder, name)).mode & 0o777).toString(8),
    ]);
    expect(modes.map(([name]) => name)).toContain('history');
    expect(modes.filter(([, mode]) => mode !== '600')).toEqual([]);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
  });

  test('is read without being taken over, and nothing is changed by that', async () => {
    const folder = join(scratchFolder(), 'deep');
    expect(contentOf(await JournalOnDisk.read(folder))).toMatchObject({ files: new Map(), rules: undefined });
    const journal = await opened(folder, 1);
    await deliver(journal, 'a', known('f', 1), 5);
    const names = readdirSync(folder);
    expect((await JournalOnDisk.read(folder)).files.get('f')?.at.offset).toBe(5);
    expect(readdirSync(folder)).toEqual(names);
    await deliver(journal, 'b', known('f', 5), 7);
    expect((await JournalOnDisk.read(folder)).files.get('f')?.at.offset).toBe(7);
  });

  test('that has grown is written anew: the same state, the same batches, in less room', async () => {
    const folder = scratchFolder();
    const journal = await opened(folder, 1);
    await journal.add({ kind: 'owner', rules: 'r' });
    const ids = Array.from({ length: 600 }, (_, n) => `b${n}`);
    for (const [n, id] of ids.entries()) await deliver(journal, id, known(`f${n % 3}`, n, longPath), n + 1);
    await journal.add({ kind: 'begin', batch: batchOf('open', known('f0', 700, longPath)) });
    expect(readdirSync(folder)).toContain('history');
    const written = ids.length * 2 * longPath.length * 2;
    expect(statSync(join(folder, 'journal.000000000001')).size).toBeLessThan(written / 2);
    expect(fileSizes(folder)).toBeGreaterThan(0);
    expect(await historyOf(journal)).toEqual(ids);
    const before = contentOf(journal.state);
    await journal.close();
    const next = await opened(folder, 2);
    expect(contentOf(next.state)).toEqual(before);
    expect([...next.state.begun.keys()]).toEqual(['open']);
    expect(await historyOf(next)).toEqual(ids);
    await next.add({ kind: 'done', id: 'open', standing: {} });
    expect(await historyOf(next)).toEqual([...ids, 'open']);
  }, 60_000);
});

describe('a journal that was lost', () => {
  test('to another owner takes no record more, and its state is as it was', async () => {
    const folder = scratchFolder();
    const frozen = await opened(folder, 1);
    await deliver(frozen, 'a', known('f', 1), 5);
    const owner = await opened(folder, 2);
    const error = await rejectionOf(frozen.add({ kind: 'begin', batch: batchOf('late', known('f', 5)) }));
    expect(error).toMatchObject({ code: 'lock-lost', exitCode: 6 });
    expect([...frozen.state.begun.keys()]).toEqual([]);
    await deliver(owner, 'b', known('f', 5), 9);
    expect((await JournalOnDisk.read(folder)).files.get('f')?.at.offset).toBe(9);
    expect(await historyOf(owner)).toEqual(['a', 'b']);
  });

  test('to an owner with a higher number can not be opened any more', async () => {
    const folder = scratchFolder();
    await opened(folder, 5);
    expect(await rejectionOf(JournalOnDisk.open(folder, 4, now))).toMatchObject({ code: 'lock-lost' });
  });

  test('from the disk is told with the cure', async () => {
    const folder = scratchFolder();
    const taken = join(folder, 'taken');
    writeFileSync(taken, '');
    const error = await rejectionOf(JournalOnDisk.open(join(taken, 'below'), 1, now));
    expect(error).toMatchObject({ code: 'state-not-written', exitCode: 3 });
    expect(error.cure).toContain('XDG_STATE_HOME');
    const journal = await opened(join(folder, 'state'), 1);
    rmSync(join(folder, 'state'), { recursive: true });
    expect(await rejectionOf(journal.add({ kind: 'owner', rules: 'r' }))).toMatchObject({
      code: 'lock-lost',
    });
  });
});
