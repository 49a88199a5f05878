import { chmodSync, linkSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { lookAtInput, scanInputs } from '../../../../src/adapters/fs/sources/scan-inputs.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

function folderWith(...names: readonly string[]): string {
  const folder = scratchFolder();
  for (const name of names) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), 'x');
  }
  return folder;
}

async function found(
  inputs: Parameters<typeof scanInputs>[0],
  folder: string,
  exceptBelow: readonly string[] = [],
): Promise<string[]> {
  const noTrouble = (path: string, error: unknown): void => {
    throw new Error(`trouble with ${path}`, { cause: error });
  };
  return (await scanInputs(inputs, exceptBelow, noTrouble)).map(({ path }) => relative(folder, path));
}

test("a folder has the files below it, archives too, but hidden ones, the tool's own and what the run writes", async () => {
  const folder = folderWith(
    'b/c.log',
    'a.log',
    '.hidden',
    '.git/config',
    'd.log.gz',
    '_audit-export/e.log',
    'export/f.log',
  );
  expect(await found([{ kind: 'folder', input: folder }], folder, [join(folder, 'export')])).toEqual([
    'a.log',
    'b/c.log',
    'd.log.gz',
  ]);
});

test('a file by name is that file, whatever it is called; none where there is none', async () => {
  const folder = folderWith('.hidden');
  const inputs = ['.hidden', 'later.log'].map(
    (name) => ({ kind: 'file', input: join(folder, name) }) as const,
  );
  expect(await found(inputs, folder)).toEqual(['.hidden']);
});

test('a glob is looked up each time', async () => {
  const folder = folderWith('a-1.log', 'b.log');
  const input = { kind: 'glob', input: join(folder, 'a-*.log') } as const;
  expect(await found([input], folder)).toEqual(['a-1.log']);
  writeFileSync(join(folder, 'a-2.log'), 'x');
  expect(await found([input], folder)).toEqual(['a-1.log', 'a-2.log']);
});

test('a file with several names is there once: named twice, by a link, by a second name', async () => {
  const folder = folderWith('a.log');
  symlinkSync(join(folder, 'a.log'), join(folder, 'current'));
  linkSync(join(folder, 'a.log'), join(folder, 'b.log'));
  const inputs = [
    { kind: 'folder', input: folder },
    { kind: 'file', input: join(folder, 'a.log') },
  ] as const;
  expect(await found(inputs, folder)).toEqual(['a.log']);
});

test.skipIf(process.getuid?.() === 0)(
  'a folder that can not be read is told, and the others are read',
  async () => {
    const folder = folderWith('a.log', 'closed/b.log');
    chmodSync(join(folder, 'closed'), 0);
    const told: string[] = [];
    const files = await scanInputs([{ kind: 'folder', input: folder }], [], (path) => told.push(path));
    chmodSync(join(folder, 'closed'), 0o700);
    expect(files.map(({ path }) => relative(folder, path))).toEqual(['a.log']);
    expect(told).toEqual([join(folder, 'closed')]);
  },
);

test('a folder that is gone is no trouble: it may come back', async () => {
  const folder = scratchFolder();
  expect(await found([{ kind: 'folder', input: join(folder, 'gone') }], folder)).toEqual([]);
});

test.each([
  ['a folder', '.', 'folder'],
  ['a file', 'a.log', 'file'],
  ['a file that is not there yet', 'b.log', 'file'],
  ['a pattern', '*.log', 'glob'],
  ['a file whose name is a pattern', 'c[1].log', 'file'],
])('%s is known as what it is', async (_, name, kind) => {
  const folder = folderWith('a.log', 'c[1].log');
  expect(await lookAtInput(join(folder, name))).toMatchObject({ kind });
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
