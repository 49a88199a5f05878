import { rm } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { event, events, logOf } from './events.ts';
import type { EventLine } from './events.ts';
import { newProfilePlace, Place, places, problemsOf } from './harness.ts';
import { inputs, log, rotations } from './rotations.ts';

describe.each(inputs)('$given that is pushed again and again', ({ inputOf }) => {
  test.each(rotations)('$kind between two pushes: each line once', async ({ rotate, prepare }) => {
    const place = new Place();
    await prepare?.(place);
    await place.append(log, events(0, 60));
    expect((await place.push([inputOf(place)])).code).toBe(0);
    for (const [nth, from] of [60, 90].entries()) {
      await place.append(log, events(from, from + 10));
      await rotate(place, nth + 1);
      await place.append(log, events(from + 10, from + 30));
      const pushed = await place.push([inputOf(place)]);
      expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual({ code: 0, problems: [] });
      await place.expectExactly(events(0, from + 30), { when: `after rotation ${nth + 1}` });
    }
    const again = await place.push([inputOf(place)]);
    expect(again.report.balance).toMatchObject({ delivered: 0 });
    expect(again.report.putRequests).toBe(0);
  });

  test('the example: line 11 is appended, the log renamed and compressed, line 12 begins the next one', async () => {
    const place = new Place();
    const rotation = rotations.find(({ kind }) => kind === 'renamed and compressed by gzip');
    await place.append(log, events(1, 11));
    await place.push([inputOf(place)]);
    await place.append(log, [event(11)]);
    await rotation?.rotate(place, 1);
    await place.append(log, [event(12)]);
    const { code, report } = await place.push([inputOf(place)]);
    expect({ code, delivered: report.balance.delivered }).toEqual({ code: 0, delivered: 2 });
    await place.expectExactly(events(1, 13));
  });

  test('24 hourly pushes of 40 events, rotated every other hour in one way after the other: each line once', async () => {
    const place = new Place();
    const kinds = rotations.filter(({ kind }) => !/symlink|moved up/.test(kind));
    const each = 40;
    for (let hour = 0; hour < 24; hour++) {
      const from = hour * each;
      const middle = from + ((hour * 7) % each);
      await place.append(log, events(from, middle));
      if (hour % 2 === 1) await kinds[((hour - 1) / 2) % kinds.length]?.rotate(place, hour);
      await place.append(log, events(middle, from + each));
      const { code, stderr } = await place.push([inputOf(place)]);
      expect({ hour, code }, stderr).toEqual({ hour, code: 0 });
    }
    await place.expectExactly(events(0, 24 * each));
  }, 60_000);
});

test.each(rotations)(
  'with a profile, a log that was $kind while nobody looked is known',
  async ({ rotate, prepare }) => {
    const place = await newProfilePlace();
    await prepare?.(place);
    await place.append(log, events(0, 20));
    await place.push([place.path(log)]);
    await place.append(log, events(20, 25));
    await rotate(place, 1);
    await place.append(log, events(25, 30));
    const pushed = await place.push([place.path(log)]);
    expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual({ code: 0, problems: [] });
    await place.expectExactly(events(0, 30));
  },
);

describe.each(places)('$given', ({ newPlace }) => {
  test('what is left of the old log comes before the new one', async () => {
    const place = await newPlace();
    const sameDay = Array.from({ length: 40 }, (_, index) => event(index * 96));
    await place.append(log, sameDay.slice(0, 20));
    await place.push([place.path(log)]);
    await place.append(log, sameDay.slice(20, 30));
    await place.move(log, `${log}.1`);
    await place.append(log, sameDay.slice(30));
    const { report } = await place.push([place.path(log)]);
    expect(report.objects).toHaveLength(1);
    const delivered = (await place.delivered()).map(({ text }) => text);
    const ofTheLast = delivered.filter((text) => sameDay.slice(20).some((line) => line.text === text));
    expect(ofTheLast).toEqual(sameDay.slice(20).map(({ text }) => text));
  });

  test('a log that was rotated is looked at again: its writer goes on in it', async () => {
    const place = await newPlace();
    await place.append(log, events(0, 10));
    await place.push([place.path(log)]);
    await place.append(log, events(10, 15));
    await place.move(log, `${log}.1`);
    await place.append(log, events(15, 20));
    await place.push([place.path(log)]);
    await place.append(`${log}.1`, events(20, 25));
    await place.append(log, events(25, 30));
    expect((await place.push([place.path(log)])).code).toBe(0);
    await place.expectExactly(events(0, 30));
  });

  test('a log that was rotated and grows once more is compressed then: each line once', async () => {
    const place = await newPlace();
    const compressed = rotations.find(({ kind }) => kind === 'compressed by gzip in its place');
    await place.append(log, events(0, 10));
    await place.push([place.path(log)]);
    await compressed?.rotate(place, 1);
    await place.append(log, events(10, 20));
    await place.push([place.path(log)]);
    await compressed?.rotate(place, 2);
    await place.append(log, events(20, 30));
    await place.push([place.path(log), place.path('logs')]);
    await place.expectExactly(events(0, 30));
  });
});

