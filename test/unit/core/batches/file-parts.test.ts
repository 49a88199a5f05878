import { describe, expect, test } from 'vitest';
import { beginPart, hasNews, partIn, standingBehind } from '../../../../src/core/batches/file-parts.ts';
import type { SeenFile } from '../../../../src/core/files/catalogue.ts';
import type { FileSource } from '../../../../src/core/files/look-at-content.ts';
import { noWindow, storedEnds, walkContent } from '../../../../src/core/files/look-at-content.ts';
import { SourceAccount } from '../../../../src/core/push/source-part.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import type { ErrorCode } from '../../../../src/errors.ts';
import { lines, Reader } from '../files/reading-on.ts';
import type { KnownFile } from '../../../../src/ports/sources/known-file.ts';
import type { FilePart } from '../../../../src/ports/state/batch.ts';

const log = '/logs/app.log';
const size = (from: number, to: number): number => lines(from, to).length;

/** A log that was delivered up to its fifth line and has ten now, as a look sees it. */
async function grownLog(): Promise<{ reader: Reader; seen: SeenFile; part: FilePart }> {
  const reader = new Reader();
  reader.files.write(log, lines(0, 5));
  await reader.round([log]);
  reader.files.append(log, lines(5, 10));
  const seen = await seenAt(reader, log);
  return { reader, seen, part: await beginPart(seen) };
}

/** The file that a look finds for the log, at whatever path it is given. */
async function seenAt(reader: Reader, path: string): Promise<SeenFile> {
  const { files } = await reader.look([path]);
  const seen = files.find(({ source }) => source.file.path === path);
  if (seen === undefined) throw new Error(`${path} is not seen`);
  return seen;
}

describe('whether there is something new in a file', () => {
  const at = { stored: 10, offset: 10, lines: 1 };
  const news = (stored: number, known: Partial<KnownFile>, isFinal = false, path = '/a.log'): boolean =>
    hasNews({
      source: { file: { storedBytes: stored, path } },
      known: { plain: true, broken: false, at, seen: 10, waiting: 0, ...known },
      isFinal,
    } as unknown as SeenFile);
  const beginning = { stored: 0, offset: 0, lines: 0 };

  test.each<[string, boolean, boolean]>([
    ['that has not changed', news(10, {}), false],
    ['that has grown', news(12, {}), true],
    ['that was never read', news(10, { at: beginning, seen: 0 }), true],
    ['that is empty', news(0, { at: beginning, seen: 0 }), false],
    ['that is empty, and called an archive', news(0, { at: beginning, seen: 0 }, false, '/a.log.gz'), true],
    ['whose end waits', news(15, { seen: 15, waiting: 5 }), false],
    ['whose end waits, and that will not go on', news(15, { seen: 15, waiting: 5 }, true), true],
    ['whose end waits, and that has grown', news(17, { seen: 15, waiting: 5 }), true],
    ['that breaks off', news(10, { broken: true }), true],
    ['that is an archive and was read', news(10, { plain: false }, true), false],
    ['that is an archive and has grown', news(12, { plain: false }, true), true],
    ['that is an archive whose place is not known', news(10, { plain: false, at: beginning }, true), true],
  ])('%s: %3$s', (_, found, expected) => {
    expect(found).toBe(expected);
  });
});

describe('the part of a file that is new', () => {
  test('begins where the file was known, and ends where it ends now', async () => {
    const { seen, part } = await grownLog();
    expect(part).toMatchObject({
      kind: 'file',
      to: size(0, 10),
      file: { at: { stored: size(0, 5), lines: 5 }, seen: size(0, 10) },
      ends: await storedEnds(seen.source.file, size(0, 10)),
      isFinal: false,
    });
  });

  test('of a file that was cut meanwhile is none', async () => {
    const { reader, seen } = await grownLog();
    reader.files.write(log, lines(0, 2));
    await expect(beginPart(seen)).rejects.toMatchObject({ code: 'source-moved' });
  });

  test('of a file that was cut meanwhile, and written anew beyond where it was, is none', async () => {
    const { reader, seen } = await grownLog();
    reader.files.write(log, lines(20, 40));
    await expect(beginPart(seen)).rejects.toMatchObject({ code: 'source-moved' });
  });

  /** The file, which is cut and written anew at this look at its bytes (from 1). */
  function cutAt(nth: number, { reader, seen }: { reader: Reader; seen: SeenFile }): SeenFile {
    const { file } = seen.source;
    let looks = 0;
    const bytes: typeof file.bytes = async (start, end) => {
      if (++looks === nth) reader.files.write(log, lines(200, 400));
      return file.bytes(start, end);
    };
    return { ...seen, source: { ...seen.source, file: { ...file, bytes } } };
  }

  test('of a file that is cut and written anew while it is looked at is none', async () => {
    await expect(beginPart(cutAt(2, await grownLog()))).rejects.toMatchObject({ code: 'source-moved' });
  });

  test.each([
    { holds: 'less than a window', nth: 2, count: 5 },
    { holds: 'more than a window', nth: 4, count: 100 },
  ])('of which nothing is known, and which holds $holds: the same', async ({ nth, count }) => {
    const reader = new Reader();
    reader.files.write(log, '');
    await reader.round([log]);
    reader.files.append(log, lines(0, count));
    const [seen] = (await reader.look([log])).files;
    if (seen === undefined) throw new Error('the log is not seen');
    const isOfNothing = { ...seen, known: { ...seen.known, head: noWindow } };
    const cut = beginPart(cutAt(nth, { reader, seen: isOfNothing }));
    await expect(cut).rejects.toMatchObject({ code: 'source-moved' });
  });
});

