import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { Bell } from '../../../../src/commands/push/follow-bell.ts';
import { Intake } from '../../../../src/commands/push/follow-intake.ts';
import type { CutSettings } from '../../../../src/core/follow/cut-settings.ts';
import type { LinesRecord } from '../../../../src/core/follow/spool-record.ts';
import type { Tail } from '../../../../src/ports/tail.ts';
import type { ReadySegment, WriteAheadSpool } from '../../../../src/ports/write-ahead-spool.ts';

const cut: CutSettings = {
  objectBytes: 100,
  layout: 'x',
  maxLineBytes: 100,
  compression: 'none',
  ownTypes: [],
};
const place = { stored: 0, offset: 0, lines: 0 };

/** A spool in memory that can be told to have no room. */
class MemorySpoolOfSegments implements WriteAheadSpool {
  ready: ReadySegment[] = [];
  open = '';
  texts: string[] = [];
  failing = false;
  syncs = 0;

  get bytes(): number {
    return this.open.length + this.ready.reduce((sum, { bytes }) => sum + bytes, 0);
  }
  get openBytes(): number {
    return this.open.length;
  }
  async append(_: LinesRecord, payload: Buffer): Promise<void> {
    if (this.failing) throw new Error('ENOSPC: no space left on device');
    this.open += payload.toString();
  }
  async sync(): Promise<void> {
    this.syncs++;
  }
  async closeSegment(): Promise<void> {
    const text = this.open;
    this.open = '';
    this.texts.push(text);
    this.ready.push({
      name: String(this.texts.length),
      bytes: text.length,
      cut,
      latest: new Map(),
      read: async function* () {},
    });
  }
  async remove(segment: ReadySegment): Promise<void> {
    this.ready = this.ready.filter((one) => one !== segment);
  }
  async close(): Promise<void> {}
}

/** A clock on which time passes with each sleep. */
class RunningClock {
  nowMs = 0;
  now = (): number => this.nowMs;
  sleep = async (ms: number, signal: AbortSignal): Promise<void> => {
    await turn();
    if (!signal.aborted) this.nowMs += ms;
  };
}

interface World {
  spool: MemorySpoolOfSegments;
  clock: RunningClock;
  freed: Bell;
  told: string[];
  stop: AbortController;
  intake: Intake;
  asked: number;
  tail: (lines: readonly string[], pipe?: boolean) => Tail;
}

function newWorld({
  spoolBytes = 1000,
  flushMs = 60_000,
}: { spoolBytes?: number; flushMs?: number } = {}): World {
  const told: string[] = [];
  const tell = (event: string): number => told.push(event);
  const spool = new MemorySpoolOfSegments();
  const clock = new RunningClock();
  const freed = new Bell();
  const world: World = {
    spool,
    clock,
    freed,
    told,
    stop: new AbortController(),
    asked: 0,
    intake: new Intake({
      spool,
      clock,
      freed,
      ready: new Bell(),
      cut: () => cut,
      flushMs: () => flushMs,
      onTick: () => undefined,
      spoolBytes,
      log: { note: tell, warn: tell, error: tell },
      deadline: new AbortController().signal,
    }),
    tail: (lines, pipe = true) => ({
      name: 'memory',
      async *read(signal) {
        for (const line of lines) {
          if (signal.aborted) return;
          world.asked++;
          const file = {
            id: 'f',
            path: '/f',
            inode: '1',
            plain: true,
            headHash: '',
            tailHash: '',
            checksum: 0,
            modifiedMs: 0,
          };
          const record: LinesRecord = {
            kind: 'lines',
            name: 'memory',
            sourceHead: '',
            from: place,
            to: place,
          };
          yield { record: pipe ? record : { ...record, file }, payload: Buffer.from(line) };
        }
      },
      close: async () => undefined,
    }),
  };
  return world;
}

const line = (n: number): string => `${String(n).padStart(39, '0')}\n`;
const lines = (count: number): string[] => Array.from({ length: count }, (_, n) => line(n));

test('a batch is closed when it is large enough, and what is left when the input ends', async () => {
  const { intake, spool, tail, stop } = newWorld();
  await intake.run([tail(lines(7))], stop.signal);
  expect(spool.texts).toEqual([lines(3).join(''), lines(6).slice(3).join(''), line(6)]);
});

test('a batch that is too small for an object is closed after the flush interval', async () => {
  const { intake, spool, clock, stop } = newWorld({ flushMs: 5000 });
  const tail: Tail = {
    name: 'slow',
    async *read(signal) {
      const record: LinesRecord = { kind: 'lines', name: 'slow', sourceHead: '', from: place, to: place };
      yield { record, payload: Buffer.from('one\n') };
      while (clock.nowMs < 9000 && !signal.aborted) await turn();
      yield { record, payload: Buffer.from('two\n') };
    },
    close: async () => undefined,
  };
  await intake.run([tail], stop.signal);
  expect(spool.texts).toEqual(['one\n', 'two\n']);
  expect(spool.syncs).toBeGreaterThan(1);
});

describe('a spool that is full', () => {
  test('stops reading, closes the batch so that it can be delivered, and goes on when one was', async () => {
    const world = newWorld({ spoolBytes: 210 });
    const running = world.intake.run([world.tail(lines(9))], world.stop.signal);
    while (!world.told.includes('intake-waits')) await turn();
    for (let turns = 0; turns < 20; turns++) await turn();
    expect({ asked: world.asked, open: world.spool.open }).toEqual({ asked: 6, open: '' });
    for (const segment of world.spool.ready) await world.spool.remove(segment);
    world.freed.ring();
    await running;
    expect(world.spool.texts.join('')).toBe(lines(9).join(''));
    expect(world.told).toEqual(['intake-waits', 'intake-goes-on']);
  });

  test('takes what came from a pipe all the same when it is time to stop, and leaves a file what it has', async () => {
    for (const [pipe, kept] of [
      [true, 6],
      [false, 5],
    ] as const) {
      const world = newWorld({ spoolBytes: 210 });
      const running = world.intake.run([world.tail(lines(9), pipe)], world.stop.signal);
      while (!world.told.includes('intake-waits')) await turn();
      world.stop.abort();
      await running;
      expect(world.spool.texts.join('')).toBe(lines(kept).join(''));
    }
  });
});

test('a full disk is told once, and reading goes on by itself when there is room', async () => {
  const world = newWorld();
  world.spool.failing = true;
  const running = world.intake.run([world.tail(lines(4))], world.stop.signal);
  while (world.clock.nowMs < 20_000) await turn();
  expect({ told: world.told, asked: world.asked }).toEqual({ told: ['intake-waits'], asked: 1 });
  world.spool.failing = false;
  await running;
  expect(world.spool.texts.join('')).toBe(lines(4).join(''));
  expect(world.told).toEqual(['intake-waits', 'intake-goes-on']);
});

test('a tail that fails ends the others in order: what was read is kept', async () => {
  const world = newWorld();
  const broken: Tail = {
    name: 'broken',
    // oxlint-disable-next-line require-yield -- it fails before
    async *read() {
      await turn();
      throw new Error('gone');
    },
    close: async () => undefined,
  };
  await expect(world.intake.run([world.tail(lines(2)), broken], world.stop.signal)).rejects.toThrow('gone');
  expect(world.spool.texts.join('')).toBe(lines(2).join(''));
});
