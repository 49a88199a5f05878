import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { QuarantineFolder } from '../../../../src/adapters/fs/quarantine/quarantine-folder.ts';
import { QuarantineFolderReader } from '../../../../src/adapters/fs/quarantine/quarantine-folder-reader.ts';
import type { QuarantinedLine } from '../../../../src/ports/store/quarantine.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import type { Destination } from '../../../../src/ports/store/destination.ts';
import { runs } from '../../../fakes/runs.ts';

const line: QuarantinedLine = {
  source: 'a.jsonl',
  sourceHead: 'h',
  line: 1,
  offset: 0,
  reason: 'not-json',
  detail: 'd',
};
const lineAt = (number: number): QuarantinedLine => ({ ...line, line: number });
const destination: Destination = { id: 'd'.repeat(32), text: 's3://acme' };
const mib = 1024 * 1024;

/** Sets lines aside as one run does; a list of several buffers is one long line in parts. */
async function setAside(
  folder: string,
  lines: readonly (Buffer | readonly Buffer[])[],
): Promise<string | undefined> {
  const quarantine = new QuarantineFolder(folder, destination);
  for (const [n, bytes] of lines.entries()) {
    const parts = Buffer.isBuffer(bytes) ? [bytes] : bytes;
    for (const part of parts.slice(0, -1)) await quarantine.addPart(part);
    await quarantine.add(lineAt(n + 1), parts.at(-1) ?? Buffer.alloc(0));
  }
  return quarantine.seal();
}

async function takeOut(folder: string): Promise<{ line: QuarantinedLine; bytes: Buffer; own: boolean }[]> {
  const quarantine = new QuarantineFolderReader(folder);
  const found = [];
  for (const list of await quarantine.lists()) {
    for await (const { line, bytes, rawFile } of quarantine.lines(list)) {
      const pieces = bytes === undefined ? [] : [bytes];
      if (rawFile !== undefined) for await (const piece of quarantine.rawBytes(rawFile)) pieces.push(piece);
      found.push({ line, bytes: Buffer.concat(pieces), own: rawFile !== undefined });
    }
  }
  return found;
}

const files = (folder: string): string[] => readdirSync(folder).toSorted();

describe('a line comes out of the quarantine as it went in', () => {
  test.each<[string, Buffer]>([
    ['plain text', Buffer.from('oops')],
    ['nothing', Buffer.alloc(0)],
    ['quotes and backslashes', Buffer.from(String.raw`{"a":"\"\\`)],
    ['invalid UTF-8', Buffer.from([0x22, 0xff, 0xfe, 0xc3, 0x22])],
    ['half a character', Buffer.from([0xe2, 0x80])],
    ['NUL bytes', Buffer.from([0, 0x61, 0, 0])],
    ['line separators of Unicode', Buffer.from('a\u2028b\u2029c\u0085d')],
    ['a byte order mark', Buffer.from('\uFEFF{}')],
    ['a CR', Buffer.from('a\rb\r')],
    ['characters beyond the plane', Buffer.from('🗝️𝄞')],
    ['all bytes', Buffer.from(Array.from({ length: 256 }, (_, n) => n))],
    ['exactly 1 MiB', Buffer.alloc(mib, 'é')],
  ])('%s', async (_, bytes) => {
    const folder = scratchFolder();
    await setAside(folder, [Buffer.from('before'), bytes, Buffer.from('after')]);
    const found = await takeOut(folder);
    expect(found.map(({ bytes }) => bytes.toString('base64'))).toEqual(
      [Buffer.from('before'), bytes, Buffer.from('after')].map((b) => b.toString('base64')),
    );
    expect(found.some(({ own }) => own)).toBe(false);
  });

  test('any bytes, and all that is known of the line', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.oneof(fc.uint8Array(), fc.string({ unit: 'binary' }))),
        async (contents) => {
          const folder = scratchFolder();
          const lines = contents.map((content) => Buffer.from(content as string));
          await setAside(folder, lines);
          const found = await takeOut(folder);
          expect(found.map(({ bytes }) => bytes)).toEqual(lines);
          expect(found.map(({ line }) => line)).toEqual(lines.map((_, n) => lineAt(n + 1)));
        },
      ),
      { numRuns: runs(10) },
    );
  });

  test('with type and place in the schema where they are known', async () => {
    const folder = scratchFolder();
    const more = { ...line, type: 'query', instancePath: '/a', schemaPath: '#/required' };
    const quarantine = new QuarantineFolder(folder, destination);
    await quarantine.add(more, Buffer.from('{}'));
    await quarantine.seal();
    expect((await takeOut(folder))[0]?.line).toEqual(more);
  });

  test('many lines, more than the buffer holds, in their order', async () => {
    const folder = scratchFolder();
    const lines = Array.from({ length: 3000 }, (_, n) => Buffer.from(`line ${n} ${'x'.repeat(300)}`));
    await setAside(folder, lines);
    expect((await takeOut(folder)).map(({ bytes }) => bytes.toString())).toEqual(lines.map(String));
  });
});

