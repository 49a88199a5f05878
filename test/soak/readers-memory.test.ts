import { open } from 'node:fs/promises';
import { beforeAll, expect, test } from 'vitest';
import { describeEvents } from '../../bench/generator/events.mjs';
import { peakBytes, runCli } from '../e2e/run-cli.ts';
import type { Workspace } from '../e2e/workspace.ts';
import { useWorkspaces } from '../e2e/workspace.ts';

const mib = 1024 * 1024;
const newWorkspace = useWorkspaces();
let workspace: Workspace;
let least: number;

beforeAll(async () => {
  workspace = await newWorkspace();
  const file = await open(workspace.path('events.jsonl'), 'wx');
  // A day on which all of it happened, which is what files are made of, and a month in which it is spread.
  for (const hours of [24, 30 * 24])
    for (const { bytes } of describeEvents({ seed: 18, bytes: 100 * mib, hours, order: 'random' }))
      await file.write(bytes);
  await file.close();
  const push = ['push', '--to', 'export', '--quiet', 'events.jsonl'];
  const { code } = await runCli(workspace, push, { timeoutMs: 240_000 });
  if (code !== 0) throw new Error(`the push ended with ${code}`);
  await workspace.write('empty/audit_type=query/x', '');
  least = await peakOf(['find', '--from', 'empty', '--text', 'x']);
}, 500_000);

async function peakOf(args: string[]): Promise<number> {
  const { code, stderr } = await runCli(workspace, args, { measureMemory: true, timeoutMs: 400_000 });
  if (code !== 0) throw new Error(`it ended with ${code}: ${stderr}`);
  return peakBytes(workspace);
}

test.each([
  [['find', '--actor', 'nobody'], 80],
  [['find', '--decision', 'block', '--csv', '--quiet'], 120],
  [['query', 'SELECT count(*), max(event_time) FROM events'], 500],
  [['compact', '--to', 'curated', '--quiet'], 350],
  [['compact', '--to', 'raw', '--quiet', '--with-raw'], 450],
  [['compact', '--to', 'lake', '--quiet', '--ocsf', '--region', 'us-east-1'], 500],
] as const)(
  'promise 9, memory is bounded: %j of 200 MiB takes at most %d MB more than find of nothing',
  async (args, most) => {
    expect(await peakOf([...args, '--from', 'export'])).toBeLessThan(least + most * 1e6);
  },
  500_000,
);
