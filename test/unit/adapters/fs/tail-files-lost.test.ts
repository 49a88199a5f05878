import { appendFile, rename, rm, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { FileTail } from '../../../../src/adapters/fs/tail-files.ts';
import { readPositions } from '../../../../src/core/follow/spooled-positions.ts';
import type { LinesRecord } from '../../../../src/core/follow/spool-record.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

let folder = '';
let nowMs = 0;
let ids = 0;
let events: string[] = [];
let records: LinesRecord[] = [];
let tail: FileTail | undefined;

beforeEach(() => {
  folder = scratchFolder();
  nowMs = Date.now();
  ids = 0;
  events = [];
  records = [];
});
afterEach(async () => {
  await tail?.close();
});

const path = (name: string): string => join(folder, name);

/** Follows `a.log` by its name, from where it was read to before. */
async function follow(): Promise<void> {
  await tail?.close();
  const latest = new Map(records.map((record) => [record.file?.id ?? '', record]));
  tail = new FileTail({
    inputs: [{ kind: 'file', input: path('a.log') }],
    exceptBelow: [],
    known: readPositions([], [latest], nowMs),
    rules: { maxLineBytes: 100, wrapping: undefined },
    newId: () => `id-${++ids}`,
    now: () => nowMs,
    sleep: async () => undefined,
    onEvent: ({ kind, name }) => events.push(`${kind} ${name.slice(folder.length + 1)}`),
  });
}

/** Looks once, a second later, and answers with the lines that came. */
async function poll(): Promise<string[]> {
  nowMs += 1001;
  const lines: string[] = [];
  for await (const { record, payload } of tail?.poll() ?? []) {
    records.push(record);
    lines.push(...payload.toString().split('\n').slice(0, -1));
  }
  return lines;
}

test.each([
  ['rotated', (): Promise<void> => rename(path('a.log'), path('a.log.1')), 'thr'],
  ['deleted', (): Promise<void> => rm(path('a.log')), 'thr'],
])(
  'the last line without an end of a file that was %s is read when its writer is silent',
  async (_, go, end) => {
    await writeFile(path('a.log'), 'one\ntwo\n');
    await follow();
    expect(await poll()).toEqual(['one', 'two']);
    await appendFile(path('a.log'), end);
    await go();
    expect(await poll()).toEqual([]);
    nowMs += 590_000;
    expect(await poll()).toEqual([]);
    nowMs += 20_000;
    expect(await poll()).toEqual([end]);
    expect(records.at(-1)?.to.stored).toBe(8 + end.length);
    nowMs += 700_000;
    expect(await poll()).toEqual([]);
  },
);

test.each(['', 'three\n', 'three\nfour\nfive\n'])(
  'what was copied, cut and compressed between two looks is read from the archive, then %j',
  async (after) => {
    await writeFile(path('a.log'), 'one\n');
    await follow();
    expect(await poll()).toEqual(['one']);
    await writeFile(path('a.log.1.gz'), gzipSync('one\ntwo\n'));
    await utimes(path('a.log.1.gz'), new Date(nowMs), new Date(nowMs));
    await writeFile(path('a.log'), after);
    const lines = [...(await poll()), ...(await poll()), ...(await poll())];
    expect(lines).toEqual(['two', ...after.split('\n').slice(0, -1)]);
    await follow();
    expect(await poll()).toEqual([]);
    expect(events).not.toContain('unreadable a.log.1.gz');
  },
);
