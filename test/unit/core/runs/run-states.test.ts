import { describe, expect, test } from 'vitest';
import { foldRuns } from '../../../../src/core/runs/fold-runs.ts';
import type { EndRecord } from '../../../../src/core/runs/run-record.ts';
import { heardUntil } from '../../../../src/core/runs/heard-until.ts';
import { judgeRuns } from '../../../../src/core/runs/run-states.ts';
import type { JudgedRun, LooksAlive } from '../../../../src/core/runs/run-states.ts';
import { beginOf, dayMs, endOf, hourMs, linesOf, markOf, mondayMs } from './recording.ts';

const gone: LooksAlive = ({ host }) => (host === 'here' ? false : undefined);
const alive: LooksAlive = () => true;

const judged = (records: readonly object[], looksAlive = gone): JudgedRun[] =>
  judgeRuns(foldRuns(linesOf(...records)).runs, looksAlive);

describe('a run without an end', () => {
  test.each<[string, Partial<JudgedRun>, LooksAlive, string]>([
    ['whose process is gone has crashed', {}, gone, 'crashed'],
    ['whose process is there is running', {}, alive, 'running'],
    ['of another host can not be known', { host: 'elsewhere' }, gone, 'unknown'],
  ])('%s', (_, more, looksAlive, state) => {
    expect(judged([beginOf('a', mondayMs, more)], looksAlive)[0]?.state).toBe(state);
  });

  test('has crashed if its process began another: in a container each has the number 1', () => {
    const runs = [beginOf('a', mondayMs, { pid: 1 }), beginOf('b', mondayMs + hourMs, { pid: 1 })];
    expect(judged(runs, alive).map(({ state }) => state)).toEqual(['crashed', 'running']);
  });
});

describe('attempts', () => {
  const attempts = (...outcomes: (EndRecord['outcome'] | 'crash' | 'other')[]): number[] =>
    judged(
      outcomes.map((outcome, index) => {
        const startedMs = mondayMs + index * hourMs;
        const id = String(index);
        if (outcome === 'crash') return beginOf(id, startedMs, { pid: index });
        if (outcome === 'other') return endOf(id, startedMs, [], { work: 'other' });
        return endOf(id, startedMs, [], { outcome });
      }),
    ).map(({ attempt }) => attempt);

  test.each<[string, Parameters<typeof attempts>, number[]]>([
    ['count up while runs of the same work fail', ['failed', 'failed', 'failed'], [1, 2, 3]],
    ['begin anew after one that delivered', ['failed', 'delivered', 'delivered'], [1, 2, 1]],
    [
      'begin anew after lines were set aside, too',
      ['failed', 'delivered-with-quarantine', 'failed'],
      [1, 2, 1],
    ],
    ['count what crashed or was interrupted', ['crash', 'interrupted', 'delivered'], [1, 2, 3]],
    ['are not disturbed by other work', ['failed', 'other', 'failed'], [1, 1, 2]],
  ])('%s', (_, outcomes, expected) => {
    expect(attempts(...outcomes)).toEqual(expected);
  });
});

describe('up to when the sources were heard', () => {
  const hour = (ms: number | undefined): number | undefined =>
    ms === undefined ? undefined : (ms - mondayMs) / hourMs;
  /** A run at an hour from Monday on, which met events of these hours. */
  const run = (at: number, events: readonly number[], more: Partial<EndRecord> = {}): EndRecord =>
    endOf(
      `at-${at}`,
      mondayMs + at * hourMs,
      events.map((event) => mondayMs + event * hourMs),
      more,
    );

  test.each<[string, readonly object[], number | undefined]>([
    ['nothing was run', [], undefined],
    ['a run failed', [run(25, [23], { outcome: 'failed' })], undefined],
    ['every hour the hour before', [run(2, [1]), run(3, [2]), run(4, [3])], 3],
    ['every night the day before', [run(26, [3, 23]), run(50, [27, 47])], 47],
    ['the last night nothing was there', [run(26, [23]), run(50, [47]), run(74, [])], 71],
    ['then an old file was read', [run(26, [23]), run(50, [47]), run(60, [5])], 47],
    [
      'then the quarantine was pushed again',
      [run(26, [23]), run(60, [], { command: 'quarantine replay' })],
      23,
    ],
    ['then another job found nothing', [run(26, [23]), run(60, [], { job: 'another' })], 23],
    ['it follows its source', [beginOf('f', mondayMs), markOf('f', mondayMs + 9 * hourMs)], 9],
    [
      'it followed its source, and ended',
      [
        { ...endOf('f', mondayMs), endedAt: new Date(mondayMs + 12 * hourMs).toISOString() },
        markOf('f', mondayMs + 9 * hourMs),
      ],
      12,
    ],
  ])('%s', (_, records, expected) => {
    expect(hour(heardUntil(judged(records)))).toBe(expected);
  });

  test('one late delivery does not change what is usual', () => {
    const nights = Array.from({ length: 9 }, (_, night) => run(26 + night * 24, [23 + night * 24]));
    const late = run(26 + 10 * 24 + 12, [23 + 10 * 24]);
    expect(hour(heardUntil(judged([...nights, late])))).toBe(26 + 10 * 24 + 12 - 3);
    expect(dayMs).toBe(24 * hourMs);
  });
});
