import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { eventsOf, generateInput } from './generated-input.ts';
import { runCli } from './run-cli.ts';
import { useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();

/** Answers of DuckDB, which knows nothing of this tool, to queries about an export. */
async function ask(query: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    return (await connection.runAndReadAll(query)).getRowsJS();
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

test.each([
  { size: 'small objects', flags: ['--object-size', '200KiB'] },
  { size: 'objects of several gzip members', flags: [] },
])(
  'DuckDB reads an export of $size by its hive partitions, and finds every line in its place',
  async ({ flags }) => {
    const workspace = await newWorkspace();
    const input = generateInput({ seed: 101, lines: 6000, hours: 60, late: 0.05, damage: 0.01 });
    await runCli(workspace, ['push', '--to', 'export', ...flags], { stdin: input.bytes });
    const files = quoted(workspace.path('export/audit_type=*/event_date=*/*.jsonl.gz'));
    const table = `read_ndjson_objects(${files}, hive_partitioning = true, hive_types_autocast = 0)`;

    const expected = new Map<string, number>();
    for (const { type, date } of eventsOf(input)) {
      const key = `${type} ${date}`;
      expected.set(key, (expected.get(key) ?? 0) + 1);
    }
    const counts = await ask(`select audit_type, event_date, count(*)::int from ${table} group by all`);
    expect(
      Object.fromEntries(counts.map(([type, dt, count]) => [`${String(type)} ${String(dt)}`, count])),
    ).toEqual(Object.fromEntries(expected));

    const rows = await ask(`select audit_type, event_date, json::varchar from ${table}`);
    const found = new Set(rows.map(([type, dt, text]) => `${String(type)} ${String(dt)} ${String(text)}`));
    const missing = eventsOf(input).filter(
      ({ type, date, bytes }) => !found.has(`${type} ${date} ${bytes.toString('utf8')}`),
    );
    expect(missing.map(({ line }) => `line ${line}`)).toEqual([]);
  },
);

test('DuckDB reads only the files of the day that is asked for', async () => {
  const workspace = await newWorkspace();
  const input = generateInput({ seed: 102, lines: 1000, hours: 60 });
  await runCli(workspace, ['push', '--to', 'export', '--partition', 'hour'], { stdin: input.bytes });
  const files = quoted(workspace.path('export/*/*/*/*.jsonl.gz'));
  const read = await ask(
    `select distinct filename from read_ndjson_objects(${files}, hive_partitioning = true, hive_types_autocast = 0, filename = true) where event_date = '2026-09-02' and event_hour = '07'`,
  );
  expect(read.length).toBeGreaterThan(0);
  for (const [name] of read) expect(String(name)).toContain('/event_date=2026-09-02/event_hour=07/');
  const wanted = eventsOf(input).filter(({ date, hour }) => date === '2026-09-02' && hour === '07');
  expect(read.length).toBe(new Set(wanted.map(({ type }) => type)).size);
});
