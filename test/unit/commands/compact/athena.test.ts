import { createHash } from 'node:crypto';
import { init, parse, Dialect } from '@polyglot-sql/sdk';
import { expect, test } from 'vitest';
import { compactByAthena } from '../../../../src/commands/compact/athena.ts';
import type { CompactAthenaReport } from '../../../../src/commands/compact/athena.ts';
import { dayLayout, parseLayout, renderLayout } from '../../../../src/core/layout/layout.ts';
import { objectKey } from '../../../../src/core/layout/object-key.ts';
import { standardColumns } from '../../../../src/core/readers/columns/standard-columns.ts';
import { schemaErrors } from '../../../fakes/json-schema.ts';
import { MemoryReader } from '../../../fakes/memory-reader.ts';
import { openTrino } from '../../core/consumers/trino-in-duckdb.ts';

const dayMs = 86_400_000;
const firstMs = Date.UTC(2026, 8, 1);

/** A store with an object of each type and day. */
function storeOf(types: readonly string[], days: number, layout = dayLayout): MemoryReader {
  const files = new Map<string, Buffer>();
  for (const type of types)
    for (let day = 0; day < days; day++) {
      const earliestMs = firstMs + day * dayMs + 1000;
      const sha256 = createHash('sha256').update(`${type} ${day}`).digest('hex');
      const folder = renderLayout(parseLayout(layout), type, earliestMs);
      files.set(
        objectKey({ prefix: '', folder, earliestMs, sha256, extension: '.jsonl.gz' }),
        Buffer.alloc(10),
      );
    }
  return new MemoryReader(files);
}

interface Run {
  report: CompactAthenaReport;
  asked: { sql: string; database: string }[];
}

async function unload(reader: MemoryReader, there: string[] = [], layout = dayLayout): Promise<Run> {
  const asked: Run['asked'] = [];
  const target = new MemoryReader(new Map(there.map((key) => [key, Buffer.alloc(1)])));
  const engine = {
    run: async (sql: string, database: string) => {
      asked.push({ sql, database });
      return { id: 'q-1', columns: [], rows: [], scannedBytes: 2e12, milliseconds: 5 };
    },
    save: () => Promise.reject(new Error('nothing is saved')),
    close: async () => undefined,
  };
  const wanted = { types: undefined, sinceMs: undefined, untilMs: undefined, layout, database: 'audit' };
  const host = { reader, target, engine, signal: new AbortController().signal, onStatement: () => undefined };
  return { report: await compactByAthena(wanted, host), asked };
}

test('one statement over the days that there are; the report says bytes and price', async () => {
  const { report, asked } = await unload(storeOf(['query', 'native-query'], 3));
  expect(asked).toHaveLength(1);
  expect(asked[0]).toEqual({ sql: report.statement, database: 'audit' });
  expect(report).toMatchObject({ days: 6, sources: 6, sourceBytes: 60, query: { id: 'q-1', usd: 10 } });
  expect(schemaErrors('compact-athena', report)).toEqual([]);
  expect(report.statement).toContain("event_date >= '2026-09-01' AND event_date < '2026-09-04'");
  expect(report.statement).toMatch(
    /\) TO 'memory\/'\nWITH \(format = 'PARQUET', .*partitioned_by = ARRAY\['audit_type', 'event_date'\]\)$/,
  );
});

const byYear = 'logs/{type}/{yyyy}/{MM}/{dd}';

test.each([dayLayout, byYear])(
  '%s: what is unloaded are the rows of these days, the partitions last',
  async (layout) => {
    await init();
    const { report } = await unload(storeOf(['query', 'alert'], 2, layout), [], layout);
    const [, select = ''] = /^UNLOAD \(\n([\s\S]*)\n\) TO /.exec(report.statement ?? '') ?? [];
    expect(parse(select, Dialect.Trino)).toMatchObject({ success: true });
    const connection = await openTrino();
    const partitions = layout === dayLayout ? ['event_date'] : ['event_year', 'event_month', 'event_day'];
    const columns = [...standardColumns.map(({ name }) => name), 'audit_type', ...partitions];
    await connection.run('CREATE SCHEMA audit');
    await connection.run(
      `CREATE TABLE audit.events (${columns.map((name) => `"${name}" VARCHAR`).join(', ')})`,
    );
    for (const [type, day] of [
      ['query', '2026-09-01'],
      ['alert', '2026-09-02'],
      ['query', '2026-09-03'],
      ['query', '2026-08-31'],
      ['system', '2026-09-01'],
    ] as const) {
      const parts = layout === dayLayout ? [day] : day.split('-');
      await connection.run(
        `INSERT INTO audit.events (actor, audit_type, ${partitions.join(', ')}) VALUES ('ada', '${type}', ${parts.map((part) => `'${part}'`).join(', ')})`,
      );
    }
    const answer = await connection.runAndReadAll(select);
    expect(answer.columnNames()).toEqual([
      ...standardColumns.map(({ name }) => name),
      'audit_type',
      'event_date',
    ]);
    expect(
      answer
        .getRows()
        .map((row) => row.slice(-2))
        .toSorted((a, b) => String(a).localeCompare(String(b))),
    ).toEqual([
      ['alert', '2026-09-02'],
      ['query', '2026-09-01'],
    ]);
    connection.closeSync();
  },
);

test('what Athena can not write in one statement is refused before it is asked, with what fits', async () => {
  const types = ['query', 'system', 'custom'];
  await expect(unload(storeOf(types, 40))).rejects.toMatchObject({
    code: 'usage',
    cure: expect.stringContaining('--until 2026-10-03'),
  });
  expect((await unload(storeOf(types, 33))).report.days).toBe(99);
  await expect(unload(storeOf(types, 1), ['audit_type=query/x'])).rejects.toMatchObject({ code: 'usage' });
  await expect(
    unload(storeOf(types, 1, 'logs/{type}/{yyyy}'), [], 'logs/{type}/{yyyy}'),
  ).resolves.toMatchObject({
    report: { days: 0, statement: null, query: null, failures: [{}, {}, {}] },
  });
});

test('where there is nothing, nothing is asked', async () => {
  const { report, asked } = await unload(storeOf([], 0));
  expect([asked, report.statement, report.query]).toEqual([[], null, null]);
});
