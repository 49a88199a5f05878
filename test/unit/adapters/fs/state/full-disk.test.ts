import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { open, readFile, rm, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { appendHistory, readHistory } from '../../../../../src/adapters/fs/state/history-file.ts';
import { JournalFile, LostOwnership } from '../../../../../src/adapters/fs/state/journal/journal-file.ts';
import { KeptBytesFolder } from '../../../../../src/adapters/fs/state/journal/kept-bytes.ts';
import { takeOwnership } from '../../../../../src/adapters/fs/state/lock/owner-lock.ts';
import { systemClock } from '../../../../../src/adapters/system/system-clock.ts';

const durable = { durable: true };
const request = { waitMs: 0, signal: new AbortController().signal, ...systemClock };

/** A disk of its own of 4 MiB. */
function mountDisk(): { folder: string; unmount: () => void } {
  const folder = mkdtempSync(join(tmpdir(), 'audit-export-disk-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=4m', 'tmpfs', folder], { stdio: 'pipe' });
  } catch (error) {
    remove();
    throw error;
  }
  return {
    folder,
    unmount: () => {
      execFileSync('umount', ['-l', folder], { stdio: 'pipe' });
      remove();
    },
  };
}

function canMount(): boolean {
  try {
    mountDisk().unmount();
    return true;
  } catch {
    return false;
  }
}

const smallDisk = (): string => {
  const { folder, unmount } = mountDisk();
  onTestFinished(unmount);
  return folder;
};

/** Takes all that is left of a disk; answers with what gives it back. */
async function fill(folder: string): Promise<() => Promise<void>> {
  const path = join(folder, 'filler');
  const file = await open(path, 'w');
  for (const size of [65_536, 4096, 1])
    for (let left = 2000; left > 0; left--) {
      const isFull = await file.appendFile(Buffer.alloc(size, 1)).then(
        () => false,
        () => true,
      );
      if (isFull) break;
    }
  await file.close();
  expect((await statfs(folder)).bavail).toBe(0);
  return () => rm(path);
}

const owner = async (folder: string) => {
  const taken = await takeOwnership(join(folder, 'lock'), request);
  if ('holder' in taken) throw new Error('somebody has it');
  onTestFinished(taken.release);
  const { journal, records } = await JournalFile.open(join(folder, 'journal'), taken);
  onTestFinished(() => journal.close());
  return { ...taken, journal, records: records.map(({ record }) => record) };
};

const appendUntilFull = async (kept: KeptBytesFolder, line: Buffer): Promise<number> => {
  const writer = await kept.begin('stdin');
  let lines = 0;
  const write = async (): Promise<void> => {
    for (; lines < 10_000; lines++) await writer.append(line);
  };
  await expect(write()).rejects.toMatchObject({ code: 'spool-failed', details: { full: true } });
  expect((await writer.close())?.bytes).toBe(lines * line.length);
  return lines;
};

const deliver = async (kept: KeptBytesFolder, journal: JournalFile<unknown>): Promise<number> => {
  let bytes = 0;
  for (const { name } of kept.segments) {
    await journal.append({ begin: name }, durable);
    for await (const chunk of kept.read(name)) bytes += chunk.length;
    await journal.append({ done: name }, durable);
    await kept.remove(name);
  }
  return bytes;
};

describe.skipIf(!canMount())('on a disk that is full (needs the right to mount)', () => {
  test('bytes are kept until 1 MiB is left, the journal goes on, they drain, and more are kept', async () => {
    const folder = smallDisk();
    const { journal } = await owner(folder);
    const kept = await KeptBytesFolder.open(join(folder, 'kept'));
    const line = Buffer.alloc(10_000, 'x').fill('\n', 9999);
    const lines = await appendUntilFull(kept, line);
    const { bavail, bsize } = await statfs(folder);
    expect(bavail * bsize).toBeGreaterThanOrEqual(1024 * 1024);
    expect(await deliver(kept, journal)).toBe(lines * line.length);
    expect(await appendUntilFull(kept, line)).toBeGreaterThan(lines - 10);
  });

  test('that others have filled to the last byte, also after a restart, all that waits drains', async () => {
    const folder = smallDisk();
    const first = await owner(folder);
    const kept = await KeptBytesFolder.open(join(folder, 'kept'));
    const line = Buffer.from(`${'x'.repeat(999)}\n`);
    const lines = await appendUntilFull(kept, line);
    const writer = await kept.begin('second').catch(() => undefined);
    expect(writer).toBeUndefined();
    await first.journal.append('before', durable);
    const giveBack = await fill(folder);
    await first.journal.append('on the full disk', durable);
    // It was frozen, say: another takes over while it still has the journal open.
    await first.release();

    const filler = join(folder, 'filler');
    const second = await owner(folder);
    expect(second.fence).toBeGreaterThan(first.fence);
    expect(second.records).toEqual(['before', 'on the full disk']);
    await expect(first.journal.append('late', durable)).rejects.toBeInstanceOf(LostOwnership);
    const left = await KeptBytesFolder.open(join(folder, 'kept'));
    await expect(left.begin('more')).rejects.toMatchObject({ details: { full: true } });
    expect(await deliver(left, second.journal)).toBe(lines * line.length);
    expect((await readFile(filler)).every((byte) => byte === 1)).toBe(true);
    await giveBack();
    expect(await appendUntilFull(left, line)).toBeGreaterThan(lines - 100);
    await second.journal.close();
    await second.release();
    const third = await owner(folder);
    expect(third.records).toHaveLength(4);
  });

  test('a journal keeps no half of a record that does not fit, and says what was reserved', async () => {
    const folder = smallDisk();
    const { journal } = await owner(folder);
    await journal.append('before', durable);
    const large = 'x'.repeat(500_000);
    await journal.reserve(600_000);
    const giveBack = await fill(folder);
    const full = { code: 'ENOSPC' };
    await expect(journal.reserve(2_000_000)).rejects.toMatchObject(full);
    await expect(journal.append('y'.repeat(2_000_000), durable)).rejects.toMatchObject(full);
    await expect(journal.rewrite([large])).rejects.toMatchObject(full);
    await expect(appendHistory(join(folder, 'history'), [large])).rejects.toMatchObject(full);
    await journal.append(large, durable);
    await giveBack();
    await journal.append('after', durable);
    expect((await JournalFile.read(join(folder, 'journal'))).map(({ record }) => record)).toEqual([
      'before',
      large,
      'after',
    ]);
    await appendHistory(join(folder, 'history'), ['kept']);
    const history: unknown[] = [];
    for await (const record of readHistory(join(folder, 'history'))) history.push(record);
    expect(history).toEqual(['kept']);
  });

  test('bytes that do not fit are not kept in part, whoever takes the last of the disk', async () => {
    const folder = smallDisk();
    const kept = await KeptBytesFolder.open(folder, { spareBytes: 0 });
    const writer = await kept.begin('stdin');
    await writer.append(Buffer.from('fits\n'));
    const giveBack = await fill(folder);
    await expect(writer.append(Buffer.alloc(100_000, 'x'))).rejects.toMatchObject({ code: 'spool-failed' });
    await giveBack();
    await writer.append(Buffer.from('goes on\n'));
    const segment = await writer.close();
    const chunks: Buffer[] = [];
    for await (const chunk of kept.read(segment?.name ?? '')) chunks.push(chunk);
    expect(Buffer.concat(chunks).toString()).toBe('fits\ngoes on\n');
  });
});
