import { describe, expect, test } from 'vitest';
import { imbalance } from '../../../../src/core/accounting/balance.ts';
import { buildPushReport } from '../../../../src/core/accounting/push-report.ts';
import { RunAccount } from '../../../../src/core/accounting/run-account.ts';
import type { DeliveredObject } from '../../../../src/core/delivery/deliverer.ts';
import { Readable } from 'node:stream';
import type { Source } from '../../../../src/ports/sources/source.ts';
import { SourceAccount } from '../../../../src/core/push/source-part.ts';
import type { PushResult } from '../../../../src/core/push/push-sources.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import type { ErrorCode } from '../../../../src/errors.ts';

const startedMs = Date.UTC(2026, 0, 1);
const facts = {
  store: './export',
  profile: undefined,
  quarantineFolder: '/q',
  dryRun: false,
  startedMs,
  endedMs: startedMs + 2000,
};
const object = (more: Partial<DeliveredObject> = {}): DeliveredObject => ({
  key: 'audit_type=query/event_date=2026-01-01/a.jsonl.gz',
  folder: 'audit_type=query/event_date=2026-01-01',
  lines: 3,
  linesByType: new Map([[0, 3]]),
  bytes: 300,
  compressedBytes: 100,
  sha256: 'ab',
  status: 'stored',
  earliestMs: startedMs - 1000,
  latestMs: startedMs,
  ...more,
});

function accountOf({
  read = 0,
  accepted = 0,
  quarantined = 0,
  objects = [] as DeliveredObject[],
}): RunAccount {
  const account = new RunAccount(['query', 'alert'], startedMs);
  account.read = read;
  account.accepted = accepted;
  for (let n = 0; n < quarantined; n++)
    account.addQuarantined({ reason: n === 0 ? 'not-json' : 'unknown-type' });
  for (const delivered of objects) {
    account.addRequest();
    account.addDelivered(delivered);
  }
  return account;
}

function report(account: RunAccount, more: Partial<PushResult> = {}, dryRun = false) {
  const result: PushResult = {
    account,
    sources: [],
    types: [],
    quarantineFile: undefined,
    ended: 'complete',
    error: undefined,
    ...more,
  };
  return buildPushReport(result, { ...facts, dryRun });
}

const clean = (): RunAccount => accountOf({ read: 3, accepted: 3, objects: [object()] });
const withBad = (): RunAccount => accountOf({ read: 5, accepted: 3, quarantined: 2, objects: [object()] });
const undelivered = (): RunAccount => accountOf({ read: 6, accepted: 6, objects: [object()] });
const wrongSum = (): RunAccount => accountOf({ read: 4, accepted: 3, objects: [object()] });
const failedWith = (code: ErrorCode): Partial<PushResult> => ({
  ended: 'failed',
  error: new AuditExportError(code, 'm'),
});

describe('outcome and exit code', () => {
  test.each<[string, () => RunAccount, Partial<PushResult>, boolean, string, number, boolean]>([
    ['all lines are durable', clean, {}, false, 'delivered', 0, true],
    ['nothing to read', () => accountOf({}), {}, false, 'delivered', 0, true],
    ['some lines were set aside', withBad, {}, false, 'delivered-with-quarantine', 5, true],
    ['a dry run', clean, {}, true, 'planned', 0, true],
    ['a dry run with bad lines', withBad, {}, true, 'planned', 5, true],
    ['interrupted', undelivered, { ended: 'interrupted' }, false, 'interrupted', 130, true],
    ['interrupted, with bad lines', withBad, { ended: 'interrupted' }, false, 'interrupted', 130, true],
    ['interrupted in a dry run', undelivered, { ended: 'interrupted' }, true, 'interrupted', 130, true],
    ['a sum that is off', wrongSum, {}, false, 'failed', 1, false],
    ['a sum that is off, in a dry run', wrongSum, {}, true, 'failed', 1, false],
    ['a complete run with lines that are not delivered', undelivered, {}, false, 'failed', 1, false],
    ['the store failed', undelivered, failedWith('store-failed'), false, 'failed', 6, true],
    ['a source broke', undelivered, failedWith('source-broken'), false, 'failed', 6, true],
    ['a source could not be read', undelivered, failedWith('source-unreadable'), false, 'failed', 3, true],
    ['access was denied', undelivered, failedWith('access-denied'), false, 'failed', 4, true],
    ['too many bad lines', undelivered, failedWith('too-many-bad-lines'), false, 'failed', 5, true],
    ['the quarantine failed', undelivered, failedWith('quarantine-failed'), false, 'failed', 6, true],
    [
      'an error that is a bug',
      undelivered,
      { ended: 'failed', error: new TypeError('x') },
      false,
      'failed',
      1,
      true,
    ],
    [
      'something thrown that is no error',
      undelivered,
      { ended: 'failed', error: 'text' },
      false,
      'failed',
      1,
      true,
    ],
    ['a failure weighs more than bad lines', withBad, failedWith('store-failed'), false, 'failed', 6, true],
    [
      'a failure weighs more than a wrong sum',
      wrongSum,
      failedWith('store-failed'),
      false,
      'failed',
      6,
      false,
    ],
  ])('%s', (...[, account, result, dryRun, outcome, exitCode, balanced]) => {
    expect(report(account(), result, dryRun)).toMatchObject({ outcome, exitCode, balanced, dryRun });
  });
});

