import { appendFile, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { appendHistory, readHistory } from '../../../../../src/adapters/fs/state/history-file.ts';
import { scratchFolder } from '../../../../fakes/scratch-folder.ts';

const historyPath = (): string => join(scratchFolder(), 'deep', 'history');
const read = async (path: string): Promise<unknown[]> => {
  const records: unknown[] = [];
  for await (const record of readHistory(path)) records.push(record);
  return records;
};

describe('the history of a journal', () => {
  test('gives back what was added, oldest first', async () => {
    const path = historyPath();
    expect(await read(path)).toEqual([]);
    await appendHistory(path, [1, { two: 'zwei\n' }]);
    await appendHistory(path, [3]);
    expect(await read(path)).toEqual([1, { two: 'zwei\n' }, 3]);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
  });

  test('goes on behind its last whole record after a kill', async () => {
    const path = historyPath();
    await appendHistory(path, [1]);
    await appendFile(path, 'half a rec');
    expect(await read(path)).toEqual([1]);
    await appendHistory(path, [2]);
    expect(await read(path)).toEqual([1, 2]);
  });

  test('that is damaged says so', async () => {
    const path = historyPath();
    await appendHistory(path, [1, 2]);
    const text = await readFile(path, 'utf8');
    await writeFile(path, text.replace(' 1\n', ' 7\n'));
    await expect(read(path)).rejects.toThrow('damaged at byte 0');
  });

  test('drops its older half when it is too large, at the border of a record', async () => {
    const path = historyPath();
    for (let n = 0; n < 200; n++) await appendHistory(path, [{ n }], 1000);
    const records = (await read(path)) as { n: number }[];
    expect((await stat(path)).size).toBeLessThanOrEqual(1000);
    expect(records.length).toBeGreaterThan(10);
    expect(records.at(-1)).toEqual({ n: 199 });
    expect(records.map(({ n }) => n)).toEqual(records.map((_, at) => 200 - records.length + at));
  });
});
