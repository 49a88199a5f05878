import { describe, expect, test } from 'vitest';
import { Heads, knownNow } from '../../../../src/core/files/known-now.ts';
import type { FileSource } from '../../../../src/core/files/look-at-content.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import { lines, log, Reader, readerOf } from './reading-on.ts';

describe('a copy in the making whose original goes', () => {
  const copy = '/logs/copy';

  test('after it was written down as a file of its own, for the original had been renamed: nothing in it is new', async () => {
    const reader = await readerOf(lines(0, 5));
    reader.files.rename(log, `${log}.1`);
    reader.files.write(copy, lines(0, 2));
    await reader.note([copy]);
    expect(reader.known.size).toBe(2);
    reader.files.write(copy, lines(0, 6));
    reader.files.remove(`${log}.1`);
    expect((await reader.round([copy])).read).toEqual([[copy, lines(5, 6)]]);
    expect([...reader.known.keys()]).toEqual(['id-1']);
  });

  test('and the original is renamed, not gone: each line once, from the original', async () => {
    const reader = await readerOf(lines(0, 5));
    reader.files.append(log, lines(5, 6));
    reader.files.rename(log, `${log}.1`);
    reader.files.write(copy, lines(0, 2));
    await reader.note([copy]);
    reader.files.write(copy, lines(0, 6));
    expect((await reader.round([`${log}.1`, copy])).read).toEqual([[`${log}.1`, lines(5, 6)]]);
    expect((await reader.round([`${log}.1`, copy])).read).toEqual([]);
  });

  test('after the copy was whole: the copy is the file, and nothing is missing', async () => {
    const reader = await readerOf(lines(0, 5), lines(5, 6));
    reader.files.copy(log, copy);
    expect((await reader.round([log, copy])).read).toEqual([]);
    reader.files.remove(log);
    reader.files.write(log, lines(100, 101));
    expect(await reader.round([log, copy])).toMatchObject({ read: [[log, lines(100, 101)]], problems: [] });
    reader.files.append(copy, lines(6, 7));
    expect((await reader.round([log, copy])).read).toEqual([[copy, lines(6, 7)]]);
  });

  test('under a look is no file of its own for that', async () => {
    const reader = await readerOf(lines(0, 5));
    reader.files.copy(log, copy);
    const at = reader.files.at.bind(reader.files);
    let asked = 0;
    reader.files.at = async (path) => {
      if (++asked === 2) reader.files.remove(log);
      return at(path);
    };
    expect((await reader.round([copy])).read).toEqual([]);
    reader.files.remove(log);
    expect((await reader.round([copy])).read).toEqual([]);
  });

  test('and whose original is cut while the two are compared is no file of its own for that: it is looked anew', async () => {
    const reader = await readerOf(lines(0, 5));
    reader.files.copy(log, copy);
    const source = reader.files.given(copy)[0] as FileSource;
    const cutting: FileSource = {
      ...source,
      read: (...asked) => {
        reader.files.write(log, lines(50, 58));
        return source.read(...asked);
      },
    };
    expect(await rejectionOf(reader.round([cutting]))).toMatchObject({ code: 'source-moved' });
    expect((await reader.round([copy])).read).toEqual([]);
  });

  test('and was known twice, since nobody looked at it in between, is one file again', async () => {
    const reader = await readerOf(lines(0, 5));
    reader.files.copy(log, copy);
    reader.files.remove(log);
    await reader.round([copy]);
    const [now] = reader.known.values();
    if (now !== undefined) reader.known.set('twice', { ...now, id: 'twice', left: true });
    const { look, read } = await reader.round([copy]);
    expect({ read, forgotten: look.forgotten }).toEqual({ read: [], forgotten: ['twice'] });
  });
});

describe('a copy that was whole', () => {
  const copy = '/logs/app.log.copy';

  test('and whose original went on and is gone then has nothing new; what comes to it later is', async () => {
    const reader = await readerOf(lines(0, 5));
    reader.files.copy(log, copy);
    await reader.round([log, copy]);
    reader.files.append(log, lines(5, 7));
    await reader.round([log, copy]);
    reader.files.remove(log);
    expect((await reader.round([copy])).read).toEqual([]);
    reader.files.append(copy, lines(20, 21));
    expect((await reader.round([copy])).read).toEqual([[copy, lines(20, 21)]]);
    expect((await reader.round([copy])).read).toEqual([]);
  });
});

