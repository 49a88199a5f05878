import { exitCodes, isAuditExportError } from '../../errors.ts';
import type { ErrorDetails } from '../../errors.ts';
import type { PutFailureCause } from '../../ports/put-failure.ts';
import type { ReasonCode } from '../classify/reasons.ts';
import { reasons } from '../classify/reasons.ts';
import type { SourceFormat } from '../lines/detect-format.ts';
import type { PushResult } from '../push/push-sources.ts';
import type { Balance } from './balance.ts';
import { imbalance } from './balance.ts';
import type { PartitionAccount, TypeAccount, WarningAccount } from './run-account.ts';

/** What a run says of itself; `--json` prints it as it is. Shape: schemas/push-report.schema.json. */
export interface PushReport {
  report: 'push';
  version: 1;
  outcome: 'delivered' | 'delivered-with-quarantine' | 'planned' | 'interrupted' | 'failed';
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
    lines: number;
    reformatted: boolean;
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
    folder: string;
    file: string | null;
    reasons: { reason: ReasonCode; means: string; lines: number }[];
  };
  warnings: WarningAccount[];
  lateness: { age: string; lines: number }[];
  throughput: { linesPerSecond: number; bytesPerSecond: number };
  error: { code: string; message: string; cure: string | null; details: ErrorDetails } | null;
  /** What somebody should look at although the run ended well; not printed. */
  problem?: { code: string; message: string; cure: string } | null;
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
  quarantineFolder: string;
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
  const exitCode = exitCodeOf(result, balance, balanced);
  const objects = account.objects.map(reportObject).sort((a, b) => compare(a.key, b.key));
  return {
    report: 'push',
    version: 1,
    outcome: outcomeOf(result, facts, exitCode),
    exitCode,
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
      folder: facts.quarantineFolder,
      file: result.quarantineFile ?? null,
      reasons: reasonRows(account.reasons),
    },
    warnings: [...account.warnings.values()],
    lateness: account.lateness.rows(),
    throughput: {
      linesPerSecond: rate(balance.read, seconds),
      bytesPerSecond: rate(account.contentBytes, seconds),
    },
    error: errorOf(result.error),
  };
}

function reportSource({
  name,
  format,
  storedBytes,
  lines,
  from,
  known,
}: PushResult['sources'][number]): PushReport['sources'][number] {
  const row = { name, format, storedBytes, lines: lines - from.lines, reformatted: format !== 'lines' };
  return known === 0 ? row : { ...row, knownLines: known };
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
function exitCodeOf({ ended, error }: PushResult, { quarantined }: Balance, balanced: boolean): number {
  if (ended === 'failed') return isAuditExportError(error) ? error.exitCode : exitCodes.bug;
  if (!balanced) return exitCodes.bug;
  if (ended === 'interrupted') return exitCodes.interrupted;
  return quarantined > 0 ? exitCodes.quarantined : exitCodes.done;
}

function outcomeOf({ ended }: PushResult, { dryRun }: RunFacts, exitCode: number): PushReport['outcome'] {
  if (ended === 'interrupted') return 'interrupted';
  if (ended === 'failed' || exitCode === exitCodes.bug) return 'failed';
  if (dryRun) return 'planned';
  return exitCode === exitCodes.quarantined ? 'delivered-with-quarantine' : 'delivered';
}

function errorOf(error: unknown): PushReport['error'] {
  if (error === undefined) return null;
  if (isAuditExportError(error))
    return { code: error.code, message: error.message, cure: error.cure ?? null, details: error.details };
  const { message, stack } =
    error instanceof Error ? error : new Error('something that is no error was thrown');
  return { code: 'unexpected', message, cure: null, details: { stack } };
}
