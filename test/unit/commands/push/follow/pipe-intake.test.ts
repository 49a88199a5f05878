import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { PipeIntake } from '../../../../../src/commands/push/follow/pipe-intake.ts';
import type { FollowedPipe } from '../../../../../src/ports/sources/followed-inputs.ts';
import { keptLog } from '../../../../fakes/kept-log.ts';
import { MemoryKeptBytes } from '../../../../fakes/memory-kept-bytes.ts';
import { rejectionOf } from '../../../../fakes/thrown.ts';
import { VirtualTimer } from '../../../../fakes/virtual-timer.ts';

const line = (n: number): string => `${String(n).padStart(39, '0')}\n`;
const lines = (count: number): string[] => Array.from({ length: count }, (_, n) => line(n));

function newWorld({ mostBytes = 1000, longestLine = 100 } = {}) {
  const kept = new MemoryKeptBytes();
  const clock = new VirtualTimer();
  const log = keptLog();
  const stop = new AbortController();
  const deadline = new AbortController();
  const world = { kept, clock, log, stop, deadline, asked: 0, keptBytes: 0 };
  const intake = new PipeIntake({
    kept,
    clock,
    log,
    mostBytes: () => mostBytes,
    longestLine,
    unwrap: () => 'auto',
    onKept: (bytes) => {
      world.keptBytes += bytes;
    },
  });
  /** Gives its pieces always in the same buffer. */
  const pipe = (
    pieces: readonly string[],
    { name = 'stdin', error }: { name?: string; error?: Error } = {},
  ) =>
    ({
      name,
      async *read(signal) {
        const shared = Buffer.alloc(1000);
        for (const piece of pieces) {
          if (signal.aborted) return;
          world.asked++;
          shared.fill('?');
          yield shared.subarray(0, shared.write(piece));
        }
        if (error !== undefined) throw error;
      },
      close: async () => undefined,
    }) satisfies FollowedPipe;
  return {
    ...world,
    world,
    pipe,
    intake,
    run: (...pipes: readonly FollowedPipe[]) => intake.run(pipes, stop.signal, deadline.signal),
    events: () => log.told.map(({ event }) => event),
  };
}

/** Lets everybody do what can be done now. */
async function settle(): Promise<void> {
  for (let turns = 0; turns < 50; turns++) await turn();
}

describe('what comes out of a pipe', () => {
  test('is kept in whole lines, whatever the pieces; at the end what there is of a line is one', async () => {
    const { kept, pipe, run, intake, world } = newWorld();
    await run(pipe(['one\ntw', 'o', '\n', 'three\nfo', 'ur']));
    await intake.closeSegments();
    expect(kept.texts).toEqual(['one\ntwo\nthree\nfour']);
    expect(world.keptBytes).toBe(18);
  });

  test('before a batch is closed ends with a whole line; its place in the pipe is known', async () => {
    const { kept, pipe, intake, run } = newWorld();
    const pieces = ['one\ntw', 'o\nthr', 'ee\n'];
    const pausing: FollowedPipe = {
      ...pipe([]),
      async *read(signal) {
        for await (const piece of pipe(pieces).read(signal)) {
          yield piece;
          await settle();
          await intake.closeSegments();
        }
      },
    };
    await run(pausing);
    expect(kept.texts).toEqual(['one\n', 'two\n', 'three\n']);
    expect(intake.parts()).toEqual([
      { kind: 'kept', segment: '1', source: 'stdin', bytes: 4, from: { stored: 0, offset: 0, lines: 0 } },
      { kind: 'kept', segment: '2', source: 'stdin', bytes: 4, from: { stored: 4, offset: 4, lines: 1 } },
      { kind: 'kept', segment: '3', source: 'stdin', bytes: 6, from: { stored: 8, offset: 8, lines: 2 } },
    ]);
  });

  test('of several pipes is kept apart', async () => {
    const { kept, pipe, run, intake } = newWorld();
    await run(pipe(['a1\na', '2\n'], { name: 'a' }), pipe(['b1\n', 'b2'], { name: 'b' }));
    await intake.closeSegments();
    expect(
      new Map(intake.parts().map(({ source, segment }) => [source, kept.texts[Number(segment) - 1]])),
    ).toEqual(
      new Map([
        ['a', 'a1\na2\n'],
        ['b', 'b1\nb2'],
      ]),
    );
  });

  test('as a line longer than the limit is kept in pieces: memory has a bound', async () => {
    const { kept, pipe, run, intake, world } = newWorld({ longestLine: 100 });
    const long = Array.from({ length: 9 }, () => 'x'.repeat(60));
    const seen: number[] = [];
    const watched: FollowedPipe = {
      ...pipe([]),
      async *read(signal) {
        for await (const piece of pipe([...long, '\nshort\n']).read(signal)) {
          yield piece;
          seen.push(world.asked * 60 - kept.bytes);
        }
      },
    };
    await run(watched);
    await intake.closeSegments();
    expect(kept.texts.join('')).toBe(`${long.join('')}\nshort\n`);
    expect(Math.max(...seen)).toBeLessThanOrEqual(160);
  });

  test('that fails: its whole lines are kept, the other pipes end in order, and it is told', async () => {
    const { kept, pipe, run, intake } = newWorld();
    const error = await rejectionOf(
      run(pipe(['one\nhalf'], { error: new Error('EIO') }), pipe(['a\nb'], { name: 'other' })),
    );
    expect(error.message).toBe('EIO');
    await settle();
    await intake.closeSegments();
    expect(kept.texts).toContain('one\n');
  });

  test('while a batch is being closed is kept in the next one: nobody waits, nothing is told', async () => {
    const { kept, pipe, intake, run, events } = newWorld();
    const closing: Promise<void>[] = [];
    const busy: FollowedPipe = {
      ...pipe([]),
      async *read(signal) {
        for await (const piece of pipe(lines(6)).read(signal)) {
          yield piece;
          closing.push(intake.closeSegments());
        }
      },
    };
    await run(busy);
    await Promise.all(closing);
    await intake.closeSegments();
    expect(kept.texts.join('')).toBe(lines(6).join(''));
    expect(events()).toEqual([]);
  });
});

