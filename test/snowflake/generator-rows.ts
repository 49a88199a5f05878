import type { HistoryObject, HistoryPlan } from './generator-plan.ts';
import { hourMs, minuteMs } from './generator-plan.ts';
import { Random } from './random.ts';
import type { ArrivingRow, Value, ViewRow } from './views.ts';

/** What one query comes to. */
export interface MadeQuery {
  queryId: string;
  user: string;
  endNs: bigint;
  /** One row, or two of the same query; none where another engine ran it. */
  history: ArrivingRow[];
  access: ArrivingRow | undefined;
  /** Names of the objects that it touches directly. */
  objects: readonly string[];
  own: boolean;
}

interface Kind {
  weight: number;
  type: string;
  /** Whether ACCESS_HISTORY has a row of it. */
  accesses: boolean;
  writes?: true;
  fails?: true;
  text: (objects: readonly HistoryObject[], random: Random) => string;
}

const kinds: readonly Kind[] = [
  {
    weight: 66,
    type: 'SELECT',
    accesses: true,
    text: (objects, random) =>
      `select * from ${objects.map(({ name }) => name).join(' join ')} where c = '${random.whole(1, 999)}' and n > ${random.whole(1, 99)} -- it's ${random.whole(1, 9)}`,
  },
  {
    weight: 8,
    type: 'INSERT',
    accesses: true,
    writes: true,
    text: ([first, second = first], random) =>
      `insert into ${first?.name} select $$${random.whole(1, 999)}$$, 'O\\'Neil' from ${second?.name}`,
  },
  { weight: 4, type: 'SHOW', accesses: false, text: () => 'SHOW TABLES' },
  {
    weight: 5,
    type: 'CREATE_TABLE',
    accesses: false,
    text: (_, random) => `create table T${random.whole(1, 99)} (a int)`,
  },
  {
    weight: 4,
    type: 'SELECT',
    accesses: false,
    fails: true,
    text: () => "select 1/0 from NO_SUCH where secret = 'x'",
  },
  { weight: 4, type: 'UNKNOWN', accesses: false, fails: true, text: () => "selec * form 'unfinished" },
  { weight: 9, type: 'CALL', accesses: true, text: (_, random) => `call LOAD_ALL(${random.whole(1, 9)})` },
];

const weights = kinds.reduce((sum, { weight }) => sum + weight, 0);

/** Queries of SESSIONS: a session lasts this long, and each user has one at a time. */
const sessionMs = 8 * hourMs;
const longestText = 100_000;

/**
 * All queries that end in an hour, the `hour`-th since 1970, in the order in which they were made up; nothing before or
 * after it has a say in it. A procedure's statements follow it with its id as parent and root.
 */
export function makeHour(plan: HistoryPlan, hour: number): MadeQuery[] {
  const random = new Random(plan.seed, hour);
  const made: MadeQuery[] = [makeOwn(plan, hour, random)];
  while (made.length <= plan.queriesPerHour) {
    const kind = pickKind(random);
    const query = makeQuery(plan, { hour, index: made.length, random, kind });
    made.push(query);
    if (kind.type !== 'CALL') continue;
    for (let child = random.whole(1, 2); child > 0 && made.length <= plan.queriesPerHour; child--)
      made.push(makeQuery(plan, { hour, index: made.length, random, kind: kinds[0], parent: query }));
  }
  return made;
}

function pickKind(random: Random): Kind {
  let left = random.next() * weights;
  const found = kinds.find(({ weight }) => (left -= weight) < 0);
  return found ?? random.pick(kinds);
}

/** Query ids hold the hour and the number. */
export function queryIdOf(hour: number, index: number, seed: number): string {
  const hex = (value: number, digits: number): string => value.toString(16).padStart(digits, '0');
  return `${hex(hour + 0x01000000, 8)}-${hex(index >>> 16, 4)}-${hex(index & 0xffff, 4)}-0000-${hex(seed, 12)}`;
}

interface Making {
  hour: number;
  index: number;
  random: Random;
  kind: Kind | undefined;
  parent?: MadeQuery;
}

