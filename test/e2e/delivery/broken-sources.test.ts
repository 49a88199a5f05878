import { symlink } from 'node:fs/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { event, events, logOf } from './events.ts';
import type { EventLine } from './events.ts';
import { Place, places, problemsOf } from './harness.ts';
import { log } from './rotations.ts';
import { unreadableFrom } from './disk-faults.ts';

/** Lines that hardly compress, so that the place where an archive is cut is also a place in its content. */
const random = (from: number, to: number): EventLine[] =>
  events(from, to).map(({ text, folder }, index) => {
    const noise = Buffer.from(
      Array.from({ length: 300 }, (_, at) => ((at + 1) * (index + 7) * 2_654_435_761) >>> 13),
    );
    return { folder, text: text.replace('"ratio"', `"noise":"${noise.toString('base64')}","ratio"`) };
  });

describe.each(places)('$given: a damaged archive in a folder', ({ newPlace }) => {
  const archived = random(100, 400);
  const archive = gzipSync(logOf(archived));

  test.each([
    { damage: 'cut off', bytes: archive.subarray(0, Math.floor(archive.length * 0.6)) },
    {
      damage: 'with a byte that is wrong in its checksum',
      bytes: Buffer.concat([archive.subarray(0, -8), Buffer.from('????????')]),
    },
  ])(
    '$damage: its lines before the break and all other files are delivered; exit 6 until it is mended',
    async ({ bytes }) => {
      const place = await newPlace();
      await place.write('logs/a.log.gz', bytes);
      await place.append('logs/b.log', events(0, 10));
      await place.write('logs/c.log.gz', gzipSync(logOf(events(10, 20))));
      const broken = { code: 6, problems: [{ kind: 'broken', source: place.path('logs/a.log.gz') }] };
      const first = await place.push([place.path('logs')]);
      expect({ code: first.code, problems: problemsOf(first) }).toEqual(broken);
      expect(first.report.balance.quarantined).toBe(0);
      const delivered = await place.delivered();
      expect(delivered.length).toBeGreaterThan(20 + archived.length / 4);
      expect(new Set(delivered.map(({ text }) => text)).size).toBe(delivered.length);

      await place.append('logs/b.log', events(20, 30));
      const second = await place.push([place.path('logs')]);
      expect({ code: second.code, problems: problemsOf(second) }).toEqual(broken);
      expect(await place.delivered()).toHaveLength(delivered.length + 10);

      await place.write('logs/a.log.gz', archive);
      const mended = await place.push([place.path('logs')]);
      expect({ code: mended.code, problems: problemsOf(mended) }).toEqual({ code: 0, problems: [] });
      await place.expectExactly([...events(0, 30), ...archived]);
    },
  );
});

describe.each(places)('$given: a file on a disk that is broken', ({ newPlace }) => {
  const content = logOf(events(100, 300));
  const wholeLines = (bytes: number): number => content.slice(0, bytes).split('\n').length - 1;

  test.each([
    { at: 'its last bytes', from: content.length - 10 },
    { at: 'its middle', from: 20_000 },
  ])(
    'at $at: the lines before, and all other files, are delivered; exit 6 until it can be read; then the rest',
    async ({ from }) => {
      const place = await newPlace();
      const broken = await place.write('logs/a.log', content);
      await place.append('logs/b.log', events(0, 10));
      const told = {
        code: 6,
        problems: [{ kind: expect.stringMatching(/unreadable|broken/), source: broken }],
      };
      await unreadableFrom(broken, from, async () => {
        for (const round of [1, 2]) {
          const pushed = await place.push([place.path('logs')]);
          expect({ round, code: pushed.code, problems: problemsOf(pushed) }).toEqual({ round, ...told });
          expect(pushed.report.balance.quarantined).toBe(0);
          const delivered = await place.delivered();
          expect(delivered.length).toBeLessThanOrEqual(wholeLines(from) + 10 * round);
          // What can be read is known to a window.
          expect(delivered.length).toBeGreaterThanOrEqual(wholeLines(from - 8192) + 10 * round);
          await place.append('logs/b.log', events(round * 10, round * 10 + 10));
        }
      });
      const mended = await place.push([place.path('logs')]);
      expect({ code: mended.code, problems: problemsOf(mended) }).toEqual({ code: 0, problems: [] });
      await place.expectExactly([...events(0, 30), ...events(100, 300)]);
    },
  );

  test('whose delivered part can not be read any more: told, and nothing of it is delivered again', async () => {
    const place = await newPlace();
    const broken = await place.write('logs/a.log', content);
    await place.push([place.path('logs')]);
    await place.append('logs/a.log', events(300, 310));
    await place.append('logs/b.log', events(0, 10));
    await unreadableFrom(broken, 0, async () => {
      expect((await place.push([place.path('logs')])).code).toBe(6);
    });
    await place.expectExactly([...events(0, 10), ...events(100, 300)]);
    expect((await place.push([place.path('logs')])).code).toBe(0);
    await place.expectExactly([...events(0, 10), ...events(100, 310)]);
  });
});