describe('a spool that is full', () => {
  test('holds the pipe back until a batch was delivered; that is told once', async () => {
    const { kept, pipe, run, intake, clock, world, events } = newWorld({ mostBytes: 210 });
    const running = run(pipe(lines(9)));
    await settle();
    expect({ asked: world.asked, bytes: kept.bytes }).toEqual({ asked: 6, bytes: 200 });
    const everything: string[] = [];
    const deliver = async (): Promise<void> => {
      await intake.closeSegments();
      everything.push(...kept.texts);
      for (const { segment } of intake.parts()) await kept.remove(segment);
      intake.freed();
    };
    await deliver();
    await clock.run(running);
    await deliver();
    expect(everything.join('')).toBe(lines(9).join(''));
    expect(events()).toEqual(['intake-waits', 'intake-goes-on']);
  });

  test('takes a line that is larger than it may be while there is nothing else in it', async () => {
    const { kept, pipe, run, clock, events } = newWorld({ mostBytes: 10 });
    await clock.run(run(pipe([line(1)])));
    expect([kept.texts, events()]).toEqual([[line(1)], []]);
  });

  test('takes all that came when it is time to stop', async () => {
    const { kept, pipe, run, clock, stop, world } = newWorld({ mostBytes: 210 });
    const running = run(pipe(lines(9)));
    await settle();
    stop.abort();
    await clock.run(running);
    expect(world.asked).toBe(6);
    expect(kept.texts.join('')).toBe(lines(6).join(''));
  });
});

describe('a full disk', () => {
  test('is told once, nothing more is read, and reading goes on by itself when there is room', async () => {
    const { kept, pipe, run, clock, world, events } = newWorld();
    kept.isFull = true;
    const running = run(pipe(lines(4)));
    const startedMs = clock.now();
    await clock.run(
      (async () => {
        while (clock.now() < startedMs + 20_000) await clock.sleep(500, new AbortController().signal);
      })(),
    );
    expect({ events: events(), asked: world.asked }).toEqual({ events: ['intake-waits'], asked: 1 });
    kept.isFull = false;
    await clock.run(running);
    expect(kept.texts.join('')).toBe(lines(4).join(''));
    expect(events()).toEqual(['intake-waits', 'intake-goes-on']);
  });

  test('until there is no time left: how much is lost is told as an error', async () => {
    const { kept, pipe, run, clock, stop, deadline, log } = newWorld();
    kept.isFull = true;
    const running = run(pipe(lines(4)));
    running.catch(() => undefined);
    await settle();
    stop.abort();
    deadline.abort();
    expect((await rejectionOf(clock.run(running))).message).toContain('ENOSPC');
    expect(log.told.at(-1)).toMatchObject({
      level: 'error',
      event: 'lines-lost',
      facts: { source: 'stdin', bytes: 40 },
    });
  });
});