function makeQuery(plan: HistoryPlan, { hour, index, random, kind, parent }: Making): MadeQuery {
  const { type, accesses, writes, fails, text } = kind ?? random.pick(kinds);
  const user = parent?.user ?? random.pick(plan.users);
  const objects = Array.from({ length: random.whole(1, 4) }, () => random.pick(plan.objects));
  const queryId = queryIdOf(hour, index, plan.seed);
  // Some end exactly at the hour, where windows are cut.
  const endMs = hour * hourMs + (random.chance(0.02) ? 0 : random.whole(0, hourMs - 1));
  const ranMs = random.chance(plan.longRate) ? random.whole(hourMs, 6 * hourMs) : random.whole(5, 30_000);
  const row: ViewRow = {
    ...contextOf(user, endMs, random),
    QUERY_ID: queryId,
    QUERY_TEXT: random.chance(plan.longTextRate) ? longText(objects) : text(objects, random),
    QUERY_TYPE: type,
    ...timesOf(endMs, ranMs),
    ...outcomeOf(fails === true, random),
  };
  const touched = [...new Set(objects)];
  const about = { random, writes: writes === true, parent };
  const access = accesses
    ? accessArriving(plan, accessRow(row, touched, about), { endMs, random })
    : undefined;
  const elsewhere = isElsewhere(plan, access, { parent, random });
  const history = elsewhere ? [] : historyRows(plan, row, { endMs, random });
  return {
    queryId,
    user,
    endNs: BigInt(history.length === 0 ? endMs - ranMs : endMs) * 1_000_000n,
    history,
    access,
    objects: accesses ? touched.map(({ name }) => name) : [],
    own: false,
  };
}

function accessArriving(
  { lateAccessRate, latestMs }: HistoryPlan,
  row: ViewRow,
  { endMs, random }: { endMs: number; random: Random },
): ArrivingRow {
  const usualMs = 3 * hourMs;
  return arriving(row, endMs, { random, soonestMs: minuteMs, usualMs, lateRate: lateAccessRate, latestMs });
}

/** Whether another engine ran it. */
function isElsewhere(
  plan: HistoryPlan,
  access: ArrivingRow | undefined,
  { parent, random }: { parent: MadeQuery | undefined; random: Random },
): boolean {
  return access !== undefined && parent === undefined && random.chance(plan.accessOnlyRate);
}

/** What the exporter itself asked, an hour ago or so. */
function makeOwn(plan: HistoryPlan, hour: number, random: Random): MadeQuery {
  const view: HistoryObject = {
    name: 'SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY',
    domain: 'View',
    columns: ['QUERY_ID'],
  };
  const ownPlan = { ...plan, users: [plan.ownUser], objects: [view], accessOnlyRate: 0 };
  const own = makeQuery(ownPlan, { hour, index: 0, random, kind: kinds[0] });
  const history = own.history.map(({ row, visibleMs }) => ({
    row: { ...row, QUERY_TAG: plan.ownTag },
    visibleMs,
  }));
  return { ...own, history, own: true };
}

function contextOf(user: string, endMs: number, random: Random): Record<string, Value> {
  const byApi = user.endsWith('_SERVICE');
  return {
    USER_NAME: user,
    ROLE_NAME: random.chance(0.05) ? null : random.pick(['ANALYST', 'REPORTING', 'lower role']),
    SESSION_ID: sessionIdOf(user, endMs, byApi),
    DATABASE_NAME: random.chance(0.2) ? null : random.pick(['SALES', 'HR', 'eu-sales.v1']),
    SCHEMA_NAME: random.chance(0.2) ? null : 'PUBLIC',
    WAREHOUSE_NAME: random.chance(0.1) ? null : 'ANALYSIS_WH',
    QUERY_TAG: random.chance(0.8) ? null : random.pick(['', 'dashboard', '{"app":"bi"}', 'audit-export']),
    SECONDARY_ROLE_STATS: random.chance(0.5) ? null : '{"role_ids":[3,4],"status":"ALL"}',
  };
}

function timesOf(endMs: number, ranMs: number): Record<string, Value> {
  return {
    START_TIME: BigInt(endMs - ranMs) * 1_000_000n,
    END_TIME: BigInt(endMs) * 1_000_000n,
    TOTAL_ELAPSED_TIME: BigInt(ranMs),
  };
}