describe('what can not be read', () => {
  test.each([
    { unreadable: 'a link that leads nowhere', target: 'nowhere' },
    { unreadable: 'a link that leads to itself', target: 'a.log' },
  ])('$unreadable, in a folder: named, exit 6, the other files are delivered', async ({ target }) => {
    const place = new Place();
    await place.append('logs/b.log', events(0, 10));
    await symlink(target, place.path('logs/a.log'));
    for (const round of [1, 2]) {
      const pushed = await place.push([place.path('logs')]);
      expect({ round, code: pushed.code, problems: problemsOf(pushed) }).toEqual({
        round,
        code: 6,
        problems: [{ kind: 'unreadable', source: place.path('logs/a.log') }],
      });
    }
    await place.expectExactly(events(0, 10));
  });

  test('an input that does not exist, beside others: named, exit 6, the others are delivered', async () => {
    const place = new Place();
    await place.append(log, events(0, 10));
    const pushed = await place.push([place.path('no-such.log'), place.path(log)]);
    expect({ code: pushed.code, problems: problemsOf(pushed) }).toEqual({
      code: 6,
      problems: [{ kind: 'unreadable', source: place.path('no-such.log') }],
    });
    await place.expectExactly(events(0, 10));
  });

  test('a glob that matches nothing, beside others: named, exit 6, the others are delivered', async () => {
    const place = new Place();
    await place.append(log, events(0, 10));
    const pushed = await place.push([place.path('none-*.log'), place.path(log)]);
    expect(pushed.code).toBe(6);
    await place.expectExactly(events(0, 10));
  });

  test('all of it: exit 3', async () => {
    const place = new Place();
    const { code } = await place.run(['push', '--to', place.export, place.path('no-such.log')]);
    expect(code).toBe(3);
  });

  test('an archive of a kind that is not read (xz) is named with its cure; the others are delivered', async () => {
    const place = new Place();
    await place.append(log, events(0, 10));
    await place.write('logs/old.log.xz', Buffer.from('fd377a585a000004e6d6b446', 'hex'));
    const pushed = await place.push([place.path('logs')]);
    // What is no JSON Lines never will be: running it again cures nothing.
    expect(pushed.code).toBe(3);
    expect(pushed.report.problems).toMatchObject([{ source: place.path('logs/old.log.xz') }]);
    expect(pushed.report.problems[0]?.cure).toContain('xz');
    await place.expectExactly(events(0, 10));
  });
});

test('a line that is no event does not keep the lines behind it, and is set aside once', async () => {
  const place = new Place();
  await place.append(log, `${logOf(events(0, 5))}no event\n${logOf(events(5, 10))}`);
  const first = await place.push([place.path(log)]);
  expect({ code: first.code, quarantined: first.report.balance.quarantined }).toEqual({
    code: 5,
    quarantined: 1,
  });
  await place.append(log, [event(10)]);
  const second = await place.push([place.path(log)]);
  expect({ code: second.code, quarantined: second.report.balance.quarantined }).toEqual({
    code: 0,
    quarantined: 0,
  });
  await place.expectExactly(events(0, 11));
});
