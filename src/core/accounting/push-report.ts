import { exitCodes, isAuditExportError } from '../../errors.ts';
import type { AuditExportError, ErrorDetails } from '../../errors.ts';
import type { PutFailureCause } from '../../ports/store/put-failure.ts';
import { reasons } from '../classify/reasons.ts';
import type { PushResult } from '../push/push-sources.ts';
import type { SourceAccount } from '../push/source-part.ts';
import { imbalance } from './balance.ts';
import type { PartitionAccount, TypeAccount, WarningAccount } from './run-account.ts';
import type { SourceFormat } from '../../ports/sources/source.ts';
import type { ReasonCode } from '../../ports/store/quarantine.ts';
import type { Balance } from '../../ports/state/run-history.ts';
import type { MonthlyCost } from '../report/prices.ts';

/** What a run says of itself; `--json` prints it as it is. Shape: schemas/push-report.schema.json. */
export interface PushReport {
  report: 'push';
  version: 1;
  outcome:
    | 'delivered'
    | 'delivered-with-quarantine'
    | 'delivered-in-part'
    | 'planned'
    | 'interrupted'
    | 'failed';
  exitCode: number;
  dryRun: boolean;
  store: string;
  profile: string | null;
  startedAt: string;
  endedAt: string;
  seconds: number;
  sources: {
    name: string;
    format: SourceFormat;
    storedBytes: number;
    /** Lines, and events behind the first on a line that holds several. */
    lines: number;
    reformatted: boolean;
    /** Events that stood behind another on their line; missing where there are none. */
    extraEvents?: number;
    /** Why it could not be read, or not to its end; and the offset, uncompressed, up to which its lines were taken. */
    failure?: ReportedError & { readTo: number };
    /** Lines that earlier runs delivered and this one did not read; missing where there are none. */
    knownLines?: number;
  }[];
  balance: Balance;
  balanced: boolean;
  types: ({ type: string } & TypeAccount)[];
  partitions: PartitionAccount[];
  objects: ReportedObject[];
  earliest: string | null;
  latest: string | null;
  /** Requests sent, or in a dry run those that would be. */
  putRequests: number;
  retries: Partial<Record<PutFailureCause, number>>;
  contentBytes: number;
  compressedBytes: number;
  quarantine: {
    /** Null where none is named and state can't be kept. */
    folder: string | null;
    file: string | null;
    reasons: ReasonRow[];
  };
  /** Lines of these sources that earlier runs have set aside and that still wait, up to 10,000; missing where there are none. */
  stillQuarantined?: number;
  /** Lines that were left out on request, by why they would have been set aside; missing where none was. */
  ignored?: ReasonRow[];
  warnings: WarningAccount[];
  /** Ends of files that wait to be finished, and archives that are still being written: neither delivered nor set aside yet. */
  waiting: { source: string; bytes: number; isBeingWritten?: true }[];
  /** Of a dry run to a bucket: a month of such days, and its price in USD. */
  month?: MonthlyCost;
  /** Objects below _alerts/; missing where there are no rules for them. */
  alerts?: { stored: number; alreadyThere: number; failed: number };
  /** What could not be read or found, while all else was delivered; and what somebody has to decide. */
  problems: ReportProblem[];
  lateness: { age: string; lines: number }[];
  throughput: { linesPerSecond: number; bytesPerSecond: number };
  error: ReportedError | null;
  /** The log of what was delivered; missing where none is written. */
  evidence?: EvidenceReport;
  /** What somebody should look at although the run ended well; not printed. */
  problem?: { code: string; message: string; cure: string } | null;
  /** What `status` tells of the run although nothing is wrong; not printed. */
  note?: string;
}

/** How the log of what was delivered stands behind a run. */
export interface EvidenceReport {
  /** Its id; null where nothing was ever to be kept. */
  log: string | null;
  /** Leaves of its newest checkpoint, and leaves that wait to be published. */
  leaves: number;
  unpublished: number;
  /** Requests that it took, beside those of the report, and bytes that it stored. */
  putRequests: number;
  bytes: number;
  /** Why not all of it is published: the next run catches up. */
  problem: { code: string; message: string; cure: string } | null;
}

