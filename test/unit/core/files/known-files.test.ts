import { expect, test } from 'vitest';
import { mayHoldMore } from '../../../../src/core/files/known-file.ts';
import { KnownFiles } from '../../../../src/core/files/known-files.ts';
import { firstLineOf, windowOf } from '../../../../src/core/files/look-at-content.ts';
import { knownFile } from '../../../fakes/known-file.ts';
import type { KnownFile } from '../../../../src/ports/sources/known-file.ts';

function known(id: string, content: string, more: Partial<KnownFile> = {}): KnownFile {
  const bytes = Buffer.from(content);
  const seen = { head: windowOf(bytes), firstLine: firstLineOf(bytes), ...more };
  return knownFile(id, bytes.length, seen);
}

const ids = (files: readonly KnownFile[]): string[] => files.map(({ id }) => id);

const files = (): KnownFiles =>
  new KnownFiles([
    known('short', 'a\n'),
    known('long', 'a\nb\n'),
    known('other', 'x\n'),
    known('empty', ''),
    known('again', 'a\nb\n', { inode: '1:long', at: { stored: 2, offset: 2, lines: 1 } }),
  ]);

test('those that a content begins with, the furthest first', () => {
  expect(ids(files().alike(Buffer.from('a\nb\nc\n')))).toEqual(['long', 'short', 'again']);
  expect(ids(files().alike(Buffer.from('a\nc\n')))).toEqual(['short']);
  expect(ids(files().alike(Buffer.from('a')))).toEqual([]);
});

test('those that begin with a line; a line that is not whole is none', () => {
  expect(ids(files().beginningWith(firstLineOf(Buffer.from('a\nzzz'))))).toEqual(['long', 'short', 'again']);
  expect(ids(files().beginningWith(firstLineOf(Buffer.from('a'))))).toEqual([]);
});

test('those of an inode, the furthest first, and those that stood in a place', () => {
  expect(ids(files().withInode('1:long'))).toEqual(['long', 'again']);
  const place = { path: '/other', real: '', inode: '1:other', storedBytes: 0, modifiedMs: 0 };
  const says = async (): Promise<boolean> => false;
  const file = { ...place, bytes: async () => Buffer.alloc(0), isCompressed: says, stands: says, grew: says };
  expect(ids(files().standingAt(file))).toEqual(['other']);
  expect(ids(files().standingAt({ ...file, inode: '1:short' }))).toEqual(['short', 'other']);
});

test('what was removed is found by nothing', () => {
  const all = files();
  all.remove('long');
  expect(all.get('long')).toBeUndefined();
  expect(ids([...all.all()])).not.toContain('long');
  expect(ids(all.alike(Buffer.from('a\nb\n')))).toEqual(['short', 'again']);
  expect(ids(all.withInode('1:long'))).toEqual(['again']);
  expect(ids(all.beginningWith(firstLineOf(Buffer.from('a\n'))))).not.toContain('long');
});

test.each<[string, Partial<KnownFile>, boolean]>([
  ['a file that is written once', {}, false],
  ['a log', { grew: true }, true],
  ['an end that waits', { waiting: 3 }, true],
  ['a file that was empty', { seen: 0 }, true],
])('what may be missing if it is nowhere: %s', (_, more, may) => {
  expect(mayHoldMore(known('a', 'a\n', more))).toBe(may);
});
