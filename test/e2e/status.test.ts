import { appendFile, mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { StoreCoverage } from '../../src/commands/status/coverage.ts';
import type { QuarantineList } from '../../src/commands/quarantine/list.ts';
import type { ProfileStatus, StatusReport } from '../../src/commands/status/status-report.ts';
import { schemaErrors } from '../fakes/json-schema.ts';
import { slice } from './following.ts';
import { generateInput } from './generated-input.ts';
import { runCli, runForReport, startCli, withReport, writeTo } from './run-cli.ts';
import type { PushRun } from './run-cli.ts';
import { environmentOf, profileOf, useRehearsals } from './test-access-rehearsal.ts';
import type { Workspace } from './workspace.ts';
import { filesBelow, stateFolderOf, useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();
const rehearse = useRehearsals(newWorkspace);

const hourMs = 3_600_000;
const push = ['push', '--profile', 'acme'];

async function configure(workspace: Workspace, ...profiles: readonly string[]): Promise<void> {
  const all = profiles.map(
    (name) => [name, { to: workspace.path('export', name), state: 'active' }] as const,
  );
  await workspace.write('audit-export.json', JSON.stringify({ profiles: Object.fromEntries(all) }));
}

/** What `status --json` says, which its schema allows; it ends with 0 and has nothing to complain of. */
async function statusOf(workspace: Workspace, ...flags: readonly string[]): Promise<StatusReport> {
  const { code, stdout, stderr } = await runCli(workspace, ['status', '--json', ...flags]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const report = JSON.parse(stdout) as StatusReport;
  expect(schemaErrors('status-report', report)).toEqual([]);
  return report;
}

async function onlyProfile(workspace: Workspace): Promise<ProfileStatus> {
  const { profiles } = await statusOf(workspace);
  expect(profiles).toHaveLength(1);
  return profiles[0] as ProfileStatus;
}

/** What a terminal wraps and a pipe leaves whole: messages and cures; and paths. */
const unwrapped = /^(?:[a-z-]+: | {2}→ | {4}[a-z-]+: )/;

/** The text, which fits 80 columns. */
async function textOf(workspace: Workspace): Promise<string> {
  const { code, stdout, stderr } = await runCli(workspace, ['status']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout
    .split('\n')
    .filter((line) => !unwrapped.test(line) && !line.includes(workspace.folder));
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
  return stdout;
}

const problemsOf = ({ problems }: ProfileStatus): string[] => problems.map(({ problem }) => problem);

/** The same facts of a run, by its own report and by `status`. */
const toldByRun = ({ code, report }: PushRun): object => {
  const { read, delivered, alreadyDelivered, quarantined } = report.balance;
  const { outcome, objects, contentBytes: bytes } = report;
  const lines = { read, delivered, alreadyDelivered, quarantined };
  return { outcome, exitCode: code, lines, objects: objects.length, bytes };
};

/** Starts a run that holds the journal until its pipe ends. */
async function startWaiting(workspace: Workspace): Promise<ReturnType<typeof startCli>> {
  const run = startCli(workspace, [...push, 'good.jsonl', '-', '--json'], {
    stdin: 'open',
    ownProcess: true,
  });
  await expect
    .poll(() => filesBelow(workspace.path('state')), { timeout: 9000 })
    .toContainEqual(expect.stringMatching(/destinations\/\w+\/lock\.\d+$/));
  return run;
}

test('--json has what --map shows: what the log of each store tells of each day', async () => {
  const workspace = await newWorkspace();
  await configure(workspace, 'acme');
  const { bytes } = generateInput({ seed: 3, lines: 40, hours: 30, damage: 0 });
  await runCli(workspace, push, { stdin: bytes });
  const { coverage } = (await statusOf(workspace, '--map')) as StatusReport & { coverage: StoreCoverage[] };
  expect(coverage).toMatchObject([{ why: null, isWhole: true, coverage: { lines: 40 } }]);
  const days = Object.values(coverage[0]?.coverage?.cells ?? {}).flatMap((cells) => Object.values(cells));
  expect(days.reduce((sum, { lines }) => sum + lines, 0)).toBe(40);
  expect(await statusOf(workspace)).not.toHaveProperty('coverage');
});

describe('runs', () => {
  test('that went well, set lines aside, failed, were stopped and were killed: each as it was', async () => {
    const workspace = await newWorkspace();
    await configure(workspace, 'acme');
    const good = generateInput({ seed: 71, lines: 200, hours: 30 });
    const bad = generateInput({ seed: 72, lines: 200, hours: 30, damage: 0.1 });
    await workspace.write('good.jsonl', good.bytes);
    await workspace.write('bad.jsonl', bad.bytes);
    const delivered = await runForReport(workspace, [...push, 'good.jsonl']);
    expect(problemsOf(await onlyProfile(workspace))).toEqual([]);
    const setAside = await runForReport(workspace, [...push, 'bad.jsonl']);
    const failed = await runForReport(workspace, [...push, 'missing.jsonl']);
    const again = await runForReport(workspace, [...push, 'missing.jsonl']);

    const stopped = await startWaiting(workspace);
    await writeTo(stopped, slice(good, 0, 50));
    stopped.child.kill('SIGTERM');
    const interrupted = withReport(await stopped.ended);
    const killed = await startWaiting(workspace);
    const underWay = await onlyProfile(workspace);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const after = await onlyProfile(workspace);

    const { pid } = killed.child;
    expect(underWay.locks).toMatchObject([{ pid }]);
    expect(underWay.runs[0]).toMatchObject({
      outcome: 'running',
      pid,
      endedAt: null,
      attempt: 2,
      lines: null,
    });
    expect(after.locks).toEqual([]);
    expect(after.runs.map(({ outcome, attempt, exitCode }) => [outcome, attempt, exitCode])).toEqual([
      ['crashed', 2, null],
      ['interrupted', 1, 130],
      ['failed', 2, again.code],
      ['failed', 1, failed.code],
      ['delivered-with-quarantine', 1, 5],
      ['delivered', 1, 0],
    ]);
    expect(after.runs[0]).toMatchObject({ endedAt: null, seconds: null, reason: null, lines: null });
    for (const [index, run] of [
      [1, interrupted],
      [4, setAside],
      [5, delivered],
    ] as const)
      expect(after.runs[index]).toMatchObject(toldByRun(run));
    const { code, message, cure = null } = failed.report.error ?? {};
    expect(after.runs[3]?.reason).toEqual({ code, message, cure });
    expect(after.lastSuccess).toBe(setAside.report.endedAt);
    expect(problemsOf(after)).toEqual(['last-run-failed', 'quarantine']);

    const list = await runCli(workspace, ['quarantine', 'list', '--profile', 'acme', '--json']);
    const { lines, lists, folders } = JSON.parse(list.stdout) as QuarantineList;
    expect(after.quarantine).toEqual({ folders, lists, lines });
    expect(lines).toBe(setAside.report.balance.quarantined);
    const text = await textOf(workspace);
    for (const said of ['crashed', 'failed', 'it was killed', 'audit-export quarantine list --profile acme'])
      expect(text).toContain(said);

    const last = await runForReport(workspace, [...push, 'good.jsonl', '-'], { stdin: good.bytes });
    const cured = await onlyProfile(workspace);
    expect(cured.runs[0]).toMatchObject({ ...toldByRun(last), attempt: 3 });
    expect(problemsOf(cured)).toEqual(['quarantine']);
  });

  test('of several profiles and of none are told apart; a dry run leaves nothing', async () => {
    const workspace = await newWorkspace();
    const nothing = await statusOf(workspace);
    expect(nothing.profiles).toEqual([]);
    expect(await textOf(workspace)).toContain('audit-export init');
    await configure(workspace, 'acme', 'other');
    const stdin = generateInput({ seed: 73, lines: 60, hours: 5 }).bytes;
    await runForReport(workspace, push, { stdin });
    await runForReport(workspace, ['push', '--to', 'elsewhere'], { stdin });
    await runForReport(workspace, ['push', '--profile', 'other', '--dry-run'], { stdin });
    const { profiles } = await statusOf(workspace);
    expect(profiles.map((one) => [one.profile, one.store, one.runsKnown, problemsOf(one)])).toEqual([
      ['acme', workspace.path('export', 'acme'), 1, []],
      ['other', workspace.path('export', 'other'), 0, ['no-runs']],
      [null, expect.stringContaining('elsewhere'), 1, []],
    ]);
    expect((await statusOf(workspace, '--profile', 'other')).profiles).toMatchObject([{ profile: 'other' }]);
    const text = await textOf(workspace);
    for (const name of ['acme (active)', 'other (active)']) expect(text).toContain(name);
  });

  test('whose history can not be kept deliver all the same, and status says so', async () => {
    const workspace = await newWorkspace();
    await configure(workspace, 'acme');
    const stdin = generateInput({ seed: 74, lines: 60, hours: 5 }).bytes;
    await runForReport(workspace, push, { stdin });
    const history = join(await stateFolderOf(workspace, 'acme'), 'runs.jsonl');
    await rm(history);
    await mkdir(history);
    const run = await runForReport(workspace, push, { stdin });
    expect({ code: run.code, there: run.report.balance.alreadyDelivered }).toEqual({ code: 0, there: 60 });
    expect(run.stderr.match(/run history/g)).toHaveLength(1);
    expect(problemsOf(await onlyProfile(workspace))).toEqual(['unreadable']);
  });
});

test('a test of access is told of: passed, and failed', async () => {
  const { emulator, workspace, test } = await rehearse('healthy');
  const passed = await test();
  const [before] = (await statusOf(workspace)).profiles;
  expect(before).toMatchObject({ accessTest: { verdict: 'passed' }, problems: [{ problem: 'no-runs' }] });
  expect(before?.store).toBe((profileOf(emulator) as { to: string }).to);
  emulator.faults.add({ kind: 'deny', match: { operation: 'AssumeRole' } });
  const failed = await test();
  const [after] = (await statusOf(workspace)).profiles;
  expect(after?.accessTest?.verdict).toBe('failed');
  expect(after && problemsOf(after)).toEqual(['access-test-failed', 'no-runs']);
  expect([passed.code, failed.code]).toEqual([0, 4]);

  const refused = await runForReport(workspace, push, {
    stdin: generateInput({ seed: 75, lines: 20, hours: 2 }).bytes,
    environment: environmentOf(emulator, emulator.vendor),
  });
  const [last] = (await statusOf(workspace)).profiles;
  expect(last?.runs[0]).toMatchObject({
    outcome: 'failed',
    exitCode: 4,
    reason: { code: refused.report.error?.code },
  });
});

test('a follower: under way with what waits in its spool, killed, and gone on with', async () => {
  const workspace = await newWorkspace();
  await configure(workspace, 'acme');
  const input = generateInput({ seed: 76, lines: 100, hours: 5 });
  const follow = [...push, '--follow', '--flush-interval', '10m', '--json'];
  const run = startCli(workspace, follow, { stdin: 'open', ownProcess: true });
  await writeTo(run, input.bytes);
  let status = await onlyProfile(workspace);
  const spooled = async (): Promise<number> => {
    status = await onlyProfile(workspace);
    return status.spool?.bytes ?? 0;
  };
  await expect.poll(spooled, { timeout: 9000, interval: 200 }).toBeGreaterThan(input.bytes.length / 20);
  const { pid } = run.child;
  expect(status).toMatchObject({ locks: [{ pid }], runs: [{ outcome: 'running', pid }], lastSuccess: null });
  expect(problemsOf(status)).toEqual([]);
  run.child.kill('SIGKILL');
  await run.ended;
  const killed = await onlyProfile(workspace);
  expect(killed).toMatchObject({ locks: [], runs: [{ outcome: 'crashed' }] });
  expect(problemsOf(killed)).toEqual(['last-run-failed', 'spool-waits']);
  const last = await runForReport(workspace, follow.slice(0, -1));
  expect(last.report.balance).toMatchObject({ read: 100, delivered: 100 });
  const done = await onlyProfile(workspace);
  expect(done.runs[0]).toMatchObject({ ...toldByRun(last), attempt: 2 });
  expect(done.spool?.bytes ?? 0).toBe(0);
  expect(problemsOf(done)).toEqual([]);
});

describe('silence', () => {
  const days = 24 * hourMs;

  test('of a type that has stopped while others go on is told, by the times of its events', async () => {
    const workspace = await newWorkspace();
    await configure(workspace, 'acme');
    const expected = ['config', 'set', 'expect', 'system=1d', 'alert=2d', '--profile', 'acme'];
    expect((await runCli(workspace, expected)).code).toBe(0);
    const fromMs = Date.now() - 21 * days;
    const going = generateInput({ seed: 77, lines: 2500, fromMs, hours: 21 * 24 - 0.1, types: ['system'] });
    const stopped = generateInput({ seed: 78, lines: 900, fromMs, hours: 14 * 24, types: ['alert'] });
    await workspace.write('logs/going.jsonl', going.bytes);
    await workspace.write('logs/stopped.jsonl', stopped.bytes);
    const run = await runForReport(workspace, [...push, 'logs']);
    expect(run.code).toBe(0);
    const status = await onlyProfile(workspace);
    expect(status.types.map(({ type, silence }) => [type, silence.state])).toEqual([
      ['alert', 'silent'],
      ['system', 'in-time'],
    ]);
    const latest = Math.max(...stopped.lines.map(({ eventTimeMs }) => eventTimeMs ?? 0));
    expect(status.types[0]?.latest).toBe(new Date(latest).toISOString());
    expect(problemsOf(status)).toEqual(['silence']);
    expect(await textOf(workspace)).toContain('silence: alert is silent');
  });

  test('a line that a crash has torn costs that line alone', async () => {
    const workspace = await newWorkspace();
    await configure(workspace, 'acme');
    const stdin = generateInput({ seed: 79, lines: 60, hours: 5 }).bytes;
    await runForReport(workspace, push, { stdin });
    const history = join(await stateFolderOf(workspace, 'acme'), 'runs.jsonl');
    await appendFile(history, '{"record":"end","ver');
    await runForReport(workspace, push, { stdin });
    const status = await onlyProfile(workspace);
    expect(status.runs.map(({ outcome }) => outcome)).toEqual(['delivered', 'delivered']);
    expect(problemsOf(status)).toEqual(['unreadable']);
  });
});
