import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
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
import { ocsfColumns } from '../../../../src/core/ocsf/columns.ts';
import { ocsfClasses } from '../../../../src/core/ocsf/classes.ts';
import type { OcsfClassName } from '../../../../src/core/ocsf/classes.ts';
import { checkLakePlace } from '../../../../src/core/ocsf/lake.ts';
import { mapToOcsf } from '../../../../src/core/ocsf/map-event.ts';
import { buildOcsfReader } from '../../../../src/core/ocsf/read-source.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import type { TypedLine } from '../../core/consumers/event-lines.ts';
import { eventLines } from '../../core/consumers/event-lines.ts';

const types = await loadAuditTypes([]);
const read = buildOcsfReader(types);
const dayMs = 86_400_000;
const startMs = Date.UTC(2030, 0, 1);
const place = { source: 'audit-export', region: 'us-east-1', account: 'external' };

type Mapped = Record<string, unknown> & { class_uid: number; time: number; raw_data?: string };

function mapped({ type, line }: TypedLine): Mapped[] {
  const source = read(line, type);
  const event = source === undefined ? undefined : mapToOcsf(source);
  return event === undefined ? [] : [event as Mapped];
}

/** Events of all types, each line once, of the two busiest days of each type. */
const events = busiest(
  [...new Map(eventLines(500).map((event) => [event.line, event])).values()].filter(
    (event) => mapped(event).length === 1,
  ),
);

function busiest(lines: readonly TypedLine[]): TypedLine[] {
  const groups = [...grouped(lines)].toSorted(([, a], [, b]) => b.length - a.length);
  const seen = new Map<string, number>();
  return groups.flatMap(([partition, group]) => {
    const [type = ''] = partition.split(' ');
    const days = (seen.get(type) ?? 0) + 1;
    seen.set(type, days);
    return days > 2 ? [] : group;
  });
}

interface World {
  deliver: (lines: readonly TypedLine[]) => Promise<void>;
  compact: (host?: Partial<CompactHost>) => Promise<CompactReport>;
  /** All events in the files, in their order, by class. */
  stored: () => Promise<Map<string, Mapped[]>>;
  target: string;
}

function world(): World {
  const folder = scratchFolder();
  const source = new FolderReader(join(folder, 'export'));
  const target = join(folder, 'lake');
  return {
    target,
    deliver: async (lines) => {
      for (const [partition, group] of grouped(lines)) {
        const [type = '', day = ''] = partition.split(' ');
        const content = Buffer.from(group.map(({ line }) => `${line}\n`).join(''));
        const key = objectKey({
          prefix: '',
          folder: renderLayout(parseLayout(dayLayout), type, Number(day)),
          earliestMs: Math.min(startMs, ...group.flatMap(mapped).map(({ time }) => time)),
          sha256: createHash('sha256').update(content).digest('hex'),
          extension: '.jsonl.gz',
        });
        await mkdir(dirname(join(folder, 'export', key)), { recursive: true });
        await writeFile(join(folder, 'export', key), gzipSync(content));
      }
    },
    compact: async (host = {}) =>
      compact(
        {
          types: undefined,
          sinceMs: undefined,
          untilMs: undefined,
          layout: dayLayout,
          withRaw: false,
          lake: place,
        },
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
    stored: () => readBack(target),
  };
}

/** By type and the beginning of the day. */
function grouped(lines: readonly TypedLine[]): Map<string, TypedLine[]> {
  const groups = new Map<string, TypedLine[]>();
  for (const event of lines) {
    const [{ time } = { time: startMs }] = mapped(event);
    const partition = `${event.type} ${Math.floor(time / dayMs) * dayMs}`;
    groups.set(partition, [...(groups.get(partition) ?? []), event]);
  }
  return groups;
}

async function readBack(folder: string): Promise<Map<string, Mapped[]>> {
  const engine = await openDuckDb();
  const found = new Map<string, Mapped[]>();
  try {
    for (const [name, { uid }] of Object.entries(ocsfClasses)) {
      const files = `'${folder}/ext/audit-export-${uid}/region=us-east-1/accountId=external/eventDay=*/*.parquet'`;
      const columns = ocsfColumns(name as OcsfClassName).map(({ name: column }) => `"${column}"`);
      const answer = await engine.ask(
        `SELECT filename, to_json({${columns.map((column) => `${column}: ${column}`).join(', ')}}) FROM read_parquet(${files}, filename = true, file_row_number = true, hive_partitioning = false) ORDER BY filename, file_row_number`,
      );
      for await (const batch of answer.rows)
        for (const [file, text] of batch as string[][])
          found.set(String(file), [
            ...(found.get(String(file)) ?? []),
            told(JSON.parse(String(text))) as Mapped,
          ]);
    }
  } finally {
    engine.close();
  }
  return found;
}

/** Without what is null, and what has nothing in it. */
function told(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(told);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(([name, member]) => [name, told(member)] as const);
  const kept = members.filter(([, member]) => member !== null && member !== undefined);
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}

/** As files hold it: what is unmapped is text. */
function asStored(event: Mapped): unknown {
  const unmapped = Object.entries(event['unmapped'] ?? {}).flatMap(([name, value]: [string, unknown]) =>
    value === undefined ? [] : [[name, typeof value === 'string' ? value : JSON.stringify(value)]],
  );
  return told({ ...event, unmapped: Object.fromEntries(unmapped) as object });
}

const sorted = (all: readonly unknown[]): string[] => all.map((event) => canonical(event)).sort();
const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );

