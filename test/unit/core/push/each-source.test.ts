import { describe, expect, test } from 'vitest';
import type { Source } from '../../../../src/ports/sources/source.ts';
import { rules, runPush } from './pushing.ts';
import { growing, lines, push, sourceOf, text } from './reported-push.ts';

describe('a source that breaks off', () => {
  test.each([1, 3, 1000])(
    'gives its whole lines before that, and the others are delivered (pieces of %d)',
    async (size) => {
      const broken = text(lines[1] ?? '', lines[2] ?? '') + (lines[3] ?? '').slice(0, 40);
      const pieces = Array.from({ length: Math.ceil(broken.length / size) }, (_, n) =>
        broken.slice(n * size, (n + 1) * size),
      );
      const { report, result, delivered, setAside } = await push([
        sourceOf('a', [text(lines[0] ?? '')]),
        sourceOf('b', pieces, 'source-broken'),
        sourceOf('c', [text(lines[4] ?? '')]),
      ]);
      expect(
        delivered
          .split('\n')
          .filter((line) => line !== '')
          .toSorted(),
      ).toEqual([0, 1, 2, 4].map((n) => lines[n]));
      expect(setAside).toEqual([]);
      expect(report).toMatchObject({
        outcome: 'delivered-in-part',
        exitCode: 6,
        balanced: true,
        error: { code: 'source-broken' },
      });
      expect(report.balance).toMatchObject({ read: 4, delivered: 4 });
      expect(report.sources.map(({ failure }) => failure?.readTo)).toEqual([
        undefined,
        text(lines[1] ?? '', lines[2] ?? '').length,
        undefined,
      ]);
      expect(result.sources[1]).toMatchObject({ lines: 2, waitingBytes: 0, isUnterminated: false });
    },
  );

  test('within a line that is too long leaves nothing of it behind', async () => {
    const long = 'x'.repeat(3000);
    const { report, setAside, quarantine } = await push([
      sourceOf('a', [text(lines[0] ?? ''), long], 'source-broken'),
      sourceOf('b', [text(`${long}y`, lines[1] ?? '')]),
    ]);
    expect(setAside).toEqual([`${long}y`]);
    expect(quarantine.lines[0]?.line).toMatchObject({ source: 'b', line: 1 });
    expect(report.balance).toMatchObject({ read: 3, delivered: 2, quarantined: 1 });
  });

  test('says so even where it breaks off in what is looked at first', async () => {
    const { delivered } = await push([
      sourceOf('a', [text(lines[0] ?? ''), text(lines[1] ?? '')], 'source-broken'),
    ]);
    expect(delivered).toBe(text(lines[0] ?? '', lines[1] ?? ''));
  });
});

test('a source of which no place is kept ends the run where it breaks off, and no object is left half', async () => {
  const sources = [
    sourceOf('a', [text(lines[0] ?? '')], 'source-broken'),
    sourceOf('b', [text(lines[1] ?? '')]),
  ];
  const { report, delivered } = await push(sources, { parts: sources.map((source) => ({ source })) });
  expect(delivered).toBe('');
  expect(report).toMatchObject({ outcome: 'failed', exitCode: 6, balance: { read: 1, undelivered: 1 } });
  expect(report.sources[0]?.failure).toMatchObject({ code: 'source-broken' });
});

describe('the exit code', () => {
  const good = sourceOf('good', [text(lines[0] ?? '')]);

  test.each<[string, readonly Source[], number, string]>([
    [
      'nothing could be read',
      [sourceOf('a', [], 'source-unreadable'), sourceOf('b', [], 'source-unreadable')],
      3,
      'failed',
    ],
    ['something could', [sourceOf('a', [], 'source-unreadable'), good], 6, 'delivered-in-part'],
    [
      'one is of a form that is not read',
      [sourceOf('a', ['\u00fd', Buffer.alloc(0)]), good],
      5,
      'delivered-with-quarantine',
    ],
    ['one is xz', [sourceOf('a', [Buffer.from('fd377a585a000000', 'hex')]), good], 3, 'delivered-in-part'],
    ['only xz', [sourceOf('a', [Buffer.from('fd377a585a000000', 'hex')])], 3, 'failed'],
    [
      'xz and one that breaks off',
      [sourceOf('a', [Buffer.from('fd377a585a000000', 'hex')]), sourceOf('b', [], 'source-broken')],
      6,
      'failed',
    ],
  ])('where %s', async (_, sources, exitCode, outcome) => {
    const { report } = await push(sources);
    expect(report).toMatchObject({ exitCode, outcome, balanced: true });
  });

  test('what is wrong with the store still ends the run', async () => {
    const { report } = await push([sourceOf('a', [], 'access-denied'), good]);
    expect(report).toMatchObject({ exitCode: 4, outcome: 'failed', error: { code: 'access-denied' } });
  });
});

