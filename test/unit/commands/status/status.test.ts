import { mkdir, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openDestinationFolder, statePlaces } from '../../../../src/adapters/fs/state/state-places.ts';
import { run } from '../../../../src/cli/run.ts';
import { status } from '../../../../src/commands/status/index.ts';
import type { PlaceLook, StatusHost } from '../../../../src/commands/status/status-host.ts';
import type { ProfileStatus, StatusReport } from '../../../../src/commands/status/status-report.ts';
import { destinationOf } from '../../../../src/core/config/destination.ts';
import { capturedTerminal } from '../../../fakes/captured-terminal.ts';
import { schemaErrors } from '../../../fakes/json-schema.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import type { JournalProblem } from '../../../../src/ports/journal-problems.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { balanceOf, beginOf, dayMs, endOf, hourMs, linesOf, markOf } from '../../core/runs/recording.ts';

/** The last full hour: what runs have left is told from now backwards. */
const nowMs = Math.floor(Date.now() / hourMs) * hourMs;

/** Where runs that `recording.ts` makes deliver to. */
const destination = destinationOf({ kind: 's3', bucket: 'acme-audit', prefix: 'altr' }, undefined);

/**
 * A machine with these files of state, and this configuration. The first part of a name is a profile, or `default` for what
 * was delivered without one; `unit` is the state of the unit that delivers the profile acme every hour.
 */
async function machine(
  state: Readonly<Record<string, string>>,
  profiles?: Readonly<Record<string, object>>,
): Promise<{
  path: (name: string) => string;
  status: (...flags: string[]) => Promise<string>;
  report: (...flags: string[]) => Promise<StatusReport>;
}> {
  const folder = scratchFolder();
  const write = async (name: string, text: string): Promise<void> => {
    await mkdir(dirname(join(folder, name)), { recursive: true });
    await writeFile(join(folder, name), text);
  };
  const surroundings = {
    workingFolder: folder,
    environment: { XDG_STATE_HOME: join(folder, 'state'), XDG_CONFIG_HOME: join(folder, 'config') },
    systemState: join(folder, 'system'),
  };
  const unit = { ...surroundings, environment: { XDG_STATE_HOME: join(folder, 'system/audit-export-acme') } };
  const configFile = join(folder, 'audit-export.json');
  const path = (name: string): string => {
    const [first = '', ...rest] = name.split('/');
    if (first === 'default') return join(statePlaces(surroundings).destinationFolder(destination), ...rest);
    const places = statePlaces(first === 'unit' ? unit : surroundings);
    return join(places.profileFolder({ name: first === 'unit' ? 'acme' : first, configFile }), ...rest);
  };
  for (const [name, text] of Object.entries(state)) await write(relative(folder, path(name)), text);
  if (Object.keys(state).some((name) => name.startsWith('default/')))
    await openDestinationFolder(destination, surroundings);
  if (profiles !== undefined) await write('audit-export.json', JSON.stringify({ profiles }));
  const status = async (...flags: string[]): Promise<string> => {
    const { context, stdout, stderr } = capturedTerminal('', surroundings);
    const code = await run(['status', ...flags], context);
    expect([code, stderr()]).toEqual([0, '']);
    return stdout();
  };
  const report = async (...flags: string[]): Promise<StatusReport> => {
    const found = JSON.parse(await status('--json', ...flags)) as StatusReport;
    expect(schemaErrors('status-report', found)).toEqual([]);
    return found;
  };
  return { path, status, report };
}

const history = (...records: readonly object[]): string => `${linesOf(...records).join('\n')}\n`;

/** A run an hour, for so many hours until now; the type `query` speaks in those of which `speaks` says so. */
const hourly = (hours: number, speaks: (hoursAgo: number) => boolean): string =>
  history(
    ...Array.from({ length: hours }, (_, index) => hours - index).map((ago) => {
      const startedMs = nowMs - ago * hourMs + 60_000;
      return endOf(`run-${ago}`, startedMs, speaks(ago) ? [startedMs - 61_000] : []);
    }),
  );

const only = ({ profiles }: StatusReport): ProfileStatus => {
  expect(profiles).toHaveLength(1);
  return profiles[0] as ProfileStatus;
};

const problemsOf = (profile: ProfileStatus): string[] => profile.problems.map(({ problem }) => problem);

