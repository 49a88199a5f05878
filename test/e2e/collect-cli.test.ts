import { chmod } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import type { CollectReport } from '../../src/commands/collect/collect-report.ts';
import { schemaErrors } from '../fakes/json-schema.ts';
import { hourMs } from '../snowflake/generator-plan.ts';
import type { SimulatedWorld } from '../snowflake/simulated-world.ts';
import { makeKeys, startWorld } from '../snowflake/simulated-world.ts';
import type { StoredRecord } from './collect-kit.ts';
import { expectedOf, faultsOf, mappingFiles } from './collect-kit.ts';
import { isDelivery, readExport } from './read-export.ts';
import type { CliOptions, CliRun } from './run-cli.ts';
import { runCli, startCli } from './run-cli.ts';
import { folderStore } from './stores.ts';
import type { Workspace } from './workspace.ts';
import { filesBelow, useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();
const startMs = Date.UTC(2026, 0, 15);
const passphrase = 'open-sesame-4711';
let world: SimulatedWorld;

afterEach(async () => {
  await world.close();
});

/** A workspace with the files and the key, and what the program is told of the world. */
async function prepare(plan: Parameters<typeof startWorld>[0] = {}): Promise<{
  workspace: Workspace;
  collect: (args: readonly string[], options?: CliOptions) => Promise<CliRun>;
  words: string[];
  environment: Record<string, string>;
}> {
  world = await startWorld({ startMs, daysBefore: 2, daysAfter: 1, ...plan });
  const workspace = await newWorkspace();
  for (const [name, text] of Object.entries(mappingFiles)) await workspace.write(name, text);
  const { pem, publicKey } = makeKeys(passphrase);
  world.account.users[0]!.publicKeys = [publicKey];
  await workspace.write('key.p8', pem);
  await chmod(workspace.path('key.p8'), 0o600);
  const environment = {
    SNOWFLAKE_PRIVATE_KEY_PATH: workspace.path('key.p8'),
    SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: passphrase,
  };
  const { account, accountUrl, user, role, warehouse } = world.settings;
  const words = Object.entries({
    account,
    'account-url': accountUrl,
    user,
    role,
    warehouse,
    'user-map': 'users.csv',
    'data-sources': 'objects.json',
  }).flatMap(([flag, word]) => [`--${flag}`, word ?? '']);
  words.unshift('collect', 'snowflake');
  const collect = (args: readonly string[], options: CliOptions = {}): Promise<CliRun> =>
    runCli(workspace, [...words, ...args], { environment, ...options });
  return { workspace, collect, words, environment };
}

const since = '2026-01-14T04:00:00Z';
const to = ['--quiet', '--to', 'export', '--since', since];

async function storedIn(workspace: Workspace): Promise<StoredRecord[]> {
  const { objects, faults } = await readExport(folderStore(workspace.path('export')));
  expect(faults).toEqual([]);
  return objects.flatMap(({ lines }) =>
    lines.map((line) => JSON.parse(Buffer.from(line, 'latin1').toString('utf8')) as StoredRecord),
  );
}

/** What ended before the watermark and could be seen by now. */
function due(watermark: string | null): Set<string> {
  const beforeMs = Date.parse(watermark ?? '');
  return expectedOf(
    world.history,
    ({ endMs, visibleMs }) =>
      endMs >= startMs - 20 * hourMs && endMs < beforeMs && visibleMs <= world.clock.nowMs,
  );
}

test('slow statements, many partitions, throttling, resets and expired tokens do not show in what arrives', async () => {
  const { workspace, collect } = await prepare();
  world.server.tuning.rowsPerPartition = 40;
  world.server.tuning.patientLooks = 0;
  world.server.tuning.looks = (text) => (text.includes('QUERY_TEXT') ? 2 : 0);
  const { faults } = world.server;
  faults.plan(
    'submit',
    { kind: 'status', status: 429, code: '391902', message: 'too many requests' },
    { times: 2 },
  );
  faults.plan('partition', { kind: 'status', status: 401, code: '390318', message: 'expired' }, { after: 2 });
  faults.plan('partition', { kind: 'reset', when: 'midway' }, { after: 3, times: 2 });
  faults.plan('status', { kind: 'status', status: 503, html: true }, { after: 1 });
  let report: CollectReport | undefined;
  for (const hours of [0, 7]) {
    world.clock.nowMs = startMs + hours * hourMs;
    const run = await collect([...to, '--json']);
    expect([run.stderr, run.code]).toEqual(['', 0]);
    report = JSON.parse(run.stdout) as CollectReport;
    expect(schemaErrors('collect-report', report)).toEqual([]);
  }
  expect(report?.watermark).toBe('2026-01-15T04:00:00.000Z');
  expect(faultsOf(await storedIn(workspace), due(report?.watermark ?? null))).toEqual([]);
  const [own] = world.server.statements();
  expect(own?.queryTag).toBe('audit-export');
});

test('killed at any moment, run after run, it loses nothing and doubles nothing', async () => {
  const { workspace, collect, words, environment } = await prepare();
  const waits = [300, 550, 900];
  for (const [index, waitMs] of waits.entries()) {
    world.clock.nowMs = startMs + index * hourMs;
    const { child, ended } = startCli(workspace, [...words, ...to], { environment, ownProcess: true });
    await sleep(waitMs);
    child.kill('SIGKILL');
    await ended;
  }
  const run = await collect([...to, '--json']);
  const { watermark, evidence } = JSON.parse(run.stdout) as CollectReport;
  expect([run.stderr, run.code]).toEqual(['', 0]);
  expect(faultsOf(await storedIn(workspace), due(watermark))).toEqual([]);
  expect(evidence).toMatchObject({ log: expect.any(String), unpublished: 0, problem: null });
  const verified = await runCli(workspace, ['verify', '--store', to[2] ?? '']);
  expect([verified.stdout, verified.code]).toEqual([expect.stringContaining(evidence?.log ?? '-'), 0]);
  const left = (await filesBelow(workspace.path())).filter((file) =>
    /answers|again|\.tmp|staged|unfinished|tmp\//.test(file),
  );
  expect(left).toEqual([]);
});

test('- prints the same records that are delivered afterwards, and leaves nothing behind', async () => {
  const { workspace, collect } = await prepare();
  const printed = await collect(['-', '--since', since]);
  expect(printed.stderr).toContain('Read from ACME-PROD, printed to stdout');
  expect(await filesBelow(workspace.path('state'))).toEqual([]);
  expect(await filesBelow(workspace.path('tmp'))).toEqual([]);
  const delivered = await collect(to);
  expect([delivered.stderr, delivered.code]).toEqual(['', 0]);
  const ids = (await storedIn(workspace)).map(({ id }) => id).toSorted();
  const lines = printed.stdout.split('\n').slice(0, -1);
  expect(lines.map((line) => (JSON.parse(line) as StoredRecord).id).toSorted()).toEqual(ids);
});

test('--again reads the same time again, and stores nothing that is there', async () => {
  const { workspace, collect } = await prepare({ plan: { lateRate: 0, duplicateRate: 0 } });
  await collect(to);
  const stored = async (): Promise<string[]> =>
    (await filesBelow(workspace.path('export'))).filter(isDelivery);
  const before = await stored();
  world.clock.nowMs += hourMs;
  const run = await collect(['--to', 'export', '--again', '--since', since, '--json']);
  const { delivery, again, outcome } = JSON.parse(run.stdout) as CollectReport;
  expect({ again, outcome, stored: delivery.objects.stored }).toEqual({
    again: true,
    outcome: 'collected',
    stored: 0,
  });
  expect(delivery.balance.alreadyDelivered).toBeGreaterThan(50);
  expect(await stored()).toEqual(before);
});

test('--dry-run says what would be written, and writes nothing', async () => {
  const { workspace, collect } = await prepare();
  const before = await filesBelow(workspace.path());
  const run = await collect([...to, '--dry-run', '--json']);
  const { outcome, delivery, records } = JSON.parse(run.stdout) as CollectReport;
  expect(outcome).toBe('planned');
  expect(delivery.balance.delivered).toBe(records);
  expect(delivery.objects.planned).toBeGreaterThan(15);
  expect(await filesBelow(workspace.path())).toEqual(before);
});

test('--check passes where the set-up is right, and exits with 4 naming the GRANT where it is not', async () => {
  const { collect } = await prepare();
  expect((await collect(['--check'])).code).toBe(0);
  world.account.roles['AUDIT_EXPORT']!.databaseRoles = [];
  const run = await collect(['--check', '--json']);
  expect(run.code).toBe(4);
  expect(run.stdout).toContain('GRANT DATABASE ROLE SNOWFLAKE.GOVERNANCE_VIEWER');
});

test('the private key, its passphrase and tokens are never shown', async () => {
  const { collect } = await prepare();
  world.account.users[0]!.publicKeys = [];
  const run = await collect([...to, '--verbose', '--json']);
  expect(run.code).toBe(4);
  expect(run.stdout + run.stderr).not.toMatch(/open-sesame-4711|BEGIN|eyJ/);
});
