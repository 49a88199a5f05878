import { expect, test } from 'vitest';
import { systemClock } from '../../../../../src/adapters/system/system-clock.ts';
import { LiveLine } from '../../../../../src/commands/push/follow/live-line.ts';
import { emptyBalance } from '../../../../../src/core/accounting/balance.ts';
import type { PushReport } from '../../../../../src/core/accounting/push-report.ts';
import type { Timer } from '../../../../../src/ports/clock.ts';
import { keptLog } from '../../../../fakes/kept-log.ts';

const clockAt = (ms: number, onSleep: () => void = () => undefined): Timer => ({
  ...systemClock,
  now: () => ms,
  sleep: async () => onSleep(),
});
const object = {} as PushReport['objects'][number];
const read = {
  storedBytes: 1,
  totalStoredBytes: 10,
  lines: 40,
  quarantined: 0,
  openPartitions: 3,
  objects: 1,
};

/** A line that keeps all that it shows; what clears it is `-`. */
function shownLine(onSleep: () => void = () => undefined): { line: LiveLine; shown: string[] } {
  const shown: string[] = [];
  const live = {
    show: (text: (elapsedMs: number) => string) => void shown.push(text(0)),
    end: () => void shown.push('-'),
  };
  return { line: new LiveLine(live, clockAt(10_000, onSleep)), shown };
}

test('a follower says what it has delivered in all, for how long the oldest waits, and what is in the spool', () => {
  const { line, shown } = shownLine();
  line.update(read);
  line.delivered({ balance: { ...emptyBalance(), read: 50 }, objects: [object, object] });
  line.waits({ oldestMs: 7500, spoolBytes: 2048 });
  line.update(read);
  expect(shown).toEqual([
    'Following: 40 lines, 1 object, nothing waits',
    'Following: 50 lines, 2 objects, lag 2.5 s, 2.0 KiB in the spool',
    'Following: 90 lines, 3 objects, lag 2.5 s, 2.0 KiB in the spool',
  ]);
});

test('what the log tells stands above it', () => {
  const { line, shown } = shownLine();
  const log = keptLog();
  line.above(log).warn('missing', 'A file is missing.');
  expect(shown).toEqual(['-']);
  expect(log.told).toMatchObject([{ event: 'missing' }]);
});

test('what waits is shown each second; where there is no terminal, never', async () => {
  const stop = new AbortController();
  const { line, shown } = shownLine(() => (shown.length === 3 ? stop.abort() : undefined));
  const waits = (): { oldestMs: undefined; spoolBytes: number } => ({ oldestMs: undefined, spoolBytes: 0 });
  await line.run(waits, stop.signal);
  expect(shown).toHaveLength(3);
  await new LiveLine(undefined, clockAt(0)).run(waits, new AbortController().signal);
});
