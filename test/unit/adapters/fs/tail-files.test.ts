import {
  appendFile,
  copyFile,
  link,
  mkdir,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileTail } from '../../../../src/adapters/fs/tail-files.ts';
import type { FollowedInput } from '../../../../src/adapters/fs/tail-scan.ts';
import { hashOf } from '../../../../src/core/follow/tailed-stream.ts';
import type { LinesRecord } from '../../../../src/core/follow/spool-record.ts';
import type { SourcePosition } from '../../../../src/core/ledger/source-position.ts';
import { readPositions } from '../../../../src/core/follow/spooled-positions.ts';
import type { LineRules } from '../../../../src/core/follow/whole-lines.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

let folder = '';
let nowMs = 0;
let ids = 0;
let events: string[] = [];
let tails: FileTail[] = [];

beforeEach(() => {
  folder = scratchFolder();
  nowMs = Date.now();
  ids = 0;
  events = [];
  tails = [];
});
afterEach(async () => {
  await Promise.all(tails.map((tail) => tail.close()));
});

const path = (name: string): string => join(folder, name);

interface Reader {
  /** Looks once, a second later, and answers with the lines that came. */
  poll: () => Promise<string[]>;
  records: LinesRecord[];
  close: () => Promise<void>;
}

interface From {
  before?: readonly LinesRecord[];
  rules?: Partial<LineRules>;
  /** What the ledger says beside. */
  ledger?: Partial<SourcePosition>;
}

function follow(
  inputs: readonly FollowedInput[] = [{ kind: 'folder', input: folder }],
  { before = [], rules = {}, ledger = {} }: From = {},
): Reader {
  const latest = new Map(before.map((record) => [record.file?.id ?? '', record]));
  const tail = new FileTail({
    inputs,
    exceptBelow: [],
    known: readPositions([], [latest], nowMs).map((position) => Object.assign(position, ledger)),
    rules: { maxLineBytes: 100, wrapping: undefined, ...rules },
    newId: () => `id-${++ids}`,
    now: () => nowMs,
    sleep: async () => undefined,
    onEvent: ({ kind, name }) => events.push(`${kind} ${name.slice(folder.length + 1)}`),
  });
  tails.push(tail);
  const records: LinesRecord[] = [...before];
  return {
    records,
    close: () => tail.close(),
    poll: async () => {
      nowMs += 1001;
      const lines: string[] = [];
      for await (const { record, payload } of tail.poll()) {
        records.push(record);
        lines.push(...payload.toString().split('\n').slice(0, -1));
      }
      return lines;
    },
  };
}

test('a file is read from its beginning, then what is written to it; the end of a line is waited for', async () => {
  await writeFile(path('a.log'), 'one\ntwo\nthr');
  const { poll } = follow();
  expect(await poll()).toEqual(['one', 'two']);
  expect(await poll()).toEqual([]);
  await appendFile(path('a.log'), 'ee\nfour\n');
  expect(await poll()).toEqual(['three', 'four']);
});

test('each record says where its lines stood, and how the file is known again', async () => {
  await writeFile(path('a.log'), 'one\ntwo\n');
  const { poll, records } = follow();
  await poll();
  await appendFile(path('a.log'), 'three\n');
  await poll();
  expect(records.map(({ from, to }) => [from, to])).toEqual([
    [
      { stored: 0, offset: 0, lines: 0 },
      { stored: 8, offset: 8, lines: 2 },
    ],
    [
      { stored: 8, offset: 8, lines: 2 },
      { stored: 14, offset: 14, lines: 3 },
    ],
  ]);
  expect(new Set(records.map(({ file }) => file?.id)).size).toBe(1);
});

test('a byte order mark is no part of the first line', async () => {
  await writeFile(path('a.log'), '\u{feff}one\n');
  const { poll, records } = follow();
  expect(await poll()).toEqual(['one']);
  expect(records[0]?.from).toEqual({ stored: 3, offset: 3, lines: 0 });
});

