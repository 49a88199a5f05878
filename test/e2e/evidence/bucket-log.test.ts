import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmulator } from '../../../src/adapters/emulator/start-emulator.ts';
import { parseCheckpoint } from '../../../src/core/log/checkpoint.ts';
import { parseNote, parseVerifierKey } from '../../../src/core/log/signed-note.ts';
import type { Emulator } from '../../../src/ports/aws/emulator.ts';
import type { ReadLog } from '../../fakes/memory-log.ts';
import { readLogs } from '../../fakes/memory-log.ts';
import { runCli, runForReport, startCli } from '../run-cli.ts';
import type { S3Server } from '../s3-server.ts';
import { bucketOn } from '../s3-server.ts';
import type { Workspace } from '../workspace.ts';
import { useWorkspaces } from '../workspace.ts';

import { events, kindsOf } from './log-reading.ts';

const newWorkspace = useWorkspaces();

describe('the log in a bucket', () => {
  let emulator: Emulator;
  let server: S3Server;
  beforeAll(async () => {
    emulator = await startEmulator();
    server = await bucketOn(emulator);
  });
  afterAll(async () => {
    await server.close();
    await emulator.close();
  });

  async function place(prefix: string): Promise<{
    workspace: Workspace;
    environment: Record<string, string>;
    push: (from: number) => ReturnType<typeof runForReport>;
    logs: () => Promise<ReadLog[]>;
  }> {
    const workspace = await newWorkspace();
    const environment = await server.environmentFor(prefix);
    const to = ['--to', `s3://${server.bucket}/${prefix}`];
    const push = async (from: number): ReturnType<typeof runForReport> =>
      runForReport(workspace, ['push', ...to, await events(workspace, `${from}.jsonl`, from, from + 2)], {
        environment,
      });
    const logs = async (): Promise<ReadLog[]> => {
      const key = parseVerifierKey(
        (await runCli(workspace, ['evidence', 'key', ...to], { environment })).stdout,
      );
      const keys = await server.everythingAt(prefix);
      return readLogs(keys, key.publicKey);
    };
    return { workspace, environment, push, logs };
  }

  test('needs s3:PutObject and nothing else', async () => {
    const { push, logs } = await place('write-only');
    expect((await push(0)).report.evidence).toMatchObject({ leaves: 5, unpublished: 0, problem: null });
    await push(10);
    expect((await logs()).map(({ sizes }) => sizes)).toEqual([[5, 9]]);
  });

  test('that is refused does not touch the delivery: exit 0, told, and the next run catches up', async () => {
    const { push, logs, workspace, environment } = await place('refused');
    const fault = emulator.faults.add({ kind: 'deny', match: { key: 'refused/_audit-export/*' } });
    const refused = await push(0);
    emulator.faults.remove(fault);
    expect({ code: refused.code, delivered: refused.report.balance.delivered }).toEqual({
      code: 0,
      delivered: 2,
    });
    expect(refused.report.evidence).toMatchObject({ unpublished: 5, problem: { code: 'access-denied' } });
    expect(refused.stderr).toContain('The log of what was delivered could not be written');
    const status = await runCli(workspace, ['status', '--json'], {
      environment,
    });
    expect(status.stdout).toContain('The log of what was delivered could not be written');
    expect((await push(10)).report.evidence).toMatchObject({ leaves: 9, unpublished: 0, problem: null });
    // What was claimed is what is published, then the rest.
    expect((await logs()).map(({ sizes }) => sizes)).toEqual([[5, 9]]);
  });

  test('that is refused as its delivery is: what failed is told, once', async () => {
    const { push, logs } = await place('denied');
    const fault = emulator.faults.add({ kind: 'deny', match: { key: 'denied/*' } });
    const { code, stderr, report } = await push(0);
    emulator.faults.remove(fault);
    expect({ code, error: report.error?.code }).toEqual({ code: 4, error: 'access-denied' });
    expect(stderr).toMatch(/^audit-export: .*audit_type=/);
    expect(stderr.match(/→/g)).toHaveLength(1);
    expect(stderr).not.toContain('log');
    expect(report.evidence).toMatchObject({ problem: { code: 'access-denied' } });
    expect(report.evidence?.problem?.message).toContain('could not be written either');
    // The run that failed has its leaves all the same.
    expect((await push(0)).report.evidence).toMatchObject({ unpublished: 0, problem: null });
    const [log] = await logs();
    const ends = log?.leaves.flatMap((leaf) => (leaf.kind === 'end' ? [leaf.ended] : []));
    expect(ends).toEqual(['failed', 'complete']);
  });

  test('does without the alias where nothing may be overwritten, and evidence publish makes it', async () => {
    const { push, workspace, environment } = await place('once');
    const alias = (): number =>
      emulator.requests().filter(({ key = '' }) => /^once\/.*\/checkpoint$/.test(key)).length;
    const fault = emulator.faults.add({
      kind: 'deny',
      match: { key: 'once/_audit-export/log/*/checkpoint' },
    });
    for (const from of [0, 10]) {
      const { code, stderr, report } = await push(from);
      expect({ code, stderr, problem: report.evidence?.problem }).toEqual({
        code: 0,
        stderr: '',
        problem: null,
      });
    }
    // A refusal may raise an alarm over there: it is not asked for again.
    expect(alias()).toBe(1);
    const publish = ['evidence', 'publish', '--to', `s3://${server.bucket}/once`];
    expect((await runCli(workspace, publish, { environment })).code).toBe(4);
    emulator.faults.remove(fault);
    expect((await runCli(workspace, publish, { environment })).code).toBe(0);
    const found = [...(await server.everythingAt('once'))].find(([key]) => key.endsWith('/checkpoint'));
    expect(parseCheckpoint(parseNote(found?.[1].toString() ?? '').text).size).toBe(9);
  });

  test.each(['claims', 'tile', 'checkpoints'])(
    'goes on where the answer to a PUT of %s was lost, and nothing is lost or there twice',
    async (folder) => {
      const { push, logs } = await place(`lost-${folder}`);
      await push(0);
      emulator.faults.add({
        kind: 'reset-after',
        match: { key: `lost-${folder}/_audit-export/log/*/${folder}/*` },
        count: 1,
      });
      await push(10);
      emulator.faults.clear();
      await push(20);
      const found = await logs();
      // Whose a claim is that was perhaps stored can't be read by who may only write: a new log begins then.
      expect(found).toHaveLength(folder === 'claims' ? 2 : 1);
      const runs = found.flatMap(({ leaves }) =>
        leaves.flatMap((leaf) => (leaf.kind === 'end' ? [leaf.run] : [])),
      );
      expect(runs).toHaveLength(3);
      expect(new Set(runs).size).toBe(3);
    },
  );

  test('is whole again after a SIGKILL in the middle of it', async () => {
    const { push, logs, workspace, environment } = await place('killed');
    await push(0);
    const match = { key: 'killed/_audit-export/log/*/checkpoints/*' };
    const fault = emulator.faults.add({ kind: 'no-answer', match });
    const args = ['push', '--to', `s3://${server.bucket}/killed`, await events(workspace, 'k.jsonl', 10, 12)];
    const run = startCli(workspace, args, { environment, ownProcess: true });
    await expect
      .poll(() => emulator.requests().some(({ key = '' }) => /^killed\/.*\/checkpoints\/0*9$/.test(key)), {
        timeout: 30_000,
      })
      .toBe(true);
    run.child.kill('SIGKILL');
    await run.ended;
    emulator.faults.remove(fault);
    expect((await push(20)).report.evidence).toMatchObject({ leaves: 13, unpublished: 0, problem: null });
    const [log, ...others] = await logs();
    expect(others).toEqual([]);
    expect(log?.sizes).toEqual([5, 9, 13]);
    expect(kindsOf(log!).filter((kind) => kind === 'end')).toHaveLength(3);
  });
});
