import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { startEmulator } from '../../src/adapters/emulator/start-emulator.ts';
import { eventsOf, generateInput } from './generated-input.ts';
import { differencesFrom, readExport } from './read-export.ts';
import { environmentOf, program, runForReport, startCli, withReport, writeTo } from './run-cli.ts';
import { folderStore, storeKinds, useStores } from './stores.ts';
import { filesBelow, useWorkspaces } from './workspace.ts';

const input = generateInput({ seed: 51, lines: 4000, hours: 40, damage: 0.01 });
const events = eventsOf(input);
const middle = input.lines[2500]?.byteOffset ?? 0;

const newWorkspace = useWorkspaces();

/** A run that takes longer than ten seconds says how far it is. */
const withoutProgress = (stderr: string): string => stderr.replaceAll(/^.* partitions? open, .*\n/gm, '');

describe.each(storeKinds)('Ctrl-C, with a store of kind $kind', ({ kind }) => {
  const newStore = useStores(kind);

  test('in the middle of a run: exit 130, a report that is true, and a second run that completes it without doubles', async () => {
    const workspace = await newWorkspace();
    const store = await newStore(workspace);
    const args = ['push', ...store.flags, '--object-size', '256KiB'];
    const { environment } = store;
    const run = startCli(workspace, [...args, '--json'], { stdin: 'open', environment });
    await writeTo(run, input.bytes.subarray(0, middle));
    await expect.poll(async () => await store.list(), { timeout: 60_000 }).not.toEqual([]);
    run.child.kill('SIGINT');
    const { code, report, stderr } = withReport(await run.ended);

    expect(code).toBe(130);
    expect(stderr).toContain('Stopping');
    expect(stderr).not.toMatch(/\n\s+at /);
    expect(report).toMatchObject({ outcome: 'interrupted', exitCode: 130, balanced: true, error: null });
    const { read, delivered, quarantined, blank, undelivered } = report.balance;
    expect(undelivered).toBeGreaterThan(0);
    expect(delivered + quarantined + blank + undelivered).toBe(read);
    const partial = await readExport(store);
    expect(partial.faults).toEqual([]);
    expect(report.objects.map(({ key, lines }) => [key, lines])).toEqual(
      partial.objects.map(({ key, lines }) => [store.keyPrefix + key, lines.length]),
    );
    expect(partial.objects.reduce((sum, { lines }) => sum + lines.length, 0)).toBe(delivered);

    const again = await runForReport(workspace, args, { stdin: input.bytes, environment });
    expect(again.code).toBe(5);
    expect(again.report.balance.alreadyDelivered).toBe(delivered);
    expect(differencesFrom(events, await readExport(store))).toEqual([]);
  }, 120_000);
});

test.each([
  { said: 'has said nothing', bytes: Buffer.alloc(0) },
  { said: 'has stopped in the middle of a line', bytes: input.bytes.subarray(0, 1000) },
  { said: 'has stopped after a good many lines', bytes: input.bytes.subarray(0, 300_000) },
])('Ctrl-C while stdin $said ends the run at once, with a report', async ({ bytes }) => {
  const workspace = await newWorkspace();
  const run = startCli(workspace, ['push', '--to', 'export', '--json'], { stdin: 'open', timeoutMs: 15_000 });
  await writeTo(run, bytes);
  await sleep(600);
  run.child.kill('SIGINT');
  const { code, report } = withReport(await run.ended);
  expect(code).toBe(130);
  expect(report).toMatchObject({ outcome: 'interrupted', balanced: true });
  expect(await folderStore(workspace.path('export')).list()).toEqual([]);
});

test('SIGTERM, which is how a scheduler says it, ends a run in the same order', async () => {
  const workspace = await newWorkspace();
  // A run that waits for the end of its pipe, and holds the journal of what it reads beside it.
  await workspace.write('events.jsonl', input.bytes.subarray(0, middle));
  const run = startCli(workspace, ['push', '--to', 'export', '--json', 'events.jsonl', '-'], {
    stdin: 'open',
    timeoutMs: 60_000,
    ownProcess: true,
  });
  const locks = async (): Promise<string[]> =>
    (await filesBelow(workspace.path('state'))).filter((path) => /lock\.\d+$/.test(path));
  // That of the journal, and soon that of the log.
  await expect.poll(locks, { timeout: 20_000 }).not.toEqual([]);
  run.child.kill('SIGTERM');
  const { code, report } = withReport(await run.ended);
  expect({ code, outcome: report.outcome }).toEqual({ code: 130, outcome: 'interrupted' });
});

test('a second Ctrl-C ends at once a run whose store does not answer', async () => {
  const workspace = await newWorkspace();
  const emulator = await startEmulator();
  try {
    const { url: endpoint, region, customer: credentials } = emulator;
    const s3 = new S3Client({ endpoint, region, credentials, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'silent-bucket' }));
    s3.destroy();
    emulator.faults.add({ kind: 'no-answer', match: { operation: 'PutObject' } });
    const run = startCli(workspace, ['push', '--to', 's3://silent-bucket/audit', '--object-size', '64KiB'], {
      stdin: 'open',
      timeoutMs: 20_000,
      ownProcess: true,
      environment: {
        AWS_REGION: region,
        AWS_ENDPOINT_URL: endpoint,
        AWS_ACCESS_KEY_ID: credentials.accessKeyId,
        AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      },
    });
    await writeTo(run, input.bytes.subarray(0, 600_000));
    const puts = (): number =>
      emulator.requests().filter(({ operation }) => operation === 'PutObject').length;
    await expect.poll(puts, { timeout: 15_000 }).toBeGreaterThan(0);
    run.child.kill('SIGINT');
    await expect.poll(run.stderrSoFar, { timeout: 5000 }).toContain('Press Ctrl-C again');
    await sleep(300);
    expect(
      run.child.exitCode ?? run.child.signalCode,
      'the first Ctrl-C waits for what is under way',
    ).toBeNull();
    const askedMs = performance.now();
    run.child.kill('SIGINT');
    const { code, signal } = await run.ended;
    expect({ code, signal }).toEqual({ code: null, signal: 'SIGINT' });
    expect(performance.now() - askedMs).toBeLessThan(10_000);
  } finally {
    await emulator.close();
  }
});

test('a reader of the report that has seen enough (| head -1) ends nothing but the report: no stack trace, all delivered', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const child = spawn(
    process.execPath,
    [program, 'push', ...store.flags, '--object-size', '32KiB', '--json', '--verbose'],
    { cwd: workspace.folder, env: environmentOf(workspace), stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const stderr: Buffer[] = [];
  child.stderr.on('data', (piece: Buffer) => stderr.push(piece));
  child.stdout.once('data', () => child.stdout.destroy());
  child.stdin.end(input.bytes);
  const [code] = (await once(child, 'close')) as [number | null];
  expect({ code, stderr: withoutProgress(Buffer.concat(stderr).toString('utf8')) }).toEqual({
    code: 5,
    stderr: '',
  });
  expect(differencesFrom(events, await readExport(store))).toEqual([]);
});

test('a stdout that is closed from the beginning does not stop a delivery', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const run = startCli(workspace, ['push', ...store.flags], { stdin: input.bytes, ownProcess: true });
  run.child.stdout?.destroy();
  const { code, stderr } = await run.ended;
  expect({ code, stderr: withoutProgress(stderr) }).toEqual({ code: 5, stderr: '' });
  expect(differencesFrom(events, await readExport(store))).toEqual([]);
});
