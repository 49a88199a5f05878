import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFile, chmod, mkdir, readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { RunHistoryFile } from '../../../../src/adapters/fs/records/run-history-file.ts';
import type { RunHistoryOptions } from '../../../../src/adapters/fs/records/run-history-file.ts';
import { foldRuns } from '../../../../src/core/runs/fold-runs.ts';
import type { RunBook } from '../../../../src/core/runs/fold-runs.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { mondayMs, progressOf } from '../../core/runs/recording.ts';

const beginning = { command: 'push', store: 'export', inputs: ['2026-01-05.jsonl'], startedMs: mondayMs };
const ending = {
  ...progressOf([mondayMs]),
  endedMs: mondayMs + 500,
  outcome: 'delivered',
  exitCode: 0,
  reason: null,
} as const;

function openHistory(
  more: Partial<RunHistoryOptions> = {},
  file = join(scratchFolder(), 'acme', 'runs.jsonl'),
): { file: string; history: RunHistoryFile; troubles: string[]; book: () => Promise<RunBook> } {
  const troubles: string[] = [];
  const onTrouble = (message: string): void => void troubles.push(message);
  const history = new RunHistoryFile(file, { onTrouble, now: () => mondayMs + 1000, ...more });
  return { file, history, troubles, book: async () => foldRuns(await history.lines()) };
}

test('a run leaves one line when it begins, one for each mark and one when it ends', async () => {
  const { history, file, book, troubles } = openHistory();
  const run = await history.begin(beginning);
  expect((await book()).runs).toMatchObject([{ id: run.id, pid: process.pid, end: undefined }]);
  await run.mark(progressOf([mondayMs]));
  await run.end(ending);
  expect((await readFile(file, 'utf8')).split('\n')).toHaveLength(4);
  const { runs, types } = await book();
  expect(runs).toMatchObject([
    {
      command: 'push',
      inputs: 1,
      mark: { at: new Date(mondayMs + 1000).toISOString() },
      end: { outcome: 'delivered', endedAt: new Date(mondayMs + 500).toISOString() },
    },
  ]);
  expect([...types.keys()]).toEqual(['query']);
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  expect(troubles).toEqual([]);
});

test('the same inputs are the same work; another day in the name is other work of the same job', async () => {
  const { history, book } = openHistory();
  for (const inputs of [beginning.inputs, beginning.inputs, ['2026-01-06.jsonl'], ['other.jsonl']])
    await history.begin({ ...beginning, inputs });
  const { runs } = await book();
  expect([new Set(runs.map(({ work }) => work)).size, new Set(runs.map(({ job }) => job)).size]).toEqual([
    3, 2,
  ]);
});

test('where nothing was kept, nothing is read', async () => {
  expect(await openHistory().history.lines()).toEqual([]);
});

test.each(['{"record":"begin","version":1,"id":"torn', 'x', '\n\n'])(
  'what a crash has torn (%j) does not spoil what follows',
  async (torn) => {
    const { history, file, book } = openHistory();
    const run = await history.begin(beginning);
    await appendFile(file, torn);
    await run.end(ending);
    const { runs, unreadable } = await book();
    expect(runs).toMatchObject([{ id: run.id, end: { exitCode: 0 } }]);
    expect(unreadable).toBe(torn.trim() === '' ? 0 : 1);
  },
);

test('a history that can not be kept is told once, and fails nothing', async () => {
  const folder = scratchFolder();
  await writeFile(join(folder, 'acme'), 'a file where a folder should be');
  const { history, troubles } = openHistory({}, join(folder, 'acme', 'runs.jsonl'));
  const run = await history.begin(beginning);
  await run.mark(progressOf([]));
  await run.end(ending);
  expect(troubles).toHaveLength(1);
  expect(troubles[0]).toMatch(/runs\.jsonl can't be kept: .*The run goes on\.$/);
});

test.skipIf(process.getuid?.() === 0)(
  'a history that may not be read is an error, not an empty one',
  async () => {
    const { history, file } = openHistory();
    await history.begin(beginning);
    await chmod(file, 0);
    await expect(history.lines()).rejects.toThrow('EACCES');
  },
);

describe('compacting', () => {
  const bounds = { fileBytes: 20_000, kept: { runs: 8, bytes: 1e6 }, compactionMs: 60_000 };

  test('keeps the last runs and the number of all, and the file stays within its bounds', async () => {
    const { history, file, book } = openHistory({ bounds });
    for (let count = 0; count < 120; count++) {
      const run = await history.begin({ ...beginning, startedMs: mondayMs + count });
      await run.end(ending);
      expect((await stat(file)).size).toBeLessThan(bounds.fileBytes + 3000);
    }
    const { runs, summarised, unreadable, types } = await book();
    expect([runs.length + summarised, unreadable, types.size]).toEqual([120, 0, 1]);
    expect(runs.length).toBeLessThan(40);
    expect(runs.at(-1)?.startedAt).toBe(new Date(mondayMs + 119).toISOString());
  });

  test('many writers at once, while the file is compacted again and again: every run is counted', async () => {
    const { file, book, troubles } = openHistory({ bounds: { ...bounds, kept: { runs: 1000, bytes: 1e9 } } });
    const writers = Array.from({ length: 6 }, () =>
      openHistory({ bounds: { ...bounds, kept: { runs: 1000, bytes: 1e9 } } }, file),
    );
    await Promise.all(
      writers.map(async ({ history }) => {
        for (let count = 0; count < 25; count++) {
          const run = await history.begin(beginning);
          await run.end(ending);
        }
      }),
    );
    const { runs, unreadable } = await book();
    expect([runs.length, runs.filter(({ end }) => end === undefined).length, unreadable]).toEqual([
      150, 0, 0,
    ]);
    expect([...troubles, ...writers.flatMap((writer) => writer.troubles)]).toEqual([]);
  });

  test('one that was killed half-way is taken over', async () => {
    const { history, file, book } = openHistory({ bounds });
    const unfinished = `${file}.compacting`;
    await mkdir(dirname(file), { recursive: true });
    await writeFile(unfinished, '{"half');
    await utimes(unfinished, 1, 1);
    for (let count = 0; count < 60; count++) await (await history.begin(beginning)).end(ending);
    expect((await book()).summarised).toBeGreaterThan(0);
  });

  test('one that another process is at is left to it', async () => {
    const { history, file, book } = openHistory({ bounds, now: () => Date.now() });
    await mkdir(dirname(file), { recursive: true });
    await writeFile(`${file}.compacting`, '');
    for (let count = 0; count < 60; count++) await (await history.begin(beginning)).end(ending);
    const { runs, summarised } = await book();
    expect([runs.length, summarised]).toEqual([60, 0]);
  });
});

test('lines that other processes append at the same time do not mix', async () => {
  const { file, history, book } = openHistory();
  await history.begin(beginning);
  const line = (await readFile(file, 'utf8')).trim();
  const script = `
    import { openSync, writeSync } from 'node:fs';
    const file = openSync(${JSON.stringify(file)}, 'a');
    for (let count = 0; count < 200; count++)
      writeSync(file, JSON.stringify({ ...${line}, id: process.pid + '-' + count }) + '\\n');`;
  const children = [1, 2].map(() => spawn(process.execPath, ['--input-type=module', '-e', script]));
  const ends = Promise.all(children.map((child) => once(child, 'close')));
  for (let count = 0; count < 50; count++) await history.begin(beginning);
  await ends;
  const { runs, unreadable } = await book();
  expect([runs.length, unreadable]).toEqual([451, 0]);
});
