import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, readlink, stat, utimes, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { numberedPath } from '../../../../../src/adapters/fs/state/journal/numbered-files.ts';
import type { Ownership, OwnershipRequest } from '../../../../../src/adapters/fs/state/lock/owner-lock.ts';
import { lockHolder, takeOwnership } from '../../../../../src/adapters/fs/state/lock/owner-lock.ts';
import { thisProcess } from '../../../../../src/adapters/fs/state/lock/process-identity.ts';
import { systemClock } from '../../../../../src/adapters/system/system-clock.ts';
import { scratchFolder } from '../../../../fakes/scratch-folder.ts';

const { signal } = new AbortController();
const lockPath = (): string => join(scratchFolder(), 'state', 'lock');

/** A clock whose time passes where somebody sleeps, and not otherwise. */
const clockFrom = (startMs: number) => {
  let nowMs = startMs;
  return {
    now: () => nowMs,
    pass: (ms: number) => {
      nowMs += ms;
    },
    sleep: async (ms: number, until: AbortSignal) => {
      await turn();
      if (!until.aborted) nowMs += ms;
    },
  };
};

const take = async (path: string, request: Partial<OwnershipRequest> = {}) => {
  const taken = await takeOwnership(path, { waitMs: 0, signal, ...systemClock, ...request });
  if ('release' in taken) onTestFinished(taken.release);
  return taken;
};

const taken = async (path: string, request: Partial<OwnershipRequest> = {}): Promise<Ownership> => {
  const answer = await take(path, request);
  if ('holder' in answer) throw new Error(`held by ${JSON.stringify(answer.holder)}`);
  return answer;
};

/** A lock that somebody left. */
const leave = async (path: string, holder: object, fence = 1): Promise<string> => {
  const file = numberedPath(path, fence);
  await mkdir(dirname(path), { recursive: true });
  const known = { ...(await thisProcess()), token: 't', fence, startedAt: 'then' };
  await writeFile(file, JSON.stringify({ ...known, ...holder }));
  return file;
};

/** The id of a process that has ended. */
async function deadPid(): Promise<number> {
  const child = spawn(process.execPath, ['-e', '']);
  await once(child, 'exit');
  return child.pid ?? 0;
}

