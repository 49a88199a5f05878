import { expect, test } from 'vitest';
import { buildPushReport } from '../../../../src/core/accounting/push-report.ts';
import { RunAccount } from '../../../../src/core/accounting/run-account.ts';
import { endOfError, endOfPush } from '../../../../src/core/runs/end-of-push.ts';
import { foldRuns } from '../../../../src/core/runs/fold-runs.ts';
import { EventTimes } from '../../../../src/core/runs/event-times.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import { builtInRules, classify } from '../classify/classifying.ts';
import { eventLine, firstMs, hourMs } from '../push/pushing.ts';
import { beginOf, linesOf } from './recording.ts';

const rules = builtInRules();
const chunk = classify(`${eventLine(1, 3)}\n${eventLine(2, 5)}\n`, rules);
const nowMs = firstMs + 6 * hourMs;

function runOf(error?: AuditExportError): Parameters<typeof buildPushReport> {
  const account = new RunAccount(rules.types, nowMs);
  account.addChunk(chunk, { source: 'a', linesBefore: 0 });
  if (error === undefined)
    account.addDelivered({
      key: 'k',
      folder: 'f',
      lines: 2,
      linesByType: new Map([[rules.types.indexOf('custom'), 2]]),
      bytes: chunk.content.length,
      compressedBytes: 7,
      sha256: 'x',
      status: 'stored',
      earliestMs: firstMs + 3 * hourMs + 1,
      latestMs: firstMs + 5 * hourMs + 2,
    });
  const ended = error === undefined ? ('complete' as const) : ('failed' as const);
  const result = { account, sources: [], types: rules.types, quarantineFile: undefined, ended, error };
  const facts = { profile: undefined, quarantineFolder: 'q', dryRun: false, startedMs: nowMs };
  return [result, { ...facts, store: 'export', endedMs: nowMs + 1500 }];
}

test('a complete run is kept with its lines, and the times of its events', () => {
  const times = new EventTimes();
  times.addChunk(chunk, rules.types, nowMs);
  const ending = endOfPush(buildPushReport(...runOf()), times);
  const expected = {
    balance: { read: 2, delivered: 2, undelivered: 0 },
    types: {
      custom: {
        delivered: 2,
        alreadyDelivered: 0,
        earliest: '2026-01-01T03:00:00.001Z',
        latest: '2026-01-01T05:00:00.002Z',
      },
    },
    objects: 1,
    bytes: chunk.content.length,
    compressedBytes: 7,
    retries: {},
  };
  const end = { endedMs: nowMs + 1500, outcome: 'delivered', exitCode: 0, reason: null };
  expect(ending).toMatchObject({ ...expected, ...end });
  const { endedMs, ...members } = ending;
  const { outcome: _, exitCode: __, reason: ___, ...progress } = members;
  const endedAt = new Date(endedMs).toISOString();
  // What is made here must be what can be read.
  const kept = linesOf(
    { ...beginOf('a', nowMs), record: 'end', endedAt, ...members },
    { record: 'mark', version: 1, id: 'a', at: endedAt, ...progress },
  );
  expect(foldRuns(kept)).toMatchObject({
    unreadable: 0,
    runs: [{ id: 'a', end: { endedAt }, mark: expected }],
  });
});

test('a run that an error ended before anything was read is kept with the error', () => {
  const error = new AuditExportError('no-credentials', 'There are none.', { cure: 'Get some.' });
  const { endedMs, ...members } = endOfError(error, nowMs);
  expect(members).toMatchObject({
    outcome: 'failed',
    exitCode: 4,
    reason: { code: 'no-credentials', message: 'There are none.', cure: 'Get some.' },
  });
  const endedAt = new Date(endedMs).toISOString();
  const kept = linesOf({ ...beginOf('a', nowMs), record: 'end', endedAt, ...members });
  expect(foldRuns(kept)).toMatchObject({ unreadable: 0, runs: [{ id: 'a' }] });
});

test('a run that failed is kept with the code, the message and the cure of its error, and no events', () => {
  const error = new AuditExportError('store-failed', `It broke${'!'.repeat(900)}`, { cure: 'Mend it.' });
  const ending = endOfPush(buildPushReport(...runOf(error)), new EventTimes());
  expect(ending).toMatchObject({
    outcome: 'failed',
    exitCode: 6,
    reason: { code: 'store-failed', cure: 'Mend it.' },
    types: { custom: { delivered: 0, latest: null } },
  });
  expect(ending.reason?.message).toHaveLength(500);
});
