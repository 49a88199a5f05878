import { describe, expect, test } from 'vitest';
import { lines, log, Reader, readerOf } from './reading-on.ts';

describe('a file that stands where it stood', () => {
  test('and has not changed has nothing new, and nothing is written down of it', async () => {
    const reader = await readerOf(lines(0, 5));
    const { read, look } = await reader.round([log]);
    expect(read).toEqual([]);
    expect(look).toMatchObject({ changed: [], forgotten: [], problems: [] });
    expect(look.files.map(({ known }) => known.id)).toEqual(['id-1']);
  });

  test('and has grown is gone on with, and is a log from then on', async () => {
    const reader = await readerOf(lines(0, 5));
    reader.files.append(log, lines(5, 7));
    const { read } = await reader.round([log]);
    expect(read).toEqual([[log, lines(5, 7)]]);
    expect(reader.known.get('id-1')).toMatchObject({ grew: true, at: { lines: 7 } });
  });

  test('is told by its ends: of a large one little is read', async () => {
    const reader = await readerOf(lines(0, 50_000));
    reader.files.bytesRead = 0;
    await reader.look([log]);
    expect(reader.files.bytesRead).toBeLessThan(20_000);
  });

  test('whatever it is called now, by rename: it is the same', async () => {
    const reader = await readerOf(lines(0, 5));
    reader.files.rename(log, '/elsewhere');
    reader.files.append('/elsewhere', lines(5, 6));
    expect((await reader.round(['/elsewhere'])).read).toEqual([['/elsewhere', lines(5, 6)]]);
  });

  test('and is gone is nothing to tell', async () => {
    const reader = await readerOf(lines(0, 5), lines(5, 6));
    reader.files.remove(log);
    expect(await reader.round([])).toMatchObject({ read: [], problems: [] });
  });
});

/** Where the old content may be when the name holds other content. */
const places: [string, (reader: Reader) => string][] = [
  [
    'renamed',
    ({ files }) => {
      files.rename(log, `${log}.1`);
      return `${log}.1`;
    },
  ],
  [
    'moved into a folder beside it',
    ({ files }) => {
      files.rename(log, '/logs/old/app.log');
      return '/logs/old/app.log';
    },
  ],
  [
    'copied and cut',
    ({ files }) => {
      files.copy(log, `${log}.1`);
      return `${log}.1`;
    },
  ],
  [
    'compressed',
    ({ files }) => {
      files.gzip(log);
      return `${log}.gz`;
    },
  ],
];

describe('a name that holds other content: what is left of the old is read first, then the new', () => {
  test.each(places)('%s', async (_, rotate) => {
    const reader = await readerOf(lines(0, 5));
    reader.files.append(log, lines(5, 8));
    const path = rotate(reader);
    reader.files.write(log, lines(8, 9));
    const { read, problems } = await reader.round([log]);
    expect(read).toEqual([
      [path, lines(5, 8)],
      [log, lines(8, 9)],
    ]);
    expect(problems).toEqual([]);
    expect((await reader.round([log])).read).toEqual([]);
  });

  test.each(places)('%s, also if nothing had been delivered of it, but seen', async (_, rotate) => {
    const reader = new Reader();
    reader.files.write(log, '{"half":');
    await reader.round([log]);
    reader.files.append(log, `1}\n${lines(1, 2)}`);
    const path = rotate(reader);
    reader.files.write(log, lines(8, 9));
    const { read } = await reader.round([log]);
    expect(read).toEqual([
      [path, `{"half":1}\n${lines(1, 2)}`],
      [log, lines(8, 9)],
    ]);
  });

  test('a link that points elsewhere now', async () => {
    const reader = new Reader();
    reader.files.link('/current', '/data/a');
    reader.files.write('/data/a', lines(0, 3));
    await reader.round(['/current']);
    reader.files.append('/data/a', lines(3, 4));
    reader.files.write('/data/b', lines(4, 5));
    reader.files.link('/current', '/data/b');
    expect((await reader.round(['/current'])).read).toEqual([
      ['/data/a', lines(3, 4)],
      ['/current', lines(4, 5)],
    ]);
  });

  test('is looked at again in later rounds, for its writer may go on; its end is the end once it stands still', async () => {
    const reader = await readerOf(lines(0, 5));
    reader.files.rename(log, `${log}.1`);
    reader.files.write(log, lines(8, 9));
    await reader.round([log]);
    reader.files.append(`${log}.1`, `${lines(5, 6)}{"half":`);
    const grown = await reader.round([log]);
    expect(grown.read).toEqual([[`${log}.1`, lines(5, 6)]]);
    expect(grown.look.files.map(({ isFinal }) => isFinal)).toEqual([false, false]);
    const still = await reader.round([log]);
    expect(still.read).toEqual([[`${log}.1`, '{"half":']]);
    expect(still.look.files[0]).toMatchObject({ isFinal: true });
  });

  test('an empty file is known by its inode', async () => {
    const reader = await readerOf('');
    reader.files.append(log, lines(0, 2));
    reader.files.rename(log, `${log}.1`);
    reader.files.write(log, lines(2, 3));
    expect((await reader.round([log])).read).toEqual([
      [`${log}.1`, lines(0, 2)],
      [log, lines(2, 3)],
    ]);
  });
});

