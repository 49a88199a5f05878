import { readFile, rm } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect } from 'vitest';
import { event, events, logOf } from './events.ts';
import { Place, newProfilePlace, problemsOf } from './harness.ts';
import type { Follower } from './harness.ts';
import { inputs, log, moveElsewhere, rotations } from './rotations.ts';
import { testSideBySide } from './side-by-side.ts';

/** The log goes on once the follower has looked at what was done to it. */
const aLook = (): Promise<void> => sleep(1500);

async function end(follower: Follower): Promise<void> {
  const stopped = await follower.stop();
  expect({ code: stopped.code, problems: problemsOf(stopped) }).toEqual({ code: 0, problems: [] });
}

describe.each(inputs.filter(({ given }) => given !== 'a glob'))('$given that is followed', ({ inputOf }) => {
  testSideBySide(
    rotations.map(({ kind, rotate, prepare }) => ({
      title: `${kind} while it is followed: each line once`,
      run: async () => {
        const place = new Place();
        await prepare?.(place);
        await place.append(log, events(0, 20));
        const follower = place.follow([inputOf(place)]);
        await place.until(20);
        for (const [nth, from] of [20, 40].entries()) {
          await place.append(log, events(from, from + 10));
          await aLook();
          await rotate(place, nth + 1);
          await place.append(log, events(from + 10, from + 20));
          await aLook();
        }
        await place.until(60);
        await end(follower);
        await place.expectExactly(events(0, 60));
      },
    })),
  );

  testSideBySide(
    rotations.map(({ kind, rotate, prepare }) => ({
      title: `${kind} while nobody looked, between two followers: each line once`,
      run: async () => {
        const place = new Place();
        await prepare?.(place);
        await place.append(log, events(0, 20));
        const first = place.follow([inputOf(place)]);
        await place.until(20);
        await end(first);
        await place.append(log, events(20, 30));
        await rotate(place, 1);
        await place.append(log, events(30, 40));
        const second = place.follow([inputOf(place)]);
        await place.until(40);
        await place.append(log, events(40, 50));
        await place.until(50);
        await end(second);
        await place.expectExactly(events(0, 50));
      },
    })),
  );
});

