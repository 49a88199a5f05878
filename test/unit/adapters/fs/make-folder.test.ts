import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeFolder, makeFolderSync } from '../../../../src/adapters/fs/make-folder.ts';

let root = '';
beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'audit-export-folders-'));
});
afterAll(() => rm(root, { recursive: true }));

test('what is missing is made, with the mode, and the topmost that is new is named', async () => {
  expect(await makeFolder(join(root, 'a', 'b', 'c'), 0o700)).toBe(join(root, 'a'));
  expect((await stat(join(root, 'a', 'b', 'c'))).mode & 0o777).toBe(0o700);
  expect(await makeFolder(join(root, 'a', 'b', 'c'))).toBeUndefined();
  expect(await makeFolder(join(root, 'a', 'b', 'd'))).toBe(join(root, 'a', 'b', 'd'));
});

test('a hundred at once make it once', async () => {
  const made = await Promise.all(Array.from({ length: 100 }, () => makeFolder(join(root, 'x', 'y'))));
  expect(made.filter((path) => path !== undefined)).toHaveLength(1);
});

test('a file in the way is said so', async () => {
  await writeFile(join(root, 'file'), '');
  for (const path of [join(root, 'file'), join(root, 'file', 'below')])
    await expect(makeFolder(path)).rejects.toMatchObject({ code: 'ENOTDIR' });
});

test.runIf(process.platform === 'linux')(
  'where the system denies that anything can be made, that is an error, and at once',
  async () => {
    await expect(makeFolder('/proc/none/below')).rejects.toMatchObject({ code: 'ENOENT' });
    expect(() => makeFolderSync('/dev/null/below')).toThrow('ENOTDIR');
  },
);
