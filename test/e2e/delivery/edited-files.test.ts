import { readFile, truncate } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { event, events, logOf } from './events.ts';
import type { Place, Pushed } from './harness.ts';
import { places, problemsOf } from './harness.ts';
import { log } from './rotations.ts';

/** More than the first and the last 4 KiB. */
const count = 120;
const middle = 60;

/** Line `middle` as somebody mended it: as long as before, or longer. */
const mended = (longer: boolean): string => event(middle).text.replace('1.50', longer ? '1.5000' : '1.75');

async function mend(place: Place, longer: boolean): Promise<void> {
  const text = await readFile(place.path(log), 'utf8');
  await place.write(log, text.replace(event(middle).text, mended(longer)));
}

const toldOf = (pushed: Pushed): unknown => ({ code: pushed.code, problems: problemsOf(pushed) });
const fine = { code: 0, problems: [] };

describe.each(places)('$given: a line was mended in what was delivered', ({ newPlace }) => {
  async function newMended(longer: boolean): Promise<Place> {
    const place = await newPlace();
    await place.append(log, events(0, count));
    await place.append('logs/b.log', events(1000, 1010));
    await place.push([place.path('logs')]);
    await mend(place, longer);
    await place.append(log, events(count, count + 10));
    await place.append('logs/b.log', events(1010, 1020));
    return place;
  }
  const edited = (place: Place): unknown => ({
    code: 6,
    problems: [{ kind: 'edited', source: place.path(log) }],
  });
  const others = events(1000, 1020);

  test('the first line of three: the file is named', async () => {
    const place = await newPlace();
    await place.append(log, events(0, 3));
    await place.push([place.path(log)]);
    const text = await readFile(place.path(log), 'utf8');
    await place.write(log, text.replace('1.50', '1.75') + logOf(events(3, 5)));
    expect(toldOf(await place.push([place.path(log)]))).toEqual(edited(place));
    await place.expectExactly(events(0, 3));
  });

  test('the file is named with its two cures, neither read again nor skipped; the others go on', async () => {
    const place = await newMended(true);
    const pushed = await place.push([place.path('logs')]);
    expect(toldOf(pushed)).toEqual(edited(place));
    expect(pushed.report.problems[0]?.cure).toContain('--again');
    expect(pushed.report.problems[0]?.cure).toContain('--accept');
    expect(pushed.report.problems[0]?.cure).toContain(place.path(log));
    expect(toldOf(await place.push([place.path('logs')])), 'in each run until it is decided').toEqual(
      edited(place),
    );
    await place.expectExactly([...events(0, count), ...others]);
  });

  test('--accept: what is there counts as delivered, and the new lines behind it are delivered', async () => {
    const place = await newMended(true);
    await place.push([place.path('logs')]);
    expect(toldOf(await place.push(['--accept', place.path(log)]))).toEqual(fine);
    expect(toldOf(await place.push([place.path('logs')]))).toEqual(fine);
    await place.append(log, events(count + 10, count + 20));
    expect(toldOf(await place.push([place.path('logs')]))).toEqual(fine);
    // Up to the old position: a line that grew pushes what is behind it over that position.
    const delivered = await place.delivered();
    for (const { text } of events(count, count + 20))
      expect(delivered.filter((line) => line.text === text)).toHaveLength(1);
    expect(delivered.some(({ text }) => text === mended(true))).toBe(false);
  });

  test('and the file replaced, as editors do, by one of the same length: named; with --accept each line once', async () => {
    const place = await newMended(false);
    await place.write('.edited', await readFile(place.path(log)));
    await place.move('.edited', log);
    expect(toldOf(await place.push([place.path('logs')]))).toEqual(edited(place));
    expect(toldOf(await place.push(['--accept', place.path(log)]))).toEqual(fine);
    expect(toldOf(await place.push([place.path('logs')]))).toEqual(fine);
    await place.expectExactly([...events(0, count + 10), ...others]);
  });

  test('--again: the file is read from its beginning, as new', async () => {
    const place = await newMended(true);
    await place.push([place.path('logs')]);
    expect(toldOf(await place.push(['--again', place.path(log)]))).toEqual(fine);
    expect(toldOf(await place.push([place.path('logs')]))).toEqual(fine);
    const anew = events(0, count + 10).map((line, index) =>
      index === middle ? { folder: line.folder, text: mended(true) } : line,
    );
    await place.expectExactly([...events(0, count), ...anew, ...others]);
  });
});

test('a log that was cut to its first lines and goes on behind them is named too: --again reads it', async () => {
  const place = await places[0].newPlace();
  await place.append(log, events(0, 20));
  await place.push([place.path(log)]);
  await truncate(place.path(log), Buffer.byteLength(logOf(events(0, 5))));
  await place.append(log, events(20, 60));
  const pushed = await place.push([place.path(log)]);
  expect(toldOf(pushed)).toEqual({ code: 6, problems: [{ kind: 'edited', source: place.path(log) }] });
  await place.expectExactly(events(0, 20));
  expect(toldOf(await place.push(['--again', place.path(log)]))).toEqual(fine);
  await place.expectExactly([...events(0, 20), ...events(0, 5), ...events(20, 60)]);
});

describe('what is no edit', () => {
  test('a time stamp that was changed (touch, rsync, restore) is nothing at all', async () => {
    const place = await places[0].newPlace();
    await place.append(log, events(0, count));
    await place.push([place.path(log)]);
    const content = await readFile(place.path(log));
    await place.write('.restored', content);
    await place.move('.restored', log);
    const pushed = await place.push([place.path(log)]);
    expect(toldOf(pushed)).toEqual(fine);
    expect(pushed.report.putRequests).toBe(0);
    await place.append(log, events(count, count + 5));
    expect(toldOf(await place.push([place.path(log)]))).toEqual(fine);
    await place.expectExactly(events(0, count + 5));
  });

  test('a file that holds wholly other lines was replaced: it is new', async () => {
    const place = await places[0].newPlace();
    await place.append(log, events(0, count));
    await place.push([place.path(log)]);
    await place.write(log, events(count, count * 3));
    expect(toldOf(await place.push([place.path(log)]))).toEqual(fine);
    await place.expectExactly(events(0, count * 3));
  });
});
