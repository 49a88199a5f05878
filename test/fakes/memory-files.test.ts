import { expect, test } from 'vitest';
import { MemoryFiles } from './memory-files.ts';

async function contentOf(files: MemoryFiles, path: string): Promise<string | undefined> {
  const source = await files.at(path);
  if (source === undefined) return undefined;
  const pieces: Buffer[] = [];
  for await (const piece of source.read(() => undefined)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

const inodeOf = async (files: MemoryFiles, path: string): Promise<string | undefined> =>
  (await files.at(path))?.file.inode;

test('a file keeps its inode when it is written anew, appended to and renamed; a copy and an archive have their own', async () => {
  const files = new MemoryFiles();
  files.write('/a', 'one');
  const inode = await inodeOf(files, '/a');
  files.write('/a', 'two');
  files.append('/a', '!');
  files.rename('/a', '/b');
  expect([await inodeOf(files, '/a'), await inodeOf(files, '/b')]).toEqual([undefined, inode]);
  files.copy('/b', '/c');
  expect(await inodeOf(files, '/c')).not.toBe(inode);
  files.gzip('/b');
  expect(await inodeOf(files, '/b.gz')).not.toBe(inode);
  expect([await contentOf(files, '/b.gz'), await contentOf(files, '/c')]).toEqual(['two!', 'two!']);
  expect(await (await files.at('/b.gz'))?.file.isCompressed()).toBe(true);
});

test('what is in a folder and one below is beside a file, and a link stands for its target', async () => {
  const files = new MemoryFiles();
  for (const path of ['/logs/a', '/logs/old/b', '/logs/old/er/c', '/d']) files.write(path, path);
  expect((await files.beside('/logs/x')).map(({ name }) => name)).toEqual(['/logs/a', '/logs/old/b']);
  files.link('/current', '/logs/a');
  const [source] = files.given('/current');
  expect(source?.file).toMatchObject({ path: '/current', real: '/logs/a' });
  expect(await contentOf(files, '/current')).toBe('/logs/a');
});