describe('a long line lies in a file of its own', () => {
  test.each<[string, Buffer | Buffer[]]>([
    ['more than 1 MiB at once', Buffer.alloc(mib + 1, 'x')],
    ['parts, however short', [Buffer.from([0xff]), Buffer.from('ab'), Buffer.from('c')]],
    ['parts of which the last is empty', [Buffer.from('abc'), Buffer.alloc(0)]],
  ])('%s', async (_, bytes) => {
    const folder = scratchFolder();
    await setAside(folder, [Buffer.from('before'), bytes, Buffer.from('after')]);
    const found = await takeOut(folder);
    expect(found.map(({ own }) => own)).toEqual([false, true, false]);
    expect(found[1]?.bytes.equals(Buffer.isBuffer(bytes) ? bytes : Buffer.concat(bytes))).toBe(true);
    expect(files(folder)).toHaveLength(2);
  });

  test('the same content twice shares one file', async () => {
    const folder = scratchFolder();
    const long = Buffer.alloc(mib + 1, 'x');
    await setAside(folder, [long, [long.subarray(0, 5), long.subarray(5)]]);
    expect(files(folder).filter((name) => name.endsWith('.raw'))).toHaveLength(1);
    expect((await takeOut(folder)).map(({ bytes }) => bytes.length)).toEqual([mib + 1, mib + 1]);
  });

  test('that never ended, since its source broke, leaves nothing behind', async () => {
    const folder = scratchFolder();
    const quarantine = new QuarantineFolder(folder, destination);
    await quarantine.addPart(Buffer.from('begin'));
    expect(await quarantine.seal()).toBeUndefined();
    expect(files(folder)).toEqual([]);
  });
});

describe('the list of a run', () => {
  test('is named by its content: the same bad lines again make the same file, not a second one', async () => {
    const folder = scratchFolder();
    const first = await setAside(folder, [Buffer.from('oops')]);
    expect(await setAside(folder, [Buffer.from('oops')])).toBe(first);
    const other = await setAside(folder, [Buffer.from('oopt')]);
    expect(files(folder).map((name) => join(folder, name))).toEqual(expect.arrayContaining([first, other]));
    expect(files(folder)).toHaveLength(2);
  });

  test('does not exist where nothing was set aside, and neither does its folder', async () => {
    const folder = join(scratchFolder(), 'quarantine');
    expect(await new QuarantineFolder(folder, destination).seal()).toBeUndefined();
    expect(existsSync(folder)).toBe(false);
  });

  test('can be read by its owner only, for lines may hold what nobody else should see', async () => {
    const folder = join(scratchFolder(), 'quarantine');
    const list = (await setAside(folder, [Buffer.from('oops'), Buffer.alloc(mib + 1)])) ?? '';
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    for (const name of files(folder)) expect(statSync(join(folder, name)).mode & 0o077).toBe(0);
    expect(list).toMatch(/[0-9a-f]{32}\.jsonl$/);
  });

  test('has one record a line, whatever separators are in it', async () => {
    const folder = scratchFolder();
    const list = await setAside(folder, [Buffer.from('a\u2028b'), Buffer.from('c\rd')]);
    expect(readFileSync(list ?? '', 'utf8').split('\n')).toHaveLength(3);
  });
});

describe('a folder that can not be written to', () => {
  test('is an error that names it and a cure', async () => {
    const file = join(scratchFolder(), 'file');
    writeFileSync(file, '');
    const error = await rejectionOf(setAside(join(file, 'quarantine'), [Buffer.from('x')]));
    expect(error).toMatchObject({ code: 'quarantine-failed', exitCode: 6 });
    expect(error.message).toContain(join(file, 'quarantine'));
    expect(error.cure).toContain('--quarantine');
  });
});