test.each(['\n', '\r\n'])(
  'a last line that was delivered before it had its ending (%j) gets it without being read again',
  async (ending) => {
    await writeFile(path('a.log'), 'one\n');
    const first = follow();
    await first.poll();
    await first.close();
    // What a push without --follow keeps of `one` without its line end.
    await writeFile(path('a.log'), 'one');
    for (const record of first.records)
      if (record.file !== undefined)
        Object.assign(record.file, {
          headHash: hashOf(Buffer.from('one')),
          tailHash: hashOf(Buffer.from('one')),
        });
    const before = first.records.map((record) =>
      Object.assign(record, { to: { stored: 3, offset: 3, lines: 1 } }),
    );
    await appendFile(path('a.log'), `${ending}two\n`);
    const { poll, records } = follow(undefined, { before, ledger: { unterminated: true } });
    expect(await poll()).toEqual(['two']);
    expect(records.at(-1)?.from).toEqual({ stored: 3 + ending.length, offset: 3 + ending.length, lines: 1 });
  },
);

test('a file that is deleted is read to its end while its writer has it open', async () => {
  await writeFile(path('a.log'), 'one\n');
  const { poll } = follow();
  await poll();
  await appendFile(path('a.log'), 'two\n');
  await rm(path('a.log'));
  expect(await poll()).toEqual(['two']);
});

test('a new file under the old name, of the same beginning and longer than what was read, is another file', async () => {
  const head = `${'h'.repeat(5000)}\n`;
  await writeFile(path('a.log'), `${head}one\n`);
  const { poll } = follow(undefined, { rules: { maxLineBytes: 9000 } });
  await poll();
  await truncate(path('a.log'));
  await appendFile(path('a.log'), `${head}two\nthree\n`);
  await poll();
  expect((await poll()).concat(await poll()).slice(-2)).toEqual(['two', 'three']);
  expect(events).toContain('cut a.log');
});

test('a copy of a file that is followed is not read; once the file is cut, only what the copy has beyond', async () => {
  await writeFile(path('a.log'), 'one\n');
  const { poll } = follow();
  await poll();
  await appendFile(path('a.log'), 'two\n');
  await poll();
  await copyFile(path('a.log'), path('a.log.1'));
  expect(await poll()).toEqual([]);
  expect(events).toContain('copy a.log.1');
  await appendFile(path('a.log.1'), 'three\n');
  await truncate(path('a.log'));
  const lines = [...(await poll()), ...(await poll()), ...(await poll())];
  expect(lines).toEqual(['three']);
});

test('two names of one file are one file', async () => {
  await writeFile(path('a.log'), 'one\n');
  await symlink(path('a.log'), path('b.log'));
  await link(path('a.log'), path('c.log'));
  const { poll } = follow();
  expect([...(await poll()), ...(await poll())]).toEqual(['one']);
});

describe('compressed files', () => {
  test('are passed over in a folder, by name and by content', async () => {
    await writeFile(path('a.log.1.gz'), gzipSync('one\n'));
    await writeFile(path('b.log'), gzipSync('two\n'));
    const { poll } = follow();
    expect([...(await poll()), ...(await poll())]).toEqual([]);
    expect(events).toEqual(['compressed b.log']);
  });

  test('that a log became while nobody looked give what was not read of it', async () => {
    await writeFile(path('a.log'), 'one\n');
    const first = follow();
    await first.poll();
    await first.close();
    await rm(path('a.log'));
    await writeFile(path('a.log.1.gz'), gzipSync('one\ntwo\nthree'));
    await utimes(path('a.log.1.gz'), new Date(nowMs + 5000), new Date(nowMs + 5000));
    const second = follow(undefined, { before: first.records });
    expect(await second.poll()).toEqual(['two', 'three']);
    await second.close();
    const third = follow(undefined, { before: second.records });
    expect(await third.poll()).toEqual([]);
  });

  test('that came and went while nobody looked are read whole', async () => {
    await writeFile(path('a.log'), 'one\n');
    const first = follow([{ kind: 'file', input: path('a.log') }]);
    await first.poll();
    await first.close();
    await writeFile(path('a.log.2.gz'), gzipSync('two\n'));
    await utimes(path('a.log.2.gz'), new Date(nowMs + 5000), new Date(nowMs + 5000));
    await writeFile(path('other.2.gz'), gzipSync('not ours\n'));
    await utimes(path('other.2.gz'), new Date(nowMs + 5000), new Date(nowMs + 5000));
    const second = follow([{ kind: 'file', input: path('a.log') }], { before: first.records });
    expect(await second.poll()).toEqual(['two']);
    await second.close();
    const third = follow([{ kind: 'file', input: path('a.log') }], { before: second.records });
    expect(await third.poll()).toEqual([]);
  });
});