describe('ownership', () => {
  test('is had by one at a time, names who has it, and each owner has a higher fence', async () => {
    const path = lockPath();
    const first = await taken(path);
    expect(await take(path)).toMatchObject({ holder: { pid: process.pid, host: hostname(), fence: 1 } });
    expect(await lockHolder(path, Date.now)).toMatchObject({ pid: process.pid });
    expect(await first.isStillMine()).toBe(true);
    await first.release();
    await first.release();
    expect(await first.isStillMine()).toBe(false);
    expect(await lockHolder(path, Date.now)).toBeUndefined();
    expect((await taken(path)).fence).toBe(2);
    expect(await readdir(dirname(path))).toEqual([basename(numberedPath(path, 2))]);
  });

  test('has a fence above the one that a journal knows', async () => {
    expect((await taken(lockPath(), { above: 41 })).fence).toBe(42);
  });

  test('is waited for', async () => {
    const path = lockPath();
    const first = await taken(path);
    const clock = clockFrom(0);
    const second = take(path, {
      waitMs: 10_000,
      now: clock.now,
      sleep: async (ms, until) => {
        await clock.sleep(ms, until);
        if (clock.now() === 5000) await first.release();
      },
    });
    expect(await second).toHaveProperty('release');
    expect(clock.now()).toBe(5000);
  });

  test('is not waited for longer than was said, nor when the run is told to stop', async () => {
    const path = lockPath();
    await taken(path);
    const clock = clockFrom(0);
    expect(await take(path, { waitMs: 10_000, ...clock })).toHaveProperty('holder');
    expect(clock.now()).toBe(10_000);
    const stop = AbortSignal.abort();
    expect(await take(path, { waitMs: 60_000, signal: stop })).toHaveProperty('holder');
  });

  test.each([
    ['whose process was killed', async () => ({ pid: await deadPid() })],
    ['whose process id belongs to another process now', async () => ({ startTicks: '1' })],
  ])('%s counts for nothing', async (_, holder) => {
    const path = lockPath();
    await leave(path, await holder(), 7);
    expect(await lockHolder(path, Date.now)).toBeUndefined();
    expect((await taken(path)).fence).toBe(8);
    expect(await readdir(dirname(path))).toEqual([basename(numberedPath(path, 8))]);
  });

  test('of a process that has ended and was not asked how counts for nothing', async () => {
    // The shell starts a child, replaces itself by a program that never asks for children, and says the child's id.
    const parent = spawn('sh', ['-c', 'sleep 0.01 & echo $!; exec sleep 20']);
    onTestFinished(() => void parent.kill('SIGKILL'));
    const [said] = (await once(parent.stdout, 'data')) as [Buffer];
    const pid = Number(said.toString());
    const statOf = async (): Promise<string[]> => (await readFile(`/proc/${pid}/stat`, 'utf8')).split(' ');
    for (let left = 200; left > 0 && (await statOf())[2] !== 'Z'; left--) await systemClock.sleep(10, signal);
    const path = lockPath();
    await leave(path, { pid, startTicks: (await statOf())[21] });
    expect(await take(path)).toHaveProperty('release');
  });

  test('of a running process of another user counts', async () => {
    const path = lockPath();
    const startTicks = (await readFile('/proc/1/stat', 'utf8')).split(') ')[1]?.split(' ')[19];
    await leave(path, { pid: 1, startTicks });
    expect(await take(path)).toMatchObject({ holder: { pid: 1 } });
  });

  test.each([
    ['another machine', { bootId: 'another', host: 'elsewhere' }],
    ['another boot', { bootId: 'another' }],
    ['another container of one machine, with the same host name', { pidNamespace: 'pid:[1]' }],
    ['a system that says less', { bootId: undefined, pidNamespace: undefined, host: 'elsewhere' }],
  ])('of %s is gone when it was not renewed for a minute of our own clock', async (_, holder) => {
    const path = lockPath();
    const file = await leave(path, { pid: await deadPid(), ...holder });
    // Whatever the clock of the other machine says.
    await utimes(file, 1, 1);
    const clock = clockFrom(9_000_000);
    expect(await take(path, { waitMs: 59_000, ...clock })).toHaveProperty('holder');
    expect(await lockHolder(path, clock.now)).toBeDefined();
    clock.pass(1000);
    expect(await lockHolder(path, clock.now)).toBeUndefined();
    expect(await take(path, clock)).toHaveProperty('release');
  });

  test('of another machine counts as long as it is renewed', async () => {
    const path = lockPath();
    const file = await leave(path, { bootId: 'another' });
    const clock = clockFrom(0);
    const renewed = async (ms: number, until: AbortSignal): Promise<void> => {
      await clock.sleep(ms, until);
      if (clock.now() % 10_000 === 0) await utimes(file, clock.now() / 1000, clock.now() / 1000);
    };
    expect(await take(path, { waitMs: 300_000, now: clock.now, sleep: renewed })).toHaveProperty('holder');
  });

  test('is seen to be gone by runs that do not wait, and not by a clock that was set back', async () => {
    const path = lockPath();
    await leave(path, { bootId: 'another' });
    const clock = clockFrom(500_000);
    expect(await take(path, clock)).toHaveProperty('holder');
    clock.pass(-100_000);
    expect(await take(path, clock)).toHaveProperty('holder');
    clock.pass(59_999);
    expect(await take(path, clock)).toHaveProperty('holder');
    clock.pass(1);
    expect(await take(path, clock)).toHaveProperty('release');
  });

  test('without content is watched like that of another machine', async () => {
    const path = lockPath();
    const file = await leave(path, {});
    await writeFile(file, '');
    const clock = clockFrom(0);
    expect(await take(path, clock)).toHaveProperty('holder');
    expect(await take(path, { waitMs: 61_000, ...clock })).toHaveProperty('release');
  });

  test('is renewed every ten seconds, and no longer once it was given back', async () => {
    const path = lockPath();
    let nowMs = 50_000;
    const naps: { ms: number; wake: () => void }[] = [];
    const sleep = async (ms: number, until: AbortSignal): Promise<void> =>
      new Promise((wake) => {
        naps.push({ ms, wake });
        until.addEventListener('abort', () => wake());
      });
    const first = await taken(path, { now: () => nowMs, sleep });
    for (let n = 1; n <= 3; n++) {
      nowMs += 10_000;
      naps.at(-1)?.wake();
      while (naps.length <= n) await turn();
      expect((await stat(numberedPath(path, 1))).mtimeMs).toBe(nowMs);
    }
    await first.release();
    await turn();
    expect(naps.map(({ ms }) => ms)).toEqual([10_000, 10_000, 10_000, 10_000]);
  });

  test('that was taken over is neither renewed nor given back by the one that lost it', async () => {
    const path = lockPath();
    const wake: (() => void)[] = [];
    const sleep = async (): Promise<void> =>
      new Promise((resolve) => {
        wake.push(resolve);
      });
    const frozen = await taken(path, { now: () => 1000, sleep });
    // As another machine would see it, after a minute.
    await leave(path, { bootId: 'another', pid: await deadPid() });
    const clock = clockFrom(0);
    const second = await taken(path, {
      waitMs: 60_000,
      now: clock.now,
      sleep: async (ms, until) => (until === signal ? clock.sleep(ms, until) : sleep()),
    });
    const before = await stat(numberedPath(path, 2));
    wake[0]?.();
    while (wake.length < 3) await turn();
    await frozen.release();
    expect(await frozen.isStillMine()).toBe(false);
    expect(await second.isStillMine()).toBe(true);
    expect((await stat(numberedPath(path, 2))).mtimeMs).toBe(before.mtimeMs);
    expect(await readdir(dirname(path))).toContain(basename(numberedPath(path, 2)));
  });

  test('is had by one of many that want it at once, again and again', async () => {
    const path = lockPath();
    for (let round = 1; round <= 5; round++) {
      const all = await Promise.all(Array.from({ length: 20 }, () => take(path)));
      const owners = all.filter((answer) => 'release' in answer);
      expect(owners).toHaveLength(1);
      expect(owners[0]?.fence).toBeGreaterThanOrEqual(round);
      await owners[0]?.release();
    }
  });
});

test('a process knows its boot, its PID namespace and its start', async () => {
  const mine = await thisProcess();
  expect(mine).toMatchObject({
    pid: process.pid,
    host: hostname(),
    pidNamespace: await readlink('/proc/self/ns/pid'),
  });
  expect(mine.bootId).toMatch(/^[\da-f-]{36}$/);
  expect(mine.startTicks).toMatch(/^\d+$/);
});
