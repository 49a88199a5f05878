import { Writable } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { openJsonLog } from '../../../../src/adapters/terminal/json-log.ts';
import { openLogStream } from '../../../../src/adapters/terminal/log-stream.ts';
import { ProgressLog } from '../../../../src/adapters/terminal/progress-log.ts';
import { openTextLog } from '../../../../src/adapters/terminal/text-log.ts';
import { keptLog } from '../../../fakes/kept-log.ts';

function keptStream(): { stream: Writable; written: () => string } {
  let text = '';
  const stream = new Writable({
    write: (piece, _, done) => {
      text += String(piece);
      done();
    },
  });
  return { stream, written: () => text };
}

const nowMs = Date.UTC(2026, 0, 2, 3, 4, 5, 6);

describe('the log in text', () => {
  test.each([
    ['the message as a line', undefined, 'It failed.\n'],
    [
      'what is to be shown instead',
      'audit-export: It failed.\n  → mend it\n',
      'audit-export: It failed.\n  → mend it\n',
    ],
    ['nothing, where nothing is to be shown', '', ''],
  ])('shows %s', (_, shown, written) => {
    const kept = keptStream();
    openTextLog(kept.stream).error('failed', 'It failed.', { code: 'x' }, shown);
    expect(kept.written()).toBe(written);
  });
});

describe('the log in JSON', () => {
  test.each([
    ['note', 'info'],
    ['warn', 'warn'],
    ['error', 'error'],
  ] as const)('tells a %s as one line of level %s, with its facts behind the message', (method, level) => {
    const { stream, written } = keptStream();
    openJsonLog(stream, () => nowMs)[method]('outage', 'It is down.', { cause: 'denied', lines: 3 }, 'shown');
    expect(written()).toBe(
      `{"time":"2026-01-02T03:04:05.006Z","level":"${level}","event":"outage","message":"It is down.","cause":"denied","lines":3}\n`,
    );
  });

  test('is one line of JSON whatever is told, and a fact never passes for the event', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary' }),
        fc.dictionary(fc.string(), fc.jsonValue()),
        (text, facts) => {
          const { stream, written } = keptStream();
          openJsonLog(stream, () => nowMs).note('event', text, {
            ...facts,
            level: 'x',
            time: 0,
            event: 'y',
            message: 'z',
          });
          expect(written().split('\n')).toHaveLength(2);
          expect(JSON.parse(written())).toMatchObject({
            time: '2026-01-02T03:04:05.006Z',
            level: 'info',
            event: 'event',
            message: text,
          });
        },
      ),
    );
  });
});

describe('a stream that leads into the log', () => {
  test('tells each line once, however it is cut, without what moves a cursor', () => {
    const lines = fc.array(fc.string({ unit: fc.constantFrom('a', 'é', '🙂', ' b') }), { maxLength: 5 });
    fc.assert(
      fc.property(lines, fc.integer({ min: 1, max: 7 }), (given, size) => {
        const log = keptLog();
        const stream = openLogStream(log, 'init');
        const bytes = Buffer.from(given.map((line) => `\u001b[1m${line}\u001b[0m\n`).join(''));
        for (let at = 0; at < bytes.length; at += size) stream.write(bytes.subarray(at, at + size));
        stream.end();
        const expected = given.map((line) => line.trimEnd()).filter((line) => line !== '');
        expect(log.told.map(({ event, message }) => ({ event, message }))).toEqual(
          expected.map((message) => ({ event: 'init', message })),
        );
      }),
    );
  });

  test('tells what has no line end when it is over, and what never ends now and then', () => {
    const log = keptLog();
    const stream = openLogStream(log, 'x');
    stream.write('x'.repeat(70_000));
    expect(log.told).toHaveLength(1);
    stream.end('the end');
    expect(log.told.at(-1)?.message).toBe('the end');
  });
});

describe('progress in a log', () => {
  const snapshot = {
    storedBytes: 1024,
    totalStoredBytes: 2048,
    lines: 10,
    quarantined: 0,
    openPartitions: 1,
    objects: 2,
  };

  test('is told every 30 seconds, with its numbers as facts', () => {
    const log = keptLog();
    let now = nowMs;
    const progress = new ProgressLog(log, { quiet: false, now: () => now });
    for (let second = 0; second <= 65; second++) {
      now = nowMs + second * 1000;
      progress.update(snapshot);
    }
    progress.end();
    expect(log.told).toHaveLength(2);
    expect(log.told[0]).toMatchObject({ level: 'note', event: 'progress', facts: snapshot });
    expect(log.told[0]?.message).toContain('1.0 KiB of 2.0 KiB (50%)');
  });

  test('is not told with --quiet', () => {
    const log = keptLog();
    let now = nowMs;
    const progress = new ProgressLog(log, { quiet: true, now: () => now });
    now += 60_000;
    progress.update(snapshot);
    expect(log.told).toEqual([]);
  });
});