test('what is rotated once more while it is looked for is found all the same', async () => {
  const reader = await readerOf(lines(0, 5), lines(5, 6));
  reader.files.append(log, lines(6, 7));
  reader.files.rename(log, `${log}.1`);
  reader.files.write(log, lines(100, 102));
  reader.files.afterListing = () => reader.files.gzip(`${log}.1`);
  expect(await reader.round([log])).toMatchObject({
    read: [
      [`${log}.1.gz`, lines(6, 7)],
      [log, lines(100, 102)],
    ],
    problems: [],
  });
});

describe('what is left of a file and found nowhere', () => {
  const replace = (reader: Reader): void => {
    reader.files.remove(log);
    reader.files.write(log, lines(100, 102));
  };

  test.each<[string, readonly string[], boolean]>([
    ['had grown', [lines(0, 5), lines(5, 6)], true],
    ['had an end that waits', [`${lines(0, 5)}{"half":`], true],
    ['was empty', [''], true],
    ['was written once', [lines(0, 5)], false],
  ])('and %s: told %3$s', async (_, rounds, isTold) => {
    const reader = await readerOf(...rounds);
    replace(reader);
    const { read, problems } = await reader.round([log]);
    expect(problems).toEqual(isTold ? [`missing ${log}`] : []);
    expect(read).toEqual([[log, lines(100, 102)]]);
    expect(reader.known.get('id-1')?.lostMs !== undefined).toBe(isTold);
    // Once.
    expect(await reader.round([log])).toMatchObject({ read: [], problems: [] });
  });

  test('is found when it is brought back, and is not missing any more', async () => {
    const reader = await readerOf(lines(0, 5), lines(5, 6));
    reader.files.append(log, lines(6, 7));
    reader.files.rename(log, '/far/away');
    reader.files.write(log, lines(100, 102));
    expect((await reader.round([log])).problems).toEqual([`missing ${log}`]);
    reader.files.rename('/far/away', `${log}.1`);
    expect(await reader.round([log])).toMatchObject({ read: [[`${log}.1`, lines(6, 7)]], problems: [] });
    expect(reader.known.get('id-1')).not.toHaveProperty('lostMs');
  });

  test('is known by its content for ever, although nobody was told', async () => {
    const reader = await readerOf(lines(0, 5));
    replace(reader);
    await reader.round([log]);
    reader.files.write('/copy', lines(0, 6));
    expect((await reader.round(['/copy'])).read).toEqual([['/copy', lines(5, 6)]]);
  });
});

