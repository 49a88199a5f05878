import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { MemoryStore } from '../../../fakes/memory-store.ts';
import { eventLine } from '../push/pushing.ts';
import { Exporter } from './pushing-files.ts';
import type { RunOptions } from './pushing-files.ts';

const linesOf = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, n) => eventLine(from + n, (from + n) % 5));
const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');
/** As a run without a profile pushes: files are read again, and what is not named does not matter. */
const alone: RunOptions = { reread: true, onlyGiven: true };
const afterDone: RunOptions = { cutAtRecord: { kind: 'done', when: 'after' } };

/** Which lines are in the store, and which of them more than once. */
const found = (exporter: Exporter): object => ({
  lines: exporter.differentLines(),
  twice: exporter.linesTwice(),
});
const once = (lines: readonly string[]): object => ({ lines: [...new Set(lines)].toSorted(), twice: [] });

describe('a store that was emptied, and a refill that was cut short', () => {
  test.each<[string, RunOptions]>([
    ['killed when the loss was known', { cutAtRecord: { kind: 'told', when: 'after' } }],
    ['cut off from the store', { cutAtPut: { put: 1, when: 'before' } }],
  ])('%s: a log that was renamed since is found again', async (_, cut) => {
    const exporter = new Exporter();
    exporter.files.append('app.log', text(linesOf(0, 20)));
    await exporter.push(['app.log']);
    exporter.files.append('app.log', text(linesOf(20, 5)));
    exporter.store = new MemoryStore();
    exporter.files.rename('app.log', 'app.log.1');
    exporter.files.append('app.log', text(linesOf(25, 3)));
    await exporter.push(['app.log'], cut);
    for (let run = 0; run < 2; run++) await exporter.push(['app.log']);
    expect(found(exporter)).toEqual(once(linesOf(0, 28)));
  });

  test('a file of which a part came back is gone on with, though the rest can not be cut as it was', async () => {
    const exporter = new Exporter();
    exporter.files.append('a', text(linesOf(0, 20)));
    await exporter.push(['a']);
    exporter.files.append('a', text(linesOf(20, 5)));
    exporter.files.append('b', text(linesOf(25, 20)));
    await exporter.push(['a', 'b']);
    exporter.store = new MemoryStore();
    await exporter.push(['a', 'b'], afterDone);
    exporter.files.remove('b');
    await exporter.push(['a', 'b']);
    expect(found(exporter)).toEqual(once([...linesOf(0, 25), ...exporter.linesPutBack]));
  });

  test('another file alone comes between', async () => {
    const exporter = new Exporter();
    exporter.files.append('a', text(linesOf(0, 20)));
    await exporter.push(['a'], alone);
    exporter.files.append('a', text(linesOf(20, 5)));
    await exporter.push(['a'], alone);
    exporter.store = new MemoryStore();
    await exporter.push(['a'], { ...alone, ...afterDone });
    exporter.files.append('c', text(linesOf(25, 3)));
    await exporter.push(['c'], alone);
    await exporter.push(['a'], alone);
    expect(found(exporter)).toEqual(once(linesOf(0, 28)));
  });

  test('a file that was delivered otherwise meanwhile does not come back in its old cut', async () => {
    const exporter = new Exporter();
    exporter.files.append('a', text(linesOf(0, 20)));
    exporter.files.append('b', text(linesOf(20, 20)));
    await exporter.push(['a', 'b'], alone);
    exporter.store = new MemoryStore();
    await exporter.push(['a'], { ...alone, ...afterDone });
    await exporter.push(['a', 'b'], alone);
    expect(found(exporter)).toEqual(once(linesOf(0, 40)));
  });

  test('lines that came back count once in the report', async () => {
    const exporter = new Exporter();
    exporter.files.append('a', text(linesOf(0, 20)));
    await exporter.push(['a']);
    exporter.files.append('a', text(linesOf(20, 5)));
    await exporter.push(['a']);
    exporter.store = new MemoryStore();
    await exporter.push(['a'], afterDone);
    const run = await exporter.push(['a']);
    expect(run?.account.balance()).toMatchObject({ read: 25 });
  });

  test('a batch that was begun afresh meanwhile keeps its files from coming back in their old cut', async () => {
    const exporter = new Exporter();
    exporter.files.append('a', text(linesOf(0, 20)));
    exporter.files.append('b', text(linesOf(20, 20)));
    await exporter.push(['a', 'b']);
    exporter.store = new MemoryStore();
    exporter.files.rename('b', 'away');
    exporter.files.append('c', text(linesOf(40, 3)));
    await exporter.push(['a'], { cutAtPut: { put: 3, when: 'after' } });
    exporter.files.rename('away', 'b');
    await exporter.push(['c']);
    await exporter.push(['a', 'b']);
    expect(found(exporter)).toEqual(once(linesOf(0, 43)));
  });

  test('a file of which nothing was done yet, and that was renamed since, is found again', async () => {
    const exporter = new Exporter();
    exporter.files.append('a', text(linesOf(0, 20)));
    await exporter.push(['a']);
    exporter.files.append('x', text(linesOf(20, 20)));
    await exporter.push(['a', 'x'], { cutAtPut: { put: 2, when: 'after' } });
    exporter.files.rename('x', 'x.1');
    exporter.files.append('x', text(linesOf(40, 3)));
    exporter.store = new MemoryStore();
    await exporter.push(['a', 'x'], { cutAtRecord: { kind: 'told', when: 'after' } });
    for (let run = 0; run < 2; run++) await exporter.push(['a', 'x']);
    expect(found(exporter)).toEqual(once(linesOf(0, 43)));
  });

  test('an archive that was delivered as a file is no log of an older batch', async () => {
    const exporter = new Exporter();
    const { files } = exporter;
    files.append('app.log', text(linesOf(0, 20)));
    files.append('b', text(linesOf(20, 20)));
    await exporter.push(['app.log', 'b'], alone);
    files.overwrite('app.log.1.gz', gzipSync(files.bytes('app.log')));
    files.remove('app.log');
    exporter.store = new MemoryStore();
    await exporter.push(['app.log.1.gz'], { ...alone, ...afterDone });
    await exporter.push(['app.log.1.gz', 'b'], alone);
    expect(found(exporter)).toEqual(once(linesOf(0, 40)));
  });
});
