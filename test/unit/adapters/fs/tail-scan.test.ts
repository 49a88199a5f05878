import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { isRotatedName, lookAtInput, scanInputs } from '../../../../src/adapters/fs/tail-scan.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

test("a folder has the files below it but hidden ones, archives, the tool's own and what the run writes", async () => {
  const folder = scratchFolder();
  for (const name of ['a.log', 'b/c.log', '.hidden', 'd.log.gz', '_audit-export/e.log', 'export/f.log']) {
    await mkdir(join(folder, name, '..'), { recursive: true });
    await writeFile(join(folder, name), 'x');
  }
  const found = await scanInputs([{ kind: 'folder', input: folder }], [join(folder, 'export')]);
  expect(found.map(({ path }) => path)).toEqual([join(folder, 'a.log'), join(folder, 'b/c.log')]);
});

test.each([
  { path: '/x/app.log.1', is: true },
  { path: '/x/app.log-20261123', is: true },
  { path: '/x/app.log.2026-11-23T05:30', is: true },
  { path: '/x/app.log', is: false },
  { path: '/x/app.log.lock', is: false },
  { path: '/x/app.log.1.lock', is: false },
  { path: '/x/other.log.1', is: false },
])('$path is a rotated /x/app.log: $is', ({ path, is }) => {
  expect(isRotatedName(path, '/x/app.log')).toBe(is);
});

test.each([
  { what: 'a device', input: '/dev/null', says: "can't be followed" },
  {
    what: 'a file in a folder that is not there',
    input: '/nowhere/at/all.log',
    says: 'no such file or folder',
  },
])('$what is refused before anything is read', async ({ input, says }) => {
  const error = await rejectionOf(lookAtInput(input));
  expect(error).toMatchObject({ code: 'source-unreadable' });
  expect(error.message).toContain(says);
});
