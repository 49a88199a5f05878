import type { StoreReader } from '../../ports/store/store-reader.ts';
import { formatVerifierKey } from '../log/signed-note.ts';
import type { Working } from '../log/working.ts';
import type { FindingBook } from './finding.ts';
import type { CheckedLog } from './log/check-log.ts';
import type { ObjectSums } from './objects/check-objects.ts';
import type { Comparison } from './remembered.ts';
import type { VerifiedLog, VerifyReport } from './verify-report.ts';

/** What a report tells beside findings. */
export interface ReportFacts {
  at: string;
  reader: StoreReader;
  mode: VerifyReport['mode'];
  from: number | undefined;
  to: number | undefined;
  claimed: number;
  sums: ObjectSums;
  /** Writers that were at work. */
  working: readonly Working[];
}

/** The report of a verification. */
export function buildVerifyReport(
  { at, reader, mode, from, to, claimed, sums, working }: ReportFacts,
  { findings, counts, unproven: notProven }: FindingBook,
  logs: VerifiedLog[],
): VerifyReport {
  const clean = notProven.length === 0 ? 'intact' : 'not-proven';
  const iso = (ms: number | undefined): string | null =>
    ms === undefined ? null : new Date(ms).toISOString();
  return {
    report: 'verify',
    version: 1,
    at,
    store: reader.location,
    mode,
    from: iso(from),
    to: iso(to),
    verdict: findings.length > 0 ? 'findings' : clean,
    logs,
    objects: { claimed, ...sums },
    underWay: working.map(({ log, run, sinceMs, untilMs, size }) => ({
      log,
      run,
      since: new Date(sinceMs).toISOString(),
      until: new Date(untilMs).toISOString(),
      leaves: size,
    })),
    counts,
    findings,
    notProven,
  };
}

/** What is told of one log. */
export function verifiedLog(
  { id, keys, keyIsGiven, newest, checkpoints, sums, witnessed }: CheckedLog,
  compared: Comparison | undefined,
): VerifyReport['logs'][number] {
  return {
    id,
    keys: keys.map(formatVerifierKey),
    keyIsGiven,
    leaves: newest?.size ?? null,
    root: newest?.root.toString('base64') ?? null,
    checkpoints,
    first: sums.first ?? null,
    last: sums.last ?? null,
    closed: sums.closed,
    runs: sums.runs,
    objects: sums.objects,
    lines: sums.lines,
    quarantined: sums.quarantined,
    quietSeconds: Math.round(sums.quietMs / 1000),
    witnessed: [...witnessed],
    remembered:
      compared === undefined ? null : { leaves: compared.size, at: compared.at, tiles: compared.tiles },
  };
}
