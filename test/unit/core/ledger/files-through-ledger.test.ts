import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { eventLine } from '../push/pushing.ts';
import { Exporter } from './pushing-files.ts';

const linesOf = (from: number, count: number): string[] =>
  Array.from({ length: count }, (_, n) => eventLine(from + n, (from + n) % 5));
const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

describe('a file that has grown', () => {
  test.each([
    ['by the ledger', false],
    ['read again', true],
  ])('%s: only its new lines are delivered', async (_, reread) => {
    const exporter = new Exporter();
    exporter.files.append('app.log', text(linesOf(0, 20)));
    await exporter.push(['app.log'], { reread });
    exporter.files.append('app.log', text(linesOf(20, 7)));
    const second = await exporter.push(['app.log'], { reread });
    expect(second?.account.balance()).toMatchObject({ read: 27, delivered: 7, alreadyDelivered: 20 });
    expect(exporter.storedLines()).toEqual(linesOf(0, 27).toSorted());
  });

  test('that has not grown is not sent again: one look at the store, nothing else', async () => {
    const exporter = new Exporter();
    exporter.files.append('app.log', text(linesOf(0, 20)));
    await exporter.push(['app.log']);
    const puts = exporter.store.puts;
    const again = await exporter.push(['app.log']);
    expect(again?.account.balance()).toMatchObject({ read: 20, delivered: 0, alreadyDelivered: 20 });
    expect(exporter.store.puts).toBe(puts + 1);
    expect(again?.sources).toMatchObject([{ name: 'app.log', storedBytes: 0, known: 20 }]);
  });

  test('names the right line of a bad line', async () => {
    const exporter = new Exporter();
    exporter.files.append('app.log', text(linesOf(0, 3)));
    await exporter.push(['app.log']);
    exporter.files.append('app.log', `${eventLine(3, 0)}\nnonsense\n`);
    const second = await exporter.push(['app.log']);
    expect(second?.sources[0]).toMatchObject({ lines: 5, from: { lines: 3 } });
    expect(second?.account.balance()).toMatchObject({ delivered: 1, quarantined: 1, alreadyDelivered: 3 });
  });

  test('a last line without a line ending is delivered once, whether the ending comes later or not', async () => {
    const exporter = new Exporter();
    exporter.files.append('app.log', `${eventLine(0, 0)}\n${eventLine(1, 0)}`);
    await exporter.push(['app.log']);
    await exporter.push(['app.log']);
    exporter.files.append('app.log', `\r\n${eventLine(2, 0)}\n`);
    const third = await exporter.push(['app.log']);
    exporter.files.append('app.log', `${eventLine(3, 0)}\n`);
    await exporter.push(['app.log']);
    expect(third?.account.balance()).toMatchObject({ read: 3, delivered: 1, blank: 0 });
    expect(exporter.storedLines()).toEqual(
      linesOf(0, 4)
        .map((_, n) => eventLine(n, 0))
        .toSorted(),
    );
    exporter.files.rename('app.log', 'app.log.1');
    const renamed = await exporter.push(['app.log.1']);
    expect(renamed?.account.balance()).toMatchObject({ read: 4, delivered: 0 });
  });

  test('half of a line is set aside, and delivered when the other half has come', async () => {
    const exporter = new Exporter();
    const line = eventLine(1, 0);
    exporter.files.append('app.log', `${eventLine(0, 0)}\n${line.slice(0, 30)}`);
    const first = await exporter.push(['app.log']);
    exporter.files.append('app.log', `${line.slice(30)}\n`);
    const second = await exporter.push(['app.log']);
    expect(first?.account.balance()).toMatchObject({ delivered: 1, quarantined: 1 });
    expect(second?.account.balance()).toMatchObject({ delivered: 1, quarantined: 0 });
    expect(exporter.storedLines()).toEqual([eventLine(0, 0), line].toSorted());
  });
});

