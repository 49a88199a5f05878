import { cp } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { VerifyReport } from '../../../src/core/verify/verify-report.ts';
import { runCli } from '../run-cli.ts';
import { useWorkspaces } from '../workspace.ts';
import { events, verifyJson } from './log-reading.ts';

const newWorkspace = useWorkspaces();

/** What two writers do, each with a state of its own: one of them is a copy of the other's, so both go on with one log. */
test(
  'a store that two write to and a third verifies meanwhile has findings at no time',
  { timeout: 120_000 },
  async () => {
    const workspace = await newWorkspace();
    const store = workspace.path('out');
    const push = async (from: number, state: string): Promise<void> => {
      const file = await events(workspace, `${from}.jsonl`, from, from + 3);
      const environment = { XDG_STATE_HOME: workspace.path(state) };
      expect((await runCli(workspace, ['push', '--to', store, file], { environment })).code).toBe(0);
    };
    await push(0, 'one');
    await cp(workspace.path('one'), workspace.path('two'), { recursive: true });
    const under = { way: true };
    const writers = ['one', 'two'].map(async (state, writer) => {
      for (let run = 1; run <= 4; run++) await push(writer * 30 + run * 5, state);
    });
    const done = Promise.all(writers).finally(() => {
      under.way = false;
    });
    const seen: VerifyReport[] = [];
    const remember = ['--remember', workspace.path('seen')];
    while (under.way) seen.push((await verifyJson(workspace, ['--store', store, ...remember])).report);
    await done;
    for (const { findings, verdict } of seen)
      expect({ findings, verdict }).toEqual({ findings: [], verdict: 'intact' });
    expect(await verifyJson(workspace, ['--store', store, ...remember])).toMatchObject({
      code: 0,
      report: { verdict: 'intact', underWay: [], objects: { inFlight: 0 } },
    });
  },
);