test('where nothing was ever set up or run, it says so and how to begin', async () => {
  const { status, report } = await machine({});
  expect((await report()).profiles).toEqual([]);
  const text = await status();
  expect(text).toContain('→ audit-export init');
  const { file, lookedFor } = (await report()).configuration;
  expect(file).toBeNull();
  expect(lookedFor).toHaveLength(2);
  for (const place of lookedFor) expect(text).toContain(place);
});

describe('the last success', () => {
  const good = endOf('good', nowMs - 5 * hourMs, [nowMs - 6 * hourMs]);
  const nothing = { balance: balanceOf({ read: 3, notSelected: 3 }), types: {}, hours: {}, objects: 0 };
  test.each<[string, object]>([
    ['delivered elsewhere', endOf('b', nowMs, [nowMs], { store: 's3://elsewhere' })],
    [
      'delivered to the rehearsal of the same bucket',
      endOf('b', nowMs, [nowMs], { store: 's3://acme-audit/altr at http://127.0.0.1:9' }),
    ],
    ['found nothing to deliver', endOf('b', nowMs, [], { balance: balanceOf() })],
    ['selected nothing', endOf('b', nowMs, [], nothing)],
    ['failed', endOf('b', nowMs, [nowMs], { outcome: 'failed' })],
  ])('is none that %s', async (_, run) => {
    const acme = { to: 's3://acme-audit/altr' };
    const { report } = await machine({ 'acme/runs.jsonl': history(good, run) }, { acme });
    expect(only(await report()).lastSuccess).toBe(good.endedAt);
  });

  test('is one that found everything delivered already', async () => {
    const again = endOf('b', nowMs, [], { balance: balanceOf({ read: 1, alreadyDelivered: 1 }) });
    const acme = { to: 's3://acme-audit/altr' };
    const { report } = await machine({ 'acme/runs.jsonl': history(good, again) }, { acme });
    expect(only(await report()).lastSuccess).toBe(again.endedAt);
  });
});

describe('the state of the units that schedule prints', () => {
  const acme = { to: 's3://acme-audit/altr' };

  test('is found, beside that of whoever asks', async () => {
    const ran = endOf('b', nowMs, [nowMs]);
    const test = { at: new Date(nowMs).toISOString(), verdict: 'passed', summary: 's' };
    const { report, path } = await machine(
      { 'acme/access-test.json': JSON.stringify(test), 'unit/runs.jsonl': history(ran) },
      { acme },
    );
    const profile = only(await report());
    expect(profile).toMatchObject({ runsKnown: 1, lastSuccess: ran.endedAt, accessTest: test, problems: [] });
    expect(profile.folders).toEqual([path('acme'), path('unit')]);
  });

  test('is not that of the unit of another project', async () => {
    const { report } = await machine(
      { 'unit/runs.jsonl': history(endOf('b', nowMs, [nowMs])) },
      { other: acme },
    );
    expect(problemsOf(only(await report()))).toEqual(['no-runs']);
  });
});

test('the state of another project with a profile of that name is not seen', async () => {
  const one = await machine({ 'acme/runs.jsonl': history(endOf('a', nowMs)) }, { acme: { to: 'one' } });
  const two = await machine({}, { acme: { to: 'two' } });
  expect(only(await one.report()).runsKnown).toBe(1);
  expect(only(await two.report()).runsKnown).toBe(0);
  const { stdout, context } = capturedTerminal('', {
    workingFolder: dirname(two.path('x').replace(/state\/.*/, 'x')),
    environment: { XDG_STATE_HOME: one.path('acme').replace(/\/audit-export\/.*/, '') },
  });
  expect(await run(['status', '--json'], context)).toBe(0);
  expect(only(JSON.parse(stdout()) as StatusReport).runsKnown).toBe(0);
});

