import { describe, expect, test } from 'vitest';
import { collectSnowflake } from '../../../../src/commands/collect/index.ts';
import { setupSql } from '../../../../src/commands/collect/look.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import {
  collectHost,
  collectRequest,
  expectedOf,
  faultsOf,
  hourMs,
  journalOf,
  recordsIn,
} from '../../../e2e/collect-kit.ts';
import { MemoryStore } from '../../../fakes/memory-store.ts';
import { cursor, prepare, since, startMs } from './prepare.ts';

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
  const before = (await journalOf(folder)).cursors.get(cursor);
  const report = await collectSnowflake(collectRequest({ since: '2025-12-31', again: 'true' }), host);
  expect(report).toMatchObject({ again: true, watermark: '2026-01-01T09:00:00.000Z', state: null });
  expect(report.delivery.objects.stored).toBe(0);
  expect((await journalOf(folder)).cursors.get(cursor)).toEqual(before);
});

test('an addition to a map is filled in with --again, by the files of then: nothing is missing, nothing twice', async () => {
  const { world, host, store, folder } = prepare();
  const run = (flags: Record<string, string>, now = host): ReturnType<typeof collectSnowflake> =>
    collectSnowflake(collectRequest({ ...since, also: 'logins', ...flags }), now);
  await run({ 'data-sources': 'fewer-objects.json' });
  world.clock.nowMs += hourMs;
  await run({});
  const again = { again: 'true', until: '2026-01-01T09:00:00Z' };
  const killed = new MemoryStore({ failure: () => new Error('the disk is full') });
  await run(again, collectHost({ session: world.session(), folder, store: killed }));
  const { madeBefore, records } = await run(again);
  expect(Math.min(madeBefore, records)).toBeGreaterThan(2);
  const queries = recordsIn(store).filter(({ extra }) => extra !== undefined);
  const due = expectedOf(world.history, ({ endMs }) => endMs < startMs + 10 * hourMs);
  expect(faultsOf(queries, due)).toEqual([]);
  const ids = recordsIn(store).map(({ id }) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const stored = store.objects.size;
  expect((await run(again)).records).toBe(0);
  expect((await run({})).records).toBe(0);
  expect(store.objects.size).toBe(stored);
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

test('another --overlap neither loses nor doubles what ACCESS_HISTORY alone knows', async () => {
  const { world, host, store } = prepare({ accessOnlyRate: 0.5 });
  const run = async (hours: number, overlap: string): Promise<unknown> => {
    world.clock.nowMs = startMs + hours * hourMs;
    return (await collectSnowflake(collectRequest({ ...since, overlap }), host)).error;
  };
  expect(await run(60, '2d')).toBeNull();
  // With six hours, all of two days is waited for no longer.
  const everything = expectedOf(world.history, () => true);
  for (const [index, overlap] of ['6h', '10d', '2d'].entries()) {
    expect(await run(61 + index, overlap)).toBeNull();
    expect(faultsOf(recordsIn(store), everything)).toEqual([]);
  }
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
  expect([...(await journalOf(folder)).cursors.keys()].sort()).toEqual([cursor, `${cursor}/made`]);
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

test.each([
  ['on', true],
  ['off', false],
])('--evidence %s counts for what is collected as well', async (evidence, isOpened) => {
  const { host } = prepare();
  let opened = 0;
  const openLog = async (): Promise<never> => {
    opened += 1;
    throw new Error('no log today');
  };
  await collectSnowflake(collectRequest({ ...since, evidence }), {
    ...host,
    push: { ...host.push, openLog },
  });
  expect(opened > 0).toBe(isOpened);
});