describe('where a file stands behind a part', () => {
  /** An account that took so much of the new content, of which the last bytes wait. */
  async function standing(
    at: { reader: Reader; seen: SeenFile; part: FilePart },
    taken: string,
    rest = '',
    more: Partial<Pick<SourceAccount, 'waits' | 'failure'>> = {},
  ): Promise<KnownFile> {
    const account = new SourceAccount(partIn(at.part, at.seen));
    const bytes = Buffer.from(taken + rest);
    account.addContent(bytes, bytes.lastIndexOf('\n') + 1);
    account.lines += taken.split('\n').length - 1;
    return standingBehind(at.part, at.seen, Object.assign(account, more));
  }

  test('is behind what was taken, by three measures, and by its content', async () => {
    const at = await grownLog();
    expect(await standing(at, lines(5, 10))).toMatchObject({
      id: 'id-1',
      at: { stored: size(0, 10), offset: size(0, 10), lines: 10 },
      checksum: (await walkContent(at.seen.source, size(0, 10), false)).checksum,
      ends: at.part.ends,
      seen: size(0, 10),
      waiting: 0,
      unterminated: false,
      broken: false,
      grew: true,
    });
  });

  test('is before an end that waits', async () => {
    const reader = new Reader();
    reader.files.write(log, `${lines(0, 2)}{"half`);
    const seen = await seenAt(reader, log);
    const part = await beginPart(seen);
    expect(await standing({ reader, seen, part }, lines(0, 2), '{"half', { waits: true })).toMatchObject({
      at: { stored: size(0, 2), offset: size(0, 2), lines: 2 },
      ends: await storedEnds(seen.source.file, size(0, 2)),
      seen: size(0, 2) + 6,
      waiting: 6,
    });
  });

  test('is where reading broke off', async () => {
    const at = await grownLog();
    const failure = new AuditExportError('source-broken', 'EIO');
    expect(await standing(at, lines(5, 7), '{"half', { failure })).toMatchObject({
      at: { stored: size(0, 7), offset: size(0, 7), lines: 7 },
      broken: true,
    });
  });

  test('of a log that was compressed meanwhile is known by content alone: the archive may hold more', async () => {
    const { reader, part } = await grownLog();
    reader.files.gzip(log);
    const seen = await seenAt(reader, `${log}.gz`);
    expect(await standing({ reader, seen, part }, lines(5, 10))).toMatchObject({
      path: `${log}.gz`,
      plain: false,
      at: { stored: 0, offset: size(0, 10) },
    });
  });

  test('is nowhere where the log was cut and written anew while it was read', async () => {
    const at = await grownLog();
    at.reader.files.write(log, lines(50, 70));
    await expect(standing(at, lines(5, 10))).rejects.toMatchObject({ code: 'source-moved' });
  });

  test('of a log that was renamed while it was read has ends that no file has: it was read from the file itself', async () => {
    const { reader, seen, part } = await grownLog();
    const renamed = { ...seen, source: failingWith(seen, 'source-moved') };
    expect(await standing({ reader, seen: renamed, part }, lines(5, 9))).toMatchObject({
      at: { offset: size(0, 9) },
      ends: { head: '', tail: '' },
    });
  });

  test('of a file that can not be read any more has ends that no file has: the others of its batch go on', async () => {
    const { reader, seen, part } = await grownLog();
    const failing = { ...seen, source: failingWith(seen, 'source-unreadable') };
    expect(await standing({ reader, seen: failing, part }, lines(5, 9))).toMatchObject({
      at: { offset: size(0, 9) },
      ends: { head: '', tail: '' },
    });
  });
});

function failingWith({ source }: SeenFile, code: ErrorCode): FileSource {
  const bytes = async (): Promise<Buffer> => {
    throw new AuditExportError(code, 'It fails.');
  };
  return { ...source, file: { ...source.file, bytes } };
}
