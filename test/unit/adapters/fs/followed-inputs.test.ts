import { appendFileSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openFollowed } from '../../../../src/adapters/fs/sources/followed-inputs.ts';
import type { FileSource } from '../../../../src/core/files/look-at-content.ts';
import type { FollowedInputs } from '../../../../src/ports/sources/followed-inputs.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import type { KnownFile } from '../../../../src/ports/sources/known-file.ts';

const noTrouble = (path: string, error: unknown): void => {
  throw new Error(`trouble with ${path}`, { cause: error });
};

async function following(...inputs: readonly string[]): Promise<FollowedInputs> {
  const stdin = new Readable({ read: () => undefined });
  const followed = await openFollowed(inputs, { stdin, exceptBelow: [] });
  onTestFinished(() => followed.close());
  return followed;
}

async function contentOf(source: FileSource | undefined): Promise<string | undefined> {
  if (source === undefined) return undefined;
  const pieces: Buffer[] = [];
  for await (const piece of source.read(() => undefined)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces).toString();
}

/** Says that all that was taken is durable, each file up to where it ends now. */
async function settleAll(followed: FollowedInputs, all = true): Promise<string[]> {
  const taken = followed.take(all);
  const files = await taken.files();
  await taken.settle(knownAs(files));
  return files.map(({ name }) => name);
}

function knownAs(files: readonly FileSource[]): Map<string, KnownFile> {
  return new Map(
    files.map(({ file: { inode, storedBytes: stored } }) => [
      inode,
      { inode, at: { stored, offset: stored, lines: 0 } } as KnownFile,
    ]),
  );
}

describe('a look at the followed files', () => {
  test('says which are there for the first time, and how much came to them', async () => {
    const folder = scratchFolder();
    const log = join(folder, 'app.log');
    const followed = await following(folder);
    expect(await followed.scan(noTrouble)).toMatchObject({ bytes: 0, fresh: [] });
    writeFileSync(log, 'one\n');
    const first = await followed.scan(noTrouble);
    expect(first).toMatchObject({ bytes: 4, fresh: [{ name: log }] });
    // Told until it is noted.
    const again = await followed.scan(noTrouble);
    expect(again).toMatchObject({ bytes: 0, fresh: [{ name: log }] });
    again.noted();
    expect(await followed.scan(noTrouble)).toMatchObject({ bytes: 0, fresh: [] });
    appendFileSync(log, 'two\n');
    expect(await followed.scan(noTrouble)).toMatchObject({ bytes: 4, fresh: [] });
    truncateSync(log);
    writeFileSync(log, 'x\n', { flag: 'r+' });
    expect(await followed.scan(noTrouble)).toMatchObject({ bytes: 2, fresh: [{ name: log }] });
  });

  test('of a file by name that is not there yet finds it when it comes', async () => {
    const log = join(scratchFolder(), 'later.log');
    const followed = await following(log);
    expect(await followed.scan(noTrouble)).toMatchObject({ bytes: 0, fresh: [] });
    writeFileSync(log, 'one\n');
    expect(await followed.scan(noTrouble)).toMatchObject({ bytes: 4, fresh: [{ name: log }] });
  });
});

describe('the files that are to be delivered', () => {
  test('are those that have changed since they were, or all', async () => {
    const folder = scratchFolder();
    const [a, b] = [join(folder, 'a.log'), join(folder, 'b.log')];
    for (const path of [a, b]) writeFileSync(path, 'one\n');
    const followed = await following(folder);
    await followed.scan(noTrouble);
    expect(await settleAll(followed, false)).toEqual([a, b]);
    expect(await settleAll(followed, false)).toEqual([]);
    appendFileSync(b, 'two\n');
    await followed.scan(noTrouble);
    expect(await settleAll(followed, false)).toEqual([b]);
    expect(await settleAll(followed, true)).toEqual([a, b]);
  });

  test('are also those that were renamed or deleted since, and say so', async () => {
    const folder = scratchFolder();
    const log = join(folder, 'app.log');
    writeFileSync(log, 'one\n');
    const followed = await following(folder);
    await followed.scan(noTrouble);
    await settleAll(followed, false);
    appendFileSync(log, 'two\n');
    rmSync(log);
    await followed.scan(noTrouble);
    const [deleted] = await followed.take(false).files();
    expect(deleted?.file).toMatchObject({ path: log, isAway: true, storedBytes: 8 });
    expect(await contentOf(deleted)).toBe('one\ntwo\n');
  });

  test('stay changed where they were renamed while they were delivered', async () => {
    const folder = scratchFolder();
    const log = join(folder, 'app.log');
    writeFileSync(log, 'one\n');
    const followed = await following(folder);
    await followed.scan(noTrouble);
    const taken = followed.take(false);
    const files = await taken.files();
    renameSync(log, `${log}.1`);
    await followed.scan(noTrouble);
    await taken.settle(knownAs(files));
    expect(await settleAll(followed, false)).toEqual([`${log}.1`]);
    expect(await settleAll(followed, false)).toEqual([]);
  });

  test('stay changed where they grew while they were delivered, or were not delivered', async () => {
    const log = join(scratchFolder(), 'app.log');
    writeFileSync(log, 'one\n');
    const followed = await following(log);
    await followed.scan(noTrouble);
    const taken = followed.take(false);
    const files = await taken.files();
    appendFileSync(log, 'two\n');
    await followed.scan(noTrouble);
    await taken.settle(knownAs(files));
    const names = async (): Promise<string[]> => (await followed.take(false).files()).map(({ name }) => name);
    expect(await names()).toEqual([log]);
    expect(await names()).toEqual([log]);
  });
});

