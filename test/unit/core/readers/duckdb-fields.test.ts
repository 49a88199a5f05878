import { mkdirSync, writeFileSync } from 'node:fs';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { eventLines } from '../consumers/event-lines.ts';

type Members = Record<string, unknown>;

const byType = new Map<string, string[]>();
for (const { type, line } of eventLines(1500)) byType.set(type, [...(byType.get(type) ?? []), line]);

/** What DuckDB reads of files of a type when it is told nothing, a row a line, as JSON. */
async function rowsOf(type: string, lines: readonly string[]): Promise<Members[]> {
  const folder = `${scratchFolder()}/audit_type=${type}/event_date=2026-09-01/event_hour=10`;
  mkdirSync(folder, { recursive: true });
  writeFileSync(`${folder}/objects.jsonl`, `${lines.join('\n')}\n`);
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const read = await connection.runAndReadAll(`SELECT to_json(t)::VARCHAR FROM '${folder}/*.jsonl' t`);
    return read.getRowsJS().map(([text]) => JSON.parse(text as string) as Members);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

/** DuckDB makes one struct of all objects of a field: members that one does not have are null there. */
function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

/** The value of a field: of names that differ by case alone, the second column is `name_1`. */
function valueOf(row: Members, field: string): unknown {
  const names = new RegExp(`^${field}(?:_\\d+)?$`, 'i');
  const values = Object.entries(row).filter(([name, value]) => names.test(name) && value !== null);
  expect(values.slice(1)).toEqual([]);
  return values[0]?.[1] ?? null;
}

test.each([...byType.keys()].toSorted().map((type) => ({ type })))(
  'each top-level field of $type has in DuckDB, told nothing, the value that it has in the line',
  async ({ type }) => {
    const lines = byType.get(type) ?? [];
    const rows = await rowsOf(type, lines);
    expect(rows).toHaveLength(lines.length);
    for (const [index, line] of lines.entries())
      for (const [field, value] of Object.entries(JSON.parse(line) as Members))
        expect([field, withoutNulls(valueOf(rows[index] ?? {}, field))]).toEqual([
          field,
          withoutNulls(value),
        ]);
  },
);
