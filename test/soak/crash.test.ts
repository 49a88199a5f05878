import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { QuarantineList } from '../../src/commands/quarantine/list.ts';
import { seededFractions } from '../e2e/following.ts';
import { eventsOf, generateInput } from '../e2e/generated-input.ts';
import { differencesFrom, readExport } from '../e2e/read-export.ts';
import { runCli, runForReport, startCli } from '../e2e/run-cli.ts';
import { folderStore } from '../e2e/stores.ts';
import { filesBelow, useWorkspaces } from '../e2e/workspace.ts';

const kills = 12;
const seed = 20_261;

const newWorkspace = useWorkspaces();

test(`${kills} kills at random moments, then a whole run: nothing lost, nothing doubled, nothing broken under a final name`, async () => {
  const input = generateInput({ seed: 41, bytes: 24 * 1024 * 1024, hours: 96, late: 0.02, damage: 0.002 });
  const workspace = await newWorkspace();
  await workspace.write('events.jsonl', input.bytes);
  const pushTo = (folder: string): string[] => [
    'push',
    '--to',
    workspace.path(folder),
    '--object-size',
    '256KiB',
    '--level',
    '1',
    '--quarantine',
    workspace.path(`${folder}-quarantine`),
    'events.jsonl',
  ];
  const undisturbed = await runForReport(workspace, pushTo('undisturbed'), { ownProcess: true });
  expect(undisturbed.code).toBe(5);
  const keys = await folderStore(workspace.path('undisturbed')).list();

  const fraction = seededFractions(seed);
  const folders = ['first', 'second'];
  const checked = new Set<string>();
  const progress: number[] = [];
  for (let kill = 0; kill < kills; kill++) {
    const folder = folders[kill % folders.length] ?? '';
    const store = folderStore(workspace.path(folder));
    const run = startCli(workspace, pushTo(folder), { ownProcess: true });
    await Promise.race([sleep(((kill + fraction()) / kills) * undisturbed.milliseconds), run.ended]);
    run.child.kill('SIGKILL');
    await run.ended;
    const whole = await store.list();
    progress.push(whole.length);
    const fresh = whole.filter((key) => !checked.has(`${folder}/${key}`));
    const { faults } = await readExport({ ...store, list: async () => await Promise.resolve(fresh) });
    expect(faults, `after kill ${kill + 1}`).toEqual([]);
    for (const key of fresh) checked.add(`${folder}/${key}`);
  }
  expect(
    new Set(progress).size,
    `kills came at different stages: ${progress.join(', ')} of ${keys.length} objects`,
  ).toBeGreaterThan(kills / 3);

  for (const folder of folders) {
    const store = folderStore(workspace.path(folder));
    const { code, report } = await runForReport(workspace, pushTo(folder));
    // A run that was killed too late had done all of it.
    const expected = report.balance.read > report.balance.alreadyDelivered ? 5 : 0;
    expect({ code, balanced: report.balanced }).toEqual({ code: expected, balanced: true });
    expect(await store.list(), `keys of the ${folder} export`).toEqual(keys);
    expect(differencesFrom(eventsOf(input), await readExport(store)), `the ${folder} export`).toEqual([]);

    const list = await runCli(workspace, [
      'quarantine',
      'list',
      '--json',
      '--quarantine',
      workspace.path(`${folder}-quarantine`),
    ]);
    const bad = input.lines.filter(({ kind }) => kind === 'bad');
    expect((JSON.parse(list.stdout) as QuarantineList).lines, `bad lines of ${folder}`).toBe(bad.length);
  }
  expect(await filesBelow(workspace.path('tmp'))).toEqual([]);
}, 180_000);
