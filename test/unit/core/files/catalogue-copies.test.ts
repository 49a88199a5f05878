import { describe, expect, test } from 'vitest';
import type { FileSource } from '../../../../src/core/files/look-at-content.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import { lines, Reader } from './reading-on.ts';

const log = '/logs/app.log';

async function readerOf(...rounds: readonly string[]): Promise<Reader> {
  const reader = new Reader();
  for (const [index, content] of rounds.entries()) {
    if (index === 0) reader.files.write(log, content);
    else reader.files.append(log, content);
    await reader.round([log]);
  }
  return reader;
}

describe('content decides', () => {
  test('the longest known beginning is gone on with', async () => {
    const reader = new Reader();
    reader.files.write('/a', lines(0, 2));
    reader.files.write('/b', lines(0, 5));
    await reader.round(['/a', '/b']);
    for (const path of ['/a', '/b']) reader.files.remove(path);
    reader.files.write('/c', lines(0, 7));
    expect((await reader.round(['/c'])).read).toEqual([['/c', lines(5, 7)]]);
  });

  test('a file that begins like one that stands is another, and read whole', async () => {
    const reader = await readerOf(lines(0, 5));
    reader.files.write('/other', lines(0, 5) + lines(50, 51));
    expect((await reader.round([log, '/other'])).read).toEqual([['/other', lines(0, 5) + lines(50, 51)]]);
  });

  test.each<[string, string]>([
    ['all of it', lines(0, 5)],
    ['its first lines', lines(0, 3)],
    ['half a line of it', lines(0, 1).slice(0, -10)],
  ])('a copy of %s beside the file that stands has nothing new', async (_, content) => {
    const reader = await readerOf(lines(0, 5));
    reader.files.write('/copy', content);
    expect((await reader.round([log, '/copy'])).read).toEqual([]);
    expect((await reader.round(['/copy'])).read).toEqual([]);
  });

  test('a copy in the making, of what was not delivered yet: each line once, whichever is whole first', async () => {
    const reader = await readerOf(lines(0, 5));
    reader.files.append(log, lines(5, 9));
    reader.files.write('/logs/copy', lines(0, 7));
    expect((await reader.round([log, '/logs/copy'])).read).toEqual([[log, lines(5, 9)]]);
    reader.files.write('/logs/copy', lines(0, 9));
    reader.files.write(log, lines(9, 10));
    expect((await reader.round([log, '/logs/copy'])).read).toEqual([[log, lines(9, 10)]]);
  });

  test.each<[string, string]>([
    ['is empty', ''],
    ['holds half a line', lines(0, 1).slice(0, -10)],
    ['holds some lines and a half', lines(0, 2) + lines(2, 3).slice(0, -10)],
  ])(
    'a copy in the making that %s when it is first seen has nothing new when it is whole',
    async (_, begun) => {
      const reader = await readerOf(lines(0, 5));
      reader.files.write('/logs/copy', begun);
      expect((await reader.round([log, '/logs/copy'])).read).toEqual([]);
      reader.files.write('/logs/copy', lines(0, 5));
      expect((await reader.round([log, '/logs/copy'])).read).toEqual([]);
      // And then the log is cut.
      reader.files.write(log, lines(9, 10));
      expect((await reader.round([log, '/logs/copy'])).read).toEqual([[log, lines(9, 10)]]);
    },
  );

  test('a copy of a file that nobody knew before has nothing new, whichever comes first', async () => {
    const reader = new Reader();
    reader.files.write('/logs/b', lines(0, 5));
    for (const copy of ['/logs/a', '/logs/c', '/logs/d']) reader.files.copy('/logs/b', copy);
    reader.files.write('/logs/c', lines(0, 3).slice(0, -9));
    reader.files.gzip('/logs/d');
    const all = ['/logs/a', '/logs/b', '/logs/c', '/logs/d.gz'];
    const { read } = await reader.round(all);
    expect(read.map(([, content]) => content)).toEqual([lines(0, 5)]);
    expect((await reader.round(all)).read).toEqual([]);
  });

  test('a copy of a file of which only half a line was seen has nothing new', async () => {
    const reader = await readerOf(lines(0, 1).slice(0, -9));
    reader.files.write(log, lines(0, 5));
    reader.files.copy(log, '/logs/copy');
    expect((await reader.round(['/logs/copy'])).read).toEqual([]);
    expect((await reader.round([log, '/logs/copy'])).read).toEqual([[log, lines(0, 5)]]);
  });

  test('an archive in the making that holds no line yet has nothing new when it is whole', async () => {
    const reader = await readerOf(lines(0, 5));
    reader.files.copy(log, '/logs/copy');
    reader.files.gzip('/logs/copy');
    const [whole] = reader.files.given('/logs/copy.gz');
    const stored = (await whole?.file.bytes(0, Infinity)) ?? Buffer.alloc(0);
    reader.files.write('/logs/copy.gz', stored.subarray(0, 20));
    expect((await reader.round([log, '/logs/copy.gz'])).read).toEqual([]);
    reader.files.write('/logs/copy.gz', stored);
    expect((await reader.round([log, '/logs/copy.gz'])).read).toEqual([]);
  });

  test('an archive is known by what it holds, and has its end', async () => {
    const reader = await readerOf(lines(0, 5));
    reader.files.gzip(log);
    const { read, look } = await reader.round([`${log}.gz`]);
    expect(read).toEqual([]);
    expect(look.files).toMatchObject([{ isFinal: true, known: { id: 'id-1', plain: false } }]);
  });
});

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
    const [known] = reader.known.values();
    reader.files.copy(log, copy);
    reader.files.remove(log);
    await reader.round([copy]);
    const [now] = reader.known.values();
    if (known === undefined || now === undefined) throw new Error('nothing is known');
    reader.known.set('twice', { ...now, id: 'twice', at: known.at, left: true, head: known.head });
    const { look, read } = await reader.round([copy]);
    expect({ read, forgotten: look.forgotten }).toEqual({ read: [], forgotten: ['twice'] });
  });
});

describe('a file that is held open and has no name any more', () => {
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

  test('and that nobody knows is new', async () => {
    const reader = new Reader();
    reader.files.write(log, lines(0, 5));
    const held = reader.files.hold(log);
    reader.files.remove(log);
    expect((await reader.round([held()])).read).toEqual([[log, lines(0, 5)]]);
  });
});