test('runs without a profile are told of: times, attempts, outcome, reason', async () => {
  const reason = {
    code: 'access-denied',
    message: 'The bucket refused.',
    cure: 'Run audit-export test-access.',
  };
  const startedMs = nowMs - 5 * hourMs;
  const failed = { outcome: 'failed', exitCode: 4, reason } as const;
  const { report, status } = await machine({
    'default/runs.jsonl': history(
      endOf('a', startedMs, [startedMs - 1000]),
      endOf('b', startedMs + hourMs, [], failed),
      endOf('c', startedMs + 2 * hourMs, [], failed),
    ),
  });
  const profile = only(await report());
  expect(profile).toMatchObject({ profile: null, state: null, store: 's3://acme-audit/altr', runsKnown: 3 });
  expect(profile.runs.map(({ id, attempt, outcome }) => [id, attempt, outcome])).toEqual([
    ['c', 2, 'failed'],
    ['b', 1, 'failed'],
    ['a', 1, 'delivered'],
  ]);
  expect(profile.lastSuccess).toBe(new Date(startedMs + 1000).toISOString());
  expect(profile.types).toMatchObject([
    { type: 'query', deliveryLagSeconds: 2, silence: { state: 'too-early' } },
  ]);
  expect(profile.types[0]?.lagSeconds).toBeGreaterThanOrEqual(5 * 3600);
  expect(problemsOf(profile)).toEqual(['last-run-failed']);
  expect(profile.problems[0]?.cure).toBe(reason.cure);
  const text = await status();
  expect(text).toContain('access-denied: The bucket refused.');
  expect(text).toContain('(attempt 2)');
  expect((await report('--limit', '1')).profiles[0]?.runs).toHaveLength(1);
  expect((await report('--limit', '0')).profiles[0]?.runs).toEqual([]);
});

describe('silence', () => {
  test('a type that usually speaks and has stopped is told', async () => {
    const { report, status } = await machine({ 'default/runs.jsonl': hourly(24 * 24, (ago) => ago > 12) });
    const profile = only(await report());
    expect(profile.types).toMatchObject([{ silence: { state: 'silent', longestQuietHours: 1 } }]);
    expect(problemsOf(profile)).toEqual(['silence']);
    expect(await status()).toContain('NOT FOR 12 h ');
  });

  test('a type that speaks as usual is not', async () => {
    const { report, status } = await machine({
      'default/runs.jsonl': hourly(24 * 24, (ago) => ago % 3 !== 1),
    });
    expect(problemsOf(only(await report()))).toEqual([]);
    expect(await status()).toContain('Nothing needs a look.');
  });

  test('nor is one of which nobody has read for days: that is no silence of the source', async () => {
    const weeks = hourly(24 * 24, () => true).split('\n');
    const { report } = await machine({ 'default/runs.jsonl': `${weeks.slice(0, -72).join('\n')}\n` });
    const [type] = only(await report()).types;
    expect(type?.silence.state).toBe('speaking');
    expect(type?.lagSeconds).toBeGreaterThan(3 * 86_000);
  });
});

describe('profiles', () => {
  const profiles = {
    acme: { to: 's3://acme-audit/altr', state: 'active' },
    'new-one': { state: 'draft' },
  };
  const passed = { at: new Date(nowMs - dayMs).toISOString(), verdict: 'passed', summary: 'Passed.' };

  test('all of the configuration are told of, and state of others that is left', async () => {
    const { report } = await machine(
      { 'old/runs.jsonl': history(endOf('a', nowMs)), 'acme/access-test.json': JSON.stringify(passed) },
      profiles,
    );
    const found = (await report()).profiles;
    expect(found.map(({ profile, state }) => [profile, state])).toEqual([
      ['acme', 'active'],
      ['new-one', 'draft'],
      ['old', null],
    ]);
    expect(found[0]?.accessTest).toEqual(passed);
    expect(found.map(problemsOf)).toEqual([['no-runs'], ['draft'], []]);
    expect(found[1]?.problems[0]?.cure).toBe('audit-export init --profile new-one');
    expect((await report('--profile', 'acme')).profiles.map(({ profile }) => profile)).toEqual(['acme']);
  });

  test('an access that was never tested, or failed its test, needs a look', async () => {
    const failed = { ...passed, verdict: 'failed', summary: 'Failed: one probe (put-object).' };
    const ran = history(endOf('a', nowMs));
    const untested = await machine(
      { 'acme/runs.jsonl': ran },
      { acme: { ...profiles.acme, state: 'applied' } },
    );
    expect(problemsOf(only(await untested.report()))).toEqual(['not-tested']);
    const broken = await machine(
      { 'acme/runs.jsonl': ran, 'acme/access-test.json': JSON.stringify(failed) },
      { acme: profiles.acme },
    );
    expect(only(await broken.report()).problems).toMatchObject([
      { problem: 'access-test-failed', cure: 'audit-export test-access --profile acme' },
    ]);
  });
});

