import { readFile, rename, rm } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { event, events, logOf } from './events.ts';
import type { EventLine } from './events.ts';
import type { Place, Pushed } from './harness.ts';
import { Place as NewPlace, places } from './harness.ts';
import { log } from './rotations.ts';

const half = ({ text }: EventLine): string => text.slice(0, text.length / 2);
const restOf = (line: EventLine): string => line.text.slice(half(line).length);

/** What a push has to say of ends that are not whole. */
const told = ({ code, report }: Pushed): unknown => ({
  code,
  waiting: report.waiting,
  quarantined: report.balance.quarantined,
});
const nothingWaits = { code: 0, waiting: [], quarantined: 0 };

describe.each(places)('$given: the last line of a file', ({ newPlace }) => {
  test('that is half a line waits, is named, and is delivered once it is whole', async () => {
    const place = await newPlace();
    await place.append(log, logOf(events(0, 10)) + half(event(10)));
    const waits = {
      code: 0,
      waiting: [{ source: place.path(log), bytes: Buffer.byteLength(half(event(10))) }],
      quarantined: 0,
    };
    expect(told(await place.push([place.path(log)]))).toEqual(waits);
    expect(told(await place.push([place.path(log)])), 'and goes on waiting').toEqual(waits);
    await place.expectExactly(events(0, 10));
    await place.append(log, `${restOf(event(10))}\n${logOf(events(11, 15))}`);
    expect(told(await place.push([place.path(log)]))).toEqual(nothingWaits);
    await place.expectExactly(events(0, 15));
  });

  test('that is a whole event is delivered without its LF, and the LF that comes later is no line', async () => {
    const place = await newPlace();
    await place.append(log, logOf(events(0, 10)) + event(10).text);
    expect(told(await place.push([place.path(log)]))).toEqual(nothingWaits);
    await place.expectExactly(events(0, 11));
    await place.append(log, '\n');
    const second = await place.push([place.path(log)]);
    expect({ ...second.report.balance }).toMatchObject({ delivered: 0, blank: 0, quarantined: 0 });
    await place.append(log, events(11, 15));
    expect(told(await place.push([place.path(log)]))).toEqual(nothingWaits);
    await place.expectExactly(events(0, 15));
  });

  test('that is a whole event and gets its CR LF and more lines at once is delivered once', async () => {
    const place = await newPlace();
    await place.append(log, `${logOf(events(0, 10))}${event(10).text}`);
    await place.push([place.path(log)]);
    await place.append(log, `\r\n${logOf(events(11, 15))}`);
    expect(told(await place.push([place.path(log)]))).toEqual(nothingWaits);
    await place.expectExactly(events(0, 15));
  });

  test('13 hourly pushes that each catch the log within a line: nothing is set aside, each line once', async () => {
    const place = await newPlace();
    const whole = logOf(events(0, 65));
    const bytes = Buffer.from(whole);
    for (let hour = 1; hour <= 13; hour++) {
      const end = (at: number): number => Math.floor((bytes.length * at) / 13);
      await place.append(log, bytes.subarray(end(hour - 1), end(hour)));
      const { code, report } = await place.push([place.path(log)]);
      expect({ hour, code, quarantined: report.balance.quarantined }).toEqual({
        hour,
        code: 0,
        quarantined: 0,
      });
    }
    await place.expectExactly(events(0, 65));
  });
});

/** A file of ten lines and half a line, pushed. */
async function withHalf(): Promise<Place> {
  const place = new NewPlace();
  await place.append(log, logOf(events(0, 10)) + half(event(10)));
  await place.push([place.path(log)]);
  return place;
}