test.each(inputs.slice(1))('$given: rotated twice between two pushes', async ({ inputOf }) => {
  const place = new Place();
  await place.append(log, events(0, 10));
  await place.push([inputOf(place)]);
  await place.append(log, events(10, 20));
  await place.move(log, `${log}.2`);
  await place.append(log, events(20, 30));
  await place.move(log, `${log}.1`);
  await place.append(log, events(30, 40));
  expect((await place.push([inputOf(place)])).code).toBe(0);
  await place.expectExactly(events(0, 40));
});

describe('a log that was empty when it was pushed', () => {
  const found = rotations.filter(({ kind }) => /^renamed$|moved into|symlink/.test(kind));
  test.each(found)('and was $kind then: what was written to it is found', async ({ rotate, prepare }) => {
    const place = new Place();
    await prepare?.(place);
    await place.append(log, []);
    expect((await place.push([place.path(log)])).code).toBe(0);
    await place.append(log, events(0, 10));
    await rotate(place, 1);
    await place.append(log, events(10, 20));
    const pushed = await place.push([place.path(log)]);
    expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual({ code: 0, problems: [] });
    await place.expectExactly(events(0, 20));
  });

  test('and was renamed and compressed then: told, exit 6, for nothing shows which archive it is', async () => {
    const place = new Place();
    const compressed = rotations.find(({ kind }) => kind === 'renamed and compressed by gzip');
    await place.append(log, []);
    await place.push([place.path(log)]);
    await place.append(log, events(0, 10));
    await compressed?.rotate(place, 1);
    await place.append(log, events(10, 20));
    const pushed = await place.push([place.path(log)]);
    expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual({
      code: 6,
      problems: [{ kind: 'missing', source: place.path(log) }],
    });
    await place.expectExactly(events(10, 20));
  });
});

describe('a name that holds other content', () => {
  test('an export that is written anew each day is delivered whole each day, without an alarm', async () => {
    const place = new Place();
    for (let day = 0; day < 4; day++) {
      await place.write('export.jsonl', events(day * 20, day * 20 + 20 - day));
      const pushed = await place.push([place.path('export.jsonl')]);
      expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual({ code: 0, problems: [] });
    }
    const all = [0, 1, 2, 3].flatMap((day) => events(day * 20, day * 20 + 20 - day));
    await place.expectExactly(all);
  });

  test('an export that is one JSON array, written anew each day, is delivered whole each day, without an alarm', async () => {
    const place = new Place();
    for (let day = 0; day < 3; day++) {
      const texts = events(day * 20, day * 20 + 20).map(({ text }) => `  ${text}`);
      await place.write('export.json', `[\n${texts.join(',\n')}\n]\n`);
      const pushed = await place.push([place.path('export.json')]);
      const { delivered } = pushed.report.balance;
      expect({ code: pushed.code, problems: problemsOf(pushed), delivered }).toEqual({
        code: 0,
        problems: [],
        delivered: 20,
      });
    }
  });

  test('an export that is replaced by rename, as rsync does, with more lines behind the same ones: only the new ones', async () => {
    const place = new Place();
    for (const lines of [20, 35, 60]) {
      await place.write('.coming', events(0, lines));
      await place.move('.coming', 'events.jsonl');
      expect((await place.push([place.path('events.jsonl')])).code).toBe(0);
      await place.expectExactly(events(0, lines));
    }
  });

  test('an export with the same lines in one more file of a day: the names say nothing', async () => {
    const place = new Place();
    const lines: EventLine[] = [];
    for (let day = 1; day <= 3; day++) {
      lines.push(...events(day * 10, day * 10 + 10));
      await place.write(`exports/2026-11-0${day}.jsonl`, events(day * 10, day * 10 + 10));
      await place.push([place.path('exports')]);
    }
    await place.expectExactly(lines);
  });
});

describe('a file that was delivered and is gone', () => {
  test.each([
    { gone: 'removed', go: (place: Place) => rm(place.path('in/a.jsonl')) },
    { gone: 'moved to done/', go: (place: Place) => place.move('in/a.jsonl', 'in/done/a.jsonl') },
    { gone: 'moved elsewhere', go: (place: Place) => place.move('in/a.jsonl', 'elsewhere/x/a.jsonl') },
  ])('$gone: no alarm, and nothing is delivered again', async ({ go }) => {
    const place = new Place();
    await place.write('in/a.jsonl', events(0, 10));
    await place.write('in/b.jsonl', events(10, 20));
    await place.push([place.path('in')]);
    await place.append('in/a.jsonl', events(20, 25));
    await place.push([place.path('in')]);
    await go(place);
    await place.append('in/b.jsonl', events(25, 30));
    const pushed = await place.push([place.path('in')]);
    expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual({ code: 0, problems: [] });
    await place.expectExactly(events(0, 30));
  });
});

test('the lines of a log are counted once: what an earlier push delivered counts as already delivered', async () => {
  const place = new Place();
  await place.append(log, events(0, 10));
  await place.push([place.path(log)]);
  await place.append(log, events(10, 15));
  await place.move(log, `${log}.1`);
  await place.append(log, events(15, 20));
  const { report } = await place.push([place.path(log)]);
  expect(report.balance).toMatchObject({ delivered: 10, quarantined: 0 });
  expect(report.balance.read).toBe(report.balance.delivered + report.balance.alreadyDelivered);
  expect(report.contentBytes).toBe(Buffer.byteLength(logOf(events(10, 20))));
});