describe('what lies on disk', () => {
  test('the spool: its bytes, files and age; a problem only while nobody delivers it', async () => {
    const files = { 'default/spool/1.ready': 'x'.repeat(100), 'default/spool-12ab/2.open': 'y'.repeat(11) };
    const ran = history(endOf('a', nowMs - hourMs));
    const waiting = only(await (await machine({ ...files, 'default/runs.jsonl': ran })).report());
    expect(waiting.spool).toMatchObject({ files: 2, bytes: 111 });
    expect(problemsOf(waiting)).toEqual(['spool-waits']);
    const followed = await machine({
      ...files,
      'default/runs.jsonl': history(
        beginOf('f', Date.now(), { pid: process.pid, host: hostname() }),
        markOf('f', Date.now()),
      ),
    });
    const profile = only(await followed.report());
    expect([problemsOf(profile), profile.runs[0]?.outcome]).toEqual([[], 'running']);
  });

  test('a process that is gone, and one that took over its number, are told from one that is there', async () => {
    const mine = { pid: process.pid, host: hostname() };
    const outcomes = async (more: object): Promise<string | undefined> => {
      const { report } = await machine({ 'default/runs.jsonl': history(beginOf('a', Date.now(), more)) });
      return only(await report()).runs[0]?.outcome;
    };
    expect(await outcomes(mine)).toBe('running');
    expect(await outcomes({ ...mine, pid: 999_999_999 })).toBe('crashed');
    expect(await outcomes({ ...mine, host: 'elsewhere' })).toBe('unknown');
    const longAgo = await outcomes({ ...mine, startedAt: '2020-01-01T00:00:00.000Z' });
    // Only Linux tells how old a process is.
    expect(longAgo).toBe(process.platform === 'linux' ? 'crashed' : 'running');
  });

  test('the locks of runs under way, without those that a process has left', async () => {
    const note = { pid: process.pid, host: hostname(), startedAt: new Date().toISOString() };
    const { report, status } = await machine({
      'default/runs.jsonl': history(endOf('a', nowMs)),
      'default/lock': JSON.stringify(note),
      'default/ledger/1234.lock': JSON.stringify(note),
      'default/ledger/5678.lock': JSON.stringify({ ...note, pid: 999_999_999 }),
      'default/ledger/9abc.lock': '{"torn',
    });
    expect(only(await report()).locks).toEqual([note, note]);
    expect(await status()).toContain(`process ${process.pid} on `);
  });

  test('lines in quarantine are counted as quarantine list counts them', async () => {
    const line = (offset: number): string =>
      JSON.stringify({
        destination,
        source: 'a',
        sourceHead: 'h',
        line: 1,
        offset,
        reason: 'not-json',
        detail: 'd',
        raw: 'x',
      });
    const list = (...offsets: number[]): string => `${offsets.map(line).join('\n')}\n`;
    const { report } = await machine({
      'default/runs.jsonl': history(endOf('a', nowMs)),
      [`default/quarantine/${'a'.repeat(32)}.jsonl`]: list(1, 2),
      [`default/quarantine/${'b'.repeat(32)}.jsonl`]: list(2, 3),
    });
    const profile = only(await report());
    expect(profile.quarantine).toMatchObject({ lists: 2, lines: 3 });
    expect(profile.problems).toMatchObject([
      {
        problem: 'quarantine',
        message: '3 lines wait in the quarantine.',
        cure: 'audit-export quarantine list --to s3://acme-audit/altr',
      },
    ]);
  });

  test.each([
    ['default/access-test.json', '[]'],
    ['default/runs.jsonl', 'not JSON\n'],
    [`default/quarantine/${'a'.repeat(32)}.jsonl`, 'not JSON\n'],
    ['default/spool', 'a file where a folder should be'],
  ])('%s that holds %j is a problem to be told, not an error', async (name, text) => {
    const ran = { 'default/runs.jsonl': history(endOf('a', nowMs)) };
    const profile = only(await (await machine({ ...ran, [name]: text })).report());
    expect(problemsOf(profile)).toEqual(['unreadable']);
  });
});

