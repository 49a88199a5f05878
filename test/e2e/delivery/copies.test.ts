import { copyFile, link, readFile, rm } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { event, events, logOf } from './events.ts';
import { Place, problemsOf } from './harness.ts';
import { log } from './rotations.ts';

const fine = { code: 0, problems: [] };

describe('a copy of a file that stands', () => {
  test.each([
    { copy: 'beside it', to: 'logs/app.log.bak' },
    { copy: 'in another folder', to: 'logs/backup/of/app.log' },
  ])('$copy: nothing in it is new', async ({ to }) => {
    const place = new Place();
    await place.append(log, events(0, 50));
    await place.push([place.path('logs')]);
    await place.write(to, await readFile(place.path(log)));
    const pushed = await place.push([place.path('logs')]);
    expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual(fine);
    await place.expectExactly(events(0, 50));
    await place.append(log, events(50, 60));
    await place.push([place.path('logs')]);
    await place.expectExactly(events(0, 60));
  });

  test('in the making: half of it is there, then all of it, then the log is cut', async () => {
    const place = new Place();
    await place.append(log, events(0, 50));
    await place.push([place.path('logs')]);
    await place.append(log, events(50, 60));
    const whole = await readFile(place.path(log));
    await place.write(`${log}.1`, whole.subarray(0, whole.length / 3));
    expect((await place.push([place.path('logs')])).code).toBe(0);
    await place.expectExactly(events(0, 60));
    await place.write(`${log}.1`, whole);
    await place.write(log, events(60, 70));
    expect((await place.push([place.path('logs')])).code).toBe(0);
    await place.expectExactly(events(0, 70));
  });

  test('an archive in the making beside the log that it is made of: each line once, and in the end no problem', async () => {
    const place = new Place();
    await place.append(log, events(0, 50));
    await place.push([place.path('logs')]);
    await place.move(log, `${log}.1`);
    await place.append(`${log}.1`, events(50, 60));
    await place.append(log, events(60, 70));
    const archive = gzipSync(await readFile(place.path(`${log}.1`)));
    await place.write(`${log}.1.gz`, archive.subarray(0, archive.length / 2));
    await place.push([place.path('logs')]);
    await place.expectExactly(events(0, 70));
    await place.write(`${log}.1.gz`, archive);
    await rm(place.path(`${log}.1`));
    await place.append(log, events(70, 75));
    const pushed = await place.push([place.path('logs')]);
    expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual(fine);
    await place.expectExactly(events(0, 75));
  });

  test('that stays after its original is gone is the file, and goes on as such', async () => {
    const place = new Place();
    await place.append(log, events(0, 50));
    await place.push([place.path('logs')]);
    await copyFile(place.path(log), place.path('logs/moved.log'));
    await rm(place.path(log));
    await place.append('logs/moved.log', events(50, 60));
    const pushed = await place.push([place.path('logs')]);
    expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual(fine);
    await place.expectExactly(events(0, 60));
  });

  test('by a hard link is the same file', async () => {
    const place = new Place();
    await place.append(log, events(0, 50));
    await link(place.path(log), place.path('logs/linked.log'));
    await place.push([place.path('logs')]);
    await place.append(log, events(50, 60));
    await place.push([place.path('logs')]);
    await place.expectExactly(events(0, 60));
  });
});

describe('a file that begins like another', () => {
  /** Lines of one day, so that the two files never make two objects of the same content. */
  const ofOneDay = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => event((from + index) * 96));
  const common = ofOneDay(0, 5);

  test('in the same push: both are delivered', async () => {
    const place = new Place();
    await place.append('logs/a.log', [...common, ...ofOneDay(10, 20)]);
    await place.append('logs/b.log', [...common, ...ofOneDay(20, 30)]);
    await place.push([place.path('logs')]);
    await place.expectExactly([...common, ...common, ...ofOneDay(10, 30)]);
  });

  test('while that one stands unchanged is new, whole', async () => {
    const place = new Place();
    await place.append('logs/a.log', [...common, ...ofOneDay(10, 20)]);
    await place.push([place.path('logs')]);
    await place.append('logs/b.log', [...common, ...ofOneDay(20, 30)]);
    await place.push([place.path('logs')]);
    await place.expectExactly([...common, ...common, ...ofOneDay(10, 30)]);
    await place.append('logs/a.log', ofOneDay(30, 35));
    await place.append('logs/b.log', ofOneDay(35, 40));
    await place.push([place.path('logs')]);
    await place.expectExactly([...common, ...common, ...ofOneDay(10, 40)]);
  });

  test('and holds all of it and more, while that one stands unchanged, is new', async () => {
    const place = new Place();
    await place.append('logs/a.log', common);
    await place.push([place.path('logs')]);
    await place.append('logs/b.log', [...common, ...ofOneDay(20, 30)]);
    const pushed = await place.push([place.path('logs')]);
    expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual(fine);
    await place.expectExactly([...common, ...common, ...ofOneDay(20, 30)]);
  });

  test('and is the longest of two that begin alike: each goes on from its own position', async () => {
    const place = new Place();
    await place.append('logs/a.log', [...common, ...ofOneDay(10, 20)]);
    await place.append('logs/b.log', [...common, ...ofOneDay(10, 15), ...ofOneDay(50, 60)]);
    await place.push([place.path('logs')]);
    await place.move('logs/a.log', 'logs/c.log');
    await place.move('logs/b.log', 'logs/a.log');
    await place.append('logs/c.log', ofOneDay(20, 25));
    await place.append('logs/a.log', ofOneDay(60, 65));
    const pushed = await place.push([place.path('logs')]);
    expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual(fine);
    await place.expectExactly([
      ...common,
      ...common,
      ...ofOneDay(10, 15),
      ...ofOneDay(10, 25),
      ...ofOneDay(50, 65),
    ]);
  });
});

test('two files that were delivered change their names with each other: nothing is new', async () => {
  const place = new Place();
  await place.append('logs/a.log', events(0, 10));
  await place.append('logs/b.log', events(10, 20));
  await place.push([place.path('logs')]);
  await place.move('logs/a.log', 'logs/c.log');
  await place.move('logs/b.log', 'logs/a.log');
  await place.move('logs/c.log', 'logs/b.log');
  const pushed = await place.push([place.path('logs')]);
  expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual(fine);
  await place.expectExactly(events(0, 20));
});

test('an archive of several gzip members goes on behind the last one', async () => {
  const place = new Place();
  const member = (from: number, to: number): Buffer => gzipSync(logOf(events(from, to)));
  await place.write('logs/app.log.gz', member(0, 10));
  await place.push([place.path('logs')]);
  await place.append('logs/app.log.gz', member(10, 20));
  expect((await place.push([place.path('logs')])).code).toBe(0);
  await place.expectExactly(events(0, 20));
});