describe('a file that is held open and has no name any more', () => {
  test('and is written to although an archive took its place is read on; the archive is a copy then, also later', async () => {
    const reader = await readerOf(lines(0, 5));
    const held = reader.files.hold(log);
    const write = reader.files.writer(log);
    reader.files.copy(log, `${log}.1`);
    reader.files.gzip(`${log}.1`);
    reader.files.remove(log);
    const archive = `${log}.1.gz`;
    expect((await reader.round([archive, held()])).read).toEqual([]);
    write(lines(5, 7));
    expect((await reader.round([archive, held()])).read).toEqual([[log, lines(5, 7)]]);
    expect((await reader.round([archive, held()])).read).toEqual([]);
    // The process has ended, and nobody holds the file any more.
    expect((await reader.round([archive])).read).toEqual([]);
  });

  test('is read to its end, also where nothing comes in its place', async () => {
    const reader = await readerOf(lines(0, 5));
    const held = reader.files.hold(log);
    reader.files.append(log, lines(5, 7));
    reader.files.remove(log);
    expect((await reader.round([held()])).read).toEqual([[log, lines(5, 7)]]);
    expect((await reader.round([held()])).read).toEqual([]);
  });

  test('is read before what has its name now', async () => {
    const reader = await readerOf(lines(0, 5));
    const held = reader.files.hold(log);
    reader.files.append(log, lines(5, 7));
    reader.files.remove(log);
    reader.files.write(log, lines(7, 9));
    expect((await reader.round([held(), log])).read).toEqual([
      [log, lines(5, 7)],
      [log, lines(7, 9)],
    ]);
  });

  test.each([
    ['a longer copy that has its name', log],
    ['an archive of it', `${log}.gz`],
  ])('goes on in %s: each line once', async (_, path) => {
    const reader = await readerOf(lines(0, 5));
    const held = reader.files.hold(log);
    reader.files.append(log, lines(5, 7));
    reader.files.copy(log, '/logs/coming');
    if (path === log) reader.files.rename('/logs/coming', log);
    else {
      reader.files.remove('/logs/coming');
      reader.files.gzip(log);
    }
    expect((await reader.round([held(), path])).read).toEqual([[path, lines(5, 7)]]);
    expect((await reader.round([held(), path])).read).toEqual([]);
  });

  test.each([
    ['an archive', true],
    ['a plain copy', false],
  ])('and was replaced by a longer copy, which was cut since: %s of that one is read', async (_, packed) => {
    const reader = new Reader();
    reader.files.write(log, lines(0, 60));
    await reader.note([log]);
    const held = reader.files.hold(log);
    reader.files.copy(log, '/logs/.coming');
    reader.files.append('/logs/.coming', lines(60, 70));
    reader.files.rename('/logs/.coming', log);
    await reader.note([log]);
    reader.files.copy(log, `${log}.1`);
    reader.files.write(log, lines(70, 71));
    if (packed) reader.files.gzip(`${log}.1`);
    const { read } = await reader.round([log, held()]);
    expect(read.map(([, content]) => content).join('')).toBe(lines(0, 71));
    expect((await reader.round([log, held()])).read).toEqual([]);
  });

  test('and that nobody knows is new', async () => {
    const reader = new Reader();
    reader.files.write(log, lines(0, 5));
    const held = reader.files.hold(log);
    reader.files.remove(log);
    expect((await reader.round([held()])).read).toEqual([[log, lines(0, 5)]]);
  });
});

test('a neighbour that can not be read blocks nothing: what is left is looked for in the others', async () => {
  const reader = await readerOf(lines(0, 5), lines(5, 6));
  reader.files.append(log, lines(6, 7));
  reader.files.rename(log, `${log}.1`);
  for (const neighbour of ['/logs/a', '/logs/app.log.0', '/logs/old/b.gz']) {
    reader.files.write(neighbour, lines(0, 6));
    reader.files.unreadable.add(neighbour);
  }
  reader.files.write(log, lines(100, 102));
  reader.files.write('/other', lines(50, 51));
  expect(await reader.round([log, '/other'])).toMatchObject({
    read: [
      [`${log}.1`, lines(6, 7)],
      [log, lines(100, 102)],
      ['/other', lines(50, 51)],
    ],
    problems: [],
  });
});

test('a known file that can not be read any more where it stood blocks nothing', async () => {
  const reader = await readerOf(lines(0, 5));
  reader.files.unreadable.add(log);
  reader.files.write('/copy', lines(0, 6));
  expect((await reader.round(['/copy'])).read).toEqual([['/copy', lines(5, 6)]]);
});

describe('what is known of a log', () => {
  test('is found in a copy that became whole when the folder was already listed', async () => {
    const reader = await readerOf(lines(0, 3), lines(3, 5));
    reader.files.write(`${log}.1`, lines(0, 3));
    reader.files.write(log, lines(50, 51));
    reader.files.afterListing = () => reader.files.write(`${log}.1`, lines(0, 6));
    expect(await reader.round([log])).toMatchObject({
      read: [
        [`${log}.1`, lines(5, 6)],
        [log, lines(50, 51)],
      ],
      problems: [],
    });
  });

  test('is not of a file that was cut and written anew when it had been found by its content', async () => {
    const reader = await readerOf(lines(0, 5));
    const [known] = reader.known.values();
    reader.files.write(log, lines(50, 58));
    const [source] = reader.files.given(log);
    if (known === undefined || source === undefined) throw new Error('the log is not known');
    const sight = { heads: new Heads(), seenMs: 0 };
    expect(await rejectionOf(knownNow(source, { ...known, inode: '1:99' }, false, sight))).toMatchObject({
      code: 'source-moved',
    });
  });

  test('without its ends, since it was renamed when they were asked for, is told by its content, and its ends are known again', async () => {
    const reader = await readerOf(lines(0, 5));
    for (const [id, known] of reader.known) reader.known.set(id, { ...known, ends: { head: '', tail: '' } });
    reader.files.append(log, lines(5, 7));
    expect((await reader.round([log])).read).toEqual([[log, lines(5, 7)]]);
    expect([...reader.known.values()].map(({ ends }) => ends.head)).not.toContain('');
  });
});
