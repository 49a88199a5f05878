import { execFileSync } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { events, logOf } from './events.ts';
import { places } from './harness.ts';
import { log } from './rotations.ts';

describe.each(places)('$given: files and pipes in one push', ({ newPlace }) => {
  test('the files keep their positions: each line once', async () => {
    const place = await newPlace();
    for (let push = 0; push < 3; push++) {
      await place.append(log, events(push * 20, push * 20 + 20));
      const piped = events(1000 + push * 20, 1010 + push * 20);
      const { code, report } = await place.push([place.path(log), '-'], { stdin: logOf(piped) });
      expect({ code, delivered: report.balance.delivered }).toEqual({ code: 0, delivered: 30 });
    }
    await place.append(log, events(60, 70));
    expect((await place.push([place.path(log)])).report.balance.delivered).toBe(10);
    const piped = [0, 1, 2].flatMap((push) => events(1000 + push * 20, 1010 + push * 20));
    await place.expectExactly([...events(0, 70), ...piped]);
  });

  test('a log that is rotated between two such pushes: each line once', async () => {
    const place = await newPlace();
    await place.append(log, events(0, 20));
    await place.push(['-', place.path(log)], { stdin: logOf(events(1000, 1010)) });
    await place.append(log, events(20, 30));
    await place.move(log, `${log}.1`);
    await place.append(log, events(30, 40));
    await place.push(['-', place.path(log)], { stdin: logOf(events(1010, 1020)) });
    await place.expectExactly([...events(0, 40), ...events(1000, 1020)]);
  });

  test('a named pipe is read to its end, and the files beside it keep their positions', async () => {
    const place = await newPlace();
    await place.append(log, events(0, 20));
    execFileSync('mkfifo', [place.path('events.fifo')]);
    for (let push = 0; push < 2; push++) {
      const pushing = place.push([place.path('events.fifo'), place.path(log)]);
      await writeFile(place.path('events.fifo'), logOf(events(1000 + push * 10, 1010 + push * 10)));
      expect((await pushing).code).toBe(0);
    }
    await place.expectExactly([...events(0, 20), ...events(1000, 1020)]);
  });
});

test('the same lines through a pipe a second time store nothing: their objects are there', async () => {
  const place = await places[0].newPlace();
  for (const delivered of [20, 0]) {
    const { report } = await place.push(['-'], { stdin: logOf(events(0, 20)) });
    expect(report.balance.delivered).toBe(delivered);
  }
  await place.expectExactly(events(0, 20));
});