test('the text fits 80 columns, whatever the numbers', async () => {
  const big = { read: 9e9, delivered: 9_876_543_210, alreadyDelivered: 0, duplicate: 0, notSelected: 0 };
  const balance = { ...big, quarantined: 98_765_432, blank: 0, undelivered: 0 };
  const { status } = await machine({
    'default/runs.jsonl': `${hourly(24 * 24, (ago) => ago > 300)}${history(
      endOf('z', nowMs - 40 * dayMs, [nowMs - 41 * dayMs], {
        outcome: 'delivered-with-quarantine',
        balance,
        endedAt: new Date(nowMs - 1000).toISOString(),
      }),
    )}`,
  });
  const lines = (await status('--limit', '1000'))
    .split('\n')
    .filter((line) => !/^(?:There is no conf|Runs|silence| {2}State| {2}→)/.test(line));
  expect(lines.filter((line) => line.length > 80)).toEqual([]);
});

test('what the history holds can not move the cursor', async () => {
  const escape = '\u001b[2J';
  const reason = { code: escape, message: escape, cure: escape };
  const { status } = await machine({
    'default/runs.jsonl': history(
      endOf('a', nowMs, [], { command: escape, store: escape, outcome: 'failed', reason }),
    ),
  });
  expect(await status('--verbose')).not.toContain('\u001b');
});

describe('what a journal could not find or read', () => {
  const problem = {
    id: '3f2a91c0',
    source: 'app.log',
    since: '2026-11-29T05:00:00.000Z',
    message: 'Lines are missing.',
  };

  /** A host that knows one export, of whose journal these are the problems. */
  function hostWith(problems: readonly JournalProblem[]): {
    host: StatusHost;
    left: () => readonly JournalProblem[];
  } {
    let left = problems;
    const look: PlaceLook = {
      history: { lines: async () => [] },
      shelves: [],
      journalProblems: {
        list: async () => [...left],
        dismiss: async (ids) => {
          left = left.filter(({ id }) => !ids.includes(id));
        },
      },
      locks: async () => [],
      spool: async () => undefined,
      accessTest: async () => undefined,
    };
    const place = { name: 'acme', profile: {}, destination, folders: [], destinationFolders: [], closed: [] };
    return {
      host: {
        clock: { now: () => nowMs },
        find: async () => ({
          configuration: { file: null, lookedFor: [] },
          places: [{ ...place, flags: ['--profile', 'acme'] }],
        }),
        look: () => look,
        looksAlive: () => undefined,
      },
      left: () => left,
    };
  }

  test('is a problem until it is dismissed, by its id or with all others', async () => {
    const { host, left } = hostWith([problem, { ...problem, id: 'ab' }, { ...problem, id: 'cd' }]);
    const before = only(await status({ limit: 1, dismiss: undefined }, host));
    expect(before.problems).toContainEqual({
      problem: 'source',
      id: problem.id,
      since: problem.since,
      message: 'app.log: Lines are missing.',
      cure: 'audit-export status --dismiss 3f2a91c0 --profile acme',
    });
    const one = await status({ limit: 1, dismiss: [problem.id] }, host);
    expect([one.dismissed, left().length]).toEqual([[problem.id], 2]);
    expect(only(one).problems.filter(({ problem }) => problem === 'source')).toHaveLength(2);
    expect((await status({ limit: 1, dismiss: [] }, host)).dismissed).toEqual(['ab', 'cd']);
    expect(left()).toEqual([]);
  });

  test('is not dismissed by an id that nobody has', async () => {
    const { host, left } = hostWith([problem]);
    expect(await rejectionOf(status({ limit: 1, dismiss: ['nobody'] }, host))).toMatchObject({
      code: 'usage',
    });
    expect(left()).toEqual([problem]);
  });

  test('--dismiss stands with an id or without', async () => {
    const { status } = await machine({});
    expect(await status('--dismiss')).toContain('Nothing is known yet');
    const { context, stderr } = capturedTerminal('', { environment: { HOME: '/nowhere' } });
    expect(await run(['status', '--dismiss', 'abc'], context)).toBe(2);
    expect(stderr()).toContain('abc');
  });
});