describe('the quarantine', () => {
  test('of a folder that does not exist is empty', async () => {
    expect(await new QuarantineFolderReader(join(scratchFolder(), 'none')).lists()).toEqual([]);
  });

  test('leaves out what is no list, also what a killed run left', async () => {
    const folder = scratchFolder();
    const list = await setAside(folder, [Buffer.from('x')]);
    for (const name of [
      '.unfinished-1-ab',
      'notes.jsonl',
      `${'a'.repeat(32)}.raw`,
      `${'g'.repeat(32)}.jsonl`,
    ])
      writeFileSync(join(folder, name), 'x');
    expect(await new QuarantineFolderReader(folder).lists()).toEqual([list]);
  });

  test('removes lists with their own files, but keeps a file that another list names', async () => {
    const folder = scratchFolder();
    const [shared, alone] = [Buffer.alloc(mib + 1, 's'), Buffer.alloc(mib + 1, 'a')];
    const first = (await setAside(folder, [shared, alone])) ?? '';
    const second = (await setAside(folder, [Buffer.from('other'), shared])) ?? '';
    expect(files(folder)).toHaveLength(4);
    const quarantine = new QuarantineFolderReader(folder);
    await quarantine.takeOut(first, () => true);
    expect(files(folder)).toHaveLength(2);
    expect((await takeOut(folder)).map(({ bytes }) => bytes.length)).toEqual([5, mib + 1]);
    await quarantine.takeOut(second, () => true);
    expect(files(folder)).toEqual([]);
  });

  test('takes some lines out of a list, and leaves the others as they were', async () => {
    const folder = scratchFolder();
    const long = Buffer.alloc(mib + 1, 'l');
    const list = (await setAside(folder, [Buffer.from('one'), long, Buffer.from('two')])) ?? '';
    const waiting = async (): Promise<[number, number][]> =>
      (await takeOut(folder)).map(({ line, bytes }) => [line.line, bytes.length]);
    const quarantine = new QuarantineFolderReader(folder);
    await quarantine.takeOut(list, ({ line }) => line.line === 9);
    expect(await waiting()).toEqual([
      [1, 3],
      [2, long.length],
      [3, 3],
    ]);
    await quarantine.takeOut(list, ({ line }) => line.line === 2);
    expect(await waiting()).toEqual([
      [1, 3],
      [3, 3],
    ]);
    expect(files(folder)).toHaveLength(1);
  });

  test('writes down what was dropped, for its owner only, after what is there', async () => {
    const folder = scratchFolder();
    await setAside(folder, [Buffer.from('one')]);
    const quarantine = new QuarantineFolderReader(folder);
    const log = await quarantine.noteDropped([{ id: 'a' }, { id: 'b' }]);
    expect(await quarantine.noteDropped([{ id: 'c' }])).toBe(log);
    expect(readFileSync(log, 'utf8')).toBe('{"id":"a"}\n{"id":"b"}\n{"id":"c"}\n');
    expect(statSync(log).mode & 0o777).toBe(0o600);
    expect(await quarantine.lists()).toHaveLength(1);
  });

  test('never touches a file outside its folder, whatever a list says', async () => {
    const home = scratchFolder();
    const folder = join(home, 'quarantine');
    mkdirSync(folder);
    writeFileSync(join(home, 'precious'), 'x');
    const list = join(folder, `${'a'.repeat(32)}.jsonl`);
    writeFileSync(list, `${JSON.stringify({ destination, ...line, rawFile: '../precious' })}\n`);
    await new QuarantineFolderReader(folder).takeOut(list, () => true).catch(() => undefined);
    expect(existsSync(join(home, 'precious'))).toBe(true);
  });

  test.each([
    ['a list that is damaged', '{"source":\n'],
    ['a list with a record that is no object', 'null\n'],
    ['a list that does not say where its lines were to go', `${JSON.stringify(line)}\n`],
  ])('%s is an error that names it', async (_, text) => {
    const folder = scratchFolder();
    const list = join(folder, `${'a'.repeat(32)}.jsonl`);
    writeFileSync(list, text);
    const error = await rejectionOf(takeOut(folder));
    expect(error).toMatchObject({ code: 'quarantine-failed', exitCode: 6 });
    expect(error.message).toContain(list);
  });

  test('a list that is gone is an error that names it', async () => {
    const quarantine = new QuarantineFolderReader(scratchFolder());
    const list = join(quarantine.folder, `${'a'.repeat(32)}.jsonl`);
    const reading = async (): Promise<void> => {
      for await (const _ of quarantine.lines(list));
    };
    const error = await rejectionOf(reading());
    expect(error).toMatchObject({ code: 'quarantine-failed' });
    expect(error.message).toContain(list);
  });

  test('a file of its own that is gone is an error that names it', async () => {
    const folder = scratchFolder();
    await setAside(folder, [Buffer.alloc(mib + 1)]);
    const raw = files(folder).find((name) => name.endsWith('.raw')) ?? '';
    const quarantine = new QuarantineFolderReader(folder);
    const reading = async (): Promise<void> => {
      for await (const _ of quarantine.rawBytes(join(folder, `x${raw}`)));
    };
    expect(await rejectionOf(reading())).toMatchObject({ code: 'quarantine-failed' });
  });

  test.skipIf(process.getuid?.() === 0)('a folder that may not be read is an error', async () => {
    const folder = scratchFolder();
    chmodSync(folder, 0o000);
    expect(await rejectionOf(new QuarantineFolderReader(folder).lists())).toMatchObject({
      code: 'quarantine-failed',
    });
    chmodSync(folder, 0o700);
  });
});
