import { expect, test } from 'vitest';
import { events } from './events.ts';
import { newProfilePlace } from './harness.ts';
import { log } from './rotations.ts';

// A run that found no room leaves the place to the next one, whatever it was about to write.
test.each(Array.from({ length: 20 }, (_, index) => ({ nth: 1 + index, isFirst: index % 2 === 0 })))(
  'a disk of the state that is full from write $nth on (first push: $isFirst): the next push delivers each line once',
  async ({ nth, isFirst }) => {
    const place = await newProfilePlace();
    await place.append(log, events(0, 6));
    if (!isFirst) await place.push([place.path(log)]);
    await place.append(log, events(6, 10));
    const { code, stderr } = await place.pushFullFrom(nth, [place.path(log)]);
    expect([0, 3], stderr).toContain(code);
    await place.append(log, events(10, 14));
    const next = await place.push([place.path(log)]);
    expect(next.code, next.stderr).toBe(0);
    expect(next.report.evidence?.problem ?? null).toBeNull();
    await place.expectExactly(events(0, 14));
  },
);