describe('what is the same file and what is not', () => {
  const pushed = async (lines: number): Promise<Exporter> => {
    const exporter = new Exporter();
    exporter.files.append('app.log', text(linesOf(0, lines)));
    await exporter.push(['app.log']);
    return exporter;
  };

  test('renamed, it is known by its inode, and the file in its place is new', async () => {
    const exporter = await pushed(60);
    exporter.files.append('app.log', text(linesOf(60, 2)));
    exporter.files.rename('app.log', 'app.log.1');
    exporter.files.append('app.log', text(linesOf(100, 3)));
    const run = await exporter.push(exporter.files.paths);
    expect(run?.account.balance()).toMatchObject({ delivered: 5, alreadyDelivered: 60 });
    expect(exporter.storedLines()).toEqual([...linesOf(0, 62), ...linesOf(100, 3)].toSorted());
  });

  test('copied away and cut, the copy is known by its content, and only its unread end is delivered', async () => {
    const exporter = await pushed(60);
    exporter.files.append('app.log', text(linesOf(60, 2)));
    exporter.files.copy('app.log', 'app.log.1');
    exporter.files.overwrite('app.log', text(linesOf(100, 3)));
    const run = await exporter.push(exporter.files.paths);
    expect(run?.account.balance()).toMatchObject({ delivered: 5, alreadyDelivered: 60 });
    expect(exporter.storedLines()).toEqual([...linesOf(0, 62), ...linesOf(100, 3)].toSorted());
  });

  test('written anew with as much or more, it is new', async () => {
    const exporter = await pushed(10);
    exporter.files.overwrite('app.log', text(linesOf(200, 12)));
    const run = await exporter.push(['app.log']);
    expect(run?.account.balance()).toMatchObject({ delivered: 12, alreadyDelivered: 0 });
  });

  test('with a line mended in its middle, all of it is delivered, and what is equal is not stored twice', async () => {
    const exporter = new Exporter();
    const lines = linesOf(0, 100);
    exporter.files.append('app.log', text(lines));
    await exporter.push(['app.log']);
    const mended = lines.with(50, lines[50]?.replace('"c"', '"d"') ?? '');
    exporter.files.overwrite('app.log', text(mended));
    const run = await exporter.push(['app.log']);
    expect(run?.account.balance()).toMatchObject({ read: 100 });
    expect(exporter.storedLines()).toContain(mended[50]);
  });

  test('a copy of a file that was delivered is delivered', async () => {
    const exporter = await pushed(10);
    exporter.files.copy('app.log', 'copy.log');
    exporter.files.append('copy.log', text(linesOf(20, 2)));
    exporter.files.append('app.log', text(linesOf(30, 1)));
    const run = await exporter.push(exporter.files.paths);
    expect(run?.account.balance()).toMatchObject({ delivered: 3, alreadyDelivered: 20 });
    const third = await exporter.push(exporter.files.paths);
    expect(third?.account.balance()).toMatchObject({ delivered: 0, alreadyDelivered: 23 });
  });
});

