import { hostname } from 'node:os';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Ownership } from '../../../../src/adapters/fs/state/lock/owner-lock.ts';
import { takeOwnership } from '../../../../src/adapters/fs/state/lock/owner-lock.ts';
import { systemClock } from '../../../../src/adapters/system/system-clock.ts';
import { run } from '../../../../src/cli/run.ts';
import { capturedTerminal } from '../../../fakes/captured-terminal.ts';
import { beginOf, dayMs, endOf, hourMs, markOf } from '../../core/runs/recording.ts';
import { destination, history, hourly, machine, nowMs, only, problemsOf } from './status-machine.ts';

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
    { type: 'query', deliveryLagSeconds: 2, silence: { state: 'not-set', proposal: null } },
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

test('what schemas did not know in the last run is told, with the line that takes it in', async () => {
  const unknown = [
    {
      type: 'query',
      warning: 'the schema does not know the field /rowFilter',
      lines: 7,
      schemaLine: '/properties: "rowFilter": {}',
    },
  ];
  const startedMs = nowMs - 2 * hourMs;
  const read = [startedMs - 1000];
  const told = history(endOf('a', startedMs, read, { unknown }));
  const { report, status } = await machine({ 'default/runs.jsonl': told });
  expect(only(await report()).problems).toMatchObject([
    { problem: 'schema', message: expect.stringContaining('/rowFilter, in 7 lines of the last run') },
  ]);
  expect(await status()).toContain('"rowFilter": {}');
  const later = history(endOf('a', startedMs, read, { unknown }), endOf('b', startedMs + hourMs, read));
  const { report: again } = await machine({ 'default/runs.jsonl': later });
  expect(problemsOf(only(await again()))).toEqual([]);
});

describe('silence', () => {
  const acme = { to: 's3://acme-audit/altr', state: 'active' };
  const stopped = { 'acme/runs.jsonl': hourly(48, (ago) => ago > 12 && ago !== 20) };

  test('a type whose latest event is older than its profile expects is told', async () => {
    const { report, status } = await machine(stopped, { acme: { ...acme, expect: { query: '6h' } } });
    const profile = only(await report());
    expect(profile.types).toMatchObject([{ silence: { state: 'silent', expectedSeconds: 6 * 3600 } }]);
    expect(profile.problems).toMatchObject([
      { problem: 'silence', message: expect.stringMatching(/^query is silent: .* expected every 6h\.$/) },
    ]);
    expect(await status()).toMatch(/query +every 6h: SILENT /);
    expect(problemsOf(only(await report('--expect', 'query=1d')))).toEqual([]);
    expect(problemsOf(only(await report('--expect', 'query=500ms')))).toEqual(['silence']);
  });

  test('so is one of which nothing was ever delivered', async () => {
    const { report } = await machine(stopped, { acme: { ...acme, expect: { query: '1d', alert: '30d' } } });
    const profile = only(await report());
    expect(profile.types).toMatchObject([
      { type: 'alert', latest: null, lagSeconds: null },
      { type: 'query' },
    ]);
    expect(profile.problems).toMatchObject([{ message: expect.stringContaining('No event of alert') }]);
  });

  test('where nothing is expected, what was seen is proposed, as a command that can be pasted', async () => {
    const { report, status } = await machine(stopped, { acme: { ...acme, expect: { alert: '30d' } } });
    const profile = only(await report());
    expect(profile.types).toMatchObject([
      {},
      // Two hours between events, and a minute until the next was there.
      { type: 'query', silence: { state: 'not-set', longestSeconds: 2 * 3600 + 62, proposal: '5h' } },
    ]);
    const command = 'audit-export config set expect alert=30d query=5h --profile acme';
    expect(profile.proposal).toBe(command);
    expect(await status()).toContain(`To be told of silence: ${command}\n`);
  });

  test('a duration that is none is refused', async () => {
    const { path } = await machine({});
    const { context, stderr } = capturedTerminal('', { workingFolder: path('x') });
    expect(await run(['status', '--expect', 'query=soon'], context)).toBe(2);
    expect(stderr()).toContain('30s or 15m');
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
    const files = {
      'default/spool/000000000001-0a1b2c3d.100.kept': 'x'.repeat(100),
      'default/spool/000000000001-0a1b2c3d.source': '{"source":"stdin"}',
      'default/spool/000000000002-0a1b2c3d.open': 'y'.repeat(11),
    };
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
    const { path, report, status } = await machine({ 'default/runs.jsonl': history(endOf('a', nowMs)) });
    const request = { ...systemClock, waitMs: 0, signal: new AbortController().signal };
    const take = async (name: string): Promise<Ownership> => {
      const taken = await takeOwnership(path(`default/${name}`), request);
      if ('holder' in taken) throw new Error('somebody has it');
      onTestFinished(taken.release);
      return taken;
    };
    await take('lock');
    await take('shards/0-2/lock');
    await (await take('shards/1-2/lock')).release();
    const { locks } = only(await report());
    const { pid } = process;
    expect(locks).toMatchObject([
      { pid, host: hostname() },
      { pid, host: hostname() },
    ]);
    expect(await status()).toContain(`process ${pid} on `);
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
  const balance = { ...big, ignored: 0, quarantined: 98_765_432, blank: 0, undelivered: 0 };
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
    .filter((line) => !/^(?:There is no conf|Runs| {2}State| {2}→)/.test(line));
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
