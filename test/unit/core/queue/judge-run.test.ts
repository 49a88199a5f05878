import { expect, test } from 'vitest';
import type { PushReport } from '../../../../src/core/accounting/push-report.ts';
import { judgeRun } from '../../../../src/core/queue/judge-run.ts';
import { runOf } from '../accounting/reports.ts';

const failedBy = (code: string, details: Record<string, string | boolean> = {}): PushReport => ({
  ...runOf('a', 1),
  outcome: 'failed',
  exitCode: 6,
  error: { code, message: 'm', cure: null, details },
});

test.each([
  ['a run that went well', runOf('a', 1), 'durable'],
  ['one that set lines aside, durably', runOf('a', 1, 1), 'durable'],
  ['one whose balance is off', { ...runOf('a', 1), balanced: false }, 'worker-failed'],
  ['one that was interrupted', { ...runOf('a', 1), outcome: 'interrupted' as const }, 'worker-failed'],
  ['a dry run', { ...runOf('a', 1), outcome: 'planned' as const }, 'worker-failed'],
  ['an object that is no more', failedBy('source-unreadable', { gone: true }), 'gone'],
  ['damaged gzip', failedBy('source-broken'), 'object-failed'],
  ['--strict and a bad line', failedBy('too-many-bad-lines'), 'object-failed'],
  ['an object that may not be read', failedBy('access-denied', { action: 's3:GetObject' }), 'object-failed'],
  [
    'a target that may not be written',
    failedBy('access-denied', { action: 's3:PutObject' }),
    'worker-failed',
  ],
  ['S3 that does not answer', failedBy('unreachable', { action: 's3:GetObject' }), 'worker-failed'],
  ['credentials that are over', failedBy('expired-credentials', { action: 's3:GetObject' }), 'worker-failed'],
  ['a full disk', failedBy('quarantine-failed'), 'worker-failed'],
  ['a bug', failedBy('unexpected'), 'worker-failed'],
])('%s: %3$s', (_, report, verdict) => {
  expect(judgeRun(report)).toBe(verdict);
});