describe('several events on one line', () => {
  test.each([1, 7, 1000])(
    'are lines of their own, byte for byte, among others too (pieces of %d)',
    async (size) => {
      const [a = '', b = '', c = '', d = ''] = lines;
      const spaced = b.replace('{', '{ ');
      const all = `${a}\n${spaced} ${c}\n\n${d}`;
      const pieces = Array.from({ length: Math.ceil(all.length / size) }, (_, n) =>
        all.slice(n * size, (n + 1) * size),
      );
      const { delivered, report } = await push([sourceOf('a', pieces)]);
      expect(delivered).toBe(text(a, spaced, c, d));
      expect(report.balance).toMatchObject({ read: 5, delivered: 4, blank: 1 });
      expect(report.sources[0]).toMatchObject({ lines: 5, extraEvents: 1, reformatted: true });
    },
  );

  test('in a source without line feeds are told by its beginning, and may be longer together than a line', async () => {
    const { delivered, report } = await push([sourceOf('a', [lines.join('')])]);
    expect(delivered).toBe(text(...lines));
    expect(report.sources[0]).toMatchObject({ format: 'concatenated', lines: 6, reformatted: true });
  });

  test('each is judged for itself; of a line with half an event nothing is taken', async () => {
    const [a = '', b = ''] = lines;
    const { delivered, setAside } = await push([
      sourceOf('a', [text(b, `${a}{"x":1}`, `${a}${b.slice(0, 20)}`)]),
    ]);
    expect(delivered).toBe(text(b, a));
    expect(setAside).toEqual(['{"x":1}', `${a}${b.slice(0, 20)}`]);
  });
});

test('a byte order mark at the beginning of a later line is left out: files were put one behind the other', async () => {
  const { delivered } = await push([
    sourceOf('a', [`\ufeff${text(lines[0] ?? '')}\ufeff${text(lines[1] ?? '')}`]),
  ]);
  expect(delivered).toBe(text(lines[0] ?? '', lines[1] ?? ''));
});

describe('wrappings are taken off where it is plain that they are there', () => {
  const time = '2026-01-01T00:00:00.000000001Z';
  const docker = (log: string): string => JSON.stringify({ log, stream: 'stdout', time });
  const auto = { wrapping: 'auto', maxLineBytes: 400 } as const;

  test.each<[string, (line: string) => string]>([
    ['kubectl --timestamps', (line) => `${time} ${line}`],
    ['kubectl --prefix', (line) => `[pod/export-7d9/main] ${line}`],
    ['both', (line) => `[pod/export-7d9/main] ${time} ${line}`],
    ['CRI', (line) => `${time} stdout F ${line}`],
    ['docker', (line) => docker(`${line}\n`)],
    ['docker in CRI', (line) => `${time} stdout F ${docker(`${line}\n`)}`],
    ['kubectl around CRI around docker', (line) => `[pod/a/b] ${docker(`${time} stdout F ${line}\n`)}`],
  ])('%s', async (_, wrap) => {
    const { delivered } = await push([sourceOf('a', [text(...lines.map(wrap))])], auto);
    expect(delivered).toBe(text(...lines));
  });

  test.each([
    ['a time and no event', `${time} something happened`],
    ['an array', '[pod/a/b]'],
    ['an event with other members', '{"log":"x","stream":"stdout"}'],
  ])('%s is no wrapping', async (_, line) => {
    const { setAside } = await push([sourceOf('a', [text(line)])], auto);
    expect(setAside).toEqual([line]);
  });

  test('a line in parts is joined over a rotation, and over a source that is something else it is not', async () => {
    const [a = '', b = ''] = lines;
    const old = `${time} stdout F ${a}\n${time} stdout P ${b.slice(0, 30)}\n`;
    const now = `${time} stdout F ${b.slice(30)}\n`;
    const joined = await push([sourceOf('p/0.log.20260101-000000', [old]), sourceOf('p/0.log', [now])], auto);
    expect(joined.delivered).toBe(text(a, b));
    expect(joined.setAside).toEqual([]);
    const apart = await push([sourceOf('p/0.log', [old]), sourceOf('q/0.log', [now])], auto);
    expect(apart.delivered).toBe(text(a));
    expect(apart.setAside).toEqual([b.slice(0, 30), b.slice(30)]);
  });

  test('of a log that may go on, parts without an end wait, and what came behind them', async () => {
    const [a = '', b = '', c = ''] = lines;
    const ended = `${time} stdout F ${a}\n`;
    const open = `${time} stdout P ${b.slice(0, 30)}\n${time} stderr F ${c}\n`;
    const source = sourceOf('0.log', [ended + open]);
    const { delivered, result } = await push([source], { ...auto, parts: [{ source, part: growing }] });
    expect(delivered).toBe(text(a));
    expect(result.sources[0]).toMatchObject({
      unjoinedBytes: open.length,
      readTo: ended.length,
      waitingBytes: open.length,
    });
  });
});

describe('--ignore', () => {
  test('leaves lines out by reason, and they are in the balance', async () => {
    const run = await runPush({
      sources: [sourceOf('a', [text('hello', lines[0] ?? '', '{"x":1}', '[]', 'end')])],
      job: { types: rules.types },
      classifyRules: { ...rules, ignored: new Set(['not-json', 'unknown-type'] as const) },
    });
    expect(run.result.account.balance()).toMatchObject({ read: 5, delivered: 1, ignored: 3, quarantined: 1 });
    expect([...run.result.account.ignored]).toEqual([
      ['not-json', 2],
      ['unknown-type', 1],
    ]);
    expect(run.quarantine.lines.map(({ bytes }) => bytes.toString())).toEqual(['[]']);
  });
});
