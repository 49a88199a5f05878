import { init, parse, Dialect } from '@polyglot-sql/sdk';
import { HiveSQL } from 'dt-sql-parser/dist/parser/hive/index.js';
import * as fc from 'fast-check';
import { beforeAll, describe, expect, test } from 'vitest';
import { consumersAthena } from '../../../../src/commands/consumers/athena/athena.ts';
import { athenaSettings } from '../../../../src/commands/consumers/athena/athena-settings.ts';
import type { ConsumersHost } from '../../../../src/commands/consumers/consumers-host.ts';
import { resolveSettings } from '../../../../src/core/config/setting.ts';
import { savedQueries } from '../../../../src/core/consumers/athena/queries.ts';
import { tablesOf } from '../../../../src/core/consumers/athena/tables.ts';
import { dayLayout, hourLayout, parseLayout, renderLayout } from '../../../../src/core/layout/layout.ts';
import { schemaErrors } from '../../../fakes/json-schema.ts';
import { eventLines } from './event-lines.ts';
import { inDuckDb, openTrino } from './trino-in-duckdb.ts';

const layouts = [
  dayLayout,
  hourLayout,
  '{type}/{yyyy}/{MM}/{dd}',
  'type={type}/y={yyyy}/m={MM}/d={dd}/h={HH}',
  'audit/{type}/{date}',
  'x/{type}-{yyyy}-{MM}',
  '{yyyy}/{MM}/{dd}/{type}',
];

const request = {
  store: { bucket: 'acme-audit', prefix: 'altr' },
  curated: { bucket: 'acme-audit', prefix: 'curated' },
  types: ['query', 'native-query'],
  since: '2020-01-01',
  lastYear: 2031,
};

const host: ConsumersHost = {
  clock: { now: () => Date.UTC(2026, 10, 30) },
  signal: new AbortController().signal,
  say: () => undefined,
  readOwnTypes: async () => [],
  openReader: async () => ({
    location: 's3://acme-audit/altr',
    list: async function* () {
      const object = { modifiedMs: undefined, revision: '1' };
      yield { ...object, key: 'audit_type=query/event_date=2026-11-30/a.jsonl.gz', size: 40_000_000 };
      yield { ...object, key: 'audit_type=query/event_date=2026-11-23/a.jsonl.gz', size: 2_000_000 };
      yield { ...object, key: 'audit_type=query/event_date=2026-11-22/a.jsonl.gz', size: 1_000_000 };
      yield { ...object, key: '_audit-export/log/x', size: 9_000_000 };
    },
    read: () => {
      throw new Error('nothing is read');
    },
    close: async () => undefined,
  }),
  openCatalogue: () => Promise.reject(new Error('not asked for')),
  openEngine: () => Promise.reject(new Error('not asked for')),
};

function optionsOf(words: Record<string, string>) {
  const flags = Object.fromEntries(Object.entries(words).map(([flag, word]) => [flag, [word]]));
  return resolveSettings(athenaSettings, { flags, environment: {}, profile: undefined });
}

const reportOf = (words: Record<string, string> = {}) =>
  consumersAthena(optionsOf({ from: 's3://acme-audit/altr', ...words }), host);

/** The statements of a file, without comments. */
function statements(files: readonly { file: string; text: string }[], name: string): string[] {
  const text = files.find(({ file }) => file === name)?.text ?? '';
  return text
    .split(/;\n/)
    .map((statement) => statement.replaceAll(/^--.*$/gm, '').trim())
    .filter((statement) => statement !== '');
}

/** A statement without the name of its table and what stands in quotes: the grammar says the same of all that share it. */
function formOf(statement: string): string {
  return statement.replace(/EXISTS \w+\.\w+/, 'EXISTS').replaceAll(/'(?:[^']|'')*'/g, "''");
}

describe('the projected partitions of a layout', () => {
  test.each(layouts)('%s: lead to the folder that push files an event in', (layout) => {
    fc.assert(
      fc.property(fc.integer({ min: Date.UTC(2020, 0), max: Date.UTC(2031, 11, 31) }), (timeMs) => {
        const iso = new Date(timeMs).toISOString();
        const [table] = tablesOf({ ...request, layout }).lines;
        const values: Record<string, string> = {
          'yyyy-MM-dd': iso.slice(0, 10),
          '4': iso.slice(0, 4),
          '1,12': iso.slice(5, 7),
          '1,31': iso.slice(8, 10),
          '0,23': iso.slice(11, 13),
        };
        const properties = table?.properties ?? {};
        const folder = (properties['storage.location.template'] ?? '').replaceAll(
          /\$\{(\w+)\}/g,
          (_, name: string) => {
            const own = (key: string): string => properties[`projection.${name}.${key}`] ?? '';
            const isYear = own('type') === 'integer' && own('digits') === '4';
            return values[isYear ? '4' : own('format') || own('range')] ?? '?';
          },
        );
        expect(folder).toBe(`s3://acme-audit/altr/${renderLayout(parseLayout(layout), 'query', timeMs)}/`);
        expect(folder.startsWith(table?.location ?? '?')).toBe(true);
      }),
      { numRuns: 50 },
    );
  });

  test('a layout that puts types into one folder is refused, with the cure', () => {
    expect(() => tablesOf({ ...request, layout: 'event_date={date}' })).toThrow('all types into one folder');
  });
});

