import type { HistoryPlan } from './generator-plan.ts';
import { hourMs } from './generator-plan.ts';
import type { ArrivingRow, MadeQuery } from './generator-rows.ts';
import { hourOfQuery, makeHour, sessionIdOf } from './generator-rows.ts';
import type { TimeBounds, Value, View, ViewName, ViewRow } from './views.ts';
import { timeColumns, viewColumns } from './views.ts';

/** What is true of a query, whatever has arrived yet. */
export interface QueryTruth {
  queryId: string;
  user: string;
  endNs: bigint;
  /** Registered objects that it touches directly, each once. */
  objects: readonly string[];
  /** When its first row of QUERY_HISTORY, and its row of ACCESS_HISTORY, can be seen (milliseconds since 1970). */
  historyVisibleMs: number;
  accessVisibleMs: number;
}

/** Who and what counts: names as Snowflake has them. */
export interface Registered {
  users: ReadonlySet<string>;
  objects: ReadonlySet<string>;
}

/** A query's second row may end up to ten minutes later, so in the hour after it. */
const spillMs = hourMs;
/** The longest query: ACCESS_HISTORY knows starts only. */
const longestQueryMs = 7 * hourMs;
const keptHours = 64;
const nsPerMs = 1_000_000n;

interface MadeHour {
  queries: readonly MadeQuery[];
  history: readonly ArrivingRow[];
  access: ReadonlyMap<string, ArrivingRow>;
}

/**
 * A made-up history of an account. Every hour is made when it is asked for, out of the seed alone, so that a year of it
 * takes no more memory than a day. What can be seen of it depends on the simulated time.
 */
export class SnowflakeHistory {
  readonly plan: HistoryPlan;
  readonly #hours = new Map<number, MadeHour>();

  constructor(plan: HistoryPlan) {
    this.plan = plan;
  }

  /** The four views as they are at `now()`, in milliseconds since 1970. */
  views(now: () => number): Record<ViewName, View> {
    return {
      QUERY_HISTORY: {
        ...shapeOf('QUERY_HISTORY'),
        rows: (bounds) => this.#historyRows(bounds, now()),
        find: () => undefined,
      },
      ACCESS_HISTORY: {
        ...shapeOf('ACCESS_HISTORY'),
        rows: (bounds) => this.#accessRows(bounds, now()),
        find: (column, value) => (column === 'QUERY_ID' ? this.#accessOf(value, now()) : undefined),
      },
      SESSIONS: {
        ...shapeOf('SESSIONS'),
        rows: () => this.#sessions(now()),
        find: (column, value) =>
          column === 'SESSION_ID' ? seen(sessionRow(value as bigint), now()) : undefined,
      },
      LOGIN_HISTORY: {
        ...shapeOf('LOGIN_HISTORY'),
        rows: () => this.#logins(now()),
        find: (column, value) => (column === 'EVENT_ID' ? seen(loginRow(value as bigint), now()) : undefined),
      },
    };
  }

  /** Every query of a registered user on a registered object, except the exporter's own. */
  *truth({ users, objects }: Registered): Iterable<QueryTruth> {
    for (const { queries } of this.#all()) {
      for (const { queryId, user, endNs, history, access, objects: touched, own } of queries) {
        const registered = touched.filter((name) => objects.has(name));
        if (own || access === undefined || !users.has(user) || registered.length === 0) continue;
        const historyVisibleMs = Math.min(...history.map(({ visibleMs }) => visibleMs));
        yield {
          queryId,
          user,
          endNs,
          objects: registered,
          historyVisibleMs,
          accessVisibleMs: access.visibleMs,
        };
      }
    }
  }

  *#all(): Iterable<MadeHour> {
    const { fromMs, untilMs } = this.plan;
    for (let hour = fromMs / hourMs; hour < untilMs / hourMs; hour++) yield this.#hour(hour);
  }

  #hour(hour: number): MadeHour {
    const known = this.#hours.get(hour);
    if (known !== undefined) return known;
    const queries = makeHour(this.plan, hour);
    const made = {
      queries,
      history: queries.flatMap(({ history }) => history),
      access: new Map(
        queries.flatMap(({ queryId, access }) => (access === undefined ? [] : [[queryId, access] as const])),
      ),
    };
    this.#hours.set(hour, made);
    const [oldest] = this.#hours.keys();
    if (this.#hours.size > keptHours && oldest !== undefined) this.#hours.delete(oldest);
    return made;
  }

