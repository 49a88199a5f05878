import type { Balance } from '../../ports/state/run-history.ts';
import type { EvidenceReport, PushReport, ReportEnd } from '../../core/accounting/push-report.ts';
import { endOf } from '../../core/accounting/push-report.ts';
import type { CollectAccount } from '../../core/collect/collect-account.ts';
import type { CollectResult } from '../../core/collect/collect.ts';
import { millisecondsOf } from '../../core/collect/translate/snowflake-time.ts';
import { exitCodes } from '../../errors.ts';
import type { LeftOutReport } from './left-out-report.ts';
import { leftOutNote, leftOutProblem, reportLeftOut } from './left-out-report.ts';

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
  /** Objects of which the files of before made a record, with --again. */
  madeBefore: number;
  unmappedUsers: number;
  unmappedObjects: number;
  withoutObjects: number;
  failedWithoutObjects: number;
  accessOnlyRows: number;
  ownStatements: number;
  /** Rows that could not be read: each is a line in quarantine. */
  unreadableRows: number;
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
  /** How the log of what was delivered stands; missing where none is written. */
  evidence?: EvidenceReport;
}

/** What the report needs beside the books. */
export interface CollectFacts {
  mode: 'collect' | 'dry-run' | 'print';
  again: boolean;
  /** The account as it was given. */
  account: string;
  host: string;
  store: string | undefined;
  profile: string | undefined;
  startedMs: number;
  endedMs: number;
  /** Percent of the queries that may be left out before it is a problem. */
  leftOutLimit: number;
  unmapped: string;
}

const iso = (ms: number): string => new Date(ms).toISOString();
const isoOfNs = (ns: bigint | string | undefined): string | null =>
  ns === undefined ? null : iso(millisecondsOf(BigInt(ns)));

/** The books of the deliveries of a run. */
export type DeliveryBooks = CollectReport['delivery'];

/** What a run came to: how it ended, its books, and how its last delivery ended if that did not come to its end. */
export interface CollectOutcome {
  result: CollectResult;
  /** The account as Snowflake names it; undefined where the run ended before it knew. */
  accountName: string | undefined;
  /** Where the state lies that the run moved on; undefined where it had none. */
  location: string | undefined;
  account: CollectAccount;
  delivery: DeliveryBooks;
  failure: ReportEnd | undefined;
}

/** How a run ended, as one of push. */
export function reportEndOf({ result, failure }: Pick<CollectOutcome, 'result' | 'failure'>): ReportEnd {
  const { ended, error } = result;
  if (ended === 'undelivered') return failure ?? { ended: 'interrupted' };
  return { ended, error };
}

/** Makes the report of a run from its books and those of its deliveries. */
export function buildCollectReport(
  { result, account, delivery, failure, ...named }: CollectOutcome,
  facts: CollectFacts,
): CollectReport {
  const { checkpoint } = result;
  const { balance, balanced } = delivery;
  const { unmappedUsers, unmappedObjects, withoutObjects, failedWithoutObjects, records, madeBefore } =
    account.books;
  const leftOut = reportLeftOut(account.books);
  const problem = facts.unmapped === 'drop' ? leftOutProblem(leftOut, facts.leftOutLimit) : undefined;
  const books = { balance, balanced, dryRun: facts.mode === 'dry-run' };
  const { outcome, exitCode, error } = endOf(reportEndOf({ result, failure }), books);
  return {
    report: 'collect',
    version: 1,
    outcome: outcomeOf(outcome, facts),
    exitCode: exitCode === exitCodes.done && problem !== undefined ? exitCodes.quarantined : exitCode,
    dryRun: facts.mode === 'dry-run',
    again: facts.again,
    account: named.accountName ?? facts.account,
    host: facts.host,
    store: facts.store ?? null,
    profile: facts.profile ?? null,
    state: named.location ?? null,
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
    madeBefore,
    unmappedUsers,
    unmappedObjects,
    withoutObjects,
    failedWithoutObjects,
    accessOnlyRows: account.accessOnlyRows,
    ownStatements: account.ownStatements,
    unreadableRows: account.unreadableRows,
    logins: account.logins,
    leftOut,
    problem: problem ?? null,
    delivery,
    error,
  };
}

const outcomes = {
  collect: 'collected',
  'dry-run': 'planned',
  print: 'printed',
} as const;

function outcomeOf(outcome: PushReport['outcome'], { mode }: CollectFacts): CollectReport['outcome'] {
  if (outcome === 'interrupted' || outcome === 'failed') return outcome;
  return outcome === 'delivered-with-quarantine' ? 'collected-with-quarantine' : outcomes[mode];
}

/** A report as one of push, for those who keep the history of runs; `pushed`: all deliveries of the run. */
export function asPushReport(
  report: CollectReport,
  pushed: PushReport,
): PushReport & { collect: CollectReport } {
  const { exitCode, error, problem, leftOut } = report;
  const note = problem === null ? leftOutNote(leftOut) : undefined;
  const { evidence } = pushed;
  const collect = evidence === undefined ? report : { ...report, evidence };
  return { ...pushed, exitCode, error, problem, ...(note === undefined ? {} : { note }), collect };
}
