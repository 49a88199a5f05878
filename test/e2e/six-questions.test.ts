import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { openDuckDb } from '../../src/adapters/duckdb/duckdb-engine.ts';
import { FolderReader } from '../../src/adapters/fs/store/folder-reader.ts';
import { openFolderStore } from '../../src/adapters/fs/store/folder-store.ts';
import { objectContent } from '../../src/adapters/fs/store/object-content.ts';
import type { CompactReport } from '../../src/commands/compact/compact-report.ts';
import { compact } from '../../src/commands/compact/index.ts';
import type { FindHit } from '../../src/commands/find/index.ts';
import { find } from '../../src/commands/find/index.ts';
import { query } from '../../src/commands/query/index.ts';
import { loadAuditTypes } from '../../src/core/audit-types/load-audit-types.ts';
import { dayLayout } from '../../src/core/layout/layout.ts';
import type { Criteria } from '../../src/core/readers/find/criteria.ts';
import { schemaErrors } from '../fakes/json-schema.ts';
import { eventsOf, generateInput } from './generated-input.ts';
import type { InputLine } from './generated-input.ts';
import { runCli } from './run-cli.ts';
import type { Workspace } from './workspace.ts';
import { useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();
const fromMs = Date.UTC(2026, 8, 1);
const dayMs = 86_400_000;
const types = await loadAuditTypes([]);
const everything = { types: undefined, sinceMs: undefined, untilMs: undefined };
const input = generateInput({
  seed: 618,
  lines: 50_500,
  fromMs,
  hours: 30 * 24,
  late: 0.02,
  types: { query: 6, custom: 3, alert: 1, system: 2, 'native-query': 4, tokenization: 1 },
});
const events = eventsOf(input);

let workspace: Workspace;
let report: CompactReport;

/** Parquet of `export` in a folder. */
async function compactTo(folder: string, until = Number.MAX_SAFE_INTEGER): Promise<CompactReport> {
  const reader = new FolderReader(workspace.path('export'));
  return compact(
    { ...everything, untilMs: until, layout: dayLayout, withRaw: false },
    {
      reader,
      types,
      open: (object) => objectContent(reader, object),
      target: {
        store: await openFolderStore(workspace.path(folder), workspace.folder),
        reader: new FolderReader(workspace.path(folder)),
      },
      createdBy: 'audit-export test',
      signal: new AbortController().signal,
      onFile: () => undefined,
    },
  );
}

beforeAll(async () => {
  workspace = await newWorkspace();
  const { code } = await runCli(workspace, ['push', '--to', 'export', '--quiet'], {
    stdin: input.bytes,
    timeoutMs: 240_000,
  });
  if (code !== 0) throw new Error(`the push ended with ${code}`);
  report = await compactTo('curated');
}, 500_000);

async function found(criteria: Criteria): Promise<FindHit[]> {
  const reader = new FolderReader(workspace.path('export'));
  const open = (object: { key: string; size: number }): AsyncIterable<Buffer> =>
    objectContent(reader, object);
  const hits: FindHit[] = [];
  const search = find(criteria, dayLayout, { reader, open, types, onProgress: () => undefined });
  for (let next = await search.next(); ; next = await search.next()) {
    if (next.done === true) {
      if (next.value.failures.length > 0) throw new Error(JSON.stringify(next.value.failures));
      return hits;
    }
    hits.push(...next.value);
  }
}

async function ask(sql: string, form: 'lines' | 'parquet'): Promise<string[]> {
  const folder = workspace.path(form === 'lines' ? 'export' : 'curated');
  const engine = await openDuckDb();
  try {
    const answer = await query(
      { sql, layout: dayLayout, form, ...everything },
      {
        reader: new FolderReader(folder),
        types,
        pathOf: async ({ key }) => join(folder, key),
        folders: [folder],
        engine,
        onProgress: () => undefined,
      },
    );
    const rows: string[] = [];
    for await (const batch of answer.rows) rows.push(...batch.map((row) => row.map(String).join(' ')));
    return rows.toSorted();
  } finally {
    engine.close();
  }
}

// oxlint-disable-next-line typescript/no-explicit-any -- a script over vendors' JSON
type Members = Record<string, any>;
interface Read {
  type: string;
  timeMs: number;
  event: Members;
}
const read = (lines: readonly InputLine[]): Read[] =>
  lines.map(({ type, eventTimeMs, bytes }) => ({
    type: type ?? '',
    timeMs: eventTimeMs ?? 0,
    event: JSON.parse(bytes.toString('utf8')) as Members,
  }));

/** What a script knows of the actor of each type, by the vendors' own fields. */
const actorOf: Record<string, (event: Members) => unknown> = {
  query: (event) => event['eventDetails'].actor.username,
  custom: (event) => JSON.parse(event['eventDetails']).user_name,
  alert: (event) => event['user'].trackingId,
  system: (event) => event['userIdentity'].principalid,
  'native-query': (event) => event['sqlUser'] ?? event['SQLUser'],
  tokenization: (event) => event['userIdentity'].principalid,
};
const columnsOf: Record<string, (event: Members) => string[]> = {
  query: (event) => event['eventDetails'].result.columnPolicy.map(({ columnName }: Members) => columnName),
  alert: (event) => event['fields'].map(({ columnName }: Members) => columnName),
  system: (event) => [event['columnAudit']?.columnName],
};
const masksOf = (event: Members): string[] => [
  ...event['eventDetails'].result.tagPolicy.queryTimeDecision.map(
    ({ appliedPolicy }: Members) => appliedPolicy.maskingType,
  ),
  ...event['eventDetails'].result.columnPolicy.map(({ policy }: Members) => policy.maskingType),
];
const isMasked: Record<string, (event: Members) => boolean> = {
  query: (event) => masksOf(event).some((mask) => mask !== undefined && mask !== 'No Mask'),
  'native-query': (event) =>
    (event['success'] ?? event['Success']) === true && event['extra']?.maskedColumns.length > 0,
};

const all = read(events);

const counted = (names: readonly unknown[]): string[] => {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(String(name), (counts.get(String(name)) ?? 0) + 1);
  return [...counts].map(([name, count]) => `${name} ${count}`).toSorted();
};
const lastWeek = { sinceMs: fromMs + dayMs, untilMs: fromMs + 8 * dayMs };
const inWeek = ({ timeMs }: Read): boolean => timeMs >= lastWeek.sinceMs && timeMs < lastWeek.untilMs;
const week = `event_time >= make_timestamp(${lastWeek.sinceMs} * 1000) AND event_time < make_timestamp(${lastWeek.untilMs} * 1000)`;
const someone = 'JANE.DOE';

interface Question {
  question: string;
  script: () => string[];
  criteria: Criteria;
  /** How the answer is made of what was found. */
  answer: (hits: readonly FindHit[]) => string[];
  sql: string;
}

const busiest =
  counted(all.filter(({ type }) => type === 'query').map(({ type, event }) => actorOf[type]?.(event)))
    .map((line) => line.split(' ')[0] as string)
    .find((name) => name.includes('.')) ?? someone;
const oneDay = { sinceMs: fromMs + 5 * dayMs, untilMs: fromMs + 6 * dayMs };

const questions: Question[] = [
  {
    question: 'who read the column NATIONAL_ID last week?',
    script: () =>
      counted(
        all
          .filter((one) => inWeek(one) && columnsOf[one.type]?.(one.event).includes('NATIONAL_ID'))
          .map(({ type, event }) => actorOf[type]?.(event)),
      ),
    criteria: { column: 'national_id', ...lastWeek },
    answer: (hits) => counted(hits.map(({ row }) => row().actor)),
    sql: `SELECT actor, count(*) FROM events WHERE list_contains(columns, 'NATIONAL_ID') AND ${week} GROUP BY actor`,
  },
  {
    question: 'what was masked?',
    script: () => counted(all.filter(({ type, event }) => isMasked[type]?.(event)).map(({ type }) => type)),
    criteria: { decision: 'mask' },
    answer: (hits) => counted(hits.map(({ type }) => type)),
    sql: `SELECT audit_type, count(*) FROM events WHERE decision = 'mask' GROUP BY 1`,
  },
  {
    question: 'which log-ins failed?',
    script: () =>
      counted(
        all
          .filter(({ type, event }) => type === 'custom' && event['eventType'] === 'LOGIN')
          .map(({ event }) => JSON.parse(event['eventDetails']) as Members)
          .filter((details) => details['is_success'] === 'NO')
          .map((details) => `${details['user_name']} from ${details['client_ip']}`),
      ),
    criteria: { types: ['custom'], action: 'LOGIN', decision: 'fail' },
    answer: (hits) => counted(hits.map(({ row }) => `${row().actor} from ${row().client_ip}`)),
    sql: `SELECT concat(actor, ' from ', client_ip), count(*) FROM custom WHERE action = 'LOGIN' AND decision = 'fail' GROUP BY 1`,
  },
  {
    question: 'which alerts over their threshold blocked, and whom?',
    script: () =>
      counted(
        all
          .filter(({ type, event }) => type === 'alert' && event['threshold'].actionTaken === 'Block')
          .map(({ event }) => event['user'].trackingId),
      ),
    criteria: { types: ['alert'], decision: 'block' },
    answer: (hits) => counted(hits.map(({ row }) => row().actor)),
    sql: `SELECT actor, count(*) FROM alert WHERE decision = 'block' GROUP BY 1`,
  },
  {
    question: 'who does the most?',
    script: () => counted(all.map(({ type, event }) => actorOf[type]?.(event) ?? null)),
    criteria: {},
    answer: (hits) => counted(hits.map(({ row }) => row().actor)),
    sql: `SELECT coalesce(actor, 'null'), count(*) FROM events GROUP BY 1`,
  },
  {
    question: 'what did one user do on one day?',
    script: () =>
      all
        .filter(
          ({ type, timeMs, event }) =>
            timeMs >= oneDay.sinceMs && timeMs < oneDay.untilMs && actorOf[type]?.(event) === busiest,
        )
        .map(({ type, timeMs }) => `${timeMs} ${type}`)
        .toSorted(),
    criteria: { actor: busiest.toLowerCase(), ...oneDay },
    answer: (hits) => hits.map(({ row, type }) => `${row().event_time} ${type}`).toSorted(),
    sql: `SELECT epoch_ms(event_time), audit_type FROM events WHERE actor = '${busiest}' AND event_time >= make_timestamp(${oneDay.sinceMs} * 1000) AND event_time < make_timestamp(${oneDay.untilMs} * 1000)`,
  },
];

test.each(questions)(
  '$question find, query over lines and over Parquet, and a plain script say the same',
  async ({ script, criteria, answer, sql }) => {
    const expected = script();
    expect(expected.length).toBeGreaterThan(0);
    expect(answer(await found(criteria))).toEqual(expected);
    expect(await ask(sql, 'lines')).toEqual(expected);
    expect(await ask(sql, 'parquet')).toEqual(expected);
  },
  200_000,
);

test('Parquet holds every event once, names its sources, and is at most 0.6 of the gzip', async () => {
  expect(schemaErrors('compact-report', report)).toEqual([]);
  expect(report.failures).toEqual([]);
  const sum = (of: 'lines' | 'sourceBytes' | 'bytes'): number =>
    report.files.reduce((total, file) => total + file[of], 0);
  expect(sum('lines')).toBe(events.length);
  expect(sum('bytes') / sum('sourceBytes')).toBeLessThanOrEqual(0.6);
  const rows = await ask('SELECT audit_type, count(*) FROM events GROUP BY 1', 'parquet');
  expect(rows).toEqual(counted(events.map(({ type }) => type)));
});

test('done again, nothing is written', async () => {
  const before = await readdir(workspace.path('curated'), { recursive: true });
  const again = await compactTo('curated');
  expect(again).toMatchObject({ files: [], failures: [] });
  expect(again.upToDate).toBe(again.days);
  expect((await readdir(workspace.path('curated'), { recursive: true })).toSorted()).toEqual(
    before.toSorted(),
  );
}, 60_000);
