import { appendFile, cp, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { WriteAheadSpoolFolder } from '../../../../src/adapters/fs/write-ahead-spool.ts';
import type { CutSettings } from '../../../../src/core/follow/cut-settings.ts';
import type { LinesRecord } from '../../../../src/core/follow/spool-record.ts';
import type { ReadySegment } from '../../../../src/ports/write-ahead-spool.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

const cut = (objectBytes = 1000): CutSettings => ({
  objectBytes,
  layout: 'audit_type={type}/event_date={date}',
  maxLineBytes: 100,
  compression: 'gzip',
  ownTypes: [],
});

function record(from: number, to: number, id = 'f'): LinesRecord {
  const place = (n: number): LinesRecord['from'] => ({ stored: n, offset: n, lines: n });
  return {
    kind: 'lines',
    name: id,
    sourceHead: '',
    from: place(from),
    to: place(to),
    file: {
      id,
      path: `/${id}`,
      inode: '1:1',
      plain: true,
      headHash: '',
      tailHash: '',
      checksum: 0,
      modifiedMs: 0,
    },
  };
}

async function textOf(segment: ReadySegment): Promise<string> {
  let text = '';
  for await (const { payload } of segment.read()) text += payload.toString();
  return text;
}

const line = (n: number): Buffer => Buffer.from(`line ${n}\n`);

test('what was appended and closed is read back, with its settings and the latest place of each file', async () => {
  const spool = await WriteAheadSpoolFolder.open(join(scratchFolder(), 'spool'), cut());
  await spool.append(record(0, 7), line(1));
  await spool.append(record(0, 7, 'g'), line(2));
  await spool.append(record(7, 14), line(3));
  await spool.closeSegment(cut(77));
  const [segment] = spool.ready;
  expect(segment?.cut).toEqual(cut(77));
  expect([...(segment?.latest ?? [])].map(([id, { to }]) => [id, to.stored])).toEqual([
    ['f', 14],
    ['g', 7],
  ]);
  expect(await textOf(segment as ReadySegment)).toBe('line 1\nline 2\nline 3\n');
  await spool.close();
});

test('files are for their owner only', async () => {
  const folder = join(scratchFolder(), 'spool');
  const spool = await WriteAheadSpoolFolder.open(folder, cut());
  await spool.append(record(0, 7), line(1));
  const [name = ''] = await readdir(folder);
  expect((await stat(folder)).mode & 0o777).toBe(0o700);
  expect((await stat(join(folder, name))).mode & 0o777).toBe(0o600);
  await spool.close();
});

describe('after a kill', () => {
  test('the open segment is cut behind its last whole record and closed, wherever it was cut', async () => {
    const root = scratchFolder();
    let runs = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 8 }), fc.nat(), async (lines, at) => {
        const folder = join(root, `${++runs}`);
        const spool = await WriteAheadSpoolFolder.open(folder, cut());
        const ends: number[] = [];
        for (let n = 0; n < lines; n++) {
          await spool.append(record(n * 7, n * 7 + 7), line(n));
          ends.push(spool.bytes);
        }
        const crashed = join(root, `${runs}-crashed`);
        await cp(folder, crashed, { recursive: true });
        await spool.close();
        const [name = ''] = await readdir(crashed);
        const size = at % ((ends.at(-1) ?? 0) + 1);
        await truncate(join(crashed, name), size);
        const whole = ends.filter((end) => end <= size).length;

        const again = await WriteAheadSpoolFolder.open(crashed, cut(5));
        const texts = await Promise.all(again.ready.map(textOf));
        expect(texts.join('')).toBe(Array.from({ length: whole }, (_, n) => line(n)).join(''));
        expect(again.ready.map((segment) => segment.cut.objectBytes)).toEqual(whole === 0 ? [] : [5]);
        expect(again.ready[0]?.latest.get('f')?.to.stored).toBe(whole === 0 ? undefined : whole * 7);
        await again.close();
      }),
      { numRuns: 40 },
    );
  });

  test('closed segments stay as they are, in their order, with the settings they were closed with', async () => {
    const folder = join(scratchFolder(), 'spool');
    const spool = await WriteAheadSpoolFolder.open(folder, cut());
    for (let n = 0; n < 12; n++) {
      await spool.append(record(n, n + 1), line(n));
      await spool.closeSegment(cut(n));
    }
    await spool.close();
    const again = await WriteAheadSpoolFolder.open(folder, cut(99));
    expect(again.ready.map((segment) => segment.cut.objectBytes)).toEqual(
      Array.from({ length: 12 }, (_, n) => n),
    );
    expect(await Promise.all(again.ready.map(textOf))).toEqual(
      Array.from({ length: 12 }, (_, n) => `line ${n}\n`),
    );
    await again.append(record(20, 21), line(20));
    await again.closeSegment(cut());
    expect(await textOf(again.ready.at(-1) as ReadySegment)).toBe('line 20\n');
    for (const segment of again.ready.slice()) await again.remove(segment);
    expect({ bytes: again.bytes, files: await readdir(folder) }).toEqual({ bytes: 0, files: [] });
    await again.close();
  });

  test('a closing record that was written, but not the name, counts: its settings are kept', async () => {
    const folder = join(scratchFolder(), 'spool');
    const spool = await WriteAheadSpoolFolder.open(folder, cut());
    await spool.append(record(0, 7), line(1));
    await spool.closeSegment(cut(77));
    await spool.close();
    const [name = ''] = await readdir(folder);
    await cp(join(folder, name), join(folder, name.replace('.ready', '.open')));
    await spool.remove(spool.ready[0] as ReadySegment);
    const again = await WriteAheadSpoolFolder.open(folder, cut(5));
    expect(again.ready.map((segment) => segment.cut.objectBytes)).toEqual([77]);
    expect(await textOf(again.ready[0] as ReadySegment)).toBe('line 1\n');
    await again.close();
  });
});

test.each([
  { what: 'cut', damage: async (path: string) => await truncate(path, 40) },
  { what: 'longer than it was', damage: async (path: string) => await appendFile(path, 'x') },
  {
    what: 'changed in its middle',
    damage: async (path: string) => {
      const bytes = await readFile(path);
      bytes[60] = (bytes[60] as number) ^ 1;
      await writeFile(path, bytes);
    },
  },
])(
  'a closed segment that is $what is not taken for whole: the start says which file it is',
  async ({ damage }) => {
    const folder = join(scratchFolder(), 'spool');
    const spool = await WriteAheadSpoolFolder.open(folder, cut());
    await spool.append(record(0, 7), line(1));
    await spool.closeSegment(cut());
    await spool.close();
    const [name = ''] = await readdir(folder);
    await damage(join(folder, name));
    const error = await rejectionOf(WriteAheadSpoolFolder.open(folder, cut()));
    expect(error).toMatchObject({ code: 'spool-failed' });
    expect((error as Error).message).toContain(name);
  },
);
