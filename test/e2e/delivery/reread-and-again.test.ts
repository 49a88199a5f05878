import { readFile, rm, writeFile } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { folderStore } from '../stores.ts';
import { events, logOf } from './events.ts';
import type { Place } from './harness.ts';
import { Place as NewPlace, places } from './harness.ts';
import { log } from './rotations.ts';

/** Three pushes of a log that grows. */
async function withHistory(place: Place): Promise<string[]> {
  for (let push = 0; push < 3; push++) {
    await place.append(log, events(push * 30, push * 30 + 30));
    await place.push([place.path(log)]);
  }
  return await folderStore(place.export).list();
}

describe.each(places)('$given: --reread', ({ newPlace }) => {
  test('offers all that is known, cut as it was: nothing is stored where it is there already', async () => {
    const place = await newPlace();
    await withHistory(place);
    const { code, report } = await place.push(['--reread', place.path(log)]);
    expect({ code, ...report.balance }).toMatchObject({ code: 0, delivered: 0, alreadyDelivered: 90 });
    await place.expectExactly(events(0, 90));
  });

  test('fills a store that was emptied with the same objects, and new lines besides', async () => {
    const place = await newPlace();
    const keys = await withHistory(place);
    await place.empty();
    await place.append(log, events(90, 100));
    expect((await place.push(['--reread', place.path(log)])).code).toBe(0);
    await place.expectExactly(events(0, 100));
    expect(await folderStore(place.export).list()).toEqual(expect.arrayContaining(keys));
  });

  test.each([
    { fault: 'refused', cut: (place: Place, nth: number) => rereadRefused(place, nth) },
    { fault: 'killed', cut: (place: Place, nth: number) => rereadKilled(place, nth) },
  ])('that is $fault half way, the store emptied again, and read again: each line once', async ({ cut }) => {
    const place = await newPlace();
    const keys = await withHistory(place);
    await place.empty();
    await cut(place, 4);
    await place.empty();
    expect((await place.push(['--reread', place.path(log)])).code).toBe(0);
    await place.expectExactly(events(0, 90));
    expect(await folderStore(place.export).list()).toEqual(keys);
  });

  test('that was cut short, and then an ordinary push: nothing is lost, nothing doubled', async () => {
    const place = await newPlace();
    await withHistory(place);
    await place.empty();
    await rereadKilled(place, 4);
    await place.append(log, events(90, 100));
    await place.push([place.path(log)]);
    await place.push(['--reread', place.path(log)]);
    await place.expectExactly(events(0, 100));
  });

  test('of files that were rotated and compressed meanwhile: cut as it was', async () => {
    const place = await newPlace();
    const keys = await withHistory(place);
    await place.write(`${log}.1.gz`, gzipSync(logOf(events(0, 90))));
    await place.write(log, events(90, 100));
    await place.push([place.path('logs')]);
    await place.empty();
    await place.push(['--reread', place.path('logs')]);
    await place.expectExactly(events(0, 100));
    expect(await folderStore(place.export).list()).toEqual(expect.arrayContaining(keys));
  });

  test.each([
    ['as it was', (old: Buffer) => old, '.1'],
    ['compressed', gzipSync, '.1.gz'],
  ])(
    'of a log whose rest was delivered from the rotated file with it: from both (%s)',
    async (...[, pack, end]) => {
      const place = await newPlace();
      await place.append(log, events(0, 10));
      await place.push([place.path(log)]);
      await place.append(log, events(10, 20));
      await place.move(log, `${log}.old`);
      await place.append(log, events(20, 30));
      await place.push([place.path(log)]);
      await place.empty();
      const old = await readFile(place.path(`${log}.old`));
      await rm(place.path(`${log}.old`));
      await writeFile(place.path(`${log}${end}`), pack(old));
      expect((await place.push(['--reread', place.path(log)])).code).toBe(0);
      // It is still looked at with the log, and so offered with it.
      await place.expectExactly(events(0, 30));
    },
  );

  test('of a log whose rest was delivered from a file that is gone says with which one it was cut', async () => {
    const place = await newPlace();
    await place.append(log, events(0, 10));
    await place.push([place.path(log)]);
    await place.append(log, events(10, 20));
    await place.move(log, `${log}.old`);
    await place.append(log, events(20, 30));
    await place.push([place.path(log)]);
    await place.move(`${log}.old`, 'elsewhere/app.log');
    const { code, report } = await place.push(['--reread', place.path(log)]);
    expect({ code, problems: report.problems }).toMatchObject({
      code: 6,
      problems: [{ kind: 'incomplete', source: place.path(log) }],
    });
    expect(report.problems[0]?.message).toContain(place.path(`${log}.old`));
    await place.empty();
    const whole = await place.push(['--reread', place.path(log), place.path('elsewhere/app.log')]);
    expect({ code: whole.code, problems: whole.report.problems }).toEqual({ code: 0, problems: [] });
    await place.expectExactly(events(0, 30));
  });

  test('under other settings offers what was delivered under the old ones', async () => {
    const place = await newPlace();
    const keys = await withHistory(place);
    await place.push(['--reread', '--object-size', '1KiB', place.path(log)]);
    await place.expectExactly(events(0, 90));
    expect(await folderStore(place.export).list()).toEqual(keys);
  });
});

async function rereadRefused(place: Place, nth: number): Promise<void> {
  const { code } = await place.pushRefusedFrom(nth, ['--reread', place.path(log)]);
  expect(code).toBe(6);
}

async function rereadKilled(place: Place, nth: number): Promise<void> {
  expect(await place.pushKilledAt({ nth, when: 'after' }, ['--reread', place.path(log)])).toBe(true);
}

describe('--again', () => {
  test('reads the file from its beginning and cuts it anew; only the file that it names', async () => {
    const place = new NewPlace();
    await withHistory(place);
    await place.append('logs/b.log', events(200, 220));
    await place.push([place.path('logs')]);
    await place.empty();
    const { code, report } = await place.push(['--again', place.path(log)]);
    expect({ code, delivered: report.balance.delivered }).toEqual({ code: 0, delivered: 90 });
    await place.expectExactly(events(0, 90));
    await place.append(log, events(90, 100));
    await place.append('logs/b.log', events(220, 230));
    await place.push([place.path('logs')]);
    await place.expectExactly([...events(0, 100), ...events(220, 230)]);
  });

  test('that is killed is done again with the same objects', async () => {
    const place = new NewPlace();
    await withHistory(place);
    await place.empty();
    expect(await place.pushKilledAt({ nth: 2, when: 'after' }, ['--again', place.path(log)])).toBe(true);
    await place.append(log, events(90, 100));
    expect((await place.push([place.path(log)])).code).toBe(0);
    await place.expectExactly(events(0, 100));
  });
});
