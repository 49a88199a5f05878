import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { openDuckDb } from '../../../../src/adapters/duckdb/duckdb-engine.ts';
import { FolderReader } from '../../../../src/adapters/fs/store/folder-reader.ts';
import { openFolderStore } from '../../../../src/adapters/fs/store/folder-store.ts';
import { objectContent } from '../../../../src/adapters/fs/store/object-content.ts';
import type { CompactReport } from '../../../../src/commands/compact/compact-report.ts';
import type { CompactHost } from '../../../../src/commands/compact/index.ts';
import { compact } from '../../../../src/commands/compact/index.ts';
import { loadAuditTypes } from '../../../../src/core/audit-types/load-audit-types.ts';
import { dayLayout, parseLayout, renderLayout } from '../../../../src/core/layout/layout.ts';
import { objectKey } from '../../../../src/core/layout/object-key.ts';
import { filesBelow } from '../../../e2e/workspace.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

const types = await loadAuditTypes([]);
const startMs = Date.UTC(2026, 8, 1, 10);

interface World {
  folder: string;
  /** Puts an object with so many alerts into the store, and answers with its key. */
  deliver: (name: string, events: number) => Promise<string>;
  compact: (host?: Partial<CompactHost>, withRaw?: boolean) => Promise<CompactReport>;
  ask: (sql: string) => Promise<unknown[][]>;
}

function world(): World {
  const folder = scratchFolder();
  const source = new FolderReader(join(folder, 'export'));
  const target = join(folder, 'curated');
  return {
    folder,
    deliver: async (name, events) => {
      const lines = Array.from({ length: events }, (_, index) =>
        alertOf(`${name}-${index}`, startMs + index * 1000),
      );
      const content = Buffer.from(`${lines.join('\n')}\n`);
      const sha256 = createHash('sha256').update(content).digest('hex');
      const where = renderLayout(parseLayout(dayLayout), 'alert', startMs);
      const key = objectKey({
        prefix: '',
        folder: where,
        earliestMs: startMs,
        sha256,
        extension: '.jsonl.gz',
      });
      await mkdir(dirname(join(folder, 'export', key)), { recursive: true });
      await writeFile(join(folder, 'export', key), gzipSync(content));
      return key;
    },
    compact: async (host = {}, withRaw = false) =>
      compact(
        { types: undefined, sinceMs: undefined, untilMs: undefined, layout: dayLayout, withRaw },
        {
          reader: source,
          types,
          open: (object) => objectContent(source, object),
          target: { store: await openFolderStore(target), reader: new FolderReader(target) },
          createdBy: 'audit-export test',
          signal: new AbortController().signal,
          onFile: () => undefined,
          ...host,
        },
      ),
    ask: async (sql) => {
      const engine = await openDuckDb();
      try {
        const answer = await engine.ask(sql.replaceAll('FILES', `'${target}/audit_type=*/*/*.parquet'`));
        const rows: unknown[][] = [];
        for await (const batch of answer.rows) rows.push(...(batch as unknown[][]));
        return rows;
      } finally {
        engine.close();
      }
    },
  };
}

function alertOf(id: string, timeMs: number): string {
  const dt = new Date(timeMs).toISOString();
  const fields = [{ columnName: 'SSN', databaseName: 'DB', tableName: 'PUBLIC.T' }];
  return JSON.stringify({
    id,
    dt,
    clientId: 'c',
    user: { trackingId: 'ADA' },
    fields,
    threshold: { actionTaken: 'Block' },
  });
}

/** Each source of all files with the number of files that name it. */
async function namedSources({ ask }: World): Promise<Map<string, number>> {
  const rows = await ask(
    "SELECT decode(value) FROM parquet_kv_metadata(FILES) WHERE decode(key) = 'audit-export.sources'",
  );
  const named = new Map<string, number>();
  for (const [text] of rows)
    for (const { key } of JSON.parse(String(text)) as { key: string }[])
      named.set(key, (named.get(key) ?? 0) + 1);
  return named;
}

const each = (keys: readonly string[]): Map<string, number> => new Map(keys.map((key) => [key, 1]));

test('the columns are typed, and the metadata names each source with the hash of its content', async () => {
  const one = world();
  const key = await one.deliver('a', 3);
  const { files } = await one.compact({}, true);
  expect(files).toMatchObject([{ of: 'alert', date: '2026-09-01', sources: 1, lines: 3, status: 'stored' }]);
  expect(files[0]?.key).toMatch(
    /^audit_type=alert\/event_date=2026-09-01\/20260901T100000000Z-[0-9a-f]{32}\.parquet$/,
  );
  const line = alertOf('a-0', startMs);
  expect(
    await one.ask(
      'SELECT epoch_ms(event_time), event_id, object, columns, tags, decision, rows, line FROM FILES LIMIT 1',
    ),
  ).toEqual([[String(startMs), 'a-0', ['DB.PUBLIC.T'], ['SSN'], [], 'block', null, line]]);
  expect((await namedSources(one)).get(key)).toBe(1);
});