describe('a follower', () => {
  testSideBySide([
    {
      title: 'reads a file that is replaced by rename, as rsync does, with more lines behind the same ones',
      run: async () => {
        const place = new Place();
        await place.write(log, events(0, 40));
        const follower = place.follow([place.path(log)]);
        await place.until(40);
        for (const count of [80, 120]) {
          await place.write('.coming', events(0, count));
          await place.move('.coming', log);
          await place.until(count);
        }
        await end(follower);
        await place.expectExactly(events(0, 120));
      },
    },

    {
      title: 'reads a file that begins like another one that is idle',
      run: async () => {
        const place = new Place();
        const ofOneDay = (from: number, to: number) =>
          Array.from({ length: to - from }, (_, index) => event((from + index) * 96));
        await place.write('logs/a.log', ofOneDay(0, 10));
        const follower = place.follow([place.path('logs')]);
        await place.until(10);
        await place.write('logs/b.log', [...ofOneDay(0, 10), ...ofOneDay(20, 30)]);
        await place.until(30);
        await end(follower);
        await place.expectExactly([...ofOneDay(0, 10), ...ofOneDay(0, 10), ...ofOneDay(20, 30)]);
      },
    },

    {
      title:
        'reads the archives that lie in its folder when it begins for the first time, and none a second time',
      run: async () => {
        const place = new Place();
        await place.write(`${log}.2.gz`, gzipSync(logOf(events(0, 20))));
        await place.write(`${log}.1.gz`, gzipSync(logOf(events(20, 40))));
        await place.append(log, events(40, 50));
        const first = place.follow([place.path('logs')]);
        await place.until(50);
        await end(first);
        await place.append(log, events(50, 60));
        const second = place.follow([place.path('logs')]);
        await place.until(60);
        await end(second);
        await place.expectExactly(events(0, 60));
      },
    },

    {
      title: 'goes on in a file that is renamed or deleted while it has it open, to its end',
      run: async () => {
        const place = new Place();
        await place.append(log, events(0, 10));
        const follower = place.follow([place.path(log)]);
        await place.until(10);
        await moveElsewhere(place);
        await place.append('elsewhere/1/deep/app.log', events(10, 20));
        await place.append(log, events(20, 30));
        await place.until(30);
        await end(follower);
        await place.expectExactly(events(0, 30));
      },
    },

    {
      title:
        'tells, exit 6, of a log that was moved elsewhere with lines that nobody read, and delivers it when it is back',
      run: async () => {
        const place = await newProfilePlace();
        await place.append(log, events(0, 10));
        const first = place.follow([place.path(log)]);
        await place.until(10);
        await place.append(log, events(10, 20));
        await place.until(20);
        await end(first);
        await place.append(log, events(20, 30));
        const name = await moveElsewhere(place);
        await place.append(log, events(30, 40));
        const second = place.follow([place.path(log)]);
        await place.until(30);
        const stopped = await second.stop();
        expect({ code: stopped.code, problems: problemsOf(stopped) }).toEqual({
          code: 6,
          problems: [{ kind: 'missing', source: place.path(log) }],
        });
        await place.move(name, `${log}.1`);
        const third = place.follow([place.path(log)]);
        await place.until(40);
        await end(third);
        await place.expectExactly(events(0, 40));
      },
    },

    {
      title: 'leaves half a line until it is whole, and sets nothing aside',
      run: async () => {
        const place = new Place();
        const { text } = event(10);
        await place.append(log, logOf(events(0, 10)) + text.slice(0, 40));
        const first = place.follow([place.path(log)]);
        await place.until(10);
        const stopped = await first.stop();
        expect({ code: stopped.code, waiting: stopped.report.waiting }).toEqual({
          code: 0,
          waiting: [{ source: place.path(log), bytes: 40 }],
        });
        const second = place.follow([place.path(log)]);
        await aLook();
        await place.append(log, `${text.slice(40)}\n`);
        await place.until(11);
        await end(second);
        await place.expectExactly(events(0, 11));
      },
    },

    {
      title: 'and pushes take turns at one log: each line once',
      run: async () => {
        const place = new Place();
        for (let turn = 0; turn < 4; turn++) {
          await place.append(log, events(turn * 20, turn * 20 + 10));
          if (turn > 0) await place.move(log, `${log}.${turn}`);
          await place.append(log, events(turn * 20 + 10, turn * 20 + 20));
          if (turn % 2 === 0) {
            const follower = place.follow([place.path('logs')]);
            await place.until(turn * 20 + 20);
            await end(follower);
          } else expect((await place.push([place.path('logs')])).code).toBe(0);
          await place.expectExactly(events(0, turn * 20 + 20));
        }
      },
    },

    {
      title: 'delivers what a damaged archive in its folder holds before the break, and all other files',
      run: async () => {
        const place = new Place();
        const archive = gzipSync(logOf(events(100, 110)));
        await place.write('logs/old.log.gz', archive.subarray(0, -8));
        await place.append(log, events(0, 10));
        const follower = place.follow([place.path('logs')]);
        await place.until(10);
        await place.append(log, events(10, 20));
        await place.until(20);
        await aLook();
        const stopped = await follower.stop();
        expect({ code: stopped.code, problems: problemsOf(stopped) }).toEqual({
          code: 6,
          problems: [{ kind: 'broken', source: place.path('logs/old.log.gz') }],
        });
        await place.write('logs/old.log.gz', archive);
        expect((await place.push([place.path('logs')])).code).toBe(0);
        await place.expectExactly([...events(0, 20), ...events(100, 110)]);
      },
    },

    {
      title: 'that was started without --unwrap once: read again with it, the lines are delivered',
      run: async () => {
        const place = new Place();
        const wrap = (from: number, to: number): string =>
          events(from, to)
            .map(({ text }) => `2026-11-23T05:30:00.000000000Z stdout F ${text}\n`)
            .join('');
        await place.append(log, wrap(0, 10));
        const first = place.follow(['--unwrap', 'none', place.path(log)]);
        await aLook();
        await aLook();
        expect((await first.stop()).code).toBe(5);
        await place.append(log, wrap(10, 20));
        const second = place.follow(['--unwrap', 'cri', '--again', place.path(log)]);
        await place.until(20);
        await end(second);
        await place.expectExactly(events(0, 20));
      },
    },

    {
      title: 'whose objects a reader takes away delivers nothing twice',
      run: async () => {
        const place = new Place();
        for (let turn = 0; turn < 3; turn++) {
          await place.append(log, events(turn * 20, turn * 20 + 20));
          const follower = place.follow([place.path(log)]);
          await place.until(turn * 20 + 20);
          await end(follower);
          await place.take();
        }
        await place.expectExactly(events(0, 60));
      },
    },

    {
      title: 'that the log is compressed under: the archive is known, and only what is new in it is read',
      run: async () => {
        const place = new Place();
        await place.append(log, events(0, 20));
        const follower = place.follow([place.path('logs')]);
        await place.until(20);
        await place.append(log, events(20, 30));
        await place.write(`${log}.1.gz`, gzipSync(await readFile(place.path(log))));
        await rm(place.path(log));
        await place.append(log, events(30, 40));
        await place.until(40);
        await aLook();
        await end(follower);
        await place.expectExactly(events(0, 40));
      },
    },
    {
      title: 'by the name of one file: it need not be there yet, and its neighbours are left alone',
      run: async () => {
        const place = new Place();
        await place.append('logs/other.log', events(100, 110));
        const follower = place.follow([place.path(log)]);
        await aLook();
        await place.append(log, events(0, 10));
        await place.until(10);
        await place.move(log, `${log}.1`);
        await place.append(log, events(10, 20));
        await place.append('logs/other.log', events(110, 120));
        await place.until(20);
        await end(follower);
        await place.expectExactly(events(0, 20));
      },
    },
    {
      title: 'reads a file that is deleted while it has it open to its end',
      run: async () => {
        const place = new Place();
        await place.append(log, events(0, 10));
        const follower = place.follow([place.path('logs')]);
        await place.until(10);
        await place.append(log, events(10, 20));
        await rm(place.path(log));
        await place.append(log, events(20, 30));
        await place.until(30);
        await end(follower);
        await place.expectExactly(events(0, 30));
      },
    },
  ]);
});
