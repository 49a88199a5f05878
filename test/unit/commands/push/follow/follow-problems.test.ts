import { expect, test } from 'vitest';
import { FollowProblems } from '../../../../../src/commands/push/follow/follow-problems.ts';
import { JournalState } from '../../../../../src/core/batches/journal-state.ts';
import type { ReportProblem } from '../../../../../src/core/accounting/push-report.ts';
import { knownFile } from '../../../../fakes/known-file.ts';

const problem = (kind: ReportProblem['kind'], source: string): ReportProblem => ({
  kind,
  source,
  message: '',
  cure: '',
});
const kindsLeft = (problems: FollowProblems, state = new JournalState()): string[] =>
  problems.left(state).map(({ kind, source }) => `${kind} ${source}`);

test('what was broken and is read to its end later is not told at the end; what nobody looked at again is', () => {
  const problems = new FollowProblems();
  problems.add(problem('broken', 'a.gz'));
  problems.add(problem('broken', 'b.gz'));
  problems.looked(new Set(['a.gz', 'b.gz']));
  expect(kindsLeft(problems)).toEqual(['broken a.gz', 'broken b.gz']);
  problems.looking();
  problems.looked(new Set(['a.gz']));
  expect(kindsLeft(problems)).toEqual(['broken b.gz']);
});

test('what a batch that was begun before broke off with is over where the look behind it finds nothing wrong', () => {
  const problems = new FollowProblems();
  problems.looking();
  problems.add(problem('broken', 'a.gz'));
  problems.looking();
  problems.looked(new Set(['a.gz']));
  expect(kindsLeft(problems)).toEqual([]);
});

test('what was missing and is found is not told at the end', () => {
  const problems = new FollowProblems();
  problems.add(problem('missing', '/app.log'), { id: 'one' });
  const state = new JournalState();
  const file = knownFile('one', 9);
  state.files.set('one', { ...file, lostMs: 5 });
  expect(kindsLeft(problems, state)).toEqual(['missing /app.log']);
  state.files.set('one', file);
  expect(kindsLeft(problems, state)).toEqual([]);
});