interface ReportedError {
  code: string;
  message: string;
  cure: string | null;
  details: ErrorDetails;
}

interface ReasonRow {
  reason: ReasonCode;
  means: string;
  lines: number;
}

/** Something of the sources that was not delivered, and what cures it. */
export interface ReportProblem {
  kind: 'missing' | 'edited' | 'broken' | 'unreadable' | 'dropped' | 'uncut' | 'incomplete' | 'alert';
  source: string;
  message: string;
  cure: string;
}

/** How what a report is of came to its end. */
export interface ReportEnd {
  ended: PushResult['ended'];
  error?: unknown;
  /** What single sources failed with, while the others were delivered. */
  failures?: readonly AuditExportError[];
  problems?: readonly ReportProblem[];
  waiting?: PushReport['waiting'];
}

interface ReportedObject {
  key: string;
  lines: number;
  bytes: number;
  compressedBytes: number;
  sha256: string;
  status: 'stored' | 'already-there' | 'planned';
  earliest: string;
  latest: string;
}

/** What the report needs beside the books. */
export interface RunFacts {
  store: string;
  profile: string | undefined;
  quarantineFolder: string | undefined;
  dryRun: boolean;
  startedMs: number;
  endedMs: number;
}

const iso = (ms: number): string => new Date(ms).toISOString();

/** Makes the report of a run from its books. */
export function buildPushReport(result: PushResult, facts: RunFacts): PushReport {
  const { account, sources } = result;
  const balance = account.balance();
  const balanced = imbalance(balance) === 0 && (result.ended !== 'complete' || balance.undelivered === 0);
  const seconds = (facts.endedMs - facts.startedMs) / 1000;
  const end = endOf(result, { balance, balanced, dryRun: facts.dryRun });
  const objects = account.objects.map(reportObject).sort((a, b) => compare(a.key, b.key));
  return {
    report: 'push',
    version: 1,
    ...end,
    dryRun: facts.dryRun,
    store: facts.store,
    profile: facts.profile ?? null,
    startedAt: iso(facts.startedMs),
    endedAt: iso(facts.endedMs),
    seconds,
    sources: sources.map(reportSource),
    balance,
    balanced,
    types: [...account.types]
      .map(([type, counts]) => Object.assign({ type }, counts))
      .sort((a, b) => compare(a.type, b.type)),
    partitions: [...account.partitions.values()].sort((a, b) => compare(a.folder, b.folder)),
    objects,
    earliest: objects.length === 0 ? null : iso(account.earliestMs),
    latest: objects.length === 0 ? null : iso(account.latestMs),
    putRequests: facts.dryRun ? objects.length : account.requests,
    retries: Object.fromEntries(account.retries),
    contentBytes: account.contentBytes,
    compressedBytes: objects.reduce((sum, { compressedBytes }) => sum + compressedBytes, 0),
    quarantine: {
      folder: facts.quarantineFolder ?? null,
      file: result.quarantineFile ?? null,
      reasons: reasonRows(account.reasons),
    },
    ...(account.ignored.size === 0 ? {} : { ignored: reasonRows(account.ignored) }),
    warnings: [...account.warnings.values()],
    waiting: [],
    problems: [],
    lateness: account.lateness.rows(),
    throughput: {
      linesPerSecond: rate(balance.read, seconds),
      bytesPerSecond: rate(account.contentBytes, seconds),
    },
  };
}

function reportSource({
  name,
  format,
  storedBytes,
  lines,
  from,
  known,
  extraEvents,
  failure,
  readTo,
}: SourceAccount): PushReport['sources'][number] {
  return {
    name,
    format,
    storedBytes,
    lines: lines - from.lines + extraEvents,
    reformatted: format !== 'lines' || extraEvents > 0,
    ...(extraEvents === 0 ? {} : { extraEvents }),
    ...(known === 0 ? {} : { knownLines: known }),
    ...(failure === undefined ? {} : { failure: { ...reportedError(failure), readTo } }),
  };
}

