import { describe, expect, test } from 'vitest';
import { MemoryStore } from '../../../fakes/memory-store.ts';
import { eventLine } from '../push/pushing.ts';
import { Exporter } from './pushing-files.ts';

const linesOf = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, n) => eventLine(from + n, (from + n) % 5));
const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

describe('a store that was emptied', () => {
  const emptied = async (paths: readonly string[]): Promise<Exporter> => {
    const exporter = new Exporter();
    exporter.files.append('a', text(linesOf(0, 20)));
    exporter.files.append('b', text(linesOf(20, 20)));
    await exporter.push(paths);
    exporter.files.append('a', text(linesOf(40, 5)));
    await exporter.push(paths);
    exporter.store = new MemoryStore();
    return exporter;
  };

  test.each([1, 2, 4, 6])(
    'is not forgotten when the run that refills it is killed at put %d',
    async (put) => {
      const exporter = await emptied(['a', 'b']);
      await exporter.push(['a', 'b'], { cutAtPut: { put, when: 'after' } });
      await exporter.push(['a', 'b']);
      expect(exporter.storedLines()).toEqual(linesOf(0, 45).toSorted());
      await exporter.push(['a', 'b']);
      expect(exporter.warnings.filter((warning) => warning === 'store-emptied')).toHaveLength(1);
    },
  );

  test.each([
    ['by the ledger', false],
    ['read again', true],
  ])(
    '%s: what was delivered together with another file comes back, though only one is named',
    async (_, reread) => {
      const exporter = await emptied(['a', 'b']);
      await exporter.push(['a'], { reread });
      expect(exporter.storedLines()).toEqual(linesOf(0, 45).toSorted());
    },
  );

  test('and of which a file is gone as well: what is there is delivered from its beginning, and nothing is missing', async () => {
    const exporter = await emptied(['a', 'b']);
    exporter.files.remove('b');
    await exporter.push(['a']);
    // The object that the store was asked for is there once more.
    expect([...new Set(exporter.storedLines())]).toEqual([...linesOf(0, 20), ...linesOf(40, 5)].toSorted());
  });
});

test('a store that was emptied gets everything again', async () => {
  const exporter = new Exporter();
  exporter.files.append('a', text(linesOf(0, 20)));
  await exporter.push(['a']);
  exporter.files.append('a', text(linesOf(20, 5)));
  await exporter.push(['a']);
  exporter.store = new MemoryStore();
  exporter.files.append('a', text(linesOf(25, 1)));
  const run = await exporter.push(['a']);
  expect(exporter.warnings).toEqual(['store-emptied']);
  expect(run?.account.balance()).toMatchObject({ read: 26 });
  expect(exporter.storedLines()).toEqual(linesOf(0, 26).toSorted());
});
