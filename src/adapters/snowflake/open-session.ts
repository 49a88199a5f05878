import { randomUUID } from 'node:crypto';
import { setTimeout as sleepFor } from 'node:timers/promises';
import { keptName } from '../../core/collect/check/sql-name.ts';
import type { AuditExportError } from '../../errors.ts';
import type { SnowflakeSession } from '../../ports/snowflake.ts';
import { findAddress } from './account-address.ts';
import type { Pace } from './caller.ts';
import { Caller, usualPatienceMs } from './caller.ts';
import { findTokens } from './credentials.ts';
import { SqlApiSession } from './sql-api-session.ts';
import { openTransport } from './transport.ts';

/** What to connect to and as whom. What is missing comes from SNOWFLAKE_ACCOUNT, SNOWFLAKE_USER and so on. */
export interface SnowflakeSettings {
  /** `acme-prod`, or a locator with its region. */
  account?: string | undefined;
  /** Goes before the account's name as the address; the name is still what a key-pair token holds. */
  accountUrl?: string | undefined;
  user?: string | undefined;
  role?: string | undefined;
  warehouse?: string | undefined;
  /** Version of this program, for `User-Agent`. */
  version: string;
  /** How long a request is tried again all in all, in milliseconds; three minutes where it is not said. */
  retryForMs?: number | undefined;
  /** Told what is dangerous about the credentials, and what cures it. */
  onDanger?: ((message: string, cure: string) => void) | undefined;
  /** Told once a request whose trouble lasts, with what it failed with. */
  onTrouble?: ((failure: AuditExportError) => void) | undefined;
}

const realPace: Pace = {
  now: () => Date.now(),
  random: () => Math.random(),
  sleep: async (ms, signal) => {
    await sleepFor(ms, undefined, signal === undefined ? {} : { signal });
  },
};

/**
 * Makes ready to talk to an account; nothing is sent before the first statement. Key or token come from the environment
 * (see `findTokens`). Throws `usage`, `config-invalid` and `no-snowflake-credentials`.
 */
export async function openSnowflakeSession(
  settings: SnowflakeSettings,
  environment: NodeJS.ProcessEnv,
  pace: Pace = realPace,
): Promise<SnowflakeSession> {
  const { role, warehouse, user, account, accountUrl, onDanger } = settings;
  const address = findAddress(account ?? environment['SNOWFLAKE_ACCOUNT'], accountUrl);
  const login = { address, user: user ?? environment['SNOWFLAKE_USER'], now: pace.now, onDanger };
  const tokens = await findTokens(login, environment);
  const transport = await openTransport(address.origin);
  const caller = new Caller({
    transport,
    tokens,
    address,
    agent: `audit-export/${settings.version}`,
    pace,
    patienceMs: settings.retryForMs ?? usualPatienceMs,
    onTrouble: settings.onTrouble,
  });
  return new SqlApiSession({
    address,
    role: identifier(role ?? environment['SNOWFLAKE_ROLE']),
    warehouse: identifier(warehouse ?? environment['SNOWFLAKE_WAREHOUSE']),
    caller,
    pace,
    newId: () => randomUUID(),
    closeTransport: () => transport.close(),
  });
}

/** The API takes names as SHOW prints them ("Setting up the request", SQL API). */
function identifier(name: string | undefined): string | undefined {
  return name === undefined || name === '' ? undefined : keptName(name);
}
