import { mkdirSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import * as fc from 'fast-check';
import { afterEach, expect, test, vi } from 'vitest';
import { SpoolFile } from '../../../../src/adapters/fs/spool-file.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

afterEach(() => vi.unstubAllEnvs());

test('what was written is read, also at once and in any order', async () => {
  const texts = fc.array(fc.string({ minLength: 1, maxLength: 3000 }), { minLength: 1, maxLength: 30 });
  await fc.assert(
    fc.asyncProperty(texts, async (list) => {
      const spool = new SpoolFile(tmpdir());
      const written = list.map((text) => Buffer.from(text));
      const positions = await Promise.all(written.map((bytes) => spool.write(bytes)));
      const places = positions.map((position, index) => ({ position, bytes: written[index]?.length ?? 0 }));
      const read = await Promise.all(
        places.toReversed().map(async ({ position, bytes }) => {
          const into = Buffer.alloc(bytes);
          await spool.read(position, into);
          return into;
        }),
      );
      expect(read.toReversed()).toEqual(written);
      for (const { position, bytes } of places) spool.release(position, bytes);
      await spool.close();
    }),
    { numRuns: 20 },
  );
});

test('its file has no name while it is used: audit data never stays behind, not even after kill -9', async () => {
  const folder = scratchFolder();
  vi.stubEnv('TMPDIR', folder);
  const spool = new SpoolFile(tmpdir());
  const position = await spool.write(Buffer.from('secret'));
  expect(readdirSync(folder)).toEqual([]);
  const into = Buffer.alloc(6);
  await spool.read(position, into);
  expect(into.toString()).toBe('secret');
  await spool.close();
});

test('the disk of a segment is given back when none of it is needed', async () => {
  const openFiles = (): number => readdirSync('/proc/self/fd').length;
  const spool = new SpoolFile(tmpdir());
  const before = openFiles();
  const large = Buffer.alloc(64 * 1024 * 1024);
  const first = await spool.write(large);
  const second = await spool.write(Buffer.from('x'));
  expect(openFiles()).toBe(before + 2);
  spool.release(first, large.length);
  await expect.poll(openFiles).toBe(before + 1);
  spool.release(second, 1);
  await spool.close();
  expect(openFiles()).toBe(before);
});

test('a temporary folder that takes nothing is an error that names it, and the next write may succeed', async () => {
  const folder = scratchFolder();
  const spool = new SpoolFile(`${folder}/missing`);
  const error = await rejectionOf(spool.write(Buffer.from('x')));
  expect(error).toMatchObject({ code: 'spool-failed', exitCode: 6 });
  expect(error.message).toContain(`${folder}/missing`);
  expect(error.cure).toContain('TMPDIR');
  mkdirSync(`${folder}/missing`);
  expect(await spool.write(Buffer.from('x'))).toBeTypeOf('number');
  await spool.close();
});

test('a spool that was never used leaves nothing to close', async () => {
  await expect(new SpoolFile(tmpdir()).close()).resolves.toBeUndefined();
});