describe('a file that is followed by its name', () => {
  test('need not be there yet', async () => {
    const { poll } = follow([{ kind: 'file', input: path('a.log') }]);
    expect(await poll()).toEqual([]);
    await writeFile(path('a.log'), 'one\n');
    expect(await poll()).toEqual(['one']);
  });

  test('leaves its neighbours alone', async () => {
    await writeFile(path('a.log'), 'one\n');
    await writeFile(path('a.log.1'), 'older\n');
    await utimes(path('a.log.1'), new Date(nowMs - 60_000), new Date(nowMs - 60_000));
    await writeFile(path('a.log.lock'), 'x\n');
    const { poll, close, records } = follow([{ kind: 'file', input: path('a.log') }]);
    expect([...(await poll()), ...(await poll())]).toEqual(['one']);
    await rename(path('a.log'), path('a.log.2'));
    await writeFile(path('a.log'), 'two\n');
    expect([...(await poll()), ...(await poll())]).toEqual(['two']);
    await close();
    await rename(path('a.log'), path('a.log.3'));
    await writeFile(path('a.log'), 'three\n');
    const again = follow([{ kind: 'file', input: path('a.log') }], { before: records });
    expect([...(await again.poll()), ...(await again.poll())]).toEqual(['three']);
  });

  test('is read on from the file that it was renamed to, and from the new one', async () => {
    await writeFile(path('a.log'), 'one\n');
    const first = follow([{ kind: 'file', input: path('a.log') }]);
    await first.poll();
    await first.close();
    await appendFile(path('a.log'), 'two\n');
    await rename(path('a.log'), path('renamed'));
    await writeFile(path('a.log'), 'three\n');
    const second = follow([{ kind: 'file', input: path('a.log') }], { before: first.records });
    expect(await second.poll()).toEqual(['two', 'three']);
  });
});

test('what was rotated away twice while nobody looked is found, also by a start that ended before it was read', async () => {
  const input: FollowedInput[] = [{ kind: 'file', input: path('a.log') }];
  await writeFile(path('a.log'), 'one\n');
  const first = follow(input);
  await first.poll();
  await first.close();
  const at = (seconds: number): Date => new Date(nowMs + seconds * 1000);
  await appendFile(path('a.log'), 'two\n');
  await rename(path('a.log'), path('a.log.2'));
  await utimes(path('a.log.2'), at(1), at(1));
  await writeFile(path('a.log.1'), 'three\n');
  await utimes(path('a.log.1'), at(2), at(2));
  await writeFile(path('a.log'), 'four\n');
  const second = follow(input, { before: first.records });
  expect(await second.poll()).toEqual(['two', 'three', 'four']);
  for (const [kept, left] of [
    [2, ['three', 'four']],
    [3, ['four']],
    [4, []],
  ] as const) {
    const again = follow(input, { before: second.records.slice(0, kept) });
    expect(await again.poll()).toEqual(left);
  }
});

test('wrapped lines are unwrapped; a line in parts is read when its last part has come', async () => {
  const part = (tag: string, text: string): string => `2026-11-23T05:30:00.1Z stdout ${tag} ${text}\n`;
  await writeFile(path('a.log'), part('F', 'one') + part('P', 'tw'));
  const first = follow(undefined, { rules: { wrapping: 'cri' } });
  expect(await first.poll()).toEqual(['one']);
  await first.close();
  await appendFile(path('a.log'), part('F', 'o'));
  const second = follow(undefined, { rules: { wrapping: 'cri' }, before: first.records });
  expect(await second.poll()).toEqual(['two']);
});

test('a line that is longer than a look is read whole; one that is too long passes by in pieces', async () => {
  const long = 'x'.repeat(3 * 1024 * 1024);
  await writeFile(path('a.log'), `${long}\nend\n`);
  const { poll } = follow(undefined, { rules: { maxLineBytes: 4 * 1024 * 1024 } });
  expect((await poll()).map((line) => line.length)).toEqual([long.length, 3]);
  await mkdir(path('more'));
  await writeFile(path('more/b.log'), `${long}\nend\n`);
  const second = follow([{ kind: 'folder', input: path('more') }], { rules: { maxLineBytes: 1024 * 1024 } });
  const lines = [];
  for (let polls = 0; polls < 6; polls++) lines.push(...(await second.poll()));
  expect(lines.at(-1)).toBe('end');
  expect(lines.slice(0, -1).every((line) => line.length > 1024 * 1024)).toBe(true);
  expect(lines.slice(0, -1).join('')).toBe(long);
});
