import { appendFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import type { QuarantineList } from '../../src/commands/quarantine/list.ts';
import { eventsOf, generateInput } from './generated-input.ts';
import { differencesFrom, readExport } from './read-export.ts';
import { runCli, runForReport, startCli } from './run-cli.ts';
import { folderStore } from './stores.ts';
import { filesBelow, useWorkspaces } from './workspace.ts';

const kills = 16;
const seed = 20_261;

const newWorkspace = useWorkspaces();

/** Fractions of 0 to 1, the same in every run. */
function seededFractions(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

test(`${kills} kills at random moments, then a whole run: nothing lost, nothing doubled, nothing broken under a final name`, async () => {
  const input = generateInput({ seed: 41, bytes: 60 * 1024 * 1024, hours: 96, late: 0.02, damage: 0.002 });
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
}, 90_000);

test('killed at any moment while its log grows: the next run ends what was begun', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const parts = [20, 21, 22, 23, 24, 25].map((seed) => generateInput({ seed, lines: 900, hours: 48 }));
  const push = ['push', ...store.flags, '--object-size', '64KiB', 'live.jsonl'];
  for (const [index, part] of parts.entries()) {
    await appendFile(workspace.path('live.jsonl'), part.bytes);
    const run = startCli(workspace, push, { ownProcess: true });
    await Promise.race([sleep(300 + index * 150), run.ended]);
    run.child.kill('SIGKILL');
    await run.ended;
  }
  const last = await runForReport(workspace, push);
  expect(last.report).toMatchObject({ exitCode: 0, balanced: true, balance: { read: 5400 } });
  expect(differencesFrom(parts.flatMap(eventsOf), await readExport(store))).toEqual([]);
});

test('three runs to one place at once: nothing lost, nothing twice', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const input = generateInput({ seed: 15, lines: 2000, hours: 30 });
  await workspace.write('events.jsonl', input.bytes);
  const push = ['push', ...store.flags, '--lock-wait', '1m', 'events.jsonl'];
  for (const { code, report } of await Promise.all([1, 2, 3].map(() => runForReport(workspace, push))))
    expect({ code, read: report.balance.read }).toEqual({ code: 0, read: 2000 });
  expect(differencesFrom(eventsOf(input), await readExport(store))).toEqual([]);
});
