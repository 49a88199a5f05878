import { describe, expect, test } from 'vitest';
import { events } from './events.ts';
import { Place, places } from './harness.ts';
import { log } from './rotations.ts';

describe.each(places)('$given: objects go from the store', ({ newPlace }) => {
  test('a reader moves all of them away after each of six pushes of 50 lines: nothing is delivered twice', async () => {
    const place = await newPlace();
    for (let push = 0; push < 6; push++) {
      await place.append(log, events(push * 50, push * 50 + 50));
      const { code, report } = await place.push([place.path(log)]);
      expect({ code, delivered: report.balance.delivered }).toEqual({ code: 0, delivered: 50 });
      await place.take();
    }
    await place.expectExactly(events(0, 300));
  });

  test('a reader moves all of them away: the same files once more store nothing', async () => {
    const place = await newPlace();
    await place.append(log, events(0, 50));
    await place.push([place.path(log)]);
    await place.take();
    const { report } = await place.push([place.path(log)]);
    expect({ delivered: report.balance.delivered, requests: report.putRequests }).toEqual({
      delivered: 0,
      requests: 0,
    });
    await place.expectExactly(events(0, 50));
  });

  test('one object of two files goes: nothing is delivered twice', async () => {
    const place = await newPlace();
    await place.append('logs/a.log', events(0, 40));
    await place.append('logs/b.log', events(40, 80));
    await place.push([place.path('logs')]);
    await place.takeOne('event_date=2026-11-04');
    await place.append('logs/a.log', events(80, 90));
    await place.push([place.path('logs')]);
    await place.expectExactly(events(0, 90));
  });
});

test('files that are added in parts to a store that a reader empties: each line once', async () => {
  const place = new Place();
  for (let push = 0; push < 4; push++) {
    await place.write(`in/${push}.jsonl`, events(push * 20, push * 20 + 20));
    await place.push([place.path('in')]);
    if (push % 2 === 0) await place.take();
    else await place.takeOne('event_date');
  }
  await place.expectExactly(events(0, 80));
});
