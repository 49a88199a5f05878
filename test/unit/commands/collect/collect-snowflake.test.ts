import { readdir, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { collectSnowflake } from '../../../../src/commands/collect/index.ts';
import { setupSql } from '../../../../src/commands/collect/look.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import {
  collectHost,
  collectRequest,
  CollectWorld,
  expectedOf,
  faultsOf,
  hourMs,
  journalOf,
  recordsIn,
} from '../../../e2e/collect-kit.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { keptLog } from '../../../fakes/kept-log.ts';
import { schemaErrors } from '../../../fakes/json-schema.ts';
import { MemoryStore } from '../../../fakes/memory-store.ts';

const startMs = Date.UTC(2026, 0, 1);

function prepare(): {
  world: CollectWorld;
  folder: string;
  store: MemoryStore;
  host: ReturnType<typeof collectHost>;
} {
  const world = new CollectWorld({
    fromMs: startMs,
    untilMs: startMs + 48 * hourMs,
    queriesPerHour: 3,
    longTextRate: 0,
    lateRate: 0,
    duplicateRate: 0,
  });
  world.clock.nowMs = startMs + 12 * hourMs;
  const folder = join(scratchFolder(), 'state');
  const store = new MemoryStore();
  return { world, folder, store, host: collectHost({ session: world.session(), folder, store }) };
}

const cursor = 'snowflake-acme-prod';
const since = { since: '2026-01-01' };

describe('what is wrong is told before anything is asked of Snowflake', () => {
  test.each<[string, Record<string, string>, string, string]>([
    ['no user map', { 'user-map': '' }, 'missing-answer', '--user-map'],
    ['a settle time that is too short', { settle: '10m' }, 'usage', '--settle'],
    ['a window that is too long', { window: '2d' }, 'usage', '--window'],
    ['a time that is none', { since: 'soon' }, 'usage', '--since'],
    ['a time to come', { since: '2999-01-01' }, 'usage', '--since'],
    ['an end before the beginning', { since: '2026-01-01', until: '2025-12-01' }, 'usage', '--until'],
    ['--again without --since', { again: 'true' }, 'missing-answer', '--since'],
    [
      'a file that is not as it should be',
      { 'user-map': 'objects.json' },
      'document-invalid',
      'objects.json',
    ],
    ['objects larger than a PUT', { 'object-size': '2GiB' }, 'usage', '--object-size'],
  ])('%s', async (_, flags, code, named) => {
    const { world, host } = prepare();
    const request = collectRequest(flags);
    if (flags['user-map'] === '') request.options.userMap = undefined;
    const thrown = await collectSnowflake(request, host).catch((error: unknown) => error);
    expect(thrown).toBeInstanceOf(AuditExportError);
    const { code: found, message, cure } = thrown as AuditExportError;
    expect([found, `${message} ${cure ?? ''}`]).toEqual([code, expect.stringContaining(named)]);
    expect(world.statements).toEqual([]);
  });
});

describe('where a run begins', () => {
  test('the first one 48 hours back, or at --since; the next one where it ended, whatever --since says', async () => {
    const { world, host, store } = prepare();
    const first = await collectSnowflake(collectRequest(since), host);
    expect([first.watermark, first.windows]).toEqual(['2026-01-01T09:00:00.000Z', 9]);
    world.clock.nowMs += hourMs;
    const next = await collectSnowflake(collectRequest({ since: '1d' }), host);
    expect([next.error?.code, next.exitCode]).toEqual(['usage', 2]);
    const { watermark, windows } = await collectSnowflake(collectRequest(since), host);
    expect([watermark, windows]).toEqual(['2026-01-01T10:00:00.000Z', 1]);
    const due = expectedOf(world.history, ({ endMs }) => endMs < startMs + 10 * hourMs);
    expect(faultsOf(recordsIn(store), due)).toEqual([]);
  });

  test('at another destination from the beginning: each has a position of its own', async () => {
    const { host } = prepare();
    await collectSnowflake(collectRequest(since), host);
    const other = await collectSnowflake(collectRequest({ ...since, to: 'elsewhere' }), host);
    expect([other.error, other.windows]).toEqual([null, 9]);
  });

  test('--until stops earlier, and the next run goes on from there', async () => {
    const { host } = prepare();
    const first = await collectSnowflake(collectRequest({ ...since, until: '2026-01-01T04:30:00Z' }), host);
    expect(first.watermark).toBe('2026-01-01T04:00:00.000Z');
    expect((await collectSnowflake(collectRequest(since), host)).watermark).toBe('2026-01-01T09:00:00.000Z');
  });
});

test('windows with nothing in them move the watermark too', async () => {
  const { world, host, folder } = prepare();
  world.clock.nowMs = startMs + 80 * hourMs;
  const report = await collectSnowflake(collectRequest({ since: '2026-01-03T12:00:00Z' }), host);
  expect(report).toMatchObject({ records: 0, exitCode: 0, watermark: '2026-01-04T05:00:00.000Z' });
  expect((await journalOf(folder)).cursors.get(cursor)).toMatchObject({
    watermarkNs: String(BigInt(Date.UTC(2026, 0, 4, 5)) * 1_000_000n),
  });
});