test('files hold what map ocsf makes of each event, once, one class a file, sorted by time', async () => {
  const one = world();
  await one.deliver(events);
  const report = await one.compact();
  expect(report.failures).toEqual([]);
  const files = await one.stored();
  expect(sorted([...files.values()].flat())).toEqual(sorted(events.flatMap(mapped).map(asStored)));
  for (const [file, stored] of files) {
    const [, uid, day] =
      /audit-export-(\d+)\/region=us-east-1\/accountId=external\/eventDay=(\d{8})\//.exec(file) ?? [];
    expect(new Set(stored.map(({ class_uid: of }) => String(of)))).toEqual(new Set([uid]));
    const times = stored.map(({ time }) => time);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(
      new Set(times.map((time) => new Date(time).toISOString().slice(0, 10).replaceAll('-', ''))),
    ).toEqual(new Set([day]));
  }
  expect(new Set(report.files.map(({ of }) => of))).toEqual(new Set(Object.keys(ocsfClasses)));
}, 60_000);

test('again, two at once, and after late objects: each event once', async () => {
  const one = world();
  const [early, late] = [events.slice(0, 200), events.slice(200)];
  await one.deliver(early);
  const reports = await Promise.all([one.compact(), one.compact()]);
  expect(reports.flatMap(({ failures }) => failures)).toEqual([]);
  await one.deliver(late);
  expect((await one.compact()).failures).toEqual([]);
  const again = await one.compact();
  expect(again).toMatchObject({ files: [], failures: [] });
  expect(again.upToDate).toBe(again.days);
  const stored = [...(await one.stored()).values()].flat();
  expect(sorted(stored)).toEqual(sorted(events.flatMap(mapped).map(asStored)));
}, 60_000);

test('claims may be kept elsewhere, where the lake can only be written to', async () => {
  const one = world();
  await one.deliver(events.slice(0, 200));
  const kept = scratchFolder();
  const store = await openFolderStore(kept);
  const denied = (): never => {
    throw new Error('denied');
  };
  const writeOnly = { location: one.target, list: denied, read: denied, close: async () => undefined };
  const host = {
    claims: { store, reader: new FolderReader(kept), folder: 'to=lake/' },
    target: { store: await openFolderStore(one.target), reader: writeOnly },
  };
  const report = await one.compact(host);
  expect(report.failures).toEqual([]);
  expect(report.files.length).toBeGreaterThan(0);
  expect(await one.compact(host)).toMatchObject({ files: [], failures: [] });
  for await (const { key } of new FolderReader(one.target).list('')) expect(key).toMatch(/^ext\//);
  for await (const { key } of new FolderReader(kept).list(''))
    expect(key).toMatch(/^_audit-export\/compact\/to=lake\/ext\//);
});

test('an event of a type that nothing is known of comes to no class, and is told of', async () => {
  const one = world();
  await one.deliver(events.slice(0, 1).map(({ line }) => ({ type: 'strange', line })));
  const { failures, files } = await one.compact();
  expect(files).toEqual([]);
  expect(failures).toMatchObject([
    {
      key: expect.stringContaining('audit_type=strange/'),
      message: expect.stringContaining('1 line has no time'),
    },
  ]);
});

test.each([
  ['--ocsf-source', { source: 'a/b' }],
  ['--ocsf-source', { source: 'x'.repeat(60) }],
  ['--region', { region: 'us east' }],
  ['--ocsf-account', { account: '../x' }],
  ['--ocsf-account', { account: '' }],
])('%s that the path can not hold is refused: %o', (flag, bad) => {
  expect(() => checkLakePlace({ ...place, ...bad })).toThrow(flag);
});
