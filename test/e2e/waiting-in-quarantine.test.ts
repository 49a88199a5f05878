import { expect, test } from 'vitest';
import { generateInput } from './generated-input.ts';
import { runCli, runForReport } from './run-cli.ts';
import { useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();
const input = generateInput({
  seed: 61,
  lines: 60,
  place: ['truncated-json', 'unknown-type', 'no-event-time'],
});

test('a file whose bad lines wait is told of again when it is pushed again, and no more when they are dealt with', async () => {
  const workspace = await newWorkspace();
  await workspace.write('events.jsonl', input.bytes);
  const push = ['push', '--to', 'export', 'events.jsonl'];
  const first = await runForReport(workspace, push);
  const again = await runForReport(workspace, push);
  expect([first.code, again.code]).toEqual([5, 0]);
  expect(again.report).toMatchObject({
    balance: { quarantined: 0 },
    stillQuarantined: first.report.balance.quarantined,
  });
  const text = await runCli(workspace, push);
  expect(text.stdout).toContain(
    `${first.report.balance.quarantined} lines wait in quarantine since earlier runs.`,
  );
  expect(text.stdout).toMatch(/\n {2}→ audit-export quarantine list\n$/);
  await runCli(workspace, ['quarantine', 'drop', '--all', '--reason', 'seen', '--to', 'export']);
  const last = await runForReport(workspace, push);
  expect(last.report).not.toHaveProperty('stillQuarantined');
});
