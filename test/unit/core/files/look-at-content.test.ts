import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { windowBytes } from '../../../../src/core/files/known-file.ts';
import type { FileSource } from '../../../../src/core/files/look-at-content.ts';
import {
  contentHead,
  endsHold,
  firstLineOf,
  hashOf,
  isBeginningOf,
  lineEndFrom,
  storedEnds,
  walkContent,
  windowOf,
} from '../../../../src/core/files/look-at-content.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import { MemoryFiles } from '../../../fakes/memory-files.ts';
import type { KnownFile } from '../../../../src/ports/sources/known-file.ts';

function fileOf(content: string): FileSource {
  const files = new MemoryFiles();
  files.write('/a', content);
  return files.given('/a')[0] as FileSource;
}

/** A source whose content comes in such pieces and breaks off then, if told to. */
function inPieces(content: string, size: number, breaks = false): FileSource {
  return {
    ...fileOf(content),
    async *read() {
      const shared = Buffer.alloc(size);
      const bytes = Buffer.from(content);
      for (let at = 0; at < bytes.length; at += size) yield shared.subarray(0, bytes.copy(shared, 0, at));
      if (breaks) throw new AuditExportError('source-broken', 'It breaks off.');
    },
  };
}

const sizes = [1, 3, 1000];

describe('the first line', () => {
  test.each<[string, string, string | undefined]>([
    ['closed by LF', 'a\nb', 'a'],
    ['closed by CR LF', 'a\r\nb', 'a'],
    ['that is empty', '\nb', ''],
    ['without an end', 'a', undefined],
    ['of a content without bytes', '', undefined],
    ['that is longer than what is seen of it', 'x'.repeat(windowBytes), 'x'.repeat(windowBytes)],
  ])('%s', (_, head, line) => {
    expect(firstLineOf(Buffer.from(head))).toEqual(windowOf(Buffer.from(line ?? '')));
  });
});

describe('the ends of the stored bytes', () => {
  const long = 'x'.repeat(3 * windowBytes);
  const change = (text: string, at: number): string => `${text.slice(0, at)}!${text.slice(at + 1)}`;

  test.each<[string, string, number, boolean, boolean]>([
    ['the first byte', long, 0, false, true],
    ['the last byte of the first window', long, windowBytes - 1, false, true],
    ['a byte between', long, windowBytes, true, true],
    ['the first byte of the last window', long, 2 * windowBytes, true, false],
    ['the last byte', long, 3 * windowBytes - 1, true, false],
    ['the first line of a small file', 'one\ntwo\n', 1, false, true],
    ['the last line of a small file', 'one\ntwo\n', 5, false, false],
    ['the only line of a small file', 'one\n', 1, false, false],
  ])('with %s changed', async (...[, text, at, sameHead, sameTail]) => {
    const before = await storedEnds(fileOf(text).file, text.length);
    const now = await storedEnds(fileOf(`${change(text, at)}more`).file, text.length);
    expect([now.head === before.head, now.tail === before.tail]).toEqual([sameHead, sameTail]);
  });

  const known = async (text: string, stored: number): Promise<KnownFile> =>
    ({
      at: { stored, offset: stored, lines: 0 },
      ends: await storedEnds(fileOf(text).file, stored),
      plain: true,
      head: windowOf(Buffer.from(text)),
    }) as KnownFile;

  test('hold while the delivered part is there, whatever comes behind it', async () => {
    const file = await known('one\ntwo\n', 4);
    for (const [text, holds] of [
      ['one\ntwo\n', true],
      ['one\nthree', true],
      ['one\n', true],
      ['one', false],
      ['onE\ntwo\n', false],
    ] as const)
      expect({ text, holds: await endsHold(file, fileOf(text).file) }).toEqual({ text, holds });
  });

  test('of a file of which nothing was delivered are those of what was seen', async () => {
    const file = await known('{"half', 0);
    expect(await endsHold(file, fileOf('{"half":1}\n').file)).toBe(true);
    expect(await endsHold(file, fileOf('{"other":1}\n').file)).toBe(false);
    expect(await endsHold(await known('', 0), fileOf('anything').file)).toBe(true);
  });
});

