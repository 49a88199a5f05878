import { createHash } from 'node:crypto';
import { cp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { parseCheckpoint } from '../../../src/core/log/checkpoint.ts';
import { parseNote } from '../../../src/core/log/signed-note.ts';
import { readLogs } from '../../fakes/memory-log.ts';
import { systemClock } from '../../../src/adapters/system/system-clock.ts';
import { isDelivery } from '../read-export.ts';
import { runCli, runForReport } from '../run-cli.ts';
import { filesBelow, useWorkspaces } from '../workspace.ts';

import { events, filesOf, keyOf, kindsOf, logsIn } from './log-reading.ts';

const newWorkspace = useWorkspaces();
const hourMs = 3_600_000;

describe('the log of a folder', () => {
  test('claims each object, and says what each run read and what came of it', async () => {
    const workspace = await newWorkspace();
    const to = ['--to', workspace.path('out')];
    const file = await events(workspace, 'a.jsonl', 0, 3);
    const { report } = await runForReport(workspace, ['push', ...to, file]);
    expect(report.evidence).toMatchObject({ leaves: 5, unpublished: 0, putRequests: 6, problem: null });
    const [log] = await logsIn(workspace.path('out'), await keyOf(workspace, to));
    expect(kindsOf(log!)).toEqual(['open', 'begin', 'source', 'object', 'end']);
    const content = await readFile(file);
    expect(log?.leaves[2]).toMatchObject({
      name: file,
      from: 0,
      bytes: content.length,
      sha256: createHash('sha256').update(content).digest('hex'),
      lines: 3,
    });
    expect(log?.leaves[3]).toMatchObject({ lines: 3, status: 'stored', types: { alert: 3 } });
    expect(log?.leaves[4]).toMatchObject({
      ended: 'complete',
      objects: 1,
      balance: { read: 3, delivered: 3 },
    });
    await events(workspace, 'a.jsonl', 0, 5);
    await runCli(workspace, ['push', ...to, file]);
    const [grown, ...others] = await logsIn(workspace.path('out'), await keyOf(workspace, to));
    expect(others).toEqual([]);
    expect(grown?.sizes).toEqual([5, 9]);
    expect(grown?.leaves[6]).toMatchObject({ kind: 'source', from: content.length, lines: 2 });
    const newest = await readFile(workspace.path('out/_audit-export/log', grown?.id ?? '', 'checkpoint'));
    expect(parseCheckpoint(parseNote(newest.toString()).text).size).toBe(9);
  });

  test('is one log, whatever profile delivers there', async () => {
    const workspace = await newWorkspace();
    const to = workspace.path('out');
    await workspace.write('audit-export.json', JSON.stringify({ profiles: { a: { to }, b: { to } } }));
    for (const profile of ['a', 'b']) {
      const file = await events(workspace, `${profile}.jsonl`, profile === 'a' ? 0 : 10, 20);
      await runCli(workspace, ['push', '--profile', profile, file]);
    }
    const [log, ...others] = await logsIn(to, await keyOf(workspace, ['--profile', 'a']));
    expect(others).toEqual([]);
    expect(log?.leaves.flatMap((leaf) => (leaf.kind === 'begin' ? [leaf.profile] : []))).toEqual(['a', 'b']);
  });

  test('begins anew where its state is lost, or of an old copy, and says so; none forks', async () => {
    const workspace = await newWorkspace();
    const out = workspace.path('out');
    const to = ['--to', out];
    const push = async (from: number): Promise<void> => {
      const file = await events(workspace, `${from}.jsonl`, from, from + 2);
      await runCli(workspace, ['push', ...to, file]);
    };
    await push(0);
    await cp(workspace.path('state'), workspace.path('copy'), { recursive: true });
    await push(10);
    await rm(workspace.path('state'), { recursive: true });
    await cp(workspace.path('copy'), workspace.path('state'), { recursive: true });
    await push(20);
    const key = await keyOf(workspace, to);
    const logs = await logsIn(out, key);
    expect(logs).toHaveLength(2);
    const again = logs.find(({ leaves }) => leaves[0]?.kind === 'open' && leaves[0].after !== undefined);
    expect(again?.leaves[0]).toMatchObject({ after: { size: 5, reason: 'continued-elsewhere' } });
    await rm(workspace.path('state'), { recursive: true });
    await push(30);
    const after = await filesOf(out);
    const newKey = await keyOf(workspace, to);
    expect(newKey.publicKey).not.toEqual(key.publicKey);
    const mine = new Map([...after].filter(([name]) => name.includes(newKey.name.split('/')[1] ?? '-')));
    expect((await readLogs(mine, newKey.publicKey)).map(({ sizes }) => sizes)).toEqual([[5]]);
  });

  test('of an old copy of the state is gone on with where it stands, if that is asked for', async () => {
    const workspace = await newWorkspace();
    const to = ['--to', workspace.path('out')];
    const push = async (from: number): Promise<void> => {
      await runCli(workspace, ['push', ...to, await events(workspace, `${from}.jsonl`, from, from + 2)]);
    };
    await push(0);
    await cp(workspace.path('state'), workspace.path('copy'), { recursive: true });
    await push(10);
    expect((await runCli(workspace, ['evidence', 'resume', ...to])).code).toBe(2);
    await rm(workspace.path('state'), { recursive: true });
    await cp(workspace.path('copy'), workspace.path('state'), { recursive: true });
    const resumed = await runCli(workspace, ['evidence', 'resume', ...to, '--json']);
    expect({ code: resumed.code, ...(JSON.parse(resumed.stdout) as object) }).toMatchObject({
      code: 0,
      report: 'evidence-log',
      leaves: 9,
    });
    await push(20);
    const logs = await logsIn(workspace.path('out'), await keyOf(workspace, to));
    expect(logs.map(({ sizes }) => sizes)).toEqual([[5, 9, 13]]);
  });

  test('evidence --json has a schema for each command', async () => {
    const workspace = await newWorkspace();
    const to = ['--to', workspace.path('out')];
    const file = await events(workspace, 'a.jsonl', 0, 3);
    expect((await runCli(workspace, ['push', ...to, file])).code).toBe(0);
    const printed = async (...args: string[]): Promise<Record<string, unknown>> => {
      // What it prints is held against its schema there.
      const { stdout } = await runCli(workspace, ['evidence', ...args, ...to, '--json']);
      return JSON.parse(stdout) as Record<string, unknown>;
    };
    const key = await printed('key');
    expect(key).toMatchObject({ report: 'evidence-key', version: 1 });
    const log = { report: 'evidence-log', version: 1, log: key['log'], unpublished: 0 };
    expect(await printed('publish')).toMatchObject(log);
    expect(
      await printed('retire', 'audit_type=alert/gone.jsonl.gz', '--reason', 'kept for a year'),
    ).toMatchObject(log);
  });

  test('says that nothing came, once an interval', async () => {
    const workspace = await newWorkspace();
    const to = ['--to', workspace.path('out')];
    const file = await events(workspace, 'a.jsonl', 0, 3);
    const start = Date.UTC(2026, 0, 1);
    const at = (ms: number): { clock: typeof systemClock } => ({
      clock: { ...systemClock, now: () => start + ms },
    });
    await runCli(workspace, ['push', ...to, file], at(0));
    await runCli(workspace, ['push', ...to, file], at(hourMs / 2));
    await runCli(workspace, ['push', ...to, file], at(2 * hourMs));
    const [log] = await logsIn(workspace.path('out'), await keyOf(workspace, to));
    expect(kindsOf(log!).slice(5)).toEqual(['quiet']);
    expect(log?.leaves[5]).toMatchObject({
      from: '2026-01-01T00:00:00.000Z',
      to: '2026-01-01T02:00:00.000Z',
    });
  });

  test('of a job without state is small, and closed by its last leaf', async () => {
    const workspace = await newWorkspace();
    const out = workspace.path('out');
    await workspace.write('no-folder', 'a file');
    const environment = { XDG_STATE_HOME: workspace.path('no-folder') };
    const file = await events(workspace, 'a.jsonl', 0, 3);
    const stdin = await readFile(file);
    const { report, code } = await runForReport(workspace, ['push', '--to', out], { stdin, environment });
    expect({ code, problem: report.evidence?.problem }).toEqual({ code: 0, problem: null });
    const files = await filesOf(out);
    const sizes = [...files.keys()].filter((name) => name.includes('/checkpoints/'));
    expect(sizes).toHaveLength(1);
    const bundle = [...files].find(([name]) => name.endsWith('/tile/entries/000.p/6'))?.[1];
    expect(gunzipSync(bundle ?? Buffer.alloc(0)).toString()).toContain('"kind":"close"');
  });

  test('whose state is damaged does not keep anything from being delivered, and the cure is told', async () => {
    const workspace = await newWorkspace();
    const to = ['--to', workspace.path('out')];
    await runCli(workspace, ['push', ...to, await events(workspace, 'a.jsonl', 0, 3)]);
    const state = workspace.path('state');
    const records = (await filesBelow(state)).find((file) => file.includes('/log/records.')) ?? '';
    const damaged = await readFile(join(state, records));
    damaged.write('XXXX', 12);
    await writeFile(join(state, records), damaged);
    const file = await events(workspace, 'b.jsonl', 10, 13);
    const { code, report, stderr } = await runForReport(workspace, ['push', ...to, file]);
    expect({ code, delivered: report.balance.delivered }).toEqual({ code: 0, delivered: 3 });
    expect(report.evidence?.problem).toMatchObject({ code: 'log-damaged' });
    expect(stderr).toContain('.damaged');
  });

  test('is not written with --evidence off, and a dry run only says what it would cost', async () => {
    const workspace = await newWorkspace();
    const to = ['--to', workspace.path('out')];
    const file = await events(workspace, 'a.jsonl', 0, 3);
    const { report } = await runForReport(workspace, ['push', ...to, '--dry-run', file]);
    expect(report.evidence).toMatchObject({ leaves: 5, putRequests: 5, problem: null });
    const dry = await runCli(workspace, ['push', ...to, '--dry-run', file]);
    expect(dry.stdout).toMatch(/would take about 5 PUT requests, [\d.]+ KiB/);
    expect(
      (await runForReport(workspace, ['push', ...to, '--evidence', 'off', file])).report.evidence,
    ).toBeUndefined();
    expect((await filesBelow(workspace.path('out'))).filter((name) => !isDelivery(name))).toEqual([]);
    expect((await filesBelow(workspace.path('state'))).filter((name) => name.includes('/log/'))).toEqual([]);
  });

  test('takes what is retired, and refuses it without a reason', async () => {
    const workspace = await newWorkspace();
    const to = ['--to', workspace.path('out')];
    await runCli(workspace, ['push', ...to, await events(workspace, 'a.jsonl', 0, 3)]);
    expect((await runCli(workspace, ['evidence', 'retire', ...to, 'a/b'])).code).toBe(2);
    const keys = Array.from(
      { length: 30 },
      (_, at) => `audit_type=alert/event_date=2025-03-11/${at}.jsonl.gz`,
    );
    const retired = await runCli(workspace, ['evidence', 'retire', ...to, ...keys, '--reason', 'request 17']);
    expect(retired.code).toBe(0);
    const [log] = await logsIn(workspace.path('out'), await keyOf(workspace, to));
    const leaves = log?.leaves.filter((leaf) => leaf.kind === 'retire') ?? [];
    expect(leaves.flatMap((leaf) => leaf.keys)).toEqual(keys);
    expect(leaves.every((leaf) => JSON.stringify(leaf).length < 1024 && leaf.reason === 'request 17')).toBe(
      true,
    );
  });

  test('is copied, checkpoint by checkpoint, to another place', async () => {
    const workspace = await newWorkspace();
    const to = ['--to', workspace.path('out')];
    const copy = ['--checkpoint-copy', workspace.path('copy')];
    for (const from of [0, 10])
      await runCli(workspace, [
        'push',
        ...to,
        ...copy,
        await events(workspace, `${from}.jsonl`, from, from + 2),
      ]);
    const copied = await filesOf(workspace.path('copy'));
    expect([...copied.keys()].map((name) => name.replace(/.*\/log\/[^/]+\//, ''))).toEqual([
      'checkpoints/00000000000000000005',
      'checkpoints/00000000000000000009',
    ]);
    for (const [name, body] of copied) expect(body).toEqual(await readFile(workspace.path('out', name)));
    // A place that was away gets the newest from the next run, and needs no new leaf for that.
    await rename(workspace.path('copy'), workspace.path('away'));
    await writeFile(workspace.path('copy'), 'in the way');
    const third = await events(workspace, 'third.jsonl', 20, 22);
    const missed = await runCli(workspace, ['push', ...to, ...copy, third]);
    expect(missed).toMatchObject({ code: 0, stderr: expect.stringContaining('copy') });
    await rm(workspace.path('copy'));
    await rename(workspace.path('away'), workspace.path('copy'));
    for (const _ of [1, 2]) await runCli(workspace, ['push', ...to, ...copy, third]);
    expect(
      [...(await filesOf(workspace.path('copy'))).keys()].map((name) => Number(name.slice(-20))),
    ).toEqual([5, 9, 13]);
  });
});