describe('half a line at the end', () => {
  test('is set aside, exit 5, with --final', async () => {
    const place = await withHalf();
    const { code, report } = await place.push(['--final', place.path(log)]);
    expect({ code, waiting: report.waiting, quarantined: report.balance.quarantined }).toEqual({
      code: 5,
      waiting: [],
      quarantined: 1,
    });
    await place.expectExactly(events(0, 10));
  });

  test('that was finished before the log was renamed is delivered from there', async () => {
    const place = await withHalf();
    await place.append(log, `${restOf(event(10))}\n`);
    await place.move(log, `${log}.1`);
    await place.append(log, events(11, 20));
    expect(told(await place.push([place.path(log)]))).toEqual(nothingWaits);
    await place.expectExactly(events(0, 20));
  });

  test('that was never finished is set aside when its name holds other content', async () => {
    const place = await withHalf();
    await place.move(log, `${log}.1`);
    await place.append(log, events(11, 20));
    const { code, report } = await place.push([place.path(log)]);
    expect({ code, waiting: report.waiting, quarantined: report.balance.quarantined }).toEqual({
      code: 5,
      waiting: [],
      quarantined: 1,
    });
    expect((await place.push([place.path(log)])).code, 'and is not told again').toBe(0);
    await place.expectExactly([...events(0, 10), ...events(11, 20)]);
  });

  test.each([
    { end: 'finished', more: `${restOf(event(10))}\n`, code: 0, events: 11 },
    { end: 'not finished', more: '', code: 5, events: 10 },
  ])('is $end in the archive that the log was compressed to', async ({ more, code, events: count }) => {
    const place = await withHalf();
    const content = Buffer.concat([await readFile(place.path(log)), Buffer.from(more)]);
    await place.write(`${log}.1.gz`, gzipSync(content));
    await rm(place.path(log));
    const pushed = await place.push([place.path('logs')]);
    expect({ code: pushed.code, waiting: pushed.report.waiting }).toEqual({ code, waiting: [] });
    await place.expectExactly(events(0, count));
  });

  test('of stdin is the end: it is set aside at once', async () => {
    const place = new NewPlace();
    const { code, report } = await place.push(['-'], { stdin: logOf(events(0, 10)) + half(event(10)) });
    expect({ code, waiting: report.waiting, quarantined: report.balance.quarantined }).toEqual({
      code: 5,
      waiting: [],
      quarantined: 1,
    });
    await place.expectExactly(events(0, 10));
  });

  test('does not keep other files of the folder waiting', async () => {
    const place = await withHalf();
    await place.append('logs/b.log', events(20, 30));
    expect((await place.push([place.path('logs')])).code).toBe(0);
    await place.expectExactly([...events(0, 10), ...events(20, 30)]);
  });
});

const printed = (lines: readonly EventLine[]): string =>
  lines.map(({ text }) => `${JSON.stringify(JSON.parse(text), null, 2)}\n`).join('');
const compact = (lines: readonly EventLine[]): EventLine[] =>
  // White space between tokens is left out, and nothing else is changed.
  lines.map(({ text, folder }) => ({ folder, text: JSON.stringify(JSON.parse(text)) }));

describe('JSON that is printed over several lines, and grows', () => {
  test('half a document at the end waits and is delivered when it is whole', async () => {
    const place = new NewPlace();
    const bytes = Buffer.from(printed(events(0, 6)));
    const cut = Math.floor(bytes.length * 0.6);
    await place.append('events.json', bytes.subarray(0, cut));
    const first = await place.push([place.path('events.json')]);
    expect({ code: first.code, quarantined: first.report.balance.quarantined }).toEqual({
      code: 0,
      quarantined: 0,
    });
    expect(first.report.waiting).toMatchObject([{ source: place.path('events.json') }]);
    await place.append('events.json', bytes.subarray(cut));
    expect(told(await place.push([place.path('events.json')]))).toEqual(nothingWaits);
    await place.expectExactly(compact(events(0, 6)));
    await place.append('events.json', printed(events(6, 9)));
    expect(told(await place.push([place.path('events.json')]))).toEqual(nothingWaits);
    await place.expectExactly(compact(events(0, 9)));
  });

  test('an array that lacks its end waits; each of its events is delivered once', async () => {
    const place = new NewPlace();
    const items = (from: number, to: number): string =>
      compact(events(from, to))
        .map(({ text }) => text)
        .join(',\n');
    await place.write('events.json', `[${items(0, 5)},\n`);
    const first = await place.push([place.path('events.json')]);
    expect(first.code).toBe(0);
    expect(first.report.waiting).toMatchObject([{ source: place.path('events.json') }]);
    await place.append('events.json', `${items(5, 8)}]\n`);
    expect(told(await place.push([place.path('events.json')]))).toEqual(nothingWaits);
    await place.expectExactly(compact(events(0, 8)));
  });

  test('an array that is written anew with more events behind the same ones: each event once', async () => {
    const place = new NewPlace();
    const write = async (count: number): Promise<void> => {
      const items = compact(events(0, count)).map(({ text }) => text);
      await place.write('.coming', `[\n${items.join(',\n')}\n]\n`);
      await rename(place.path('.coming'), place.path('events.json'));
    };
    for (const count of [5, 5, 12, 20]) {
      await write(count);
      expect(told(await place.push([place.path('events.json')]))).toEqual(nothingWaits);
      await place.expectExactly(compact(events(0, count)));
    }
  });
});
