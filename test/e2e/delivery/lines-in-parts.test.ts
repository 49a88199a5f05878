import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import type { EventLine } from './events.ts';
import { event, events } from './events.ts';
import { Place } from './harness.ts';
import { log } from './rotations.ts';

const time = '2026-11-03T05:30:00.123456789Z';
const docker = (text: string): string => JSON.stringify({ log: text, stream: 'stdout', time });

/** How container runtimes write a line in parts (https://kubernetes.io/docs/concepts/cluster-administration/logging/). */
const runtimes = {
  cri: (part: string, isLast: boolean) => `${time} stdout ${isLast ? 'F' : 'P'} ${part}\n`,
  docker: (part: string, isLast: boolean) => `${docker(isLast ? `${part}\n` : part)}\n`,
};

/** A line as it is written, in three parts. */
function inParts({ text }: EventLine, write: (part: string, isLast: boolean) => string): string[] {
  const third = Math.ceil(text.length / 3);
  return [0, 1, 2].map((n) => write(text.slice(n * third, (n + 1) * third), n === 2));
}

const whole = ({ text }: EventLine, write: (part: string, isLast: boolean) => string): string =>
  write(text, true);

describe.each(Object.entries(runtimes))('%s: an event that is written in parts', (runtime, write) => {
  const first = events(0, 3).map((line) => whole(line, write));
  const parts = inParts(event(3), write);
  const last = whole(event(4), write);

  test.each([{ flags: [] }, { flags: ['--unwrap', runtime] }])(
    'through a pipe under --follow, with a flush between any two of them, is delivered once, as a whole ($flags)',
    async ({ flags }) => {
      const place = new Place();
      const stdin = new PassThrough();
      const follower = place.follow([...flags, '-'], { stdin });
      stdin.write([...first, parts[0]].join(''));
      await place.until(3);
      stdin.write(`${parts[1]}${parts[2]?.slice(0, 60)}`);
      stdin.end(`${parts[2]?.slice(60)}${last}`);
      await place.until(5);
      const { code, report } = await follower.stop();
      expect({ code, quarantined: report.balance.quarantined }).toEqual({ code: 0, quarantined: 0 });
      await place.expectExactly(events(0, 5));
    },
  );

  // Where pushes fall: behind so many parts in the old file, and then behind so many in the new one.
  const moments = [0, 1, 2, 3].flatMap((inOld) =>
    [0, 1, 2, 3].filter((inNew) => inOld + inNew <= 3).map((inNew) => ({ inOld, inNew })),
  );
  // What tells parts apart is the runtime's; which file they are in is the same for both.
  const given = (runtime === 'cri' ? ['logs', log] : ['logs']).flatMap((input) =>
    moments.map(({ inOld, inNew }) => ({ inOld, inNew, input })),
  );
  test.each(given)(
    'and rotated behind $inOld parts, with a push of $input behind $inNew more, is delivered once, as a whole',
    async ({ inOld, inNew, input }) => {
      const place = new Place();
      const push = async (): Promise<number> => (await place.push([place.path(input)])).code;
      await place.append(log, first.join(''));
      expect(await push()).toBe(0);
      await place.append(log, parts.slice(0, inOld).join(''));
      await place.move(log, `${log}.1`);
      await place.append(log, parts.slice(inOld, inOld + inNew).join(''));
      expect(await push()).toBe(0);
      await place.append(log, [...parts.slice(inOld + inNew), last].join(''));
      expect(await push()).toBe(0);
      await place.expectExactly(events(0, 5));
    },
  );

  test('and rotated between two parts, under --follow, is delivered once, as a whole', async () => {
    const place = new Place();
    await place.append(log, `${first.join('')}${parts[0]}`);
    const follower = place.follow([place.path('logs')]);
    await place.until(3);
    await place.move(log, `${log}.1`);
    await place.append(log, parts[1] ?? '');
    await place.append('logs/other.log', whole(event(5), write));
    await place.until(4);
    await place.append(log, `${parts[2]}${last}`);
    await place.until(6);
    const { code, report } = await follower.stop();
    expect({ code, quarantined: report.balance.quarantined }).toEqual({ code: 0, quarantined: 0 });
    await place.expectExactly(events(0, 6));
  });

  test('and of which the writer never wrote the end waits, and what is behind it, until --final', async () => {
    const place = new Place();
    await place.append(log, `${first.join('')}${parts[0]}`);
    await place.push([place.path('logs')]);
    await place.move(log, `${log}.1`);
    await place.append(log, parts[1] ?? '');
    const { code, report } = await place.push([place.path('logs')]);
    expect({ code, waiting: report.waiting.map(({ source }) => source) }).toEqual({
      code: 0,
      waiting: [place.path(`${log}.1`), place.path(log)],
    });
    const final = await place.push(['--final', place.path('logs')]);
    expect({ code: final.code, quarantined: final.report.balance.quarantined }).toEqual({
      code: 5,
      quarantined: 1,
    });
    await place.expectExactly(events(0, 3));
  });
});