describe('a walk through a content', () => {
  test.each(sizes)('gives the checksum of its beginning, and its length (pieces of %d)', async (size) => {
    const source = inPieces('0123456789', size);
    expect(await walkContent(source, 7, true)).toEqual({ checksum: crc32('0123456'), bytes: 10 });
    expect((await walkContent(source, 7, false)).checksum).toBe(crc32('0123456'));
    expect(await walkContent(source, 11, true)).toEqual({ checksum: undefined, bytes: 10 });
    expect(await walkContent(source, 0, true)).toEqual({ checksum: 0, bytes: 10 });
  });

  test('ends where the content breaks off', async () => {
    expect(await walkContent(inPieces('0123', 2, true), 3, true)).toEqual({
      checksum: crc32('012'),
      bytes: 4,
    });
    expect(await walkContent(inPieces('0123', 2, true), 5, true)).toEqual({ checksum: undefined, bytes: 4 });
  });

  test('does not hide what is no fault of the content', async () => {
    const source: FileSource = {
      ...fileOf(''),
      // oxlint-disable-next-line require-yield
      async *read() {
        throw new AuditExportError('source-moved', 'It was cut.');
      },
    };
    await expect(walkContent(source, 1, false)).rejects.toMatchObject({ code: 'source-moved' });
  });

  test.each(sizes)('finds the next end of a line (pieces of %d)', async (size) => {
    const source = inPieces('ab\ncd\nef', size);
    const found = await Promise.all([0, 1, 2, 3, 4, 5, 6, 7, 8].map((at) => lineEndFrom(source, at)));
    expect(found).toEqual([3, 3, 3, 3, 6, 6, 6, 8, 8]);
  });
});

test('of the head of a content that breaks off there is what came before', async () => {
  const files = new MemoryFiles();
  files.write('/a', 'one\ntwo\n');
  files.gzip('/a');
  const [archive] = files.given('/a.gz');
  expect((await contentHead(archive as FileSource)).toString()).toBe('one\ntwo\n');
  const broken = inPieces('one\ntw', 2, true);
  const asArchive = { ...broken, file: { ...broken.file, isCompressed: async () => true } };
  expect((await contentHead(asArchive)).toString()).toBe('one\ntw');
});

describe('whether one content is the beginning of another', () => {
  test.each<[string, string, boolean]>([
    ['a\nb\n', 'a\nb\nc\n', true],
    ['a\nb\nc\n', 'a\nb\nc\n', true],
    ['', 'a\n', true],
    ['a\nB\n', 'a\nb\nc\n', false],
    ['a\nb\nc\nd', 'a\nb\nc\n', false],
  ])('%j of %j: %s', async (copy, original, isBeginning) => {
    for (const size of sizes)
      for (const other of sizes)
        expect(await isBeginningOf(inPieces(copy, size), inPieces(original, other))).toEqual(
          isBeginning
            ? { bytes: copy.length, lines: copy.split('\n').length - 1, checksum: crc32(copy) }
            : undefined,
        );
  });

  test('of a copy in the making that breaks off: as far as it is there', async () => {
    expect(await isBeginningOf(inPieces('a\nb', 2, true), inPieces('a\nb\n', 3))).toMatchObject({ bytes: 3 });
  });

  test('of an original that breaks off: what is behind the break is in the copy alone', async () => {
    const original = inPieces('a\n', 2, true);
    expect(await isBeginningOf(inPieces('a\nb\n', 4), original)).toBeUndefined();
    expect(await isBeginningOf(inPieces('a\n', 2), original)).toMatchObject({ bytes: 2 });
  });
});

test('a hash is 32 hex digits of SHA-256', () => {
  expect(hashOf(Buffer.from('abc'))).toBe('ba7816bf8f01cfea414140de5dae2223');
});
