import { describe, expect, test } from 'vitest';
import { foldRuns } from '../../../../src/core/runs/fold-runs.ts';
import type { EndRecord } from '../../../../src/core/runs/run-record.ts';
import { judgeRuns } from '../../../../src/core/runs/run-states.ts';
import type { JudgedRun, LooksAlive } from '../../../../src/core/runs/run-states.ts';
import { beginOf, endOf, hourMs, linesOf, mondayMs } from './recording.ts';

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
