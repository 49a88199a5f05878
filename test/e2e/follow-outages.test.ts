import { appendFile, copyFile, mkdir, rename, truncate } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startEmulator } from '../../src/adapters/emulator/start-emulator.ts';
import type { Emulator } from '../../src/ports/aws/emulator.ts';
import { quickClock } from '../fakes/quick-clock.ts';
import { missingOrDoubled, seededFractions, slice, stop, storedLines } from './following.ts';
import { eventsOf, generateInput } from './generated-input.ts';
import { differencesFrom, readExport } from './read-export.ts';
import type { RunningCli } from './run-cli.ts';
import { runForReport, startCli, withReport, writeTo } from './run-cli.ts';
import type { S3Server } from './s3-server.ts';
import { openS3Server } from './s3-server.ts';
import type { Workspace } from './workspace.ts';
import { filesBelow, useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();
/** Intervals and outages are waited for on a clock of which ten seconds are one. */
const clock = quickClock(10);

/** A file of the spool. */
const isSegment = /\/spool\/.*\.(?:open|kept)$/;

describe('a store that has bad days', () => {
  let emulator: Emulator;
  let server: S3Server;
  let prefix = '';
  let prefixes = 0;

  beforeAll(async () => {
    emulator = await startEmulator();
    server = await openS3Server({
      AUDIT_EXPORT_TEST_ENDPOINT: emulator.url,
      AUDIT_EXPORT_TEST_REGION: emulator.region,
      AUDIT_EXPORT_TEST_CUSTOMER_ACCESS_KEY_ID: emulator.customer.accessKeyId,
      AUDIT_EXPORT_TEST_CUSTOMER_SECRET_ACCESS_KEY: emulator.customer.secretAccessKey,
    });
  });
  afterAll(async () => {
    await server.close();
    await emulator.close();
  });
  beforeEach(() => {
    emulator.faults.clear();
    prefixes += 1;
    prefix = `followed/${prefixes}`;
  });

  const start = async (
    workspace: Workspace,
    more: readonly string[],
    ownProcess = false,
  ): Promise<RunningCli> =>
    startCli(
      workspace,
      [
        'push',
        '--follow',
        '--to',
        `s3://${server.bucket}/${prefix}`,
        '--flush-interval',
        '1s',
        '--json',
        ...more,
      ],
      { stdin: 'open', environment: await server.environmentFor(prefix), ownProcess, clock },
    );

  test('kills at random moments while a log is written, renamed and cut, and the store fails: each event once', async () => {
    const workspace = await newWorkspace();
    const input = generateInput({ seed: 603, lines: 1500, hours: 20, damage: 0.005 });
    const store = server.storeAt(prefix);
    const log = workspace.path('logs', 'app.log');
    await mkdir(workspace.path('logs'));
    for (const [index, kind] of (['error', 'error-after', 'reset', 'reset-after'] as const).entries())
      emulator.faults.add({
        kind,
        ...(kind === 'error' ? { status: 503, code: 'SlowDown' } : {}),
        ...(kind === 'error-after' ? { status: 500, code: 'InternalError' } : {}),
        rate: 0.06,
        seed: index,
        match: { operation: 'PutObject' },
      });
    const fraction = seededFractions(7);
    const writer = { isDone: false };
    const followers = { killed: 0 };
    const write = async (): Promise<void> => {
      for (let from = 0, rotation = 0; from < input.lines.length; from += 25) {
        // However slow the runs are: there is something to write until three were killed.
        while (from > input.lines.length / 2 && followers.killed < 3) await sleep(20);
        const bytes = slice(input, from, from + 25);
        // A line may come in two writes.
        const cut = Math.floor(fraction() * bytes.length);
        await appendFile(log, bytes.subarray(0, cut));
        await sleep(20);
        await appendFile(log, bytes.subarray(cut));
        const chance = fraction();
        if (chance < 0.08) await rename(log, `${log}.${++rotation}`);
        else if (chance < 0.16) {
          await copyFile(log, `${log}.${++rotation}`);
          await truncate(log);
        }
        await sleep(30);
      }
    };
    const written = write().finally(() => {
      writer.isDone = true;
    });
    while (!writer.isDone) {
      const run = await start(workspace, ['--object-size', '64KiB', 'logs'], true);
      await Promise.race([sleep(500 + fraction() * 1300), run.ended]);
      run.child.kill('SIGKILL');
      await run.ended;
      followers.killed++;
    }
    await written;
    emulator.faults.clear();
    const run = await start(workspace, ['--object-size', '64KiB', 'logs']);
    const events = eventsOf(input);
    await expect
      .poll(async () => storedLines(await readExport(store)), { timeout: 40_000 })
      .toBe(events.length);
    // Whether a line is set aside in this run or was in one before.
    expect([0, 5]).toContain((await stop(run)).code);
    expect(missingOrDoubled(events, await readExport(store))).toEqual([]);
  }, 90_000);

  test('a permission that is taken away for a while: one alarm, reading goes on, and all of it arrives', async () => {
    const workspace = await newWorkspace();
    const input = generateInput({ seed: 604, lines: 300, hours: 10 });
    const run = await start(workspace, ['-']);
    const store = server.storeAt(prefix);
    await writeTo(run, slice(input, 0, 100));
    await expect.poll(async () => storedLines(await readExport(store)), { timeout: 8000 }).toBe(100);
    const denied = emulator.faults.add({ kind: 'deny', match: { operation: 'PutObject' } });
    await writeTo(run, slice(input, 100, 200));
    await expect.poll(run.stderrSoFar, { timeout: 20_000 }).toContain('takes nothing just now');
    await writeTo(run, slice(input, 200, 300));
    await sleep(200);
    emulator.faults.remove(denied);
    await expect.poll(async () => storedLines(await readExport(store)), { timeout: 20_000 }).toBe(300);
    const { code, stderr } = await stop(run);
    expect(code).toBe(0);
    expect(stderr.match(/takes nothing just now/g)).toHaveLength(1);
    expect(stderr.match(/takes objects again/g)).toHaveLength(1);
    expect(missingOrDoubled(eventsOf(input), await readExport(store))).toEqual([]);
  }, 40_000);

  test('a spool that is full holds the writer of a pipe back, loses nothing, and is said once', async () => {
    const workspace = await newWorkspace();
    const input = generateInput({ seed: 605, lines: 2000, hours: 5 });
    emulator.faults.add({ kind: 'deny', match: { operation: 'PutObject' } });
    const run = await start(workspace, ['--spool-size', '256KiB', '--object-size', '64KiB', '-']);
    const all = writeTo(run, input.bytes).then(() => run.child.stdin?.end());
    await expect.poll(run.stderrSoFar, { timeout: 25_000 }).toContain('The spool is full');
    const spooled = await filesBelow(workspace.path('state'));
    expect(spooled.filter((path) => isSegment.test(path)).length).toBeGreaterThan(0);
    emulator.faults.clear();
    await all;
    const { code, report, stderr } = withReport(await run.ended);
    expect({ code, read: report.balance.read }).toEqual({ code: 0, read: input.lines.length });
    expect(stderr.match(/The spool is full/g)?.length).toBeGreaterThanOrEqual(1);
    expect(differencesFrom(eventsOf(input), await readExport(server.storeAt(prefix)))).toEqual([]);
    expect((await filesBelow(workspace.path('state'))).filter((path) => isSegment.test(path))).toEqual([]);
  }, 60_000);

  test('SIGTERM while the store takes nothing: exit 0 after --drain-timeout; the next start delivers the rest', async () => {
    const workspace = await newWorkspace();
    const input = generateInput({ seed: 606, lines: 20, hours: 10 });
    const profile = { to: `s3://${server.bucket}/${prefix}`, flushInterval: '1s' };
    await workspace.write('audit-export.json', JSON.stringify({ profiles: { acme: profile } }));
    const environment = await server.environmentFor(prefix);
    const again = ['push', '--profile', 'acme', '--follow', '--json', '-'];
    emulator.faults.add({ kind: 'deny', match: { operation: 'PutObject' } });
    const run = startCli(workspace, [...again, '--drain-timeout', '1s'], {
      stdin: 'open',
      environment,
      clock,
    });
    await writeTo(run, input.bytes);
    // All came in one piece: the batch was begun, and with it is written down how it is cut.
    await expect.poll(run.stderrSoFar, { timeout: 20_000 }).toContain('takes nothing just now');
    const { code, report, stderr } = await stop(run);
    expect({ code, outcome: report.outcome }).toEqual({ code: 0, outcome: 'interrupted' });
    expect(stderr).toContain('delivered at the next start');
    emulator.faults.clear();
    const second = await runForReport(workspace, [...again, '--object-size', '1KiB', '--partition', 'hour'], {
      environment,
    });
    expect({ code: second.code, delivered: second.report.balance.delivered }).toEqual({
      code: 0,
      delivered: 20,
    });
    // By the settings that the batch was closed with, not by those of the second start.
    expect(differencesFrom(eventsOf(input), await readExport(server.storeAt(prefix)))).toEqual([]);
  }, 40_000);

  test('SIGHUP takes up new settings; a configuration that is broken or delivers elsewhere is told and the old one stays', async () => {
    const workspace = await newWorkspace();
    const input = generateInput({ seed: 607, lines: 200, hours: 10 });
    const profile = (to: string, flushInterval: string): string =>
      JSON.stringify({ profiles: { acme: { to, flushInterval } } });
    const destination = `s3://${server.bucket}/${prefix}`;
    await workspace.write('audit-export.json', profile(destination, '1h'));
    const run = startCli(workspace, ['push', '--profile', 'acme', '--follow', '--json', '-'], {
      stdin: 'open',
      environment: await server.environmentFor(prefix),
      clock,
    });
    await writeTo(run, slice(input, 0, 100));
    await expect.poll(run.stderrSoFar, { timeout: 9000 }).toContain('Following');
    await workspace.write('audit-export.json', '{ "profiles": ');
    run.child.kill('SIGHUP');
    await expect.poll(run.stderrSoFar, { timeout: 5000 }).toContain('stays in use');
    await workspace.write('bad.json', '{"x-audit-export": {}}');
    await workspace.write(
      'audit-export.json',
      JSON.stringify({ profiles: { acme: { to: destination, schemas: [workspace.path('bad.json')] } } }),
    );
    run.child.kill('SIGHUP');
    await expect.poll(run.stderrSoFar, { timeout: 5000 }).toContain('bad.json');
    await workspace.write('audit-export.json', profile(`${destination}/elsewhere`, '1s'));
    run.child.kill('SIGHUP');
    await expect.poll(run.stderrSoFar, { timeout: 5000 }).toContain('Restart to deliver elsewhere');
    await workspace.write('audit-export.json', profile(destination, '1s'));
    run.child.kill('SIGHUP');
    await expect.poll(run.stderrSoFar, { timeout: 5000 }).toContain('was read again');
    // By the new interval: the pipe has not ended, and an hour has not passed.
    const delivered = async (): Promise<number> => storedLines(await readExport(server.storeAt(prefix)));
    await expect.poll(delivered, { timeout: 9000 }).toBe(100);
    await writeTo(run, slice(input, 100, 200));
    run.child.stdin?.end();
    const { code, report } = withReport(await run.ended);
    expect({ code, delivered: report.balance.delivered }).toEqual({ code: 0, delivered: 200 });
    expect(missingOrDoubled(eventsOf(input), await readExport(server.storeAt(prefix)))).toEqual([]);
  }, 40_000);
});
