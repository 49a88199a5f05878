import { appendFile, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { JournalFile } from '../../../../src/adapters/fs/journal-file.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

const read = async (path: string): Promise<unknown[]> => {
  const journal = new JournalFile<unknown>(path);
  const records = await journal.open();
  await journal.close();
  return records;
};

const written = async (path: string, records: readonly unknown[]): Promise<void> => {
  const journal = new JournalFile<unknown>(path);
  await journal.open();
  for (const record of records) await journal.append(record);
  await journal.close();
};

describe('a journal', () => {
  test('gives back what was added, in order, after it was opened again', async () => {
    const path = join(scratchFolder(), 'deep', 'journal');
    await written(path, [{ a: 1 }, 'text\nwith a line end', null]);
    await written(path, [[2]]);
    expect(await read(path)).toEqual([{ a: 1 }, 'text\nwith a line end', null, [2]]);
  });

  test('that is new is empty', async () => {
    expect(await read(join(scratchFolder(), 'journal'))).toEqual([]);
  });

  test('cut anywhere gives back the whole records before the cut, and takes new ones behind them', async () => {
    const folder = scratchFolder();
    const path = join(folder, 'journal');
    const records = Array.from({ length: 8 }, (_, n) => ({ n, text: 'ü'.repeat(n) }));
    await written(path, records);
    const whole = await readFile(path);
    const ends = [...whole].flatMap((byte, at) => (byte === 0x0a ? [at + 1] : []));
    let copies = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(whole.length), async (cut) => {
        const copy = join(folder, `copy-${++copies}`);
        await writeFile(copy, whole);
        await truncate(copy, cut);
        const left = records.slice(0, ends.filter((end) => end <= cut).length);
        await written(copy, ['new']);
        expect(await read(copy)).toEqual([...left, 'new']);
      }),
      { numRuns: 60 },
    );
  });

  test('does not believe what a power cut left behind: zeros, garbage, a line with another checksum', async () => {
    for (const garbage of ['\0\0\0\0', 'nonsense\n', '00000000 {"a":1}\n']) {
      const path = join(scratchFolder(), 'journal');
      await written(path, [1]);
      await appendFile(path, garbage);
      expect(await read(path)).toEqual([1]);
    }
  });

  test('written anew holds these records and no others, and goes on', async () => {
    const path = join(scratchFolder(), 'journal');
    const journal = new JournalFile<number>(path);
    await journal.open();
    for (let n = 0; n < 100; n++) await journal.append(n);
    const before = journal.bytes;
    await journal.rewrite([1, 2]);
    await journal.append(3);
    await journal.close();
    expect(journal.bytes).toBeLessThan(before);
    expect(await read(path)).toEqual([1, 2, 3]);
  });

  test('can be read by its owner only', async () => {
    const path = join(scratchFolder(), 'journal');
    await written(path, [1]);
    const { mode } = await stat(path);
    expect(mode & 0o777).toBe(0o600);
  });
});
