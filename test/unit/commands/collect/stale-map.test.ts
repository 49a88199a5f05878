import { expect, test } from 'vitest';
import { collectSnowflake } from '../../../../src/commands/collect/index.ts';
import { renderCollectReport } from '../../../../src/cli/render/delivery/collect-report.ts';
import { showCollectReport } from '../../../../src/cli/render/delivery/show-collect-report.ts';
import type { CollectReport } from '../../../../src/commands/collect/collect-report.ts';
import type { GlobalOptions } from '../../../../src/core/config/global-settings.ts';
import type { MetricFact } from '../../../../src/ports/metrics.ts';
import type { RunEnding } from '../../../../src/ports/state/run-history.ts';
import { collectRequest, collectHost } from '../../../e2e/collect-kit.ts';
import { capturedTerminal } from '../../../fakes/captured-terminal.ts';
import { schemaErrors } from '../../../fakes/json-schema.ts';
import { prepare, since } from './prepare.ts';

const same = (text: string): string => text;
const plain = { strong: same, faint: same, good: same, bad: same, warn: same };

/** A run, what it told those who keep metrics, and how the history of runs says that it ended. */
async function run(limit: string): Promise<{ report: CollectReport; facts: MetricFact[]; end: RunEnding }> {
  const { world, folder, store } = prepare();
  const host = collectHost({ session: world.session(), folder, store });
  const facts: MetricFact[] = [];
  const ends: RunEnding[] = [];
  const report = await collectSnowflake(collectRequest({ ...since, 'left-out-limit': limit }), {
    ...host,
    push: {
      ...host.push,
      openMetrics: async () => ({ observe: (fact) => void facts.push(fact), close: async () => undefined }),
      runHistory: async () => ({
        begin: async () => ({
          id: 'run',
          mark: async () => undefined,
          end: async (end) => void ends.push(end),
        }),
      }),
    },
  });
  return { report, facts, end: ends[0] as RunEnding };
}

test('too many queries that leave no record are exit code 5, named wherever somebody looks', async () => {
  const { report, facts, end } = await run('5');
  expect(report).toMatchObject({ exitCode: 5, outcome: 'collected', problem: { code: 'left-out' } });
  expect(schemaErrors('collect-report', report)).toEqual([]);
  const { queries, of, users, objects } = report.leftOut;
  const [user, object] = [users[0]?.name ?? 'nobody', objects[0]?.name ?? 'nothing'];
  expect(report.problem?.message).toContain(user);
  for (const name of [user, object]) expect(renderCollectReport(report, plain)).toContain(name);
  // What status shows of the last run.
  expect(end).toMatchObject({
    exitCode: 5,
    reason: { code: 'left-out', message: expect.stringContaining(user) },
  });
  expect(facts).toEqual(
    expect.arrayContaining([
      { metric: 'leftOutQueries', value: queries },
      { metric: 'touchingQueries', value: of },
    ]),
  );
});

test('fewer are named all the same, and no problem', async () => {
  const { report, end } = await run('100');
  expect(report).toMatchObject({ exitCode: 0, problem: null });
  const [user] = report.leftOut.users;
  expect(user).toBeDefined();
  // Quiet is a run of which all is well, and still these are told.
  const { context, stdout } = capturedTerminal('');
  expect(showCollectReport(report, { quiet: true } as GlobalOptions, context)).toBe(0);
  expect(stdout()).toContain(user?.name);
  expect(stdout().trimEnd().split('\n').length).toBeLessThanOrEqual(2);
  expect(end).toMatchObject({
    exitCode: 0,
    note: expect.stringContaining(user?.name ?? ''),
  });
});
