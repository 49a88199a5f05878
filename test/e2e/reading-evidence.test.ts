import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBValue } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import { expect, test } from 'vitest';
import { FolderReader } from '../../src/adapters/fs/store/folder-reader.ts';
import { proveObject } from '../../src/core/verify/prove.ts';
import { generateInput } from './generated-input.ts';
import { runCli } from './run-cli.ts';
import { useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();

interface NamedSource {
  key: string;
  sha256: string;
  log?: { log: string; leaf: number };
}

/** The sources that the metadata of Parquet files names. */
async function sourcesOf(folder: string): Promise<NamedSource[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const rows = await connection.runAndReadAll(
      `SELECT decode(value) FROM parquet_kv_metadata('${folder}/audit_type=*/*/*.parquet') WHERE decode(key) = 'audit-export.sources'`,
    );
    return rows.getRows().flatMap(([text]: DuckDBValue[]) => JSON.parse(String(text)) as NamedSource[]);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

test('Parquet names the leaf of the transparency log that tells of each source', async () => {
  const workspace = await newWorkspace();
  const input = generateInput({ seed: 18, lines: 900, hours: 60 });
  const half = input.bytes.indexOf('\n', input.bytes.length / 2) + 1;
  for (const stdin of [input.bytes.subarray(0, half), input.bytes.subarray(half)])
    await runCli(workspace, ['push', '--to', 'export'], { stdin });
  await runCli(workspace, ['compact', '--from', 'export', '--to', 'curated']);
  const sources = await sourcesOf(workspace.path('curated'));
  const stored = await readdir(workspace.path('export'), { recursive: true });
  expect(sources.map(({ key }) => key).toSorted()).toEqual(
    stored.filter((name) => /^audit_type=.*\.jsonl\.gz$/.test(name)).toSorted(),
  );
  const reader = new FolderReader(workspace.path('export'));
  for (const { key, sha256, log } of sources) {
    const proven = await proveObject(reader, key);
    expect(log).toEqual({ log: proven.log, leaf: proven.proof.index });
    expect(proven.leaf.sha256).toBe(sha256);
  }
});

test('without a log, sources are named without a place', async () => {
  const workspace = await newWorkspace();
  const { bytes } = generateInput({ seed: 18, lines: 50, hours: 2 });
  await runCli(workspace, ['push', '--to', 'export', '--evidence', 'off'], { stdin: bytes });
  expect((await runCli(workspace, ['compact', '--from', 'export', '--to', 'curated'])).code).toBe(0);
  const sources = await sourcesOf(join(workspace.folder, 'curated'));
  expect(sources.length).toBeGreaterThan(0);
  expect(sources.filter(({ log }) => log !== undefined)).toEqual([]);
});
