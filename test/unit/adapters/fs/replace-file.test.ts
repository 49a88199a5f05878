import { readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { replaceFile } from '../../../../src/adapters/fs/replace-file.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

test('a file is written whole, with its folders, for its owner only, and nothing is left beside it', async () => {
  const folder = join(scratchFolder(), 'a', 'b');
  const file = join(folder, 'audit-export.json');
  await replaceFile(file, 'first');
  await replaceFile(file, 'second');
  expect(readFileSync(file, 'utf8')).toBe('second');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['audit-export.json']);
});

test('a link keeps pointing to what it points to', async () => {
  const folder = scratchFolder();
  writeFileSync(join(folder, 'real.json'), 'before');
  symlinkSync('real.json', join(folder, 'link.json'));
  await replaceFile(join(folder, 'link.json'), 'after');
  expect(readFileSync(join(folder, 'real.json'), 'utf8')).toBe('after');
});
