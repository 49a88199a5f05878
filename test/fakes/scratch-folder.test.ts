import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scratchFolder } from './scratch-folder.ts';

let before = '';

test('each call makes a folder of its own, that can be written to', () => {
  before = scratchFolder();
  writeFileSync(join(before, 'x'), 'x');
  expect(scratchFolder()).not.toBe(before);
});

test('it is gone after the test that made it', () => {
  expect(before).not.toBe('');
  expect(existsSync(before)).toBe(false);
});
