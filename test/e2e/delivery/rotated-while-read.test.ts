import { expect, test } from 'vitest';
import { events } from './events.ts';
import type { EventLine } from './events.ts';
import { Place, problemsOf } from './harness.ts';
import { holding } from './object-faults.ts';
import { log, rotations } from './rotations.ts';

/** White space at the end of a line is part of it. */
const wide = ({ text, folder }: EventLine): EventLine => ({ text: text.padEnd(2500), folder });

/** A log of several reads, and what is written behind it: more, so that a log that was cut is longer than before. */
const before = events(0, 500).map(wide);
const after = events(500, 1100).map(wide);

// What is full is stored while the rest is read: nothing may be in it that was written to the log after it was cut.
test.each(rotations)(
  'a log that is $kind while objects of it are stored: each line once',
  async ({ rotate, prepare }) => {
    const place = new Place();
    await prepare?.(place);
    await place.append(log, before);
    let cut: Promise<void> | undefined;
    let cutNow = (): void => undefined;
    const until = new Promise<void>((resolve) => {
      cutNow = resolve;
    });
    const onHeld = (): void => {
      cut ??= rotate(place, 1)
        .then(() => place.append(log, after))
        .then(cutNow);
    };
    const pushed = await holding(place.export, { until, onHeld }, () =>
      place.push(['--object-size', '16KiB', place.path('logs')]),
    );
    expect(cut).toBeDefined();
    expect({ code: pushed.code, problems: problemsOf(pushed) }, pushed.stderr).toEqual({
      code: 0,
      problems: [],
    });
    expect((await place.push(['--object-size', '16KiB', place.path('logs')])).code).toBe(0);
    await place.expectExactly([...before, ...after]);
  },
  60_000,
);
