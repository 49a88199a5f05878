import { createPrivateKey, createPublicKey, generateKeyPairSync } from 'node:crypto';
import type { SnowflakeSettings } from '../../src/adapters/snowflake/open-session.ts';
import type { SimulatedAccount } from './account.ts';
import type { HistoryPlan } from './generator-plan.ts';
import { historyPlan, hourMs } from './generator-plan.ts';
import type { SnowflakeHistory } from './generator.ts';
import { historyOf } from './generator.ts';
import type { SnowflakeServer } from './start-snowflake.ts';
import { startSnowflake } from './start-snowflake.ts';

/** A clock that is set by hand, in milliseconds since 1970. */
export interface SimulatedClock {
  nowMs: number;
}

/** A server with an account, a service user that is allowed what it needs, and a history. */
export interface SimulatedWorld {
  server: SnowflakeServer;
  account: SimulatedAccount;
  history: SnowflakeHistory;
  clock: SimulatedClock;
  /** What the command is told, with a token that does not end. */
  settings: SnowflakeSettings;
  environment: NodeJS.ProcessEnv;
  close: () => Promise<void>;
}

/** A programmatic access token that every world takes. */
export const worldToken = 'pat-AuditExportService-0001';

export interface WorldOptions {
  /** Where the simulated time begins; the history reaches from `daysBefore` before to `daysAfter` after it. */
  startMs?: number;
  daysBefore?: number;
  daysAfter?: number;
  plan?: Partial<HistoryPlan>;
}

const dayMs = 24 * hourMs;

/** Starts a world on loopback. Its Snowflake clock stands still until a test moves it. */
export async function startWorld(options: WorldOptions = {}): Promise<SimulatedWorld> {
  const { startMs = Date.UTC(2026, 0, 15), daysBefore = 2, daysAfter = 2, plan = {} } = options;
  const clock = { nowMs: startMs };
  const history = historyOf(
    historyPlan({ fromMs: startMs - daysBefore * dayMs, untilMs: startMs + daysAfter * dayMs, ...plan }),
  );
  const account = simulatedAccount(await history.usage());
  const server = await startSnowflake({ account, now: () => clock.nowMs });
  return {
    server,
    account,
    history,
    clock,
    settings: {
      account: account.name,
      accountUrl: server.url,
      user: 'AUDIT_EXPORT_SERVICE',
      role: 'AUDIT_EXPORT',
      warehouse: 'AUDIT_EXPORT_WH',
      version: '0.0.0',
    },
    environment: { SNOWFLAKE_TOKEN: worldToken, SNOWFLAKE_AUTHENTICATOR: 'PROGRAMMATIC_ACCESS_TOKEN' },
    close: () => server.close(),
  };
}

/** An Enterprise account as `--print-setup` sets it up. */
export function simulatedAccount(usage: SimulatedAccount['usage']): SimulatedAccount {
  return {
    name: 'ACME-PROD',
    organization: 'ACME',
    region: 'AWS_EU_CENTRAL_1',
    edition: 'ENTERPRISE',
    users: [
      {
        name: 'AUDIT_EXPORT_SERVICE',
        tokens: { [worldToken]: { kind: 'PROGRAMMATIC_ACCESS_TOKEN' } },
        roles: ['AUDIT_EXPORT'],
        defaultRole: 'AUDIT_EXPORT',
        defaultWarehouse: 'AUDIT_EXPORT_WH',
      },
    ],
    roles: {
      AUDIT_EXPORT: {
        databaseRoles: ['GOVERNANCE_VIEWER', 'SECURITY_VIEWER'],
        warehouses: ['AUDIT_EXPORT_WH'],
      },
    },
    usage,
  };
}

interface KeyPair {
  pem: string;
  publicKey: ReturnType<typeof createPublicKey>;
}

const keyPairs = new Map<string, KeyPair>();

/**
 * A key pair as the documentation has one made: the private key in PEM, encrypted if there is a passphrase. It is the same one
 * for whoever asks for the same in one worker, for making one takes up to a second.
 */
export function makeKeys(passphrase?: string, modulusLength = 2048): KeyPair {
  const which = `${modulusLength} ${passphrase}`;
  const pair = keyPairs.get(which) ?? newKeys(passphrase, modulusLength);
  keyPairs.set(which, pair);
  return pair;
}

function newKeys(passphrase: string | undefined, modulusLength: number): KeyPair {
  const { privateKey } = generateKeyPairSync('rsa', {
    modulusLength,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding:
      passphrase === undefined
        ? { type: 'pkcs8', format: 'pem' }
        : { type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase },
  });
  const key = createPrivateKey({ key: privateKey, ...(passphrase === undefined ? {} : { passphrase }) });
  return { pem: privateKey, publicKey: createPublicKey(key) };
}

/** Time and chance for a client under test: nothing waits, and what would have been waited is noted. */
export function quickPace(): {
  now: () => number;
  random: () => number;
  sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
  pauses: number[];
} {
  let nowMs = Date.now();
  const pauses: number[] = [];
  return {
    pauses,
    now: () => nowMs,
    random: () => 0.5,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      pauses.push(ms);
      nowMs += ms;
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      signal?.throwIfAborted();
    },
  };
}