test('again, nothing is written; late objects make a further file', async () => {
  const one = world();
  const keys = [await one.deliver('a', 2), await one.deliver('b', 2)];
  expect((await one.compact()).files).toHaveLength(1);
  expect(await one.compact()).toMatchObject({ files: [], upToDate: 1, days: 1 });
  keys.push(await one.deliver('late', 5));
  expect((await one.compact()).files).toMatchObject([{ sources: 1, lines: 5 }]);
  expect(await one.compact()).toMatchObject({ files: [], upToDate: 1 });
  expect(await namedSources(one)).toEqual(each(keys));
  expect(await one.ask('SELECT count(*), count(DISTINCT event_id) FROM FILES')).toEqual([['9', '9']]);
});

test('two at once, one of which sees more objects than the other, put each source into one file', async () => {
  for (let round = 0; round < 5; round++) {
    const one = world();
    const keys = [await one.deliver('a', 2), await one.deliver('b', 2)];
    const running = one.compact();
    keys.push(await one.deliver('c', 2));
    const reports = await Promise.all([running, one.compact(), one.compact()]);
    expect(reports.flatMap(({ failures }) => failures)).toEqual([]);
    await one.compact();
    expect(await namedSources(one)).toEqual(each(keys));
    expect(await one.ask('SELECT count(*), count(DISTINCT event_id) FROM FILES')).toEqual([['6', '6']]);
  }
});

test('a run that was killed between claim and file is ended by the next, also after its sources are gone', async () => {
  const one = world();
  const key = await one.deliver('a', 2);
  const real = await openFolderStore(join(one.folder, 'curated'));
  const refusing = (what: RegExp): CompactHost['target'] => ({
    reader: new FolderReader(join(one.folder, 'curated')),
    store: {
      location: real.location,
      prefix: '',
      close: async () => undefined,
      put: (object) => (what.test(object.key) ? Promise.reject(new Error('killed')) : real.put(object)),
    },
  });
  expect((await one.compact({ target: refusing(/parquet$/) })).failures).toMatchObject([
    { message: 'killed' },
  ]);
  expect(await filesBelow(join(one.folder, 'curated'))).toHaveLength(1);
  expect((await one.compact({ target: refusing(/done/) })).failures).toHaveLength(1);
  await rm(join(one.folder, 'export', key));
  const late = await one.deliver('late', 1);
  expect((await one.compact()).failures).toEqual([]);
  expect(await namedSources(one)).toEqual(each([key, late]));
});

test('files of somebody else in the folder of a day are told of, and nothing is written beside them', async () => {
  const one = world();
  await one.deliver('a', 2);
  const folder = join(one.folder, 'curated/audit_type=alert/event_date=2026-09-01');
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, '20260901_000000_00001_abcde'), 'by Athena');
  expect(await one.compact()).toMatchObject({
    files: [],
    failures: [{ key: 'alert 2026-09-01', message: expect.stringContaining('compact did not write') }],
  });
  await rm(join(folder, '20260901_000000_00001_abcde'));
  expect(await one.compact()).toMatchObject({ files: [{ lines: 2 }], failures: [] });
});

test('objects of the same content, as two layouts filed them, count once', async () => {
  const one = world();
  const key = await one.deliver('a', 2);
  const byHour = key.replace('event_date=2026-09-01/', 'event_date=2026-09-01/event_hour=10/');
  await mkdir(dirname(join(one.folder, 'export', byHour)), { recursive: true });
  await writeFile(join(one.folder, 'export', byHour), await readFile(join(one.folder, 'export', key)));
  expect((await one.compact()).files).toMatchObject([{ sources: 1, lines: 2 }]);
  expect(await one.compact()).toMatchObject({ files: [], upToDate: 1 });
});

test('an object that does not hold what its name says is named and not written', async () => {
  const one = world();
  const key = await one.deliver('a', 2);
  await writeFile(join(one.folder, 'export', key), gzipSync('{"id":"other"}\n'));
  const { files, failures } = await one.compact();
  expect(files).toEqual([]);
  expect(failures).toMatchObject([{ message: expect.stringContaining('does not hold what its name says') }]);
  expect(await readFile(join(one.folder, 'export', key))).toBeDefined();
});
