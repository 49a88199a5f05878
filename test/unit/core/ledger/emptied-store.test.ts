import { gzipSync } from 'node:zlib';
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

  test.each([0, 1, 2, 4, 6])(
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

  test('gives back later what the run that found it out was not told of', async () => {
    const exporter = new Exporter();
    exporter.files.append('a', text(linesOf(0, 20)));
    exporter.files.append('b', text(linesOf(20, 20)));
    await exporter.push(['a']);
    await exporter.push(['b']);
    exporter.store = new MemoryStore();
    await exporter.push(['a']);
    await exporter.push(['b']);
    expect(exporter.differentLines()).toEqual(linesOf(0, 40).toSorted());
  });

  test('is found out although a run over new files alone came between', async () => {
    const exporter = await emptied(['a', 'b']);
    exporter.files.append('c', text(linesOf(45, 10)));
    await exporter.push(['c']);
    await exporter.push(['a', 'b']);
    expect(exporter.storedLines()).toEqual(linesOf(0, 55).toSorted());
  });

  test.each([
    ['all of its files', ['a', 'b']],
    ['a new file first', ['c', 'a', 'b']],
  ])('is found out although a run was cut short before; %s', async (_, paths) => {
    const exporter = new Exporter();
    exporter.files.append('a', text(linesOf(0, 25)));
    exporter.files.append('b', text(linesOf(25, 20)));
    await exporter.push(['a', 'b']);
    exporter.files.append('a', text(linesOf(45, 10)));
    exporter.files.append('c', text(linesOf(55, 5)));
    await exporter.push(paths, { cutAtRecord: { kind: 'begin', when: 'after' } });
    exporter.store = new MemoryStore();
    await exporter.push(paths);
    await exporter.push(['a', 'b', 'c']);
    expect(exporter.storedLines()).toEqual(linesOf(0, 60).toSorted());
  });

  test.each([1, 2])('is found out although %d answers were lost', async (lostAnswers) => {
    const exporter = await emptied(['a', 'b']);
    await exporter.push(['a', 'b'], { lostAnswers });
    expect(exporter.warnings).toEqual(['store-emptied']);
    expect(exporter.storedLines()).toEqual(linesOf(0, 45).toSorted());
  });

  test.each([true, false])(
    'is found out although a file of what is there to prove was written anew; read again: %j',
    async (reread) => {
      const exporter = await emptied(['a', 'b']);
      exporter.files.overwrite('b', text(linesOf(45, 5)));
      await exporter.push(['a', 'b'], { reread, onlyGiven: reread });
      expect(exporter.warnings).toEqual(['store-emptied']);
      expect(exporter.linesTwice()).toEqual([]);
      const there = [...linesOf(0, 20), ...linesOf(40, 10), ...exporter.linesPutBack];
      expect(exporter.differentLines()).toEqual([...new Set(there)].toSorted());
    },
  );

  test('gets nothing that a run without a profile was not given', async () => {
    const exporter = new Exporter();
    exporter.files.append('a', text(linesOf(0, 20)));
    exporter.files.append('b', text(linesOf(20, 20)));
    for (const path of ['a', 'b']) await exporter.push([path], { reread: true, onlyGiven: true });
    exporter.store = new MemoryStore();
    await exporter.push(['b'], { reread: true, onlyGiven: true });
    expect(new Set(exporter.storedLines())).toEqual(new Set([...linesOf(20, 20), ...exporter.linesPutBack]));
  });

  test('is found out after as many runs as there are witnesses in which it could not be reached', async () => {
    const exporter = new Exporter();
    exporter.files.append('a', text(linesOf(0, 20)));
    await exporter.push(['a']);
    for (let run = 0; run < 3; run++) await exporter.push(['a'], { isAway: true });
    exporter.store = new MemoryStore();
    await exporter.push(['a']);
    expect(exporter.warnings).toEqual(['store-emptied']);
    expect(exporter.storedLines()).toEqual(linesOf(0, 20).toSorted());
  });

  test.each(['done', 'refilled'] as const)(
    'and a file of which was lost: what is left is delivered once, though the run is killed at %s and it grows',
    async (kind) => {
      const exporter = await emptied(['a', 'b']);
      exporter.files.remove('b');
      await exporter.push(['a'], { cutAtRecord: { kind, when: 'after' } });
      exporter.files.append('a', text(linesOf(45, 3)));
      await exporter.push(['a']);
      await exporter.push(['a']);
      expect(exporter.linesTwice()).toEqual([]);
      expect(exporter.differentLines()).toEqual([...linesOf(0, 20), ...linesOf(40, 8)].toSorted());
    },
  );

  test('after a log was followed: what only the follower knew of is delivered from its beginning, once', async () => {
    const exporter = new Exporter();
    exporter.files.append('a', text(linesOf(0, 20)));
    await exporter.push(['a']);
    exporter.files.append('a', text(linesOf(20, 20)));
    await exporter.push(['a']);
    exporter.disk.forgetHowItWasCut();
    exporter.store = new MemoryStore();
    exporter.files.append('b', text(linesOf(40, 5)));
    await exporter.push(['b']);
    await exporter.push(['a']);
    expect(exporter.linesTwice()).toEqual([]);
    expect(exporter.differentLines()).toEqual(linesOf(0, 45).toSorted());
  });

  test('after an archive was gone on with: nothing of it is taken for delivered that was not', async () => {
    const exporter = new Exporter();
    exporter.files.append('a', text(linesOf(0, 20)));
    await exporter.push(['a']);
    exporter.files.overwrite('a.1.gz', gzipSync(text(linesOf(0, 30))));
    exporter.files.remove('a');
    await exporter.push(['a.1.gz']);
    expect(exporter.storedLines()).toEqual(linesOf(0, 30).toSorted());
    exporter.store = new MemoryStore();
    await exporter.push(['a.1.gz']);
    await exporter.push(['a.1.gz']);
    expect(exporter.linesTwice()).toEqual([]);
    expect(exporter.differentLines()).toEqual(linesOf(0, 30).toSorted());
  });

  test('gets back what can be cut as it was, where all answers were lost', async () => {
    const exporter = await emptied(['a', 'b']);
    await exporter.push(['a', 'b'], { lostAnswers: 3 });
    expect(exporter.storedLines()).toEqual(linesOf(0, 45).toSorted());
  });

  test('and of which a file is gone as well: what is there is delivered from its beginning, and nothing is missing', async () => {
    const exporter = await emptied(['a', 'b']);
    exporter.files.remove('b');
    await exporter.push(['a']);
    // The object that the store was asked for is there once more.
    expect(exporter.differentLines()).toEqual([...linesOf(0, 20), ...linesOf(40, 5)].toSorted());
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

describe('a store that has everything is given nothing twice', () => {
  /** A log that grew beside its own copy: how the copy was cut can't be told any more. */
  const withCopy = async (): Promise<Exporter> => {
    const exporter = new Exporter();
    exporter.files.append('a', text(linesOf(0, 20)));
    await exporter.push(['a']);
    exporter.files.copy('a', 'a.1');
    exporter.files.overwrite('a', text(linesOf(20, 20)));
    await exporter.push(['a', 'a.1']);
    return exporter;
  };
  const all = linesOf(0, 45).toSorted();

  test.each([1, 2, 3, 9])('though %d answers were lost', async (lostAnswers) => {
    const exporter = await withCopy();
    exporter.files.append('a', text(linesOf(40, 5)));
    for (let run = 0; run < 4; run++) await exporter.push(['a', 'a.1'], { lostAnswers });
    expect(exporter.storedLines()).toEqual(all);
    expect(exporter.warnings).toEqual([]);
  });

  test('though a log that was being delivered is copied away and cut while it is asked', async () => {
    const exporter = await withCopy();
    exporter.files.append('a', text(linesOf(40, 5)));
    // The second put of what is new: one object of it is there, and its like must not come again.
    await exporter.push(['a', 'a.1'], { cutAtPut: { put: 1, when: 'after' } });
    const whileAsked = (): void => {
      exporter.files.copy('a', 'a.2');
      exporter.files.overwrite('a', '');
    };
    await exporter.push(['a', 'a.1', 'a.2'], { whileAsked });
    await exporter.push(['a', 'a.1', 'a.2']);
    expect(exporter.storedLines()).toEqual(all);
    expect(exporter.warnings).toEqual([]);
  });

  test.each([
    { cutAtPut: { put: 0, when: 'before' } },
    { cutAtPut: { put: 0, when: 'after' } },
    { cutAtRecord: { kind: 'ask', when: 'after' } },
    { cutAtRecord: { kind: 'told', when: 'before' } },
  ] as const)('though runs were killed while it was asked: %j', async (cut) => {
    const exporter = await withCopy();
    exporter.files.append('a', text(linesOf(40, 5)));
    for (let run = 0; run < 4; run++) await exporter.push(['a', 'a.1'], cut);
    await exporter.push(['a', 'a.1']);
    expect(exporter.storedLines()).toEqual(all);
    expect(exporter.warnings).toEqual([]);
  });
});