describe('a log that is looked at while it is copied away, before it is cut', () => {
  test.each([0, 20])('with %d lines delivered before: nothing twice, now or later', async (before) => {
    const exporter = new Exporter();
    const { files } = exporter;
    files.append('app.log', text(linesOf(0, before)));
    if (before > 0) await exporter.push(['app.log']);
    files.append('app.log', text(linesOf(before, 10)));
    files.copy('app.log', 'app.log.1');
    await exporter.push(files.paths);
    files.overwrite('app.log', text(linesOf(100, 3)));
    await exporter.push(files.paths);
    expect(exporter.storedLines()).toEqual([...linesOf(0, before + 10), ...linesOf(100, 3)].toSorted());
  });

  test('cut while its last objects are delivered, its copy is known', async () => {
    const exporter = new Exporter();
    const { files } = exporter;
    files.append('app.log', text(linesOf(0, 20)));
    await exporter.push(['app.log']);
    files.append('app.log', text(linesOf(20, 10)));
    await exporter.push(['app.log'], {
      beforePut: () => {
        if (files.bytes('app.log.1').length > 0) return;
        files.copy('app.log', 'app.log.1');
        files.overwrite('app.log', text(linesOf(50, 1)));
      },
    });
    await exporter.push(files.paths);
    await exporter.push(files.paths);
    expect(exporter.storedLines()).toEqual([...linesOf(0, 30), ...linesOf(50, 1)].toSorted());
  });

  test('while the copy is not finished, it is not taken for a file of its own', async () => {
    const exporter = new Exporter();
    const { files } = exporter;
    files.append('app.log', text(linesOf(0, 20)));
    await exporter.push(['app.log']);
    files.append('app.log.1', text(linesOf(0, 7)));
    await exporter.push(files.paths);
    files.append('app.log.1', text(linesOf(7, 13)));
    files.overwrite('app.log', text(linesOf(50, 1)));
    await exporter.push(files.paths);
    expect(exporter.storedLines()).toEqual([...linesOf(0, 20), ...linesOf(50, 1)].toSorted());
  });

  test('killed before anything is stored, the copy has it all', async () => {
    const exporter = new Exporter();
    const { files } = exporter;
    files.append('app.log', text(linesOf(0, 20)));
    await exporter.push(['app.log']);
    files.append('app.log', text(linesOf(20, 10)));
    files.copy('app.log', 'app.log.1');
    await exporter.push(files.paths, { cutAtPut: { put: 1, when: 'before' } });
    files.overwrite('app.log', '');
    await exporter.push(files.paths);
    expect(exporter.storedLines()).toEqual(linesOf(0, 30).toSorted());
  });
});

test('two files that are equal and have nothing to do with each other are both delivered', async () => {
  const exporter = new Exporter();
  exporter.files.append('a.log', text(linesOf(0, 5)));
  exporter.files.append('b.log', text(linesOf(0, 5)));
  await exporter.push(['a.log', 'b.log']);
  expect(exporter.storedLines()).toEqual([...linesOf(0, 5), ...linesOf(0, 5)].toSorted());
});

test('one of two files that were delivered together is known, though the other is not named', async () => {
  const exporter = new Exporter();
  exporter.files.append('a', text(linesOf(0, 20)));
  exporter.files.append('b', text(linesOf(20, 20)));
  await exporter.push(['a', 'b'], { reread: true });
  const run = await exporter.push(['a'], { reread: true });
  expect(run?.account.balance()).toMatchObject({ read: 20, delivered: 0, alreadyDelivered: 20 });
  expect(exporter.storedLines()).toEqual(linesOf(0, 40).toSorted());
});

test('a file that begins as another and goes on is another file', async () => {
  const exporter = new Exporter();
  exporter.files.append('events', text(linesOf(0, 1)));
  exporter.files.append('events-full', text(linesOf(0, 5)));
  const run = await exporter.push(['events', 'events-full']);
  expect(run?.account.balance()).toMatchObject({ read: 6, delivered: 6 });
});

test('what was written before a log was renamed is delivered, though only its old name is given', async () => {
  const exporter = new Exporter();
  const { files } = exporter;
  files.append('app.log', text(linesOf(0, 20)));
  await exporter.push(['app.log']);
  files.append('app.log', text(linesOf(20, 3)));
  files.rename('app.log', 'app.log.1');
  files.append('app.log', text(linesOf(100, 2)));
  await exporter.push(['app.log']);
  expect(exporter.storedLines()).toEqual([...linesOf(0, 23), ...linesOf(100, 2)].toSorted());
});

test('half a line that became whole is not read again, however often the store is asked', async () => {
  const exporter = new Exporter();
  const line = eventLine(1, 0);
  exporter.files.append('a', `${eventLine(0, 0)}\n${line.slice(0, 30)}`);
  await exporter.push(['a'], { reread: true });
  exporter.files.append('a', `${line.slice(30)}\n`);
  await exporter.push(['a'], { reread: true });
  const third = await exporter.push(['a'], { reread: true });
  expect(third?.account.balance()).toMatchObject({ read: 2, alreadyDelivered: 2, quarantined: 0 });
});