describe('the report', () => {
  test('has no error where there was none, and else its code, message, cure and facts', () => {
    expect(report(clean()).error).toBeNull();
    const error = new AuditExportError('access-denied', 'no', { cure: 'ask', details: { requestId: 'r1' } });
    expect(report(clean(), { ended: 'failed', error }).error).toEqual({
      code: 'access-denied',
      message: 'no',
      cure: 'ask',
      details: { requestId: 'r1' },
    });
    expect(report(clean(), { ended: 'failed', error: new TypeError('x') }).error).toMatchObject({
      code: 'unexpected',
      message: 'x',
    });
    expect(report(clean(), { ended: 'failed', error: 5 }).error?.code).toBe('unexpected');
  });

  test('says what was delivered when, how large and how fast', () => {
    const account = accountOf({
      read: 7,
      accepted: 7,
      objects: [
        object({ key: 'b', lines: 3 }),
        object({
          key: 'a',
          lines: 4,
          status: 'already-there',
          bytes: 500,
          earliestMs: startedMs - 9000,
          linesByType: new Map([
            [0, 1],
            [1, 3],
          ]),
        }),
      ],
    });
    for (const cause of ['throttled', 'denied', 'throttled'] as const) {
      account.addRequest();
      account.addRetry(cause);
    }
    const made = report(account);
    expect(made).toMatchObject({
      report: 'push',
      version: 1,
      profile: null,
      startedAt: '2026-01-01T00:00:00.000Z',
      endedAt: '2026-01-01T00:00:02.000Z',
      seconds: 2,
      earliest: '2025-12-31T23:59:51.000Z',
      latest: '2026-01-01T00:00:00.000Z',
      putRequests: 5,
      retries: { throttled: 2, denied: 1 },
      contentBytes: 800,
      compressedBytes: 200,
      throughput: { linesPerSecond: 4, bytesPerSecond: 400 },
    });
    expect(made.objects.map(({ key, status }) => [key, status])).toEqual([
      ['a', 'already-there'],
      ['b', 'stored'],
    ]);
    expect(made.balance).toMatchObject({ read: 7, delivered: 3, alreadyDelivered: 4 });
    expect(made.types).toEqual([
      {
        type: 'alert',
        recognised: 0,
        delivered: 0,
        alreadyDelivered: 3,
        duplicate: 0,
        notSelected: 0,
        quarantined: 0,
      },
      {
        type: 'query',
        recognised: 0,
        delivered: 3,
        alreadyDelivered: 1,
        duplicate: 0,
        notSelected: 0,
        quarantined: 0,
      },
    ]);
    expect(made.partitions).toEqual([
      {
        folder: 'audit_type=query/event_date=2026-01-01',
        lines: 7,
        delivered: 3,
        alreadyDelivered: 4,
        objects: 2,
        bytes: 800,
        compressedBytes: 200,
      },
    ]);
  });

  test('of a run without objects has no earliest and latest time, and no speed in no time', () => {
    const result: PushResult = {
      account: accountOf({}),
      sources: [],
      types: [],
      quarantineFile: undefined,
      ended: 'complete',
      error: undefined,
    };
    const made = buildPushReport(result, { ...facts, endedMs: startedMs });
    expect([made.earliest, made.latest, made.throughput]).toEqual([
      null,
      null,
      { linesPerSecond: 0, bytesPerSecond: 0 },
    ]);
  });

  test('says of each source whether its bytes were changed', () => {
    const source: Source = { name: 'a', storedBytes: 9, read: () => Readable.from([]) };
    const made = report(clean(), {
      sources: (['lines', 'array', 'objects'] as const).map((format) =>
        Object.assign(new SourceAccount({ source }), { format, storedBytes: 9, lines: 2 }),
      ),
    });
    expect(made.sources.map(({ format, reformatted }) => [format, reformatted])).toEqual([
      ['lines', false],
      ['array', true],
      ['objects', true],
    ]);
    expect(made.sources[0]).toEqual({
      name: 'a',
      format: 'lines',
      storedBytes: 9,
      lines: 2,
      reformatted: false,
    });
  });

  test('lists the reasons of bad lines, the most frequent first, and where they are', () => {
    const account = accountOf({ read: 4, quarantined: 4 });
    const { quarantine } = report(account, { quarantineFile: '/q/x.jsonl' });
    expect(quarantine).toMatchObject({ folder: '/q', file: '/q/x.jsonl' });
    expect(quarantine.reasons.map(({ reason, lines }) => [reason, lines])).toEqual([
      ['unknown-type', 3],
      ['not-json', 1],
    ]);
  });

  test('survives being written as JSON', () => {
    const made = report(withBad());
    expect(JSON.parse(JSON.stringify(made))).toEqual(made);
  });
});

describe('the balance', () => {
  const zero = {
    read: 0,
    delivered: 0,
    alreadyDelivered: 0,
    duplicate: 0,
    notSelected: 0,
    ignored: 0,
    quarantined: 0,
    blank: 0,
    undelivered: 0,
  };

  test.each([
    'delivered',
    'alreadyDelivered',
    'duplicate',
    'notSelected',
    'ignored',
    'quarantined',
    'blank',
    'undelivered',
  ] as const)('counts %s', (name) => {
    expect(imbalance({ ...zero, read: 5, [name]: 5 })).toBe(0);
    expect(imbalance({ ...zero, read: 5, [name]: 4 })).toBe(1);
    expect(imbalance({ ...zero, read: 5, [name]: 6 })).toBe(-1);
  });
});