function reportedError({ code, message, cure, details }: AuditExportError): ReportedError {
  return { code, message, cure: cure ?? null, details };
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function rate(amount: number, seconds: number): number {
  return seconds <= 0 ? 0 : Math.round(amount / seconds);
}

function reportObject({
  key,
  lines,
  bytes,
  compressedBytes,
  sha256,
  status,
  earliestMs,
  latestMs,
}: PushResult['account']['objects'][number]): ReportedObject {
  return {
    key,
    lines,
    bytes,
    compressedBytes,
    sha256,
    status,
    earliest: iso(earliestMs),
    latest: iso(latestMs),
  };
}

function reasonRows(counts: ReadonlyMap<ReasonCode, number>): PushReport['quarantine']['reasons'] {
  return [...counts]
    .map(([reason, lines]) => ({ reason, means: reasons[reason].means, lines }))
    .sort((a, b) => b.lines - a.lines);
}

/** A failure weighs most; then the promise that the sum is right; then what the run has to tell. */
export function endOf(
  end: ReportEnd,
  books: Pick<PushReport, 'balance' | 'balanced' | 'dryRun'>,
): Pick<PushReport, 'outcome' | 'exitCode' | 'error'> {
  const { ended, error, problems = [] } = end;
  if (ended === 'failed') {
    const exitCode = isAuditExportError(error) ? error.exitCode : exitCodes.bug;
    return { outcome: 'failed', exitCode, error: errorOf(error) };
  }
  if (!books.balanced) return { outcome: 'failed', exitCode: exitCodes.bug, error: null };
  if (ended === 'interrupted')
    return { outcome: 'interrupted', exitCode: exitCodes.interrupted, error: null };
  if (problems.length > 0) return endWithProblems(end, books);
  const { quarantined } = books.balance;
  const exitCode = quarantined > 0 ? exitCodes.quarantined : exitCodes.done;
  const outcome = quarantined > 0 ? 'delivered-with-quarantine' : 'delivered';
  return { outcome: books.dryRun ? 'planned' : outcome, exitCode, error: null };
}

function endWithProblems(
  { failures = [], problems = [], waiting = [] }: ReportEnd,
  { balance, dryRun }: Pick<PushReport, 'balance' | 'dryRun'>,
): Pick<PushReport, 'outcome' | 'exitCode' | 'error'> {
  const isNothing = balance.read === 0 && waiting.length === 0 && problems.length === failures.length;
  const exitCode = isNothing ? exitCodeOfFailures(failures) : exitCodeOfProblems(failures, problems);
  const outcome = dryRun ? 'planned' : 'delivered-in-part';
  return { outcome: isNothing ? 'failed' : outcome, exitCode, error: failureOfAll(failures, exitCode) };
}

/** Nothing could be read: the run has failed for the first reason that another run may overcome, else for the first. */
function exitCodeOfFailures(failures: readonly AuditExportError[]): number {
  const codes = failures.map(({ exitCode }) => exitCode);
  return codes.find((code) => code === exitCodes.delivery) ?? codes[0] ?? exitCodes.delivery;
}

/** What could not be read or found may be by the next run; what is no JSON Lines never will be. The first weighs more. */
function exitCodeOfProblems(
  failures: readonly AuditExportError[],
  problems: readonly ReportProblem[],
): number {
  const isForeign = failures.every(({ code }) => code === 'source-unsupported');
  return isForeign && problems.length === failures.length ? exitCodes.configuration : exitCodes.delivery;
}

/** The failure of a source as that of the run; of several, the first that explains the exit code. */
function failureOfAll(failures: readonly AuditExportError[], exitCode: number): ReportedError | null {
  const first = failures.find((failure) => failure.exitCode === exitCode) ?? failures[0];
  if (first === undefined) return null;
  const reported = reportedError(first);
  if (failures.length === 1) return reported;
  const more = failures.length === 2 ? 'Another source' : `${failures.length - 1} more sources`;
  return { ...reported, message: `${first.message} ${more} could not be read, or not to the end.` };
}

function errorOf(error: unknown): PushReport['error'] {
  if (error === undefined) return null;
  if (isAuditExportError(error)) return reportedError(error);
  const { message, stack } =
    error instanceof Error ? error : new Error('something that is no error was thrown');
  return { code: 'unexpected', message, cure: null, details: { stack } };
}