describe('a run that was cut short', () => {
  test('is ended as it was begun, although the file has grown and another is named with it', async () => {
    const exporter = new Exporter();
    exporter.files.append('a', text(linesOf(0, 30)));
    exporter.files.append('b', text(linesOf(30, 30)));
    await exporter.push(['a', 'b'], { cutAtPut: { put: 4, when: 'after' } });
    exporter.files.append('a', text(linesOf(60, 10)));
    await exporter.push(['a'], { objectBytes: 900 });
    await exporter.push(['a', 'b'], { objectBytes: 900 });
    expect(exporter.storedLines()).toEqual(linesOf(0, 70).toSorted());
    expect(exporter.warnings).toEqual([]);
  });

  test('is ended as it was begun, although the log was rotated and compressed, and goes on behind it', async () => {
    const exporter = new Exporter();
    const { files } = exporter;
    files.append('app.log', text(linesOf(0, 30)));
    await exporter.push(['app.log'], { cutAtPut: { put: 4, when: 'after' } });
    files.append('app.log', text(linesOf(30, 10)));
    files.overwrite('app.log.1.gz', gzipSync(files.bytes('app.log')));
    files.remove('app.log');
    files.append('app.log', text(linesOf(40, 5)));
    await exporter.push(['app.log', 'app.log.1.gz'], { objectBytes: 900 });
    const last = await exporter.push(['app.log', 'app.log.1.gz'], { objectBytes: 900 });
    expect(exporter.storedLines()).toEqual(linesOf(0, 45).toSorted());
    expect(exporter.warnings).toEqual([]);
    expect(last?.account.balance()).toMatchObject({ read: 45, alreadyDelivered: 45 });
  });

  test('and is killed again behind what was compressed: the rest of the archive is delivered once', async () => {
    const exporter = new Exporter();
    const { files } = exporter;
    const paths = ['app.log', 'app.log.1.gz'];
    files.append('app.log', text(linesOf(0, 30)));
    await exporter.push(['app.log'], { cutAtPut: { put: 4, when: 'after' } });
    files.append('app.log', text(linesOf(30, 10)));
    files.overwrite('app.log.1.gz', gzipSync(files.bytes('app.log')));
    files.remove('app.log');
    files.append('app.log', text(linesOf(40, 5)));
    await exporter.push(paths, { cutAtRecord: { kind: 'advance', when: 'after' } });
    await exporter.push(paths);
    expect(exporter.storedLines()).toEqual(linesOf(0, 45).toSorted());
    const again = await exporter.push(paths, { reread: true });
    expect(again?.account.balance()).toMatchObject({ read: 45, delivered: 0 });
  });

  test('of documents that were compressed since is not ended by their archive', async () => {
    const exporter = new Exporter();
    const { files } = exporter;
    files.append('doc.json', `[${linesOf(0, 22).join(',\n')}]`);
    await exporter.push(['doc.json'], { cutAtPut: { put: 0, when: 'before' } });
    files.overwrite('doc.json.gz', gzipSync(files.bytes('doc.json')));
    files.overwrite('doc.json', text(linesOf(30, 5)));
    await exporter.push(['doc.json', 'doc.json.gz']);
    expect(exporter.warnings).toEqual(['batch-dropped']);
    expect(exporter.storedLines()).toEqual([...linesOf(0, 22), ...linesOf(30, 5)].toSorted());
  });

  test('of which a file is gone is let go with a warning, and the rest is delivered', async () => {
    const exporter = new Exporter();
    exporter.files.append('a', text(linesOf(0, 30)));
    exporter.files.append('b', text(linesOf(30, 30)));
    await exporter.push(['a', 'b'], { cutAtPut: { put: 0, when: 'before' } });
    exporter.files.remove('a');
    await exporter.push(['b']);
    expect(exporter.warnings).toEqual(['batch-dropped']);
    expect(exporter.storedLines()).toEqual(linesOf(30, 30).toSorted());
  });
});
