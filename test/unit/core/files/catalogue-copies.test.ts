import { describe, expect, test } from 'vitest';
import { lines, log, Reader, readerOf } from './reading-on.ts';

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

  test('files that begin with the same line are read as often as others', async () => {
    const bytesOf = async (count: number): Promise<number> => {
      const reader = new Reader();
      const paths = Array.from({ length: count }, (_, index) => `/logs/${index}`);
      for (const [index, path] of paths.entries())
        reader.files.write(path, lines(0, 1) + lines(100 + index, 101 + index));
      const look = await reader.look(paths);
      expect(look.files).toHaveLength(count);
      return reader.files.bytesRead;
    };
    expect((await bytesOf(80)) / (await bytesOf(40))).toBeLessThan(2.2);
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
