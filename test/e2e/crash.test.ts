import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { eventsOf, generateInput } from './generated-input.ts';
import { differencesFrom, readExport } from './read-export.ts';
import { runForReport, startCli } from './run-cli.ts';
import { folderStore } from './stores.ts';
import { useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();

test('killed at any moment while its log grows: the next run ends what was begun', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const parts = [20, 21, 22].map((seed) => generateInput({ seed, lines: 900, hours: 48 }));
  const push = ['push', ...store.flags, '--object-size', '64KiB', 'live.jsonl'];
  for (const [index, part] of parts.entries()) {
    await appendFile(workspace.path('live.jsonl'), part.bytes);
    const run = startCli(workspace, push, { ownProcess: true });
    await Promise.race([sleep(250 + index * 150), run.ended]);
    run.child.kill('SIGKILL');
    await run.ended;
  }
  const last = await runForReport(workspace, push);
  expect(last.report).toMatchObject({ exitCode: 0, balanced: true, balance: { read: 2700 } });
  expect(differencesFrom(parts.flatMap(eventsOf), await readExport(store))).toEqual([]);
});

test('three runs to one place at once: nothing lost, nothing twice', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const input = generateInput({ seed: 15, lines: 2000, hours: 30 });
  await workspace.write('events.jsonl', input.bytes);
  const push = ['push', ...store.flags, '--lock-wait', '1m', 'events.jsonl'];
  for (const { code, report } of await Promise.all(
    [1, 2, 3].map(() => runForReport(workspace, push, { ownProcess: true })),
  ))
    expect({ code, read: report.balance.read }).toEqual({ code: 0, read: 2000 });
  expect(differencesFrom(eventsOf(input), await readExport(store))).toEqual([]);
});
