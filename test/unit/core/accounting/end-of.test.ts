import { describe, expect, test } from 'vitest';
import { emptyBalance } from '../../../../src/core/accounting/balance.ts';
import { endOf } from '../../../../src/core/accounting/push-report.ts';
import type { ReportEnd, ReportProblem } from '../../../../src/core/accounting/push-report.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import type { ErrorCode } from '../../../../src/errors.ts';

describe('what sources failed with, while the others were delivered', () => {
  const sum = { balance: { ...emptyBalance(), read: 3, delivered: 3 }, balanced: true, dryRun: false };
  const nothing = { ...sum, balance: emptyBalance() };
  const failure = (code: ErrorCode): AuditExportError => new AuditExportError(code, `${code}.`);
  const problem = (kind: ReportProblem['kind']): ReportProblem => ({
    kind,
    source: 'a',
    message: 'm',
    cure: 'c',
  });
  const unreadable = {
    failures: [failure('source-unreadable')],
    problems: [problem('unreadable')],
  };
  const broken = { failures: [failure('source-broken')], problems: [problem('broken')] };
  const foreign = { failures: [failure('source-unsupported')], problems: [problem('broken')] };
  const edited = { failures: [], problems: [problem('edited')] };
  const both = (one: typeof broken, other: typeof broken): typeof broken => ({
    failures: [...one.failures, ...other.failures],
    problems: [...one.problems, ...other.problems],
  });

  test.each<[string, Partial<ReportEnd>, typeof sum, string, number, string | undefined]>([
    ['all is well', {}, sum, 'delivered', 0, undefined],
    ['an end waits', { waiting: [{ source: 'a', bytes: 3 }] }, sum, 'delivered', 0, undefined],
    ['one is unreadable', unreadable, sum, 'delivered-in-part', 6, 'source-unreadable'],
    ['one breaks off', broken, sum, 'delivered-in-part', 6, 'source-broken'],
    ['one is no JSON Lines', foreign, sum, 'delivered-in-part', 3, 'source-unsupported'],
    [
      'one is no JSON Lines, and one breaks off',
      both(foreign, broken),
      sum,
      'delivered-in-part',
      6,
      'source-broken',
    ],
    ['one was edited', edited, sum, 'delivered-in-part', 6, undefined],
    ['one was edited, and nothing is new', edited, nothing, 'delivered-in-part', 6, undefined],
    ['nothing could be read', unreadable, nothing, 'failed', 3, 'source-unreadable'],
    ['nothing could be read, of two', both(unreadable, broken), nothing, 'failed', 6, 'source-broken'],
    [
      'one breaks off, another waits',
      { ...broken, waiting: [{ source: 'b', bytes: 3 }] },
      nothing,
      'delivered-in-part',
      6,
      'source-broken',
    ],
    ['a dry run', broken, { ...sum, dryRun: true }, 'planned', 6, 'source-broken'],
    ['the sum is off', broken, { ...sum, balanced: false }, 'failed', 1, undefined],
    ['it was interrupted', { ...broken, ended: 'interrupted' }, sum, 'interrupted', 130, undefined],
    [
      'the store failed',
      { ...broken, ended: 'failed', error: failure('access-denied') },
      sum,
      'failed',
      4,
      'access-denied',
    ],
  ])('%s', (...[, end, facts, outcome, exitCode, code]) => {
    const { error, ...rest } = endOf({ ended: 'complete', ...end }, facts);
    expect({ ...rest, code: error?.code }).toEqual({ outcome, exitCode, code });
  });

  test('of several the first is told, and how many more there are', () => {
    const { problems } = broken;
    const told = (...codes: ErrorCode[]): string | undefined =>
      endOf({ ended: 'complete', problems, failures: codes.map(failure) }, sum).error?.message;
    expect(told('source-broken', 'source-broken')).toBe(
      'source-broken. Another source could not be read, or not to the end.',
    );
    expect(told('source-broken', 'source-broken', 'source-broken')).toBe(
      'source-broken. 2 more sources could not be read, or not to the end.',
    );
  });
});
