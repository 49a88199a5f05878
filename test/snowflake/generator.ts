import { AccountUsage } from './account-usage.ts';
import type { HistoryPlan } from './generator-plan.ts';
import { hourMs } from './generator-plan.ts';
import type { MadeQuery } from './generator-rows.ts';
import { makeHour, sessionIdOf } from './generator-rows.ts';
import type { ArrivingRow, ViewName } from './views.ts';

/** What is true of a query, whatever has arrived yet. */
export interface QueryTruth {
  queryId: string;
  user: string;
  /** Its end; its start where another engine ran it, since nothing else is known. */
  endNs: bigint;
  /** Registered objects that it touches, each once. */
  objects: readonly string[];
  /** When its first row of QUERY_HISTORY, and its row of ACCESS_HISTORY, can be seen (milliseconds since 1970). */
  historyVisibleMs: number;
  accessVisibleMs: number;
  /** QUERY_HISTORY never has it. */
  accessOnly: boolean;
}

/** Who and what counts: names as Snowflake has them. */
export interface Registered {
  users: ReadonlySet<string>;
  objects: ReadonlySet<string>;
}

const nsPerMs = 1_000_000n;

const made = new Map<string, SnowflakeHistory>();

/** The history of a plan, made once for all tests of a worker: nothing changes it. */
export function historyOf(plan: HistoryPlan): SnowflakeHistory {
  const key = JSON.stringify(plan);
  const history = made.get(key) ?? new SnowflakeHistory(plan);
  made.set(key, history);
  return history;
}

/** A made-up history of an account, out of a seed alone. What can be seen of it depends on the simulated time. */
export class SnowflakeHistory {
  readonly plan: HistoryPlan;
  readonly #queries: MadeQuery[] = [];
  #usage: Promise<AccountUsage> | undefined;

  constructor(plan: HistoryPlan) {
    this.plan = plan;
    for (let hour = plan.fromMs / hourMs; hour < plan.untilMs / hourMs; hour++)
      this.#queries.push(...makeHour(plan, hour));
  }

  /** The rows of a view, whether they have arrived or not. */
  rows(view: ViewName): ArrivingRow[] {
    if (view === 'QUERY_HISTORY') return this.#queries.flatMap(({ history }) => history);
    if (view === 'ACCESS_HISTORY') return this.#queries.flatMap(({ access }) => access ?? []);
    if (view === 'SESSIONS') return [...this.#sessions()];
    return view === 'LOGIN_HISTORY' ? [...this.#logins()] : [];
  }

  /** All of it as views that statements run on: loaded when first asked for, and the same for all who ask. */
  usage(): Promise<AccountUsage> {
    this.#usage ??= this.#load();
    return this.#usage;
  }

  async #load(): Promise<AccountUsage> {
    const usage = new AccountUsage();
    for (const view of ['QUERY_HISTORY', 'ACCESS_HISTORY', 'SESSIONS', 'LOGIN_HISTORY'] as const)
      await usage.insert(view, this.rows(view));
    return usage;
  }

  /** Every query of a registered user on a registered object, except the exporter's own. */
  *truth({ users, objects }: Registered): Iterable<QueryTruth> {
    for (const { queryId, user, endNs, history, access, objects: touched, own } of this.#queries) {
      const registered = touched.filter((name) => objects.has(name));
      if (own || access === undefined || !users.has(user) || registered.length === 0) continue;
      yield {
        queryId,
        user,
        endNs,
        objects: registered,
        historyVisibleMs: Math.min(
          ...(history.length === 0 ? [access] : history).map(({ visibleMs }) => visibleMs),
        ),
        accessVisibleMs: access.visibleMs,
        accessOnly: history.length === 0,
      };
    }
  }

  *#sessions(): Iterable<ArrivingRow> {
    const { users, fromMs, untilMs } = this.plan;
    const seen = new Set<bigint>();
    // Long queries belong to sessions from before the history.
    for (let at = fromMs - 8 * hourMs; at < untilMs + 8 * hourMs; at += hourMs) {
      for (const user of users) {
        const id = sessionIdOf(user, at, user.endsWith('_SERVICE'));
        // Those that the SQL API made are not in the view.
        if (id % 10n !== 1n || seen.has(id)) continue;
        seen.add(id);
        yield sessionRow(id, user);
      }
    }
  }

  *#logins(): Iterable<ArrivingRow> {
    for (const { row, visibleMs } of this.#sessions()) yield loginRow(row, visibleMs);
  }
}

function sessionRow(id: bigint, user: string): ArrivingRow {
  const startMs = Number((id - 30_000_000_000_000_000n) / 10_000_000n) * 8 * hourMs;
  const row = {
    SESSION_ID: id,
    USER_NAME: user,
    CREATED_ON: BigInt(startMs) * nsPerMs,
    CLIENT_APPLICATION_ID: ['JDBC 3.8.7', 'Go 1.1.5', 'PythonConnector 3.12.0'][Number(id % 3n)] ?? null,
    LOGIN_EVENT_ID: id + 600_000_000_000n,
  };
  return { row, visibleMs: startMs + 2 * hourMs };
}

function loginRow(
  { LOGIN_EVENT_ID: event, USER_NAME: user, CREATED_ON: at }: ArrivingRow['row'],
  visibleMs: number,
): ArrivingRow {
  const id = event as bigint;
  const failed = id % 7n === 0n;
  return {
    visibleMs,
    row: {
      EVENT_ID: id,
      EVENT_TIMESTAMP: at ?? null,
      EVENT_TYPE: 'LOGIN',
      USER_NAME: user ?? null,
      CLIENT_IP: `203.0.113.${id % 250n}`,
      REPORTED_CLIENT_TYPE: 'JDBC_DRIVER',
      REPORTED_CLIENT_VERSION: '3.8.7',
      FIRST_AUTHENTICATION_FACTOR: 'PASSWORD',
      SECOND_AUTHENTICATION_FACTOR: id % 3n === 0n ? 'DUO_SECURITY' : null,
      IS_SUCCESS: failed ? 'NO' : 'YES',
      ERROR_CODE: failed ? 390100n : null,
      ERROR_MESSAGE: failed ? 'INCORRECT_USERNAME_PASSWORD' : null,
      RELATED_EVENT_ID: 0n,
    },
  };
}
