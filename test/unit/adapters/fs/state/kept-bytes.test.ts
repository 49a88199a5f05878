import { appendFile, mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { KeptBytesFolder } from '../../../../../src/adapters/fs/state/journal/kept-bytes.ts';
import { scratchFolder } from '../../../../fakes/scratch-folder.ts';

const newFolder = (): string => join(scratchFolder(), 'deep', 'kept');

const textOf = async (kept: KeptBytesFolder, name: string | undefined): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of kept.read(name ?? '')) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
};

const keep = async (kept: KeptBytesFolder, source: string, ...texts: string[]): Promise<string> => {
  const writer = await kept.begin(source);
  for (const text of texts) await writer.append(Buffer.from(text));
  return (await writer.close())?.name ?? '';
};

const only = async (folder: string, ending: string): Promise<string> => {
  const [name, ...others] = (await readdir(folder)).filter((file) => file.endsWith(ending));
  expect(others).toEqual([]);
  return join(folder, name ?? '');
};

describe('kept bytes', () => {
  test('are given back byte for byte, as often as one likes, until they are let go', async () => {
    const folder = newFolder();
    const kept = await KeptBytesFolder.open(folder);
    const name = await keep(kept, 'stdin', 'one\n', 'tw', 'o\r\n\0');
    expect(kept.segments).toEqual([{ name, source: 'stdin', bytes: 10 }]);
    expect(kept.bytes).toBe(10);
    for (let n = 0; n < 2; n++) expect(await textOf(kept, name)).toBe('one\ntwo\r\n\0');
    expect((await stat(await only(folder, '.kept'))).mode & 0o777).toBe(0o600);
    await kept.remove(name);
    await kept.remove(name);
    expect(kept.bytes).toBe(0);
    expect(await readdir(folder)).toEqual([]);
    await expect(textOf(kept, name)).rejects.toMatchObject({ code: 'spool-failed' });
  });

  test('more than fit into one read are given back whole', async () => {
    const kept = await KeptBytesFolder.open(newFolder());
    const text = 'a line of text\n'.repeat(50_000);
    expect((await textOf(kept, await keep(kept, 'stdin', text))) === text).toBe(true);
  });

  test('are in the order in which they were begun, also after a restart, under names that come once', async () => {
    const folder = newFolder();
    const kept = await KeptBytesFolder.open(folder);
    const [first, second] = [await kept.begin('a'), await kept.begin('pipe b')];
    await second.append(Buffer.from('b'));
    await second.close();
    await first.append(Buffer.from('a'));
    await first.close();
    const names = kept.segments.map(({ name }) => name);
    expect(kept.segments.map(({ source }) => source)).toEqual(['a', 'pipe b']);
    const again = await KeptBytesFolder.open(folder);
    expect(again.segments).toEqual(kept.segments);
    for (const name of names) await again.remove(name);
    const empty = await KeptBytesFolder.open(folder);
    expect(names).not.toContain(await keep(empty, 'c', 'c'));
  });

  test('of a process that was killed are closed segments, with a half-written end, in order', async () => {
    const folder = newFolder();
    const kept = await KeptBytesFolder.open(folder);
    const writer = await kept.begin('stdin');
    await writer.append(Buffer.from('whole\n'));
    await writer.sync();
    await kept.begin('nothing came');
    const after = await keep(kept, 'other', 'x');
    expect(writer.bytes + 1).toBe(kept.bytes);
    const [file] = (await readdir(folder)).filter((name) => name.endsWith('.open')).toSorted();
    await appendFile(join(folder, file ?? ''), 'hal');
    const again = await KeptBytesFolder.open(folder);
    expect(again.segments).toMatchObject([{ source: 'stdin', bytes: 9 }, { name: after }]);
    expect(await textOf(again, again.segments[0]?.name)).toBe('whole\nhal');
    expect(await readdir(folder)).toHaveLength(4);
  });

  test('that nobody wrote, or that were thrown away, leave nothing behind', async () => {
    const folder = newFolder();
    const kept = await KeptBytesFolder.open(folder);
    const [empty, unwanted] = [await kept.begin('a'), await kept.begin('b')];
    await unwanted.append(Buffer.from('x'));
    expect(await empty.close()).toBeUndefined();
    await unwanted.abandon();
    expect(await unwanted.close()).toBeUndefined();
    expect(kept.bytes).toBe(0);
    expect(await readdir(folder)).toEqual([]);
  });

  test('that are still being written are closed with the folder', async () => {
    const folder = newFolder();
    const kept = await KeptBytesFolder.open(folder);
    const writer = await kept.begin('a');
    await writer.append(Buffer.from('x'));
    await kept.close();
    expect(kept.segments).toMatchObject([{ source: 'a', bytes: 1 }]);
    expect(await writer.close()).toEqual(kept.segments[0]);
  });

  test('stop before the disk is full, and keep none of what did not fit', async () => {
    const folder = newFolder();
    const kept = await KeptBytesFolder.open(folder);
    const writer = await kept.begin('a');
    await writer.append(Buffer.from('fits'));
    const greedy = await KeptBytesFolder.open(newFolder(), { spareBytes: Number.MAX_SAFE_INTEGER });
    const full = { code: 'spool-failed', details: { full: true }, cause: { code: 'ENOSPC' } };
    await expect(greedy.begin('b')).rejects.toMatchObject(full);
    expect((await writer.close())?.bytes).toBe(4);
  });

  test('that are not all there are known by what there is of them, and told where they are cut while they are used', async () => {
    const folder = newFolder();
    const kept = await KeptBytesFolder.open(folder);
    const name = await keep(kept, 'a', 'four');
    await truncate(await only(folder, '.kept'), 3);
    const other = await keep(kept, 'b', 'other');
    const again = await KeptBytesFolder.open(folder);
    expect(again.segments.map(({ bytes }) => bytes)).toEqual([3, 5]);
    expect(await textOf(again, name)).toBe('fou');
    await expect(textOf(kept, name)).rejects.toMatchObject({ code: 'spool-failed' });
    expect(await textOf(again, other)).toBe('other');
  });

  test('whose source is not readable any more are there under their own name', async () => {
    const folder = newFolder();
    const name = await keep(await KeptBytesFolder.open(folder), 'a', 'four');
    await writeFile(await only(folder, '.source'), '{');
    expect((await KeptBytesFolder.open(folder)).segments).toEqual([{ name, source: name, bytes: 4 }]);
    await rm(await only(folder, '.source'));
    expect((await KeptBytesFolder.open(folder)).segments).toEqual([{ name, source: name, bytes: 4 }]);
  });

  test('leave alone what somebody else put into the folder', async () => {
    const folder = newFolder();
    await mkdir(folder, { recursive: true });
    await writeFile(join(folder, 'notes.source'), 'x');
    await KeptBytesFolder.open(folder);
    expect(await readFile(join(folder, 'notes.source'), 'utf8')).toBe('x');
  });

  test('in a folder that can not be used say so', async () => {
    const file = join(scratchFolder(), 'file');
    await writeFile(file, '');
    await expect(KeptBytesFolder.open(join(file, 'kept'))).rejects.toMatchObject({
      code: 'spool-failed',
      details: { full: false },
    });
  });
});
