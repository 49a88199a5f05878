import type { AuditExportError } from '../../../errors.ts';
import { isAuditExportError } from '../../../errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { SnowflakeRow, SnowflakeSession, SnowflakeStatement } from '../../../ports/snowflake.ts';
import { clockStatement, ownQueryTag, queriesStatement } from '../statement/statement.ts';
import type { CheckFindingCode } from './findings.ts';
import type { CheckProbeId } from './probes.ts';
import type { HistoryView } from './views.ts';
import { historyViews } from './views.ts';

/** What a probe came to. */
export interface CheckOutcome {
  finding: CheckFindingCode;
  detail?: string;
  error?: AuditExportError;
}

/** Who Snowflake says that one is. */
export interface WhoAmI {
  user: string;
  role: string | undefined;
  warehouse: string | undefined;
}

/** What the probes work with, and what they tell each other. */
export interface CheckWork {
  session: SnowflakeSession;
  clock: Clock;
  signal: AbortSignal | undefined;
  /** Whether client and address of a query are collected. */
  client: boolean;
  /** As they were asked for. */
  role: string | undefined;
  warehouse: string | undefined;
  me?: WhoAmI;
  /** The log-in was good, and the role was not. */
  roleRefused?: AuditExportError;
}

/** Codes of Snowflake: the role that was asked for is not there; and what is hidden or not allowed. */
const roleRefusedCode = '390189';
const hiddenCodes: ReadonlySet<unknown> = new Set(['002003', '003001']);

const administrators: ReadonlySet<string> = new Set([
  'ACCOUNTADMIN',
  'SECURITYADMIN',
  'SYSADMIN',
  'USERADMIN',
  'ORGADMIN',
  'GLOBALORGADMIN',
]);

const nsPerMs = 1_000_000n;
const dayNs = 86_400_000n * nsPerMs;
/** How far clocks may differ before tokens are in danger. */
const clockToleranceMs = 60_000;
/** No probe takes longer, in seconds. */
const probeSeconds = 300;

export const checkTries: Readonly<Record<CheckProbeId, (work: CheckWork) => Promise<CheckOutcome>>> = {
  'log-in': tryLogIn,
  role: tryRole,
  warehouse: tryWarehouse,
  clock: tryClock,
  edition: tryEdition,
  'query-history': (work) => tryView(work, historyViews['query-history']),
  'access-history': (work) => tryView(work, historyViews['access-history']),
  sessions: (work) => tryView(work, historyViews.sessions),
  'login-history': (work) => tryView(work, historyViews['login-history']),
  statement: tryStatement,
};

async function tryLogIn(work: CheckWork): Promise<CheckOutcome> {
  try {
    const [row] = await rowsOf(work, {
      text: 'SELECT CURRENT_USER() AS USER_NAME, CURRENT_ROLE() AS ROLE_NAME, CURRENT_WAREHOUSE() AS WAREHOUSE_NAME',
      queryTag: ownQueryTag,
    });
    const [user, role, warehouse] = row ?? [];
    work.me = {
      user: user ?? 'the user',
      role: role ?? undefined,
      warehouse: warehouse ?? undefined,
    };
    return { finding: 'logged-in', detail: work.me.user };
  } catch (error) {
    const failure = known(error);
    if (failure.details['snowflakeCode'] === roleRefusedCode) {
      work.roleRefused = failure;
      return { finding: 'logged-in', detail: 'the user is known' };
    }
    const refused = failure.code === 'snowflake-denied';
    return { finding: refused ? 'log-in-refused' : 'no-answer', detail: failure.message, error: failure };
  }
}

async function tryRole({ me, roleRefused, role }: CheckWork): Promise<CheckOutcome> {
  if (roleRefused !== undefined) return { finding: 'role-not-granted', error: roleRefused };
  const used = me?.role ?? role ?? '';
  return { finding: administrators.has(used) ? 'role-too-wide' : 'role-in-use' };
}

async function tryWarehouse({ me, warehouse }: CheckWork): Promise<CheckOutcome> {
  return me?.warehouse === undefined
    ? { finding: 'warehouse-missing', detail: warehouse ?? '' }
    : { finding: 'warehouse-in-use', detail: me.warehouse };
}

async function tryClock(work: CheckWork): Promise<CheckOutcome> {
  const beforeMs = work.clock.now();
  const [row] = await rowsOf(work, clockStatement());
  const afterMs = work.clock.now();
  const theirMs = Number(BigInt(row?.[0] ?? 0) / nsPerMs);
  // The answer was made somewhere in between: only what is beyond both ends is a difference.
  const aheadMs = Math.max(0, beforeMs - theirMs) - Math.max(0, theirMs - afterMs);
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  if (Math.abs(aheadMs) <= clockToleranceMs)
    return { finding: 'clock-right', detail: seconds === 0 ? 'right to the second' : `${seconds} s off` };
  return {
    finding: 'clock-wrong',
    detail: `it is ${seconds} seconds ${aheadMs > 0 ? 'ahead of' : 'behind'} Snowflake's`,
  };
}

/** One database role opens both histories: where QUERY_HISTORY is open and ACCESS_HISTORY is not there, there is none. */
async function tryEdition(work: CheckWork): Promise<CheckOutcome> {
  const { finding, detail = '', error } = await tryView(work, historyViews['access-history']);
  if (finding === 'view-readable') return { finding: 'edition-enough' };
  const answer = { detail, ...(error === undefined ? {} : { error }) };
  return { finding: finding === 'other-error' ? 'edition-unknown' : 'edition-standard', ...answer };
}

/** `LIMIT 0`: Snowflake checks the privilege, and reads nothing. */
async function tryView(work: CheckWork, { name, column, viewer }: HistoryView): Promise<CheckOutcome> {
  try {
    await rowsOf(work, {
      text: `SELECT v.${column} AS ${column} FROM SNOWFLAKE.ACCOUNT_USAGE.${name} AS v LIMIT 0`,
      queryTag: ownQueryTag,
    });
    return { finding: 'view-readable', detail: name };
  } catch (error) {
    const failure = known(error);
    if (!hiddenCodes.has(failure.details['snowflakeCode']))
      return { finding: 'other-error', detail: failure.message, error: failure };
    const denied = viewer === 'GOVERNANCE_VIEWER' ? 'governance-view-denied' : 'security-view-denied';
    return { finding: denied, detail: name, error: failure };
  }
}

async function tryStatement(work: CheckWork): Promise<CheckOutcome> {
  const untilNs = BigInt(work.clock.now()) * nsPerMs;
  const range = { fromNs: untilNs - dayNs, untilNs };
  const statement = queriesStatement(range, { client: work.client });
  try {
    const rows = await rowsOf(work, { ...statement, text: `${statement.text}\nLIMIT 1` });
    return { finding: rows.length > 0 ? 'statement-runs' : 'nothing-to-read' };
  } catch (error) {
    const failure = known(error);
    return { finding: 'statement-fails', detail: failure.message, error: failure };
  }
}

async function rowsOf(
  { session, signal }: CheckWork,
  statement: SnowflakeStatement,
): Promise<SnowflakeRow[]> {
  const { batches } = await session.query({
    timeoutSeconds: probeSeconds,
    ...statement,
    ...(signal === undefined ? {} : { signal }),
  });
  const rows: SnowflakeRow[] = [];
  for await (const batch of batches) rows.push(...batch);
  return rows;
}

/** Passes on what is no answer: a stopped run, or a bug. */
export function known(error: unknown): AuditExportError {
  if (isAuditExportError(error) && error.code !== 'interrupted') return error;
  throw error;
}
