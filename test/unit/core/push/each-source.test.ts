import { describe, expect, test } from 'vitest';
import { buildPushReport, endOf } from '../../../../src/core/accounting/push-report.ts';
import { sourceProblem } from '../../../../src/commands/push/problems.ts';
import type { PartRange } from '../../../../src/core/push/source-part.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import type { ErrorCode } from '../../../../src/errors.ts';
import type { Source } from '../../../../src/ports/source.ts';
import type { RunSettings } from './pushing.ts';
import { contentsOf, eventLine, rules, runPush } from './pushing.ts';

const lines = Array.from({ length: 6 }, (_, n) => eventLine(n, 0));
const text = (...some: readonly string[]): string => some.map((line) => `${line}\n`).join('');

/** A source that yields these pieces and then, with a code, breaks off. */
function sourceOf(name: string, pieces: readonly (string | Buffer)[], breaksWith?: ErrorCode): Source {
  return {
    name,
    storedBytes: undefined,
    async *read() {
      for (const piece of pieces) yield Buffer.from(piece);
      if (breaksWith !== undefined)
        throw new AuditExportError(breaksWith, `${name} breaks off.`, { cure: 'Mend it.' });
    },
  };
}

/** All of a source whose place is kept. */
const whole: PartRange = {
  from: { stored: 0, offset: 0, lines: 0 },
  to: Number.POSITIVE_INFINITY,
  plain: true,
  checksum: 0,
  headHash: '',
  format: 'lines',
  skipEnding: false,
  isFinal: true,
};

/** The same of a log that more may come to. */
const growing: PartRange = { ...whole, isFinal: false };

async function push(sources: readonly Source[], job: RunSettings['job'] = {}) {
  const parts = sources.map((source) => ({ source, part: whole }));
  const run = await runPush({ sources, lookahead: 2, job: { parts, ...job } });
  const built = buildPushReport(run.result, {
    store: 'x',
    profile: undefined,
    quarantineFolder: 'q',
    dryRun: false,
    startedMs: 0,
    endedMs: 1,
  });
  const failed = run.result.sources.flatMap(({ name, failure }) =>
    failure === undefined ? [] : [{ name, failure }],
  );
  const failures = failed.map(({ failure }) => failure);
  const problems = failed.map(({ name, failure }) => sourceProblem(name, failure));
  const report = { ...built, ...endOf({ ...run.result, failures, problems }, built) };
  const delivered = contentsOf(run.store)
    .map(({ content }) => content)
    .join('');
  return { ...run, report, delivered, setAside: run.quarantine.lines.map(({ bytes }) => bytes.toString()) };
}

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

describe('an end that is not whole', () => {
  const [a = '', b = ''] = lines;
  const half = b.slice(0, 40);

  test.each([1, 7, 1000])('of a log that may go on waits (pieces of %d)', async (size) => {
    const log = Buffer.from(text(a) + half);
    const pieces = Array.from({ length: Math.ceil(log.length / size) }, (_, n) =>
      log.subarray(n * size, (n + 1) * size),
    );
    const source = sourceOf('a', pieces);
    const { delivered, setAside, report, result } = await push([source], {
      parts: [{ source, part: growing }],
    });
    expect({ delivered, setAside }).toEqual({ delivered: text(a), setAside: [] });
    expect(report).toMatchObject({ exitCode: 0, balanced: true, balance: { read: 1, delivered: 1 } });
    expect(result.sources[0]).toMatchObject({
      lines: 1,
      readTo: text(a).length,
      waitingBytes: half.length,
      isUnterminated: false,
    });
  });

  test('waits also where lines like it are left out: it may become another', async () => {
    const source = sourceOf('a', [text(a) + half]);
    const run = await runPush({
      sources: [source],
      job: { types: rules.types, parts: [{ source, part: growing }] },
      classifyRules: { ...rules, ignored: new Set(['not-json'] as const) },
    });
    expect(run.result.account.balance()).toMatchObject({ read: 1, delivered: 1, ignored: 0 });
    expect(run.result.sources[0]).toMatchObject({ waitingBytes: half.length });
  });

  test('is a bad line where nothing more comes', async () => {
    const { setAside, result } = await push([sourceOf('a', [text(a) + half])]);
    expect(setAside).toEqual([half]);
    expect(result.sources[0]).toMatchObject({ lines: 2, waitingBytes: 0, isUnterminated: true });
  });

  test('that is a whole event is delivered; the line ending that comes later belongs to it', async () => {
    for (const ending of ['\n', '\r\n']) {
      const log = text(a) + b;
      const first = sourceOf('a', [log]);
      const { delivered, result } = await push([first], { parts: [{ source: first, part: growing }] });
      expect(delivered).toBe(text(a, b));
      expect(result.sources[0]).toMatchObject({ isUnterminated: true, waitingBytes: 0, readTo: log.length });
      const from = { stored: log.length, offset: log.length, lines: 2 };
      // What the range leaves out is not read.
      const source = sourceOf('a', [ending, text(lines[2] ?? '')]);
      const again = await push([source], {
        parts: [{ source, part: { ...growing, from, skipEnding: true } }],
      });
      expect(again.delivered).toBe(text(lines[2] ?? ''));
      expect(again.report.balance).toMatchObject({ read: 1, blank: 0 });
      expect(again.result.sources[0]).toMatchObject({ lines: 3 });
    }
  });

  test.each(['array', 'objects', 'concatenated'] as const)(
    'of %s waits, and what was whole is not read again',
    async (format) => {
      const all = {
        array: `[${a},\n ${b}`,
        objects: `${JSON.stringify(JSON.parse(a), null, 1)}\n${JSON.stringify(JSON.parse(b), null, 1)}`,
        concatenated: `${a}${b}`,
      }[format];
      const log = all.slice(0, -10);
      const source = sourceOf('a', [log]);
      const run = await push([source], { parts: [{ source, part: growing }] });
      expect(run.delivered).toBe(text(a));
      expect(run.setAside).toEqual([]);
      const account = run.result.sources[0];
      expect(account).toMatchObject({ format, lines: 1 });
      const readTo = account?.readTo ?? 0;
      expect(account?.waitingBytes).toBe(log.length - readTo);
      const rest = sourceOf('a', [all.slice(readTo), format === 'array' ? ']' : '']);
      const from = { stored: readTo, offset: readTo, lines: 1 };
      const behind = await push([rest], { parts: [{ source: rest, part: { ...growing, from, format } }] });
      expect(behind.delivered).toBe(text(b));
      expect(behind.result.sources[0]).toMatchObject({ lines: 2, waitingBytes: 0 });
    },
  );
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
