import type { PushReport } from '../../core/accounting/push-report.ts';
import type { CollectResult } from '../../core/collect/collect.ts';
import { millisecondsOf } from '../../core/collect/translate/snowflake-time.ts';
import { exitCodes, isAuditExportError } from '../../errors.ts';
import type { DeliveryAccount } from './deliver-batch.ts';
import type { LeftOutReport } from './left-out-report.ts';
import { leftOutProblem, reportLeftOut } from './left-out-report.ts';
import type { Balance } from '../../ports/run-history.ts';

/** What a run of `collect` says of itself; `--json` prints it as it is. Shape: schemas/collect-report.schema.json. */
export interface CollectReport {
  report: 'collect';
  version: 1;
  outcome: 'collected' | 'collected-with-quarantine' | 'planned' | 'printed' | 'interrupted' | 'failed';
  exitCode: number;
  dryRun: boolean;
  /** Read once more by hand. */
  again: boolean;
  account: string;
  host: string;
  store: string | null;
  profile: string | null;
  state: string | null;
  startedAt: string;
  endedAt: string;
  seconds: number;
  /** Queries that ended before it have been read; the run was to come as far as `until`. */
  watermark: string | null;
  until: string | null;
  windows: number;
  lateBatches: number;
  resumedBatches: number;
  rows: number;
  knownRows: number;
  overlapRows: number;
  lateRows: number;
  lateAccessRows: number;
  records: number;
  unmappedUsers: number;
  unmappedObjects: number;
  withoutObjects: number;
  failedWithoutObjects: number;
  accessOnlyRows: number;
  ownStatements: number;
  /** Log-ins among the records. */
  logins: number;
  /** What left no record for want of a user or an object. */
  leftOut: LeftOutReport;
  /** What somebody should look at although all records are durable. */
  problem: { code: string; message: string; cure: string } | null;
  delivery: {
    balance: Balance;
    balanced: boolean;
    objects: { stored: number; alreadyThere: number; planned: number };
    contentBytes: number;
    compressedBytes: number;
  };
  error: PushReport['error'];
}

/** What the report needs beside the books. */
export interface CollectFacts {
  mode: 'collect' | 'dry-run' | 'print';
  again: boolean;
  account: string;
  host: string;
  store: string | undefined;
  profile: string | undefined;
  state: string | undefined;
  startedMs: number;
  endedMs: number;
  /** Percent of the queries that may be left out before it is a problem. */
  leftOutLimit: number;
  unmapped: string;
}

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOfNs = (ns: bigint | string | undefined): string | null =>
  ns === undefined ? null : iso(millisecondsOf(BigInt(ns)));

/** Makes the report of a run from its books and those of its deliveries. */
export function buildCollectReport(
  result: CollectResult,
  delivery: DeliveryAccount,
  facts: CollectFacts,
): CollectReport {
  const { account, checkpoint } = result;
  const { balance, balanced, objects, contentBytes, compressedBytes } = delivery;
  const { unmappedUsers, unmappedObjects, withoutObjects, failedWithoutObjects, records } = account.books;
  const leftOut = reportLeftOut(account.books);
  const problem = facts.unmapped === 'drop' ? leftOutProblem(leftOut, facts.leftOutLimit) : undefined;
  const exitCode = exitCodeOf(result, delivery, problem !== undefined);
  return {
    report: 'collect',
    version: 1,
    outcome: outcomeOf(result, facts, balance.quarantined > 0),
    exitCode,
    dryRun: facts.mode === 'dry-run',
    again: facts.again,
    account: facts.account,
    host: facts.host,
    store: facts.store ?? null,
    profile: facts.profile ?? null,
    state: facts.state ?? null,
    startedAt: iso(facts.startedMs),
    endedAt: iso(facts.endedMs),
    seconds: (facts.endedMs - facts.startedMs) / 1000,
    watermark: isoOfNs(checkpoint?.watermarkNs),
    until: isoOfNs(result.untilNs),
    windows: account.windows,
    lateBatches: account.lateBatches,
    resumedBatches: account.resumedBatches,
    rows: account.rows,
    knownRows: account.knownRows,
    overlapRows: account.overlapRows,
    lateRows: account.lateRows,
    lateAccessRows: account.lateAccessRows,
    records,
    unmappedUsers,
    unmappedObjects,
    withoutObjects,
    failedWithoutObjects,
    accessOnlyRows: account.accessOnlyRows,
    ownStatements: account.ownStatements,
    logins: account.logins,
    leftOut,
    problem: problem ?? null,
    delivery: { balance, balanced, objects, contentBytes, compressedBytes },
    error: errorOf(result, delivery),
  };
}

function exitCodeOf(
  { ended, error }: CollectResult,
  { balance, failure }: DeliveryAccount,
  hasProblem: boolean,
): number {
  if (ended === 'interrupted') return exitCodes.interrupted;
  if (ended === 'undelivered') return failure?.exitCode ?? exitCodes.delivery;
  if (ended === 'failed') return isAuditExportError(error) ? error.exitCode : exitCodes.bug;
  return balance.quarantined > 0 || hasProblem ? exitCodes.quarantined : exitCodes.done;
}

const outcomes = {
  collect: 'collected',
  'dry-run': 'planned',
  print: 'printed',
} as const;

function outcomeOf(
  { ended }: CollectResult,
  { mode }: CollectFacts,
  hasQuarantined: boolean,
): CollectReport['outcome'] {
  if (ended === 'interrupted') return 'interrupted';
  if (ended !== 'complete') return 'failed';
  return hasQuarantined ? 'collected-with-quarantine' : outcomes[mode];
}

function errorOf({ ended, error }: CollectResult, { failure }: DeliveryAccount): PushReport['error'] {
  if (ended === 'undelivered') return failure?.error ?? null;
  if (error === undefined) return null;
  if (isAuditExportError(error))
    return { code: error.code, message: error.message, cure: error.cure ?? null, details: error.details };
  const { message, stack } =
    error instanceof Error ? error : new Error('something that is no error was thrown');
  return { code: 'unexpected', message, cure: null, details: { stack } };
}
