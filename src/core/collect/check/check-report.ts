import type { ErrorCode } from '../../../errors.ts';
import type { CheckFindingCode } from './findings.ts';
import type { CheckLayer, CheckProbeId } from './probes.ts';

/** What a probe comes to. `warn`: worth knowing, and no reason to fail; `skipped`: not tried, and the message says why. */
export type CheckStatus = 'pass' | 'warn' | 'fail' | 'skipped';

/** What one probe came to. */
export interface CheckProbeReport {
  probe: CheckProbeId;
  layer: CheckLayer;
  title: string;
  status: CheckStatus;
  finding: CheckFindingCode;
  message: string;
  /** The one command or setting that cures it. */
  cure: string | null;
  /** SQL that an administrator runs to cure it. */
  grants: string[];
  errorCode: ErrorCode | null;
  snowflakeCode: string | null;
  sqlState: string | null;
  statementId: string | null;
  milliseconds: number;
}

/** What `collect snowflake --check` came to; `--json` prints it: schemas/collect-check.schema.json. */
export interface CheckReport {
  report: 'collect-check';
  version: 1;
  /** ISO 8601, UTC, by the clock of this machine. */
  at: string;
  account: string;
  host: string;
  /** As Snowflake told them; as they were asked for where it did not. */
  user: string | null;
  role: string | null;
  warehouse: string | null;
  verdict: 'passed' | 'failed';
  /** The verdict in one sentence. */
  summary: string;
  probes: CheckProbeReport[];
  counts: Record<CheckStatus, number>;
  /** All the SQL of the probes, each once, in the order to run it in. */
  grants: string[];
}

export function countChecks(reports: readonly CheckProbeReport[]): Record<CheckStatus, number> {
  const counts: Record<CheckStatus, number> = { pass: 0, warn: 0, fail: 0, skipped: 0 };
  for (const { status } of reports) counts[status] += 1;
  return counts;
}

/** What it comes to, all in all. */
export function checkVerdict(reports: readonly CheckProbeReport[]): Pick<CheckReport, 'verdict' | 'summary'> {
  const failed = reports.filter(({ status }) => status === 'fail').map(({ probe }) => probe);
  if (failed.length > 0) {
    const count = failed.length === 1 ? 'one probe' : `${failed.length} probes`;
    return { verdict: 'failed', summary: `Failed: ${count} (${failed.join(', ')}).` };
  }
  const warned = reports.filter(({ status }) => status === 'warn').length;
  const note = warned === 0 ? '' : `, with ${warned === 1 ? 'one warning' : `${warned} warnings`}`;
  return { verdict: 'passed', summary: `Passed${note}: it can read what it collects.` };
}
