import { describe, expect, test } from 'vitest';
import { rules, runPush } from './pushing.ts';
import { growing, lines, push, sourceOf, text } from './reported-push.ts';

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
