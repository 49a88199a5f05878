import { rename, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TailBook } from '../../../../src/adapters/fs/tail-book.ts';
import type { FoundFile } from '../../../../src/adapters/fs/tail-scan.ts';
import { hashOf } from '../../../../src/core/follow/tailed-stream.ts';
import type { SourcePosition } from '../../../../src/core/ledger/source-position.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

const content = 'a line\n'.repeat(900);

/** A log that was read to its end before, and what a scan found of it. */
async function readBefore(): Promise<{ book: TailBook; found: FoundFile; position: SourcePosition }> {
  const path = join(scratchFolder(), 'app.log');
  await writeFile(path, content);
  const { dev, ino, size, mtimeMs } = await stat(path, { bigint: true });
  const found = { name: path, path, inode: `${dev}:${ino}`, size: Number(size), modifiedMs: Number(mtimeMs) };
  const position: SourcePosition = {
    id: 'log',
    path,
    inode: found.inode,
    stored: content.length,
    offset: content.length,
    lines: 900,
    headHash: hashOf(Buffer.from(content.slice(0, 4096))),
    tailHash: hashOf(Buffer.from(content.slice(-4096))),
    checksum: 0,
    modifiedMs: found.modifiedMs,
    plain: true,
    sourceHead: '',
    unterminated: false,
    delivered: {},
    seenMs: 0,
  };
  const book = new TailBook([position], { plain: true, newId: () => 'new', now: () => 0 });
  return { book, found, position };
}

test('a file is gone on with where it was', async () => {
  const { book, found, position } = await readBefore();
  const file = await book.resume(found, { position, head: undefined });
  expect(file?.stream.at.stored).toBe(content.length);
  expect(book.ended).toEqual([]);
  await book.close();
});

test.each<[string, (path: string) => Promise<void>]>([
  [
    'renamed, and another stands in its place,',
    async (path) => {
      await rename(path, `${path}.1`);
      await writeFile(path, 'another line\n'.repeat(900));
    },
  ],
  ['renamed', (path) => rename(path, `${path}.1`)],
  ['cut', (path) => truncate(path)],
])('a file that was %s since it was looked at leaves what is known of it as it was', async (_, rotate) => {
  const { book, found, position } = await readBefore();
  await rotate(found.path);
  expect(await book.resume(found, { position, head: undefined })).toBeUndefined();
  expect(book.ended.map((one) => one.position)).toEqual([position]);
  expect(book.files).toEqual([]);
});
