import { appendFile, open, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { JournalFile, LostOwnership } from '../../../../../src/adapters/fs/state/journal/journal-file.ts';
import { numberedPath } from '../../../../../src/adapters/fs/state/journal/numbered-files.ts';
import { scratchFolder } from '../../../../fakes/scratch-folder.ts';

const durable = { durable: true };
const journalPath = (): string => join(scratchFolder(), 'deep', 'journal');

const opened = async (path: string, fence: number) => {
  const { journal, records } = await JournalFile.open<unknown>(path, { fence });
  onTestFinished(() => journal.close());
  return { journal, records };
};

const written = async (path: string, fence: number, records: readonly unknown[]): Promise<void> => {
  const { journal } = await opened(path, fence);
  for (const record of records) await journal.append(record, durable);
  await journal.close();
};

const read = async (path: string): Promise<unknown[]> =>
  (await JournalFile.read<unknown>(path)).map(({ record }) => record);

const overwrite = async (path: string, text: string | Buffer, at: number): Promise<void> => {
  const file = await open(path, 'r+');
  await file.write(Buffer.from(text), 0, undefined, at);
  await file.close();
};

describe('a journal', () => {
  test('gives back what was added, in order, with the fence of its writer', async () => {
    const path = journalPath();
    expect((await opened(path, 1)).records).toEqual([]);
    await written(path, 2, [{ a: 1 }, 'text\nwith a line end', null]);
    await written(path, 5, [[2]]);
    const { records, journal } = await opened(path, 6);
    expect(records).toEqual([
      { fence: 2, record: { a: 1 } },
      { fence: 2, record: 'text\nwith a line end' },
      { fence: 2, record: null },
      { fence: 5, record: [2] },
    ]);
    expect(await JournalFile.newestFence(path)).toBe(6);
    expect(await readdir(dirname(path))).toEqual([basename(numberedPath(path, 6))]);
    await journal.close();
  });

  test('cut or torn anywhere gives back the whole records before, and takes new ones behind them', async () => {
    const records = Array.from({ length: 8 }, (_, n) => ({ n, text: 'ü'.repeat(n * 9) }));
    const source = journalPath();
    await written(source, 1, records);
    const whole = await readFile(numberedPath(source, 1));
    const ends = [...whole].flatMap((byte, at) => (byte === 0x0a ? [at + 1] : []));
    const folder = scratchFolder();
    let copies = 0;
    await fc.assert(
      fc.asyncProperty(fc.nat(ends.at(-1)! + 10), fc.boolean(), async (cut, zeros) => {
        const path = join(folder, `copy-${++copies}`, 'journal');
        await written(path, 1, []);
        const torn = Buffer.from(whole).fill(0, cut);
        await writeFile(numberedPath(path, 1), zeros ? torn : torn.subarray(0, cut));
        await written(path, 2, ['new']);
        const left = records.slice(0, ends.filter((end) => end <= cut).length);
        expect(await read(path)).toEqual([...left, 'new']);
      }),
      { numRuns: 60 },
    );
  });

  test('does not believe what stands behind its end: garbage, a line with another checksum', async () => {
    for (const garbage of ['nonsense\n', '00000000 1 0 {"a":1}\n', 'x']) {
      const path = journalPath();
      await written(path, 1, [1]);
      await appendFile(numberedPath(path, 1), garbage);
      await written(path, 2, [2]);
      expect(await read(path)).toEqual([1, 2]);
    }
  });

  test('that is damaged anywhere before its last record is refused', async () => {
    const source = journalPath();
    await written(source, 1, ['one', 'two', 'three', 'four']);
    const whole = await readFile(numberedPath(source, 1));
    const lastRecord = whole.lastIndexOf(0x0a, whole.lastIndexOf(0x0a) - 1) + 1;
    for (let at = 0; at < lastRecord; at++) {
      const path = journalPath();
      await written(path, 1, []);
      const damaged = Buffer.from(whole);
      damaged[at] = at % 2 === 0 ? 0 : damaged[at]! ^ 1;
      await writeFile(numberedPath(path, 1), damaged);
      await expect(opened(path, 2), `byte ${at}`).rejects.toThrow('damaged at byte');
    }
  });

  test('loses what was not durable in a power cut, and is not damaged by it', async () => {
    const path = journalPath();
    const { journal } = await opened(path, 1);
    await journal.append('durable', durable);
    const end = journal.bytes;
    await journal.append('lost', { durable: false });
    const lost = journal.bytes - end;
    await journal.append('reached the disk before it', { durable: false });
    await journal.close();
    await overwrite(numberedPath(path, 1), Buffer.alloc(lost), end);
    await written(path, 2, ['new']);
    expect(await read(path)).toEqual(['durable', 'new']);
  });

  test('has its room allocated ahead, and records take it', async () => {
    const path = journalPath();
    const { journal } = await opened(path, 1);
    const { size, blocks } = await stat(numberedPath(path, 1));
    expect(size).toBe(256 * 1024);
    expect(blocks * 512).toBeGreaterThanOrEqual(size);
    await journal.append('a record', durable);
    expect((await stat(numberedPath(path, 1))).size).toBe(size);
    await journal.reserve(size);
    const { size: reserved } = await stat(numberedPath(path, 1));
    expect(reserved).toBeGreaterThanOrEqual(size + journal.bytes);
    await journal.rewrite(['a record']);
    expect((await stat(numberedPath(path, 1))).size).toBe(reserved);
    await journal.append('x'.repeat(2 * size), durable);
    await journal.close();
    expect(await read(path)).toEqual(['a record', 'x'.repeat(2 * size)]);
  });

  test('takes records that are added at once one after the other', async () => {
    const path = journalPath();
    const { journal } = await opened(path, 1);
    const records = Array.from({ length: 20 }, (_, n) => n);
    await Promise.all(records.map((record) => journal.append(record, { durable: record % 3 === 0 })));
    await journal.close();
    expect(await read(path)).toEqual(records);
  });

  test('written anew holds these records and no others, and goes on', async () => {
    const path = journalPath();
    const { journal } = await opened(path, 3);
    for (let n = 0; n < 100; n++) await journal.append(n, { durable: false });
    const before = journal.bytes;
    await journal.rewrite([1, 2]);
    await journal.append(3, durable);
    expect(journal.bytes).toBeLessThan(before);
    await journal.close();
    expect(await JournalFile.read(path)).toEqual([1, 2, 3].map((record) => ({ fence: 3, record })));
  });

  test('written anew with more than fits into memory at once is read back', async () => {
    const path = journalPath();
    const { journal } = await opened(path, 1);
    const records = Array.from({ length: 3000 }, (_, n) => `${n} ${'x'.repeat(1000)}`);
    await journal.rewrite(records);
    await journal.append('last', durable);
    await journal.close();
    expect(await read(path)).toEqual([...records, 'last']);
  });

  test('can be read by its owner only', async () => {
    const path = journalPath();
    await written(path, 1, [1]);
    await written(path, 2, [1]);
    expect((await stat(numberedPath(path, 2))).mode & 0o777).toBe(0o600);
  });
});

describe('a journal that another writer took over', () => {
  test('takes no records from the one before, in any way', async () => {
    const path = journalPath();
    const { journal: frozen } = await opened(path, 1);
    await frozen.append('before', durable);
    const { journal } = await opened(path, 2);
    await expect(frozen.append('late', durable)).rejects.toBeInstanceOf(LostOwnership);
    await expect(frozen.rewrite([])).rejects.toBeInstanceOf(LostOwnership);
    await expect(frozen.reserve(1)).rejects.toBeInstanceOf(LostOwnership);
    await expect(frozen.append('later', durable)).rejects.toBeInstanceOf(LostOwnership);
    await journal.append('after', durable);
    expect(await read(path)).toEqual(['before', 'after']);
    expect(await readdir(dirname(path))).toHaveLength(1);
  });

  test('is not opened by a writer with a fence that is not higher', async () => {
    const path = journalPath();
    const { journal } = await opened(path, 7);
    for (const fence of [6, 7]) await expect(opened(path, fence)).rejects.toBeInstanceOf(LostOwnership);
    await journal.append('still', durable);
    expect(await read(path)).toEqual(['still']);
  });

  test('does not count what the one before wrote in the middle of an append', async () => {
    const path = journalPath();
    const { journal: first } = await opened(path, 1);
    await first.append('before', durable);
    const frozen = await open(numberedPath(path, 1), 'r+');
    const { journal } = await opened(path, 2);
    await journal.append('after', durable);
    await frozen.write('a record of a frozen process', first.bytes);
    await frozen.close();
    await journal.append('more', durable);
    expect(await read(path)).toEqual(['before', 'after', 'more']);
  });

  test('does not go back to what the one before wrote anew and put back under its name', async () => {
    const path = journalPath();
    await written(path, 1, ['before']);
    const old = await readFile(numberedPath(path, 1));
    await rename(numberedPath(path, 1), numberedPath(path, 1, '.sealed'));
    await writeFile(numberedPath(path, 1), old.fill(0));
    expect(await read(path)).toEqual(['before']);
    await written(path, 2, ['after']);
    await writeFile(numberedPath(path, 1), old);
    await written(path, 3, ['more']);
    expect(await read(path)).toEqual(['before', 'after', 'more']);
  });

  test('leaves out records of an older fence behind those of a newer one', async () => {
    const path = journalPath();
    await written(path, 2, ['newer']);
    const newer = (await readFile(numberedPath(path, 2))).subarray(0, 64);
    const other = journalPath();
    await written(other, 1, ['older']);
    const older = (await readFile(numberedPath(other, 1))).subarray(0, 64);
    const [line, late] = [newer, older].map((bytes) => bytes.subarray(0, bytes.indexOf(0x0a) + 1));
    await overwrite(numberedPath(path, 2), Buffer.concat([line!, late!]), 0);
    expect(await read(path)).toEqual(['newer']);
    await written(path, 3, ['newest']);
    expect(await read(path)).toEqual(['newer', 'newest']);
  });

  test('is had by one of many that open it at once, and none of its records is lost', async () => {
    const path = journalPath();
    await written(path, 1, ['first']);
    const tried = await Promise.allSettled(
      Array.from({ length: 8 }, async (_, n) => {
        const { journal } = await opened(path, n + 2);
        await journal.append(n, durable);
        return n;
      }),
    );
    const kept = await read(path);
    const said = tried.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
    const refused = tried.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
    expect(refused.filter((reason) => !(reason instanceof LostOwnership))).toEqual([]);
    expect(said.length).toBeGreaterThan(0);
    expect(kept).toEqual(expect.arrayContaining(['first', ...said]));
  });

  test('is noticed where somebody else wrote into the file', async () => {
    for (const at of [-3, 0, 5]) {
      const path = journalPath();
      const { journal } = await opened(path, 1);
      await journal.append('mine', durable);
      await overwrite(numberedPath(path, 1), 'xx', journal.bytes + at);
      await expect(journal.append('more', durable)).rejects.toBeInstanceOf(LostOwnership);
    }
  });
});