describe('consumers athena', () => {
  beforeAll(() => init());

  test("the DDL of each layout is Hive's, as its grammar has it", async () => {
    const forms = new Map<string, string>();
    for (const layout of layouts) {
      const { files } = await reportOf({ layout });
      for (const statement of statements(files, 'tables.sql')) forms.set(formOf(statement), statement);
    }
    // The database, the Parquet of all types, and the lines of each layout: two pairs of layouts share a form.
    expect(forms.size).toBe(7);
    for (const statement of forms.values())
      expect([statement, new HiveSQL().validate(`${statement};`)]).toEqual([statement, []]);
  });

  test("views and queries are Trino's SQL", async () => {
    const { files } = await reportOf();
    const all = [...statements(files, 'views.sql'), ...statements(files, 'queries.sql')];
    expect(all.length).toBe(9 * 2 + 2 + 5);
    for (const statement of all) expect(parse(statement, Dialect.Trino).error ?? '').toBe('');
  });

  test('statements for Iceberg and S3 Tables are SQL', async () => {
    const { files } = await reportOf({ 'table-bucket': 'acme-tables' });
    const merges = ['iceberg.sql', 's3-tables.sql'].flatMap((name) => statements(files, name));
    expect(merges.filter((statement) => statement.startsWith('MERGE'))).toHaveLength(2);
    for (const statement of merges.filter((text) => text.startsWith('MERGE')))
      expect(parse(statement, Dialect.Trino).error ?? '').toBe('');
    for (const statement of merges.filter((text) => text.startsWith('CREATE')))
      expect(parse(statement, Dialect.Athena).error ?? '').toBe('');
  });

  test.each([dayLayout, '{type}/{yyyy}/{MM}/{dd}'])(
    '%s: views and saved queries run over lines, and each event is in them once',
    async (layout) => {
      const { files } = await reportOf({ layout });
      const connection = await openTrino();
      await connection.run("ATTACH ':memory:' AS AwsDataCatalog; CREATE SCHEMA audit_export");
      const { lines } = tablesOf({ ...request, layout, types: allTypes() });
      for (const { name, partitions } of lines)
        await connection.run(
          `CREATE TABLE audit_export.${name} (line VARCHAR, ${partitions.map((column) => `${column.name} VARCHAR`).join(', ')})`,
        );
      const events = eventLines(40);
      await connection.run('BEGIN');
      for (const { type, line } of events) {
        const table = `${type.replaceAll('-', '_')}_lines`;
        const partitions = lines.find(({ name }) => name === table)?.partitions ?? [];
        await connection.run(
          `INSERT INTO audit_export.${table} VALUES ($line, ${partitions.map(() => "'2026'").join(', ')})`,
          { line },
        );
      }
      await connection.run('COMMIT');
      for (const statement of statements(files, 'views.sql').filter((text) => !text.includes('_parquet')))
        await connection.run(inDuckDb(statement));
      const counted = await connection.runAndReadAll(
        'SELECT count(*), count(event_time) FROM audit_export.events',
      );
      expect(counted.getRowsJson()).toEqual([[String(events.length), expect.stringMatching(/^\d+$/)]]);
      const members = await connection.runAndReadAll(
        'SELECT count(datetime) + count(endtime) FROM audit_export.native_query_members',
      );
      expect(Number(members.getRowsJson()[0]?.[0])).toBeGreaterThan(0);
      connection.closeSync();
    },
  );

  test('each saved query keeps to the partitions of its days', () => {
    for (const layout of layouts.filter((text) => /dd|date/.test(text)))
      for (const { sql, days } of savedQueries('audit_export', parseLayout(layout))) {
        expect(sql).toMatch(/>= date_format\(/);
        expect(days).toBeDefined();
      }
    const [first] = savedQueries('audit_export', parseLayout('x/{type}-{yyyy}-{MM}'));
    expect(first?.days).toBeUndefined();
  });

  test('--measure says what the queries read and cost', async () => {
    const { queries } = await reportOf({ measure: 'true' });
    const bytesOf = Object.fromEntries(queries.map(({ name, bytes }) => [name, bytes]));
    expect(bytesOf['one-users-day']).toBe(40_000_000);
    expect(bytesOf['who-read-a-column']).toBe(42_000_000);
    expect(bytesOf['top-users']).toBe(43_000_000);
    expect(queries.find(({ name }) => name === 'one-users-day')?.usd).toBeCloseTo(0.0002);
  });

  test('the report has the form of its schema', async () => {
    expect(schemaErrors('consumers-athena', await reportOf())).toEqual([]);
  });

  test.each([
    [{ from: './folder' }, 'is a folder'],
    [{ database: 'x; DROP DATABASE y' }, '--database'],
    [{ since: '2020-13-01' }, '--since'],
    [{ types: 'qery' }, '--types'],
  ])('refuses %j', async (words, said) => {
    await expect(reportOf(words)).rejects.toThrow(said);
  });
});

function allTypes(): string[] {
  return [...new Set(eventLines(40).map(({ type }) => type)), 'uam', 'immuta-legacy', 'login'].filter(
    (type, index, all) => all.indexOf(type) === index,
  );
}
