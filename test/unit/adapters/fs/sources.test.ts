import { chmodSync, linkSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { appendFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { openSources } from '../../../../src/adapters/fs/sources/sources.ts';
import type { Source } from '../../../../src/ports/sources/source.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

const signal = new AbortController().signal;
const open = (...inputs: string[]): Promise<Source[]> =>
  openSources(inputs, { stdin: Readable.from([]), signal, exceptBelow: [] });

function folderWith(...paths: string[]): string {
  const folder = scratchFolder();
  for (const path of paths) {
    mkdirSync(join(folder, dirname(path)), { recursive: true });
    writeFileSync(join(folder, path), `${path}\n`);
  }
  return folder;
}

async function contentOf(source: Source | undefined): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of source?.read(() => undefined) ?? []) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

describe('files', () => {
  test('are read in the order in which they are named', async () => {
    const folder = folderWith('b', 'a', 'c');
    const sources = await open(join(folder, 'b'), join(folder, 'c'), join(folder, 'a'));
    expect(await Promise.all(sources.map(contentOf))).toEqual(['b\n', 'c\n', 'a\n']);
    expect(sources.map(({ name, storedBytes }) => [name, storedBytes])).toEqual(
      ['b', 'c', 'a'].map((name) => [join(folder, name), 2]),
    );
  });

  test('are told how many stored bytes were read, also where they are compressed', async () => {
    const folder = folderWith();
    const packed = gzipSync('x'.repeat(100_000));
    writeFileSync(join(folder, 'a.gz'), packed);
    let stored = 0;
    const [source] = await open(join(folder, 'a.gz'));
    for await (const _ of source?.read((bytes) => (stored += bytes)) ?? []);
    expect([stored, source?.storedBytes]).toEqual([packed.length, packed.length]);
  });

  test.each(['missing', 'missing/deeper', 'a/below-a-file'])(
    'that do not exist (%s) say so when they are read; where there is nothing else, before',
    async (name) => {
      const folder = folderWith('a');
      const [good, missing] = await open(join(folder, 'a'), join(folder, name));
      expect([good?.isUnreadable, missing?.isUnreadable]).toEqual([undefined, true]);
      for (const failing of [contentOf(missing), open(join(folder, name))]) {
        const error = await rejectionOf(failing);
        expect(error).toMatchObject({ code: 'source-unreadable', exitCode: 3 });
        expect(error.message).toContain(join(folder, name));
        expect(error.cure).toBeDefined();
      }
    },
  );

  test('that vanish between are an error that names them', async () => {
    const folder = folderWith('a');
    const [source] = await open(join(folder, 'a'));
    rmSync(join(folder, 'a'));
    const error = await rejectionOf(contentOf(source));
    expect(error).toMatchObject({ code: 'source-moved' });
    expect(error.message).toContain(`${join(folder, 'a')} is gone since it was looked at.`);
  });

  test.skipIf(process.getuid?.() === 0)('that may not be read are an error that says so', async () => {
    const folder = folderWith('a');
    chmodSync(join(folder, 'a'), 0);
    const [source] = await open(join(folder, 'a'));
    expect((await rejectionOf(contentOf(source))).message).toContain('permission denied');
  });
});

describe('a file that is named twice is read once', () => {
  test.each<[string, (folder: string) => string[]]>([
    ['in the same words', (folder) => [join(folder, 'a'), join(folder, 'a')]],
    ['by itself and by its folder', (folder) => [join(folder, 'a'), folder]],
    ['by its folder and by a glob', (folder) => [folder, `${folder}/*`]],
    ['with a dot in its path', (folder) => [join(folder, 'a'), `${folder}/./a`]],
    ['with two slashes', (folder) => [join(folder, 'a'), `${folder}//a`]],
    [
      'by way of the folder above',
      (folder) => [join(folder, 'a'), `${folder}/../${folder.split('/').at(-1)}/a`],
    ],
    ['absolute and relative', (folder) => [join(folder, 'a'), relative(process.cwd(), join(folder, 'a'))]],
    [
      'by a symbolic link',
      (folder) => {
        symlinkSync(join(folder, 'a'), `${folder}/../${folder.split('/').at(-1)}-link`);
        return [join(folder, 'a'), `${folder}-link`];
      },
    ],
    [
      'by a second name of the same file',
      (folder) => {
        linkSync(join(folder, 'a'), join(folder, 'hard'));
        return [join(folder, 'a'), join(folder, 'hard')];
      },
    ],
  ])('%s', async (_, inputsOf) => {
    const folder = folderWith('a');
    const inputs = inputsOf(folder);
    try {
      expect(await open(...inputs)).toHaveLength(1);
    } finally {
      rmSync(`${folder}-link`, { force: true });
    }
  });

  test('but two files of the same content are two', async () => {
    const folder = folderWith('a', 'b');
    writeFileSync(join(folder, 'b'), 'a\n');
    expect(await open(folder)).toHaveLength(2);
  });
});

describe('a folder', () => {
  test('gives its files in the order of their bytes, whatever the language', async () => {
    const names = ['Z', 'a', 'ä', 'a/b'.replace('/', '-'), 'a.1', 'a10', 'a2', 'é', 'B'];
    const folder = folderWith(...names);
    const found = (await open(folder)).map(({ name }) => name.slice(folder.length + 1));
    expect(found).toEqual(names.toSorted((x, y) => Buffer.compare(Buffer.from(x), Buffer.from(y))));
  });

  test('gives the files of the folders below it, but no hidden ones and none of the tool itself', async () => {
    const folder = folderWith(
      'x/y/z',
      'x/a',
      'b',
      '.hidden',
      '_audit-export/manifests/m',
      '.git/config',
      'x/_mine.jsonl',
      'x/.unfinished-1-ab',
    );
    const found = (await open(folder)).map(({ name }) => name.slice(folder.length + 1));
    expect(found).toEqual(['b', 'x/_mine.jsonl', 'x/a', 'x/y/z']);
  });

  test('that holds the store gives what is in it to nobody, unless it is named', async () => {
    const folder = folderWith('a', 'export/audit_type=query/x', 'export-of-another/y');
    const inputs = { stdin: Readable.from([]), signal, exceptBelow: [`${folder}/./export/`] };
    const namesOf = async (input: string): Promise<string[]> =>
      (await openSources([input], inputs)).map(({ name }) => relative(folder, name));
    expect(await namesOf(folder)).toEqual(['a', 'export-of-another/y']);
    expect(await namesOf(`${folder}/**`)).toEqual(['a', 'export-of-another/y']);
    expect(await namesOf(`${folder}/export/audit_type=query/x`)).toEqual(['export/audit_type=query/x']);
  });

  test('may lead into itself without end: links to folders are not followed', async () => {
    const folder = folderWith('a');
    symlinkSync(folder, join(folder, 'loop'));
    expect(await open(folder)).toHaveLength(1);
  });

  test('that is empty gives nothing', async () => {
    expect(await open(folderWith())).toEqual([]);
  });
});

describe('a glob', () => {
  test('gives the files that match, in the order of their bytes', async () => {
    const folder = folderWith('b.jsonl', 'a.jsonl', 'c.txt', 'd/e.jsonl', '.f.jsonl');
    const namesOf = async (pattern: string): Promise<string[]> =>
      (await open(`${folder}/${pattern}`)).map(({ name }) => relative(folder, name));
    expect(await namesOf('*.jsonl')).toEqual(['a.jsonl', 'b.jsonl']);
    expect(await namesOf('**/*.jsonl')).toEqual(['a.jsonl', 'b.jsonl', 'd/e.jsonl']);
    expect(await namesOf('{a,c}.*')).toEqual(['a.jsonl', 'c.txt']);
    expect(await namesOf('?.jsonl')).toEqual(['a.jsonl', 'b.jsonl']);
  });

  test('that matches nothing is an error', async () => {
    const error = await rejectionOf(open(`${folderWith('a')}/*.jsonl`));
    expect(error).toMatchObject({ code: 'source-unreadable', exitCode: 3 });
    expect(error.message).toContain('*.jsonl');
  });

  test('that is the very name of a file means that file', async () => {
    const folder = folderWith('a[1].jsonl', 'a1.jsonl');
    expect((await open(`${folder}/a[1].jsonl`)).map(({ name }) => name)).toEqual([`${folder}/a[1].jsonl`]);
  });
});

describe('stdin', () => {
  test.each([[[]], [['-']], [['-', '-']]])('is read for %j, once', async (inputs) => {
    const sources = await openSources(inputs, {
      stdin: Readable.from([Buffer.from('a'), Buffer.from('b')]),
      signal,
      exceptBelow: [],
    });
    expect(sources.map(({ name, storedBytes }) => [name, storedBytes])).toEqual([['stdin', undefined]]);
    expect(await contentOf(sources[0])).toBe('ab');
  });

  test('may be compressed', async () => {
    const [source] = await openSources(['-'], {
      stdin: Readable.from([gzipSync('abc')]),
      signal,
      exceptBelow: [],
    });
    expect(await contentOf(source)).toBe('abc');
  });

  test('that is silent is left when the run is told to stop', async () => {
    const controller = new AbortController();
    const stdin = new PassThrough();
    const [source] = await openSources([], { stdin, signal: controller.signal, exceptBelow: [] });
    stdin.write('abcdef');
    setTimeout(() => controller.abort(), 20);
    expect(await contentOf(source)).toBe('abcdef');
    expect(stdin.destroyed).toBe(true);
  });

  test('that breaks is an error', async () => {
    const stdin = new PassThrough();
    const [source] = await openSources([], { stdin, signal, exceptBelow: [] });
    setTimeout(() => stdin.destroy(new Error('EIO')), 5);
    const error = await rejectionOf(contentOf(source));
    expect(error).toMatchObject({ code: 'source-broken', exitCode: 6 });
    expect(error.message).toContain('stdin');
  });
});

describe('a named pipe', () => {
  function pipeIn(folder: string): string {
    const path = join(folder, 'pipe');
    expect(spawnSync('mkfifo', [path]).status).toBe(0);
    return path;
  }

  test('is read while somebody writes to it, when it is named', async () => {
    const path = pipeIn(scratchFolder());
    const [source] = await open(path);
    const [content] = await Promise.all([contentOf(source), appendFile(path, 'one\ntwo\n')]);
    expect(content).toBe('one\ntwo\n');
  });

  test('that nobody writes to is let go of when the run is told to stop', async () => {
    const controller = new AbortController();
    const inputs = { stdin: Readable.from([]), signal: controller.signal, exceptBelow: [] };
    const [source] = await openSources([pipeIn(scratchFolder())], inputs);
    const content = contentOf(source);
    setTimeout(() => controller.abort(), 100);
    expect(await content).toBe('');
  });

  test('in a folder is left out: nobody knows whether it ends', async () => {
    const folder = folderWith('a');
    pipeIn(folder);
    expect((await open(folder)).map(({ name }) => name)).toEqual([join(folder, 'a')]);
  });
});