/** The documentation writes the status in lower case, Snowflake in upper case. */
function outcomeOf(failed: boolean, random: Random): Record<string, Value> {
  const status = failed ? 'FAIL' : 'SUCCESS';
  return {
    EXECUTION_STATUS: random.chance(0.1) ? status.toLowerCase() : status,
    ERROR_CODE: failed ? '001003' : null,
    ERROR_MESSAGE: failed
      ? "SQL compilation error:\nsyntax error line 1 at position 0 unexpected 'selec'."
      : null,
  };
}

/** Ids of 17 digits; the last one tells sessions that SESSIONS does not have, because they were made by the SQL API. */
export function sessionIdOf(user: string, endMs: number, byApi: boolean): bigint {
  const person = Buffer.from(user).reduce((sum, byte) => (sum * 31 + byte) % 100_000, 7);
  return (
    30_000_000_000_000_000n +
    BigInt(Math.floor(endMs / sessionMs)) * 10_000_000n +
    BigInt(person) * 10n +
    (byApi ? 9n : 1n)
  );
}

function historyRows(
  { lateRate, latestMs, duplicateRate }: HistoryPlan,
  row: ViewRow,
  { endMs, random }: { endMs: number; random: Random },
): ArrivingRow[] {
  const arrival = { random, soonestMs: minuteMs, usualMs: 45 * minuteMs, lateRate, latestMs };
  const rows = [arriving(row, endMs, arrival)];
  if (random.chance(duplicateRate)) {
    const shiftMs = random.chance(0.3) ? random.whole(1, 10 * minuteMs) : 0;
    const again = { ...row, END_TIME: BigInt(endMs + shiftMs) * 1_000_000n };
    rows.push(arriving(again, endMs + shiftMs, arrival));
  }
  return rows;
}

interface Arrival {
  random: Random;
  soonestMs: number;
  usualMs: number;
  lateRate: number;
  latestMs: number;
}

function arriving(row: ViewRow, endMs: number, arrival: Arrival): ArrivingRow {
  const { random, soonestMs, usualMs, lateRate, latestMs } = arrival;
  const late = random.chance(lateRate);
  const delayMs = late ? random.whole(usualMs, latestMs) : random.whole(soonestMs, usualMs);
  return { row, visibleMs: endMs + delayMs };
}

function accessRow(
  query: ViewRow,
  objects: readonly HistoryObject[],
  { random, writes, parent }: { random: Random; writes: boolean; parent: MadeQuery | undefined },
): ViewRow {
  const entries = objects.map((object, index) => entryOf(object, index));
  // An object that the reader may not see has no name.
  const hidden = random.chance(0.03) ? [{ objectDomain: 'Table' }] : [];
  return {
    QUERY_ID: query['QUERY_ID'] ?? null,
    QUERY_START_TIME: query['START_TIME'] ?? null,
    USER_NAME: query['USER_NAME'] ?? null,
    DIRECT_OBJECTS_ACCESSED: [...entries, ...hidden],
    BASE_OBJECTS_ACCESSED: random.chance(0.1) ? null : entries,
    OBJECTS_MODIFIED: writes ? entries.slice(0, 1) : [],
    OBJECT_MODIFIED_BY_DDL: null,
    POLICIES_REFERENCED: random.chance(0.7) ? [] : [policyOn(entries[0])],
    PARENT_QUERY_ID: parent?.queryId ?? null,
    ROOT_QUERY_ID: parent?.queryId ?? null,
  };
}

function entryOf({ name, domain, columns }: HistoryObject, index: number): object {
  return {
    columns: columns.map((columnName, at) => ({ columnId: 60_000 + index * 100 + at, columnName })),
    objectDomain: domain,
    objectId: 50_000 + index,
    objectName: name,
  };
}

function policyOn(entry: object | undefined): object {
  return {
    ...entry,
    policies: [{ policyKind: 'ROW_ACCESS_POLICY', policyId: 70_001, policyName: 'GOV.POLICIES.REGION' }],
  };
}

/** As Snowflake cuts it: in the middle of a literal. */
function longText(objects: readonly HistoryObject[]): string {
  const start = `select * from ${objects[0]?.name} where name in (`;
  return `${start}${"'Jane O''Neil', ".repeat(longestText / 10)}`.slice(0, longestText);
}
