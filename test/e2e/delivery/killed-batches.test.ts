import { copyFile, readFile, rm, truncate } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { folderStore } from '../stores.ts';
import { events } from './events.ts';
import type { Place } from './harness.ts';
import { newProfilePlace, Place as NewPlace, places, problemsOf } from './harness.ts';
import type { Moment } from './object-faults.ts';
import { log, moveElsewhere, rotations } from './rotations.ts';

/** Events of four days, in one file: four objects. */
const objects = 4;
const moments: readonly Moment[] = Array.from({ length: objects }, (_, index) => index + 1).flatMap((nth) => [
  { nth, when: 'before' as const },
  { nth, when: 'after' as const },
]);

async function compress(place: Place, name: string): Promise<void> {
  await place.write(`${name}.gz`, gzipSync(await readFile(place.path(name))));
  await rm(place.path(name));
}

/** What may happen to the files of a batch that was begun and not ended. */
const meanwhile: readonly { happens: string; happen: (place: Place) => Promise<void> }[] = [
  { happens: 'nothing', happen: () => Promise.resolve() },
  { happens: 'the log grows', happen: async (place) => void (await place.append(log, events(30, 40))) },
  ...rotations
    .filter(({ kind }) => !/symlink|moved up/.test(kind))
    .map(({ kind, rotate }) => ({
      happens: `the log is ${kind}`,
      happen: async (place: Place) => {
        await place.append(log, events(30, 35));
        await rotate(place, 1);
        await place.append(log, events(35, 40));
      },
    })),
];

describe.each(places)('$given: a push that was killed', ({ newPlace }) => {
  test.each(moments)('$when object $nth is done again, with the same objects', async (moment) => {
    const undisturbed = new NewPlace();
    const place = await newPlace();
    for (const each of [undisturbed, place]) await each.append(log, events(0, 20));
    await undisturbed.push([undisturbed.path(log)]);
    expect(await place.pushKilledAt(moment, [place.path(log)])).toBe(true);
    const { code, report } = await place.push([place.path(log)]);
    expect(code).toBe(0);
    expect(report.balance.read).toBe(20);
    await place.expectExactly(events(0, 20));
    expect(await folderStore(place.export).list()).toEqual(await folderStore(undisturbed.export).list());
  });

  test('twice, at another object each time, while the log goes on: each line once', async () => {
    const place = await newPlace();
    for (const [index, nth] of [1, 3, 2, 4].entries()) {
      await place.append(log, events(index * 20, index * 20 + 20));
      await place.pushKilledAt({ nth, when: index % 2 === 0 ? 'after' : 'before' }, [place.path(log)]);
    }
    expect((await place.push([place.path(log)])).code).toBe(0);
    await place.expectExactly(events(0, 80));
  });
});

test.each(meanwhile)(
  'with a profile, a push that was killed, and meanwhile $happens: each line once',
  async ({ happens, happen }) => {
    const place = await newProfilePlace();
    await place.append(log, events(0, 10));
    await place.push([place.path(log)]);
    await place.append(log, events(10, 30));
    expect(await place.pushKilledAt({ nth: 2, when: 'after' }, [place.path(log)])).toBe(true);
    await happen(place);
    const pushed = await place.push([place.path(log)]);
    expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual({ code: 0, problems: [] });
    await place.expectExactly(events(0, happens === 'nothing' ? 30 : 40));
  },
);

describe('a batch that was begun', () => {
  test('and whose store refused an object is ended by the next push, under other settings too', async () => {
    const place = new NewPlace();
    await place.append(log, events(0, 40));
    expect((await place.pushRefusedFrom(3, [place.path(log)])).code).toBe(6);
    await place.append(log, events(40, 50));
    const flags = ['--object-size', '1KiB', '--types', 'custom,query'];
    expect((await place.push([...flags, place.path(log)])).code).toBe(0);
    await place.expectExactly(events(0, 50));
  });

  test('of several files, of which some were moved, cut or compressed meanwhile: each line once', async () => {
    const place = new NewPlace();
    for (const [index, name] of ['a', 'b', 'c', 'd'].entries())
      await place.append(`logs/${name}.log`, events(index * 20, index * 20 + 20));
    expect((await place.pushRefusedFrom(2, [place.path('logs')])).code).toBe(6);
    await place.move('logs/a.log', 'logs/a.log.1');
    await copyFile(place.path('logs/b.log'), place.path('logs/b.log.1'));
    await truncate(place.path('logs/b.log'));
    await compress(place, 'logs/c.log');
    await place.append('logs/b.log', events(80, 85));
    await place.append('logs/a.log', events(85, 90));
    const pushed = await place.push([place.path('logs')]);
    expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual({ code: 0, problems: [] });
    await place.expectExactly(events(0, 90));
  });

  test('and whose bytes are nowhere is told with exit 6; the rest goes on; brought back, it is ended', async () => {
    const place = new NewPlace();
    await place.append(log, events(0, 40));
    expect((await place.pushRefusedFrom(1, [place.path(log)])).code).toBe(6);
    const name = await moveElsewhere(place);
    await place.append(log, events(40, 50));
    const pushed = await place.push([place.path(log)]);
    expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual({
      code: 6,
      problems: [{ kind: 'missing', source: place.path(log) }],
    });
    await place.expectExactly(events(40, 50));
    await place.move(name, `${log}.1`);
    expect((await place.push([place.path(log)])).code).toBe(0);
    await place.expectExactly(events(0, 50));
  });

  test('by one input is ended by a push of another', async () => {
    const place = new NewPlace();
    await place.append('logs/a.log', events(0, 40));
    await place.append('more/b.log', events(40, 60));
    await place.pushRefusedFrom(2, [place.path('logs/a.log')]);
    expect((await place.push([place.path('more/b.log')])).code).toBe(0);
    await place.expectExactly(events(0, 60));
  });

  test('while the log is rotated under the push: each line once', async () => {
    const place = new NewPlace();
    await place.append(log, events(0, 20));
    await place.push([place.path(log)]);
    await place.append(log, events(20, 60));
    const pushing = place.push([place.path(log)]);
    await place.move(log, `${log}.1`);
    await place.append(log, events(60, 70));
    await pushing;
    expect((await place.push([place.path(log)])).code).toBe(0);
    await place.expectExactly(events(0, 70));
  });

  test('by one of two pushes at once: the second waits, and finds nothing new', async () => {
    const place = new NewPlace();
    await place.append(log, events(0, 40));
    const both = await Promise.all([place.push([place.path(log)]), place.push([place.path(log)])]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(both.map(({ report }) => report.balance.delivered).toSorted((a, b) => a - b)).toEqual([0, 40]);
    await place.expectExactly(events(0, 40));
  });
});
