import { mkdirSync, renameSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { fileSource } from '../../../../src/adapters/fs/sources/file-source.ts';
import { filesOnDisk } from '../../../../src/adapters/fs/sources/files-on-disk.ts';
import type { FileSource } from '../../../../src/core/files/look-at-content.ts';
import type { StoredRange } from '../../../../src/ports/sources/source.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

async function read(source: FileSource, range?: StoredRange): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of source.read(() => undefined, range)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

function fileWith(content: string | Buffer, name = 'a.log'): string {
  const path = join(scratchFolder(), name);
  writeFileSync(path, content);
  return path;
}

describe('a regular file as a source', () => {
  test('says its path, its real path, its inode and its size; two names of one file are one inode', async () => {
    const path = fileWith('0123456789');
    const link = `${path}.link`;
    symlinkSync(path, link);
    const [file, linked] = [await fileSource(path), await fileSource(link)];
    expect(file).toMatchObject({ name: path, storedBytes: 10, file: { path, real: path, storedBytes: 10 } });
    expect(linked.file).toMatchObject({ path: link, real: path, inode: file.file.inode });
    expect(file.file.inode).toMatch(/^\d+:\d+$/);
  });

  test('gives any of its stored bytes, and fewer where it ends before', async () => {
    const { file } = await fileSource(fileWith('0123456789'));
    expect((await file.bytes(2, 5)).toString()).toBe('234');
    expect((await file.bytes(8, 20)).toString()).toBe('89');
    expect((await file.bytes(20, 30)).toString()).toBe('');
    expect((await file.bytes(5, 2)).toString()).toBe('');
  });

  test('is read whole, or between two places; an archive is unpacked from its beginning', async () => {
    const plain = await fileSource(fileWith('0123456789'));
    expect(await read(plain)).toBe('0123456789');
    expect(await read(plain, { start: 3, end: 7 })).toBe('3456');
    expect(await plain.file.isCompressed()).toBe(false);
    const archive = gzipSync('one\ntwo\n');
    const packed = await fileSource(fileWith(archive, 'a.log.gz'));
    expect(await packed.file.isCompressed()).toBe(true);
    expect(await read(packed)).toBe('one\ntwo\n');
    expect(await read(packed, { start: 0, end: archive.length })).toBe('one\ntwo\n');
  });

  test('ends where it ended when it was asked for, although it grows', async () => {
    const path = fileWith('0123456789');
    const source = await fileSource(path);
    writeFileSync(path, '0123456789abc');
    expect(await read(source, { start: 5, end: source.file.storedBytes })).toBe('56789');
  });

  test('that was cut below what is asked for, or replaced, or is gone, has moved: nothing else is read for it', async () => {
    const cut = fileWith('0123456789');
    const cutSource = await fileSource(cut);
    truncateSync(cut, 4);
    expect(await rejectionOf(read(cutSource, { start: 2, end: 10 }))).toMatchObject({ code: 'source-moved' });
    const replaced = fileWith('0123456789');
    const replacedSource = await fileSource(replaced);
    renameSync(replaced, `${replaced}.1`);
    expect(await rejectionOf(read(replacedSource))).toMatchObject({ code: 'source-moved' });
    writeFileSync(replaced, 'other');
    expect(await rejectionOf(read(replacedSource))).toMatchObject({ code: 'source-moved' });
    expect(await rejectionOf(replacedSource.file.bytes(0, 5))).toMatchObject({ code: 'source-moved' });
  });

  test('that is not there is told', async () => {
    expect(await rejectionOf(fileSource(join(scratchFolder(), 'none')))).toMatchObject({
      code: 'source-unreadable',
    });
  });
});

describe('files where they stand', () => {
  test('of a path: a file, or what a link leads to; nothing where there is none, or no file', async () => {
    const path = fileWith('x');
    symlinkSync(path, `${path}.link`);
    symlinkSync('nowhere', `${path}.broken`);
    mkdirSync(`${path}.d`);
    expect((await filesOnDisk.at(path))?.name).toBe(path);
    expect((await filesOnDisk.at(`${path}.link`))?.file.real).toBe(path);
    for (const none of ['.broken', '.d', '.none'])
      expect(await filesOnDisk.at(`${path}${none}`)).toBeUndefined();
  });

  test('beside a path: of its folder and the folders in it, but no hidden ones and no links', async () => {
    const folder = scratchFolder();
    for (const name of ['a.log.1', '.swp', 'old/b.gz', 'old/er/c', '.git/d']) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), 'x');
    }
    symlinkSync(join(folder, 'a.log.1'), join(folder, 'link'));
    const names = (await filesOnDisk.beside(join(folder, 'a.log'))).map(({ name }) => name);
    expect(names.toSorted()).toEqual([join(folder, 'a.log.1'), join(folder, 'old/b.gz')]);
    expect(await filesOnDisk.beside('/nowhere/at/all')).toEqual([]);
  });
});
