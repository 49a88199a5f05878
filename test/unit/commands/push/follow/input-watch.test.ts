import { expect, test } from 'vitest';
import { Mutex } from '../../../../../src/commands/push/plan/condition.ts';
import { FollowNotes } from '../../../../../src/commands/push/follow/follow-notes.ts';
import { InputWatch } from '../../../../../src/commands/push/follow/input-watch.ts';
import { News } from '../../../../../src/commands/push/follow/news.ts';
import { JournalState } from '../../../../../src/core/batches/journal-state.ts';
import { Heads, newlyKnown } from '../../../../../src/core/files/known-now.ts';
import type { ScanChange } from '../../../../../src/ports/sources/followed-inputs.ts';
import type { Journal } from '../../../../../src/ports/state/journal.ts';
import { keptLog } from '../../../../fakes/kept-log.ts';
import { MemoryFiles } from '../../../../fakes/memory-files.ts';
import { VirtualTimer } from '../../../../fakes/virtual-timer.ts';

const noted = (): void => undefined;

/** A watch over files in memory; `scans` says what each scan finds. */
function watchOver(
  files: MemoryFiles,
  scans: ScanChange[],
): { watch: InputWatch; state: JournalState; log: ReturnType<typeof keptLog> } {
  const state = new JournalState();
  const clock = new VirtualTimer();
  const log = keptLog();
  const journal: Journal = {
    state,
    add: async (record) => state.apply(record),
    history: async function* none() {},
    close: async () => undefined,
  };
  const watch = new InputWatch({
    inputs: {
      pipes: [],
      hasFiles: true,
      at: (path) => files.at(path),
      beside: (path) => files.beside(path),
      scan: async () => scans.shift() ?? { bytes: 0, fresh: [], absent: [], noted },
      take: () => ({ files: async () => [], settle: async () => undefined }),
      close: async () => undefined,
    },
    journal,
    host: { clock, newId: () => 'new' },
    notes: new FollowNotes({ log, clock, quiet: true, verbose: false, keptBytes: () => 0 }),
    news: new News(clock),
    looking: new Mutex(),
  });
  return { watch, state, log };
}

test('a file that is rotated while it is looked at for the first time ends nothing: it is written down at the next look', async () => {
  const files = new MemoryFiles();
  files.write('/logs/app.log', '{"n":1}\n');
  const [fresh] = files.given('/logs/app.log');
  if (fresh === undefined) throw new Error('no file');
  const { watch, state } = watchOver(files, [
    { bytes: 8, fresh: [fresh], absent: [], noted },
    { bytes: 0, fresh: [fresh], absent: [], noted },
  ]);
  files.rename('/logs/app.log', '/logs/app.log.1');
  await watch.scan();
  expect([...state.files.keys()]).toEqual([]);
  files.rename('/logs/app.log.1', '/logs/app.log');
  await watch.scan();
  expect([...state.files.values()]).toMatchObject([{ id: 'new', path: '/logs/app.log' }]);
});

test('a named file that is not there at the start is told, once', async () => {
  const absent = ['/logs/app.log'];
  const { watch, log } = watchOver(new MemoryFiles(), [
    { bytes: 0, fresh: [], absent, noted },
    { bytes: 0, fresh: [], absent, noted },
  ]);
  await watch.scan();
  await watch.scan();
  expect(log.told.map(({ event, message }) => [event, message])).toEqual([
    ['not-there-yet', '/logs/app.log is not there yet: it is read from its beginning when it is.'],
  ]);
});

test('a file that was empty is known by its first bytes as soon as they are there', async () => {
  const files = new MemoryFiles();
  files.write('/logs/app.log', '');
  const fresh = (): ScanChange['fresh'] => files.given('/logs/app.log');
  const scans: ScanChange[] = [];
  const { watch, state } = watchOver(files, scans);
  const [empty] = fresh();
  if (empty === undefined) throw new Error('no file');
  const sight = { heads: new Heads(), seenMs: 0 };
  const known = await newlyKnown(empty, 'empty', sight);
  state.apply({ kind: 'cursor', standing: { files: [known] } });
  files.append('/logs/app.log', '{"n":1}\n');
  scans.push({ bytes: 8, fresh: fresh(), absent: [], noted });
  await watch.scan();
  expect([...state.files.values()]).toMatchObject([
    { id: 'empty', at: { offset: 0 }, head: { bytes: 8 }, firstLine: { bytes: 7 } },
  ]);
});

test('a file that was empty, and then was replaced by a longer copy of itself, is known once', async () => {
  const files = new MemoryFiles();
  files.write('/logs/app.log', '');
  const [empty] = files.given('/logs/app.log');
  if (empty === undefined) throw new Error('no file');
  const scans: ScanChange[] = [];
  const { watch, state } = watchOver(files, scans);
  const known = await newlyKnown(empty, 'empty', { heads: new Heads(), seenMs: 0 });
  state.apply({ kind: 'cursor', standing: { files: [known] } });
  files.append('/logs/app.log', '{"n":1}\n');
  const held = files.hold('/logs/app.log');
  files.remove('/logs/app.log');
  files.write('/logs/app.log', '{"n":1}\n{"n":2}\n');
  scans.push({ bytes: 16, fresh: [held(), ...files.given('/logs/app.log')], absent: [], noted });
  await watch.scan();
  expect([...state.files.values()]).toMatchObject([
    { id: 'new', at: { offset: 0 }, head: { bytes: 16 }, path: '/logs/app.log' },
  ]);
});