test('--again reads by hand what was read, and no further', async () => {
  const { host, folder } = prepare();
  await collectSnowflake(collectRequest(since), host);
  const before = (await journalOf(folder)).cursors;
  const report = await collectSnowflake(collectRequest({ since: '2025-12-31', again: 'true' }), host);
  expect(report).toMatchObject({ again: true, watermark: '2026-01-01T09:00:00.000Z', state: null });
  expect(report.delivery.objects.stored).toBe(0);
  expect((await journalOf(folder)).cursors).toEqual(before);
});

test('a store that fails ends the run with its error, and the next run delivers the same batch first', async () => {
  const { host, world, folder } = prepare();
  const broken = new MemoryStore({ failure: () => new Error('the disk is full') });
  const failing = collectHost({ session: world.session(), folder, store: broken });
  const failed = await collectSnowflake(collectRequest(since), failing);
  expect(failed.outcome).toBe('failed');
  expect(failed.exitCode).not.toBe(0);
  const [begun] = (await journalOf(folder)).begun.values();
  expect(begun?.parts).toMatchObject([{ kind: 'kept', place: `${cursor}/answers` }]);
  expect(await collectSnowflake(collectRequest(since), host)).toMatchObject({
    resumedBatches: 1,
    exitCode: 0,
  });
});

describe('what is damaged beside the journal stops nothing for good', () => {
  /** A run whose first batch was begun and is not in the store; and where its state lies. */
  async function begun(): Promise<ReturnType<typeof prepare> & { below: (name: string) => string }> {
    const prepared = prepare();
    const { world, folder } = prepared;
    const store = new MemoryStore({ failure: () => new Error('the disk is full') });
    await collectSnowflake(collectRequest(since), collectHost({ session: world.session(), folder, store }));
    const [destination = ''] = await readdir(folder);
    return { ...prepared, below: (name) => join(folder, destination, cursor, name) };
  }

  test.each([
    ['cut', (file: string) => truncate(file, 10)],
    ['gone', (file: string) => rm(file)],
  ])('an answer that is %s is told, and its window read again', async (_, damage) => {
    const { world, host, store, below } = await begun();
    const answers = await readdir(below('answers'));
    for (const name of answers) if (name.endsWith('.kept')) await damage(join(below('answers'), name));
    const log = keptLog();
    const report = await collectSnowflake(collectRequest(since), { ...host, push: { ...host.push, log } });
    expect(report).toMatchObject({ exitCode: 0, resumedBatches: 0, windows: 9 });
    expect(log.told.map(({ event }) => event)).toEqual(['dropped']);
    const due = expectedOf(world.history, ({ endMs }) => endMs < startMs + 9 * hourMs);
    expect(faultsOf(recordsIn(store), due)).toEqual([]);
    expect(await readdir(below('answers'))).toEqual([]);
  });

  test('a file of seen queries that is none is named, with what removing it means; then it goes on', async () => {
    const { host, store, world, below } = await begun();
    await collectSnowflake(collectRequest(since), host);
    const [name = ''] = await readdir(below('seen'));
    await writeFile(join(below('seen'), name), 'x'.repeat(100_000));
    world.clock.nowMs += hourMs;
    const { error, exitCode } = await collectSnowflake(collectRequest(since), host);
    expect([exitCode, error?.code]).toEqual([3, 'config-invalid']);
    expect(error?.message).toContain(join(below('seen'), name));
    expect(error?.cure).toMatch(/^Remove that file: queries that it knew are read once more/);
    const elsewhere = await collectSnowflake(collectRequest({ ...since, to: 'elsewhere' }), host);
    expect(elsewhere.error).toBeNull();
    await rm(join(below('seen'), name));
    expect(await collectSnowflake(collectRequest(since), host)).toMatchObject({ error: null, exitCode: 0 });
    const due = expectedOf(world.history, ({ endMs }) => endMs < startMs + 10 * hourMs);
    expect(faultsOf(recordsIn(store), due).filter((fault) => fault.startsWith('missing'))).toEqual([]);
  });
});

test('a batch that was begun is ended before Snowflake is asked for anything, also where it does not answer', async () => {
  const { host, world, folder } = prepare();
  const broken = new MemoryStore({ failure: () => new Error('the disk is full') });
  await collectSnowflake(
    collectRequest(since),
    collectHost({ session: world.session(), folder, store: broken }),
  );
  const query = async (): Promise<never> => {
    throw new AuditExportError('snowflake-unreachable', 'nobody is there');
  };
  const report = await collectSnowflake(collectRequest(since), {
    ...host,
    openSession: async () => ({ ...world.session(), query }),
  });
  expect(report).toMatchObject({ resumedBatches: 1, exitCode: 6, error: { code: 'snowflake-unreachable' } });
  expect((await journalOf(folder)).begun.size).toBe(0);
});

