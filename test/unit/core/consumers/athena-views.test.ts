import { init, parse, Dialect } from '@polyglot-sql/sdk';
import { beforeAll, describe, expect, test } from 'vitest';
import { columnExpressions } from '../../../../src/core/consumers/athena/column-sql.ts';
import { buildRowReader, parseLine } from '../../../../src/core/readers/columns/read-row.ts';
import type { EventRow } from '../../../../src/core/readers/columns/standard-columns.ts';
import { columnsOfTypes } from '../../../../src/core/readers/columns/type-columns.ts';
import { compiledAuditTypes } from '../../../../src/generated/audit-types.ts';
import { eventLines, typed } from './event-lines.ts';
import { inDuckDb, openTrino } from './trino-in-duckdb.ts';

const types = columnsOfTypes(compiledAuditTypes.map(({ descriptor }) => descriptor));

/** Events that a reader stumbles over. */
const odd = [
  {
    dt: '2026-03-11T20:31:39Z',
    id: 1,
    clientId: 'c',
    user: null,
    fields: 'none',
    threshold: [],
    groups: [1, null, ''],
    schema_version: 'v1.1.0',
  },
  {
    dt: '2026-03-11T20:31:39.5+05:30',
    id: '12345678901234567',
    clientId: '',
    user: { id: 7 },
    fields: [{ tableName: 'T', columnName: '' }, { databaseName: "D'B" }],
    threshold: { actionTaken: 'BLOCK' },
    schema_version: 'v1.1.0',
  },
].map((event) => JSON.stringify(event));

const lines = [...eventLines(), ...odd.flatMap(typed)];

/** What both must agree on: lists as sets, since array_distinct promises no order, and details as JSON. */
function comparable(row: Record<string, unknown>): Record<string, unknown> {
  const sorted = Object.entries(row).map(([name, value]) => [
    name,
    Array.isArray(value) ? (value as string[]).toSorted() : value,
  ]);
  const { details } = row;
  const json = typeof details === 'string' ? (JSON.parse(details) as unknown) : null;
  return { ...(Object.fromEntries(sorted) as Record<string, unknown>), details: json };
}

describe("Athena's views", () => {
  beforeAll(() => init());

  test('the corpus has every type that there are examples of', () => {
    expect([...new Set(lines.map(({ type }) => type))].sort()).toEqual(
      ['alert', 'custom', 'native-query', 'query', 'system', 'tokenization'].sort(),
    );
  });

  test.each(types)("$type: the expressions are Trino's SQL", (type) => {
    for (const { name, sql } of columnExpressions(type, 'line')) {
      const parsed = parse(`SELECT ${sql} AS "${name}" FROM t`, Dialect.Trino);
      expect(parsed.error ?? '').toBe('');
      expect(parsed.success).toBe(true);
    }
  });

  test.each(types)('$type: the values are those that the row reader gives', async (type) => {
    const own = lines.filter((line) => line.type === type.type);
    const connection = await openTrino();
    await connection.run('CREATE TABLE lines (n INTEGER, line VARCHAR)');
    for (const [n, { line }] of own.entries())
      await connection.run('INSERT INTO lines VALUES ($n, $line)', { n, line });
    const chosen = columnExpressions(type, 'line').map(({ name, sql }) => {
      const inMs = name === 'event_time' ? `epoch_ms(${sql})` : sql;
      return `${inDuckDb(inMs)} AS "${name}"`;
    });
    const found = await connection.runAndReadAll(`SELECT ${chosen.join(', ')} FROM lines ORDER BY n`);
    const rows = found.getRowObjectsJson() as Record<string, unknown>[];
    const read = buildRowReader(type);
    const wanted = own.map(({ line }): EventRow => read(parseLine(line)));
    expect(rows.map((row) => comparable({ ...row, ...numbers(row) }))).toEqual(
      wanted.map((row) => comparable({ ...row })),
    );
    connection.closeSync();
  });
});

/** DuckDB prints 64-bit integers as text. */
function numbers({ event_time: time, rows }: Record<string, unknown>): Record<string, unknown> {
  const numberOf = (value: unknown): number | null => (value === null ? null : Number(value));
  return { event_time: numberOf(time), rows: numberOf(rows) };
}