describe('a file that was edited in the part that was delivered', () => {
  /** A character of a later line, with the first line as it was. */
  const edit = (reader: Reader): void => {
    reader.files.write(log, (lines(0, 3) + lines(3, 6)).replace('"line":1', '"line":7'));
  };

  test('is told and left alone, each time; the others go on', async () => {
    const reader = await readerOf(lines(0, 3));
    edit(reader);
    reader.files.write('/other', lines(50, 51));
    expect(await reader.round([log, '/other'])).toMatchObject({
      read: [['/other', lines(50, 51)]],
      problems: [`edited ${log}`],
    });
    expect(await reader.round([log, '/other'])).toMatchObject({ read: [], problems: [`edited ${log}`] });
  });

  test('also where only its first line is another', async () => {
    const reader = await readerOf(lines(0, 3));
    reader.files.write(log, (lines(0, 3) + lines(3, 6)).replace('"line":0', '"line":9'));
    expect((await reader.round([log])).problems).toEqual([`edited ${log}`]);
  });

  test.each(['"line":10', '"line":'])(
    'also where that is longer or shorter now (%s): --accept goes on behind the part',
    async (edited) => {
      const reader = await readerOf(lines(0, 3));
      reader.files.write(log, (lines(0, 3) + lines(3, 6)).replace('"line":0', edited));
      expect(await reader.round([log])).toMatchObject({ read: [], problems: [`edited ${log}`] });
      const accept = new Set([log]);
      expect(await reader.round([log], { accept })).toMatchObject({ read: [[log, lines(3, 6)]] });
    },
  );

  test.each([
    ['an array', `[\n${lines(0, 2)}]\n`, `[\n${lines(7, 9)}]\n`],
    ['objects over several lines', '{\n"a": 1\n}\n', '{\n"b": 2\n}\n'],
  ] as const)('a first line that %s always has says nothing: it was replaced', async (_, before, now) => {
    const reader = await readerOf(before);
    const [known] = reader.known.values();
    const format = before.startsWith('[') ? 'array' : 'objects';
    if (known !== undefined) reader.known.set(known.id, { ...known, format });
    reader.files.write(log, now);
    expect(await reader.round([log])).toMatchObject({ read: [[log, now]], problems: [] });
  });

  test('--accept goes on at the next end of a line behind the part', async () => {
    const reader = await readerOf(lines(0, 3));
    reader.files.write(log, lines(0, 6).replace('"line":1', '"line":1111'));
    const accept = new Set([log]);
    expect(await reader.round([log], { accept })).toMatchObject({ read: [[log, lines(3, 6)]], problems: [] });
    reader.files.append(log, lines(6, 7));
    expect(await reader.round([log])).toMatchObject({ read: [[log, lines(6, 7)]], problems: [] });
  });

  test('--again reads it from its beginning, and what was known of it is forgotten', async () => {
    const reader = await readerOf(lines(0, 3));
    edit(reader);
    const { read, look, problems } = await reader.round([log], { again: new Set([log]) });
    expect(problems).toEqual([]);
    expect(look.forgotten).toEqual(['id-1']);
    expect(read.map(([, content]) => content.length)).toEqual([lines(0, 6).length]);
    expect([...reader.known.keys()]).toEqual(['id-2']);
  });
});

test('reading that broke off goes on where it stood, once the archive is whole', async () => {
  const reader = new Reader();
  reader.files.write('/whole', lines(0, 9));
  reader.files.gzip('/whole');
  const [whole] = reader.files.given('/whole.gz');
  const stored = (await whole?.file.bytes(0, Infinity)) ?? Buffer.alloc(0);
  reader.files.write('/a.gz', stored.subarray(0, stored.length - 9));
  await reader.round(['/a.gz']);
  expect([...reader.known.values()]).toMatchObject([{ broken: true, at: { offset: 0 } }]);
  reader.files.write('/a.gz', stored);
  expect((await reader.round(['/a.gz'])).read).toEqual([['/a.gz', lines(0, 9)]]);
  expect((await reader.round(['/a.gz'])).read).toEqual([]);
});