  #isIn(hour: number): boolean {
    const { fromMs, untilMs } = this.plan;
    return hour >= fromMs / hourMs && hour < untilMs / hourMs;
  }

  /** Hours whose queries may fall into some bounds, widened on both sides, as far as there are any. */
  *#hoursIn({ from, until }: TimeBounds, widen: { beforeMs: number; afterMs: number }): Iterable<MadeHour> {
    const { fromMs, untilMs } = this.plan;
    const first = from === undefined ? fromMs : Math.max(fromMs, Number(from / nsPerMs) - widen.beforeMs);
    const end = until === undefined ? untilMs : Math.min(untilMs, Number(until / nsPerMs) + widen.afterMs);
    for (let hour = Math.floor(first / hourMs); hour * hourMs < end; hour++) yield this.#hour(hour);
  }

  *#historyRows(bounds: TimeBounds, nowMs: number): Iterable<ViewRow> {
    for (const { history } of this.#hoursIn(bounds, { beforeMs: spillMs, afterMs: 0 }))
      for (const { row, visibleMs } of history)
        if (visibleMs <= nowMs && inBounds(row['END_TIME'], bounds)) yield row;
  }

  *#accessRows(bounds: TimeBounds, nowMs: number): Iterable<ViewRow> {
    for (const { access } of this.#hoursIn(bounds, { beforeMs: 0, afterMs: longestQueryMs }))
      for (const { row, visibleMs } of access.values())
        if (visibleMs <= nowMs && inBounds(row['QUERY_START_TIME'], bounds)) yield row;
  }

  #accessOf(queryId: Value, nowMs: number): ViewRow[] {
    if (typeof queryId !== 'string') return [];
    const hour = hourOfQuery(queryId);
    const found = this.#isIn(hour) ? this.#hour(hour).access.get(queryId) : undefined;
    return found === undefined || found.visibleMs > nowMs ? [] : [found.row];
  }

  *#sessions(nowMs: number): Iterable<ViewRow> {
    const { users, fromMs, untilMs } = this.plan;
    for (let at = fromMs; at < untilMs; at += 8 * hourMs)
      for (const user of users)
        yield* seen(sessionRow(sessionIdOf(user, at, user.endsWith('_SERVICE'))), nowMs);
  }

  *#logins(nowMs: number): Iterable<ViewRow> {
    for (const { LOGIN_EVENT_ID: event } of this.#sessions(nowMs))
      if (typeof event === 'bigint') yield* seen(loginRow(event), nowMs);
  }
}

function shapeOf(name: ViewName): Pick<View, 'columns' | 'timeColumn'> {
  return { columns: viewColumns[name], timeColumn: timeColumns[name] };
}

function inBounds(at: Value | undefined, { from, until }: TimeBounds): boolean {
  return typeof at === 'bigint' && (from === undefined || at >= from) && (until === undefined || at < until);
}

function seen(arriving: ArrivingRow | undefined, nowMs: number): ViewRow[] {
  return arriving === undefined || arriving.visibleMs > nowMs ? [] : [arriving.row];
}

/** A session, out of its id; those that the SQL API made are not in the view. */
function sessionRow(id: bigint): ArrivingRow | undefined {
  if (id % 10n !== 1n) return undefined;
  const startMs = Number((id - 30_000_000_000_000_000n) / 10_000_000n) * 8 * hourMs;
  const row = {
    SESSION_ID: id,
    CREATED_ON: BigInt(startMs) * nsPerMs,
    CLIENT_APPLICATION_ID: ['JDBC 3.8.7', 'Go 1.1.5', 'PythonConnector 3.12.0'][Number(id % 3n)] ?? null,
    LOGIN_EVENT_ID: id + 600_000_000_000n,
  };
  return { row, visibleMs: startMs + 2 * hourMs };
}

function loginRow(eventId: bigint): ArrivingRow {
  const startMs = Number((eventId - 600_000_000_000n - 30_000_000_000_000_000n) / 10_000_000n) * 8 * hourMs;
  const row = {
    EVENT_ID: eventId,
    EVENT_TIMESTAMP: BigInt(startMs) * nsPerMs,
    CLIENT_IP: `203.0.113.${eventId % 250n}`,
    REPORTED_CLIENT_TYPE: 'JDBC_DRIVER',
  };
  return { row, visibleMs: startMs + 2 * hourMs };
}