describe('a file that is held open', () => {
  test('is read to its end although it was renamed, and its name given to another', async () => {
    const folder = scratchFolder();
    const log = join(folder, 'app.log');
    writeFileSync(log, 'one\n');
    const followed = await following(log);
    await followed.scan(noTrouble);
    const [source] = await followed.take(false).files();
    appendFileSync(log, 'two\n');
    renameSync(log, `${log}.1`);
    writeFileSync(log, 'three\n');
    appendFileSync(`${log}.1`, 'late\n');
    expect(await contentOf(source)).toBe('one\n');
    await followed.scan(noTrouble);
    const renamed = (await followed.take(true).files()).find(({ file }) => file.isAway);
    expect(await contentOf(renamed)).toBe('one\ntwo\nlate\n');
    expect(await contentOf(await followed.at(log))).toBe('three\n');
    const beside = await followed.beside(log);
    expect(new Set(beside.map(({ name }) => name))).toEqual(new Set([log, `${log}.1`]));
    expect(beside.map(({ file }) => file.inode)).toContain(source?.file.inode);
  });

  test('is found beside where it stood although it was deleted, and read to its end', async () => {
    const folder = scratchFolder();
    const log = join(folder, 'app.log');
    writeFileSync(log, 'one\n');
    const followed = await following(log);
    await followed.scan(noTrouble);
    const [source] = await followed.take(false).files();
    appendFileSync(log, 'two\n');
    rmSync(log);
    writeFileSync(log, 'three\n');
    const { bytes } = await followed.scan(noTrouble);
    expect(bytes).toBe(4 + 6);
    const deleted = (await followed.beside(log)).find(({ file }) => file.inode === source?.file.inode);
    expect(await contentOf(deleted)).toBe('one\ntwo\n');
  });

  test('and was deleted is let go once it was read to its end and has not grown for a while', async () => {
    const folder = scratchFolder();
    const log = join(folder, 'app.log');
    writeFileSync(log, 'one\n');
    const followed = await following(folder);
    await followed.scan(noTrouble);
    const all = await followed.take(true).files();
    const inode = all[0]?.file.inode;
    rmSync(log);
    writeFileSync(join(folder, 'other.log'), 'x\n');
    const isHeld = async (): Promise<boolean> =>
      (await followed.beside(log)).some(({ file }) => file.inode === inode);
    for (let look = 0; look < 650; look++) await followed.scan(noTrouble);
    // Not all of it is durable.
    await followed.take(true).settle(new Map());
    expect(await isHeld()).toBe(true);
    await followed.take(true).settle(knownAs(all));
    expect(await isHeld()).toBe(false);
  });

  test('of which there are very many: the silent ones are closed, and opened again when they are read', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'many'));
    const names = Array.from({ length: 600 }, (_, n) =>
      join(folder, 'many', `${String(n).padStart(3, '0')}.log`),
    );
    for (const name of names) writeFileSync(name, name);
    const followed = await following(folder);
    await followed.scan(noTrouble);
    await followed.scan(noTrouble);
    for (const source of await followed.take(true).files()) expect(await contentOf(source)).toBe(source.name);
  });
});

describe('what can not be followed', () => {
  test('is told before anything is read', async () => {
    expect(await rejectionOf(following('/dev/null'))).toMatchObject({ code: 'source-unreadable' });
    expect(await rejectionOf(following('/nowhere/at/all.log'))).toMatchObject({ code: 'source-unreadable' });
  });
});

test('stdin is a pipe, given or not; files beside it are files', async () => {
  const log = join(scratchFolder(), 'app.log');
  const shape = async (...inputs: string[]): Promise<object> => {
    const { pipes, hasFiles } = await following(...inputs);
    return { pipes: pipes.map(({ name }) => name), hasFiles };
  };
  expect(await shape()).toEqual({ pipes: ['stdin'], hasFiles: false });
  expect(await shape('-', log, '-')).toEqual({ pipes: ['stdin'], hasFiles: true });
  expect(await shape(log)).toEqual({ pipes: [], hasFiles: true });
});
