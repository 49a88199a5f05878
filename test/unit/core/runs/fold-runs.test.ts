import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compactRuns, foldRuns } from '../../../../src/core/runs/fold-runs.ts';
import { beginOf, dayMs, endOf, hourMs, linesOf, markOf, mondayMs } from './recording.ts';

const wide = { runs: 1000, bytes: 1e9 };

/** A history of runs, some without an end, some with marks; event times are within the last month of it. */
const histories = fc
  .array(
    fc.record({
      hours: fc.array(fc.nat(20 * 24), { maxLength: 5 }),
      killed: fc.boolean(),
      marks: fc.nat(2),
    }),
    { maxLength: 12 },
  )
  .map((runs) =>
    runs.flatMap(({ hours, killed, marks }, index) => {
      const id = `run-${index}`;
      const startedMs = mondayMs + 30 * dayMs + index * hourMs;
      const events = hours.map((hour) => mondayMs + 10 * dayMs + hour * hourMs);
      return linesOf(
        beginOf(id, startedMs),
        ...Array.from({ length: marks }, (_, mark) => markOf(id, startedMs + mark * 1000, events)),
        ...(killed ? [] : [endOf(id, startedMs, events)]),
      );
    }),
  );

describe('folding', () => {
  test('a run is put together from its lines, oldest first', () => {
    const { runs } = foldRuns(
      linesOf(
        beginOf('b', mondayMs + hourMs),
        beginOf('a', mondayMs),
        markOf('b', mondayMs + hourMs + 5),
        markOf('b', mondayMs + hourMs + 9),
        endOf('a', mondayMs),
      ),
    );
    expect(runs.map(({ id, end, mark }) => [id, end?.outcome, mark?.at])).toEqual([
      ['a', 'delivered', undefined],
      ['b', undefined, '2026-01-05T01:00:00.009Z'],
    ]);
  });

  test('the end alone tells of the whole run', () => {
    expect(foldRuns(linesOf(endOf('a', mondayMs))).runs).toMatchObject([
      { id: 'a', pid: 4711, host: 'here' },
    ]);
  });

  test.each([
    ['a torn line', JSON.stringify(endOf('x', mondayMs)).slice(0, 60)],
    ['no JSON', 'hello'],
    ['no object', '[1]'],
    ['another program', '{"level":"info"}'],
    ['a later version', JSON.stringify({ ...endOf('x', mondayMs), version: 2 })],
    ['a member of another type', JSON.stringify({ ...endOf('x', mondayMs), pid: 'me' })],
    ['an outcome that is none', JSON.stringify({ ...endOf('x', mondayMs), outcome: 'perfect' })],
    ['a name of the prototype', '{"version":1,"record":"constructor"}'],
    ['counts below zero', JSON.stringify({ ...endOf('x', mondayMs), objects: -1 })],
    ['half a balance', JSON.stringify({ ...endOf('x', mondayMs), balance: { read: 1 } })],
    ['a time that is none', JSON.stringify(beginOf('x', mondayMs)).replace('2026-01-05', '2026-99-99')],
  ])('%s is left out and counted, the rest is read', (_, line) => {
    const { runs, unreadable } = foldRuns([line, ...linesOf(endOf('a', mondayMs))]);
    expect([runs.map(({ id }) => id), unreadable]).toEqual([['a'], 1]);
  });

  test('the order of the lines does not matter, nor a line that is there twice', () => {
    fc.assert(
      fc.property(
        histories.chain((lines) =>
          fc.tuple(
            fc.constant(lines),
            fc.shuffledSubarray([...lines, ...lines], {
              minLength: lines.length * 2,
              maxLength: lines.length * 2,
            }),
          ),
        ),
        ([lines, mixed]) => {
          expect(foldRuns(mixed)).toEqual(foldRuns(lines));
        },
      ),
    );
  });

  test('of each type the latest event, and how old it became before the next was delivered', () => {
    const first = mondayMs + hourMs;
    const next = mondayMs + 30 * hourMs;
    const { types } = foldRuns(
      linesOf(
        endOf('c', mondayMs + 3 * dayMs, [first]),
        endOf('a', mondayMs + 2 * hourMs, [first, mondayMs]),
        markOf('b', mondayMs + 31 * hourMs, [next]),
      ),
    );
    expect([...types]).toEqual([['query', { latestMs: next, longestMs: 30 * hourMs }]]);
  });
});

describe('compacting', () => {
  const nowMs = mondayMs + 60 * dayMs;

  test('folding gives the same types, and the same of the runs that are left', () => {
    fc.assert(
      fc.property(histories, fc.nat(13), (lines, kept) => {
        const before = foldRuns(lines);
        const compacted = compactRuns(lines, { ...wide, runs: kept }, nowMs);
        const after = foldRuns(compacted);
        expect(after.types).toEqual(before.types);
        expect(after.runs).toEqual(kept === 0 ? [] : before.runs.slice(-kept));
        expect(after.summarised + after.runs.length).toBe(before.runs.length);
        expect(compactRuns(compacted, { ...wide, runs: kept }, nowMs)).toEqual(compacted);
      }),
    );
  });

  test('the bytes are bounded as well, whatever the runs wrote', () => {
    const reason = { code: 'store-failed', message: 'x'.repeat(5000), cure: null };
    const lines = linesOf(
      ...Array.from({ length: 50 }, (_, index) => endOf(`${index}`, mondayMs + index, [], { reason })),
    );
    const text = compactRuns(lines, { runs: 1000, bytes: 30_000 }, nowMs).join('\n');
    expect(text.length).toBeLessThan(31_000);
    expect(foldRuns(text.split('\n')).runs.at(-1)?.id).toBe('49');
  });

  test('a type of which nothing came for half a year is forgotten', () => {
    const lines = linesOf(endOf('a', mondayMs, [mondayMs]));
    expect(foldRuns(compactRuns(lines, { ...wide, runs: 0 }, mondayMs + 179 * dayMs)).types.size).toBe(1);
    expect(foldRuns(compactRuns(lines, { ...wide, runs: 0 }, mondayMs + 181 * dayMs)).types.size).toBe(0);
  });
});