test('aborted, it stops between two steps, exits with 130 and continues the next time', async () => {
  const { world, folder, store, host } = prepare();
  const stop = new AbortController();
  const session = world.session();
  const stopping = collectHost({ session, folder, store, signal: stop.signal });
  const report = await collectSnowflake(collectRequest(since), {
    ...stopping,
    onCommit: ({ windows }) => {
      if (windows === 3) stop.abort();
    },
  });
  expect(report).toMatchObject({ outcome: 'interrupted', exitCode: 130, error: null });
  await collectSnowflake(collectRequest(since), host);
  const due = expectedOf(world.history, ({ endMs }) => endMs < startMs + 9 * hourMs);
  expect(faultsOf(recordsIn(store), due)).toEqual([]);
});

test('own statements carry the tag by which they are left out, and never ask for bind values', async () => {
  const { world, host } = prepare();
  await collectSnowflake(collectRequest({ ...since, sessions: 'true' }), host);
  expect(new Set(world.statements.map(({ queryTag }) => queryTag))).toEqual(new Set(['audit-export']));
  for (const { text } of world.statements) expect(text).not.toMatch(/BIND_VALUES|\*/);
});

test('--print-setup gives the SQL for the names that were asked for', async () => {
  const { options } = collectRequest({ user: 'EXPORTER', 'allow-address': '203.0.113.7/32' });
  const sql = await setupSql(options, { readFile: async () => '' });
  expect(sql).toContain('EXPORTER');
  expect(sql).toContain('203.0.113.7/32');
});

test('a run is one entry in the history of runs, however many batches it had', async () => {
  const { host } = prepare();
  const kept: unknown[] = [];
  const push = {
    ...host.push,
    runHistory: async () => ({
      begin: async ({ command, store }: { command: string; store: string }) => ({
        id: 'run',
        mark: async () => undefined,
        end: async ({
          outcome,
          balance,
          objects,
        }: {
          outcome: string;
          balance: { delivered: number };
          objects: number;
        }) => {
          kept.push({ command, store, outcome, delivered: balance.delivered, objects });
        },
      }),
    }),
  };
  const { records, delivery } = await collectSnowflake(collectRequest(since), { ...host, push });
  expect(kept).toEqual([
    {
      command: 'collect snowflake',
      store: 'memory',
      outcome: 'delivered',
      delivered: records,
      objects: delivery.objects.stored,
    },
  ]);
  expect(delivery.objects.stored).toBeGreaterThan(1);
});

test('the state is that of the account as Snowflake names it, under whatever name it was reached', async () => {
  const { world, folder, store } = prepare();
  const windows: number[] = [];
  for (const account of ['ACME-PROD', 'XY12345.EU-CENTRAL-1']) {
    const host = collectHost({ session: { ...world.session(), account }, folder, store });
    const report = await collectSnowflake(collectRequest(since), host);
    expect(report.account).toBe('ACME-PROD');
    windows.push(report.windows);
    world.clock.nowMs += hourMs;
  }
  expect(windows).toEqual([9, 1]);
  expect([...(await journalOf(folder)).cursors.keys()]).toEqual([cursor]);
});

test('too many queries that leave no record are exit code 5, and named', async () => {
  const { host } = prepare();
  const report = await collectSnowflake(collectRequest({ ...since, 'left-out-limit': '5' }), host);
  expect(report).toMatchObject({ exitCode: 5, outcome: 'collected', problem: { code: 'left-out' } });
  expect(report.leftOut.users.length).toBeGreaterThan(0);
  expect(report.problem?.message).toContain(report.leftOut.users[0]?.name ?? 'nobody');
  expect(schemaErrors('collect-report', report)).toEqual([]);
});

test('its own statements are left out and counted, and log-ins come with --also logins', async () => {
  const { host, store } = prepare();
  const report = await collectSnowflake(collectRequest({ ...since, also: 'logins' }), host);
  expect(report.ownStatements).toBe(9);
  expect(report.logins).toBeGreaterThan(0);
  expect([...store.objects.keys()].some((key) => key.includes('audit_type=login/'))).toBe(true);
  expect([...store.objects.keys()].some((key) => key.includes('audit_type=native-query/'))).toBe(true);
});

test('a shorter window makes shorter statements, the look at the overlap included', async () => {
  const { world, host } = prepare();
  await collectSnowflake(collectRequest({ ...since, window: '10m' }), host);
  world.clock.nowMs += hourMs;
  await collectSnowflake(collectRequest({ ...since, window: '10m' }), host);
  const spans = world.statements.flatMap(({ text, binds = [] }) => {
    if (!text.includes('q.END_TIME >=')) return [];
    const [, from, until] = binds.map(({ value }) => BigInt(/^\d+$/.test(value ?? '') ? (value ?? 0) : 0));
    return [Number(((until ?? 0n) - (from ?? 0n)) / 60_000_000_000n)];
  });
  expect(spans.length).toBeGreaterThan(3);
  expect(Math.max(...spans)).toBe(240);
});
