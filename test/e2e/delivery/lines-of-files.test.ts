import { describe, expect, test } from 'vitest';
import { event, events, logOf } from './events.ts';
import { Place, places } from './harness.ts';
import { holding } from './object-faults.ts';
import { log } from './rotations.ts';

/** A promise, and what fulfils it. */
function latch(): [reached: Promise<void>, reach: () => void] {
  let reach = (): void => undefined;
  const reached = new Promise<void>((resolve) => {
    reach = resolve;
  });
  return [reached, () => reach()];
}

describe.each(places)('$given: a log that is gone on with', ({ newPlace }) => {
  test('names the right line and byte of a bad line, as of the whole file', async () => {
    const place = await newPlace();
    await place.append(log, events(0, 10));
    await place.push([place.path(log)]);
    await place.append(log, `${logOf(events(10, 12))}no event\n`);
    const { code, report } = await place.push([place.path(log)]);
    expect(code).toBe(5);
    const folder = report.quarantine.folder ?? '';
    const { stdout } = await place.run(['quarantine', 'list', '--json', '--quarantine', folder]);
    const { groups } = JSON.parse(stdout) as { groups: { samples: { line: number; offset: number }[] }[] };
    expect(groups.flatMap(({ samples }) => samples)).toMatchObject([
      { line: 13, offset: Buffer.byteLength(logOf(events(0, 12))) },
    ]);
  });

  test('that begins with a byte order mark and ends its lines with CR LF: each line once, without either', async () => {
    const place = await newPlace();
    const crlf = (from: number, to: number): string => logOf(events(from, to)).replaceAll('\n', '\r\n');
    await place.append(log, `\uFEFF${crlf(0, 10)}`);
    await place.push([place.path(log)]);
    await place.append(log, crlf(10, 15));
    await place.push([place.path(log)]);
    await place.move(log, `${log}.1`);
    await place.append(log, `\uFEFF${crlf(15, 20)}`);
    expect((await place.push([place.path('logs')])).code).toBe(0);
    await place.expectExactly(events(0, 20));
  });

  test('balances: what is known counts as read and as already delivered', async () => {
    const place = await newPlace();
    await place.append(log, `${logOf(events(0, 10))}\n\nno event\n`);
    await place.push([place.path(log)]);
    await place.append(log, events(10, 15));
    const { report } = await place.push([place.path(log)]);
    expect(report.balance).toMatchObject({ delivered: 5, quarantined: 0 });
    expect(report.balance.alreadyDelivered).toBeGreaterThanOrEqual(10);
  });
});

describe('a file that is named alone', () => {
  test('leaves its neighbours alone, also when it was rotated and is looked for among them', async () => {
    const place = new Place();
    await place.append(log, events(0, 10));
    await place.append('logs/other.log', events(100, 110));
    await place.append(`${log}.bak`, events(200, 210));
    await place.push([place.path(log)]);
    await place.append(log, events(10, 15));
    await place.move(log, `${log}.1`);
    await place.append(log, events(15, 20));
    await place.append('logs/other.log', events(110, 120));
    expect((await place.push([place.path(log)])).code).toBe(0);
    await place.expectExactly(events(0, 20));
  });
});

describe.each(places)('$given: runs at once', ({ newPlace }) => {
  test(
    'the second waits no longer than --lock-wait, says who is at work, and ends with 6',
    { timeout: 10_000 },
    async () => {
      const place = await newPlace();
      await place.append(log, events(0, 40));
      const [isHeld, held] = latch();
      const [goOn, release] = latch();
      const pushing = holding(place.export, { until: goOn, onHeld: held }, () =>
        place.push([place.path(log)]),
      );
      await isHeld;
      const second = await place
        .push(['--lock-wait', '0s', place.path(log)])
        .catch((error: unknown) => String(error));
      release();
      expect(JSON.stringify(second)).toContain('busy');
      expect(JSON.stringify(second)).toContain(String(process.pid));
      expect((await pushing).code).toBe(0);
      await place.expectExactly(events(0, 40));
    },
  );

  test('a line that is written while its file is being delivered is delivered by the next push', async () => {
    const place = await newPlace();
    await place.append(log, events(0, 40));
    const pushing = place.push([place.path(log)]);
    await place.append(log, [event(40)]);
    await pushing;
    await place.push([place.path(log)]);
    await place.expectExactly(events(0, 41));
  });
});
