import { dirname } from 'node:path';
import { describe, expect, test } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import { status } from '../../../../src/commands/status/index.ts';
import type { PlaceLook, StatusHost } from '../../../../src/commands/status/status-host.ts';
import type { StatusReport } from '../../../../src/commands/status/status-report.ts';
import { capturedTerminal } from '../../../fakes/captured-terminal.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import type { JournalProblem } from '../../../../src/ports/state/journal-problems.ts';
import { balanceOf, endOf, hourMs } from '../../core/runs/recording.ts';
import { destination, history, machine, nowMs, only, problemsOf } from './status-machine.ts';

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
      quarantines: [],
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
    const before = only(await status({ limit: 1, expect: undefined, dismiss: undefined }, host));
    expect(before.problems).toContainEqual({
      problem: 'source',
      id: problem.id,
      since: problem.since,
      message: 'app.log: Lines are missing.',
      cure: 'audit-export status --dismiss 3f2a91c0 --profile acme',
    });
    const one = await status({ limit: 1, expect: undefined, dismiss: [problem.id] }, host);
    expect([one.dismissed, left().length]).toEqual([[problem.id], 2]);
    expect(only(one).problems.filter(({ problem }) => problem === 'source')).toHaveLength(2);
    expect((await status({ limit: 1, expect: undefined, dismiss: [] }, host)).dismissed).toEqual([
      'ab',
      'cd',
    ]);
    expect(left()).toEqual([]);
  });

  test('is not dismissed by an id that nobody has', async () => {
    const { host, left } = hostWith([problem]);
    expect(
      await rejectionOf(status({ limit: 1, expect: undefined, dismiss: ['nobody'] }, host)),
    ).toMatchObject({
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
