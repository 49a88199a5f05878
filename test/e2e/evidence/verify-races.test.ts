import { cp } from 'node:fs/promises';
import { expect, onTestFinished, test } from 'vitest';
import type { VerifyReport } from '../../../src/core/verify/verify-report.ts';
import { runCli } from '../run-cli.ts';
import { openS3Server } from '../s3-server.ts';
import { storeKinds } from '../stores.ts';
import type { StoreKind } from '../stores.ts';
import type { Workspace } from '../workspace.ts';
import { useWorkspaces } from '../workspace.ts';
import { events, verifyJson } from './log-reading.ts';

const newWorkspace = useWorkspaces();

/** A store, and what those need who write to it and who read it. */
async function storeOf(
  kind: StoreKind,
  workspace: Workspace,
): Promise<{ store: string; writer: Record<string, string>; reader: Record<string, string> }> {
  if (kind === 'folder') return { store: workspace.path('out'), writer: {}, reader: {} };
  const server = await openS3Server();
  onTestFinished(() => server.close());
  return {
    store: `s3://${server.bucket}/altr`,
    writer: await server.environmentFor('altr'),
    reader: await server.environmentAllowing(['s3:ListBucket', ''], ['s3:GetObject', '/altr/*']),
  };
}

/** Each writer has a state of its own: one of them is a copy of the other's, so both go on with one log. */
test.each(storeKinds)(
  'a store ($kind) that two write to and a third verifies meanwhile has findings at no time',
  async ({ kind }) => {
    const workspace = await newWorkspace();
    const { store, writer, reader } = await storeOf(kind, workspace);
    const push = async (from: number, state: string): Promise<void> => {
      const file = await events(workspace, `${from}.jsonl`, from, from + 3);
      const environment = { ...writer, XDG_STATE_HOME: workspace.path(state) };
      expect((await runCli(workspace, ['push', '--to', store, file], { environment })).code).toBe(0);
    };
    await push(0, 'one');
    await cp(workspace.path('one'), workspace.path('two'), { recursive: true });
    const under = { way: true };
    const writers = ['one', 'two'].map(async (state, number) => {
      for (let run = 1; run <= 4; run++) await push(number * 30 + run * 5, state);
    });
    const done = Promise.all(writers).finally(() => {
      under.way = false;
    });
    const seen: VerifyReport[] = [];
    const args = ['--store', store, '--remember', workspace.path('seen')];
    while (under.way) seen.push((await verifyJson(workspace, args, reader)).report);
    await done;
    for (const { findings, verdict } of seen)
      expect({ findings, verdict }).toEqual({ findings: [], verdict: 'intact' });
    expect(await verifyJson(workspace, args, reader)).toMatchObject({
      code: 0,
      report: { verdict: 'intact', underWay: [], objects: { inFlight: 0 } },
    });
  },
  120_000,
);
