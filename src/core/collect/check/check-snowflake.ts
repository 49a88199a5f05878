import type { AuditExportError } from '../../../errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { SnowflakeSession } from '../../../ports/snowflake.ts';
import type { CheckProbeReport, CheckReport } from './check-report.ts';
import { checkVerdict, countChecks } from './check-report.ts';
import type { CheckNames } from './findings.ts';
import { checkFindings } from './findings.ts';
import type { CheckProbe } from './probes.ts';
import { checkProbes } from './probes.ts';
import { keptName } from './sql-name.ts';
import type { CheckOutcome, CheckWork } from './tries.ts';
import { checkTries, known } from './tries.ts';

/** What is checked: the names as they were asked for. */
export interface CheckOptions {
  user?: string | undefined;
  role?: string | undefined;
  warehouse?: string | undefined;
  /** Whether client and address of a query are collected. */
  client: boolean;
  clock: Clock;
  signal?: AbortSignal | undefined;
  /** Hears of every probe as soon as it is done. */
  onProbe?: (report: CheckProbeReport) => void;
}

/** The names that `--print-setup` gives, where nothing else is known. */
export const setupNames = {
  user: 'AUDIT_EXPORT_SERVICE',
  role: 'AUDIT_EXPORT',
  warehouse: 'AUDIT_EXPORT_WH',
  networkPolicy: 'AUDIT_EXPORT_POLICY',
  /** Holds a network rule, where there is one. */
  database: 'AUDIT_EXPORT',
} as const;

/**
 * Tries whether a session can do what `collect snowflake` needs, and lists the GRANTs that are missing. Nothing is
 * changed. Throws `interrupted`; everything else is in the report.
 */
export async function checkSnowflake(session: SnowflakeSession, options: CheckOptions): Promise<CheckReport> {
  const { clock, client, signal, onProbe } = options;
  const startedMs = clock.now();
  const work: CheckWork = {
    session,
    clock,
    signal,
    client,
    role: kept(options.role),
    warehouse: kept(options.warehouse),
  };
  const reports: CheckProbeReport[] = [];
  for (const probe of checkProbes) {
    const beforeMs = clock.now();
    const outcome = leftOut(probe, work, reports) ?? (await settle(probe, work));
    const milliseconds = Math.round(clock.now() - beforeMs);
    const report = reportOn(probe, outcome, { names: namesInTexts(work, options), milliseconds });
    reports.push(report);
    onProbe?.(report);
  }
  return {
    report: 'collect-check',
    version: 1,
    at: new Date(startedMs).toISOString(),
    account: session.account,
    host: session.host,
    ...namesOf(work, options),
    ...checkVerdict(reports),
    probes: reports,
    counts: countChecks(reports),
    grants: [...new Set(reports.flatMap(({ grants }) => grants))],
  };
}

function namesOf(
  { me, role, warehouse }: CheckWork,
  { user }: CheckOptions,
): Pick<CheckReport, 'user' | 'role' | 'warehouse'> {
  return {
    user: me?.user ?? kept(user) ?? null,
    role: me?.role ?? role ?? null,
    warehouse: me?.warehouse ?? warehouse ?? null,
  };
}

function kept(name: string | undefined): string | undefined {
  return name === undefined || name === '' ? undefined : keptName(name);
}

/** Why a probe is not tried, if it is not. */
function leftOut(
  { needs, client }: CheckProbe,
  work: CheckWork,
  reports: readonly CheckProbeReport[],
): CheckOutcome | undefined {
  if (client === true && !work.client) return { finding: 'not-collected' };
  const stopped = reports.find(({ probe, status, finding }) => {
    const unmet = status === 'fail' || finding === 'needs-unmet';
    return unmet && needs.includes(probe);
  });
  return stopped === undefined ? undefined : { finding: 'needs-unmet', detail: stopped.probe };
}

async function settle({ id }: CheckProbe, work: CheckWork): Promise<CheckOutcome> {
  try {
    return await checkTries[id](work);
  } catch (error) {
    const failure = known(error);
    return { finding: 'other-error', detail: failure.message, error: failure };
  }
}

function namesInTexts({ me, role, warehouse, session }: CheckWork, { user }: CheckOptions): CheckNames {
  return {
    account: session.account,
    user: me?.user ?? kept(user) ?? setupNames.user,
    role: me?.role ?? role ?? setupNames.role,
    warehouse: me?.warehouse ?? warehouse ?? setupNames.warehouse,
  };
}

function reportOn(
  { id, layer, title }: CheckProbe,
  { finding, detail = '', error }: CheckOutcome,
  { names, milliseconds }: { names: CheckNames; milliseconds: number },
): CheckProbeReport {
  const { status, says, cure, grant } = checkFindings[finding];
  const message = says(names, detail.replace(/\.$/, ''));
  return {
    probe: id,
    layer,
    title,
    status,
    finding,
    message,
    cure: cure?.(names, detail) ?? cureOf(status, error),
    grants: grant === undefined ? [] : [grant(names, detail)],
    ...errorMembers(error),
    milliseconds,
  };
}

function cureOf(status: string, error: AuditExportError | undefined): string | null {
  if (status !== 'fail' || error?.cure === undefined) return null;
  // This is the check that errors elsewhere advise.
  return error.cure.includes('--check') ? 'give the message to an administrator of Snowflake' : error.cure;
}

function errorMembers(
  error: AuditExportError | undefined,
): Pick<CheckProbeReport, 'errorCode' | 'snowflakeCode' | 'sqlState' | 'statementId'> {
  return {
    errorCode: error?.code ?? null,
    snowflakeCode: textOr(error, 'snowflakeCode'),
    sqlState: textOr(error, 'sqlState'),
    statementId: textOr(error, 'statementId'),
  };
}

function textOr(error: AuditExportError | undefined, name: string): string | null {
  const value = error?.details[name];
  return typeof value === 'string' ? value : null;
}
