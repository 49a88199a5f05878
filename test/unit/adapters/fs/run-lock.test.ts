import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readdir, readFile, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { lockHolder, takeLock } from '../../../../src/adapters/fs/run-lock.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

const { signal } = new AbortController();
const lockPath = (): string => join(scratchFolder(), 'state', 'lock');
const left = (holder: object): string =>
  JSON.stringify({ token: 't', pid: 1, host: hostname(), process: undefined, startedAt: 'then', ...holder });

/** The id of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('a lock', () => {
  test('is had by one at a time, and names who has it', async () => {
    const path = lockPath();
    const first = await takeLock(path, 0, signal);
    expect(await takeLock(path, 0, signal)).toMatchObject({ holder: { pid: process.pid, host: hostname() } });
    if ('release' in first) await first.release();
    expect(await lockHolder(path)).toBeUndefined();
    expect(await takeLock(path, 0, signal)).toHaveProperty('release');
  });

  test('is waited for', async () => {
    const path = lockPath();
    const first = await takeLock(path, 0, signal);
    const second = takeLock(path, 10_000, signal);
    if ('release' in first) await first.release();
    expect(await second).toHaveProperty('release');
  });

  test('is not waited for any longer when the run is told to stop', async () => {
    const path = lockPath();
    await takeLock(path, 0, signal);
    const stop = new AbortController();
    const second = takeLock(path, 60_000, stop.signal);
    stop.abort();
    expect(await second).toHaveProperty('holder');
  });

  test.each([
    ['whose process was killed', async () => left({ pid: await deadPid() })],
    [
      'whose process id belongs to another process now',
      async () => left({ pid: process.pid, process: 'boot 1' }),
    ],
    ['without content, after a power cut', async () => ''],
  ])('%s counts for nothing', async (_, content) => {
    const path = lockPath();
    const first = await takeLock(path, 0, signal);
    if ('release' in first) await first.release();
    await writeFile(path, await content());
    expect(await takeLock(path, 0, signal)).toHaveProperty('release');
    expect(await readdir(dirname(path))).toEqual(['lock']);
  });

  test('of another machine counts while it is renewed, and a minute longer', async () => {
    const path = lockPath();
    const first = await takeLock(path, 0, signal);
    if ('release' in first) await first.release();
    await writeFile(path, left({ host: 'elsewhere' }));
    expect(await takeLock(path, 0, signal)).toMatchObject({ holder: { host: 'elsewhere' } });
    const old = new Date(Date.now() - 61_000);
    await utimes(path, old, old);
    expect(await takeLock(path, 0, signal)).toHaveProperty('release');
  });

  test('that was taken over is not given back by the one that lost it', async () => {
    const path = lockPath();
    const first = await takeLock(path, 0, signal);
    await writeFile(path, left({ pid: await deadPid() }));
    await takeLock(path, 0, signal);
    if ('release' in first) await first.release();
    expect(JSON.parse(await readFile(path, 'utf8'))).toMatchObject({ pid: process.pid });
  });

  test('is had by one of many that want it at once', async () => {
    const path = lockPath();
    const all = await Promise.all(Array.from({ length: 20 }, () => takeLock(path, 0, signal)));
    expect(all.filter((taken) => 'release' in taken)).toHaveLength(1);
  });
});
