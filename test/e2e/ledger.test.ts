import { appendFile, chmod, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { eventsOf, generateInput } from './generated-input.ts';
import type { GeneratedInput } from './generated-input.ts';
import { differencesFrom, readExport } from './read-export.ts';
import { runCli, runForReport, startCli, writeTo } from './run-cli.ts';
import type { Store } from './stores.ts';
import { folderStore, storeKinds, useStores } from './stores.ts';
import type { Workspace } from './workspace.ts';
import { filesBelow, useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();
const small = (seed: number): GeneratedInput => generateInput({ seed, lines: 400, hours: 30 });

/** A workspace whose profile `acme` delivers to the store. */
async function withProfile(workspace: Workspace, { flags }: Store): Promise<void> {
  const profiles = { acme: { to: flags[1], state: 'active' } };
  await workspace.write('audit-export.json', JSON.stringify({ profiles }));
}

const differences = async (store: Store, ...inputs: readonly GeneratedInput[]): Promise<string[]> =>
  differencesFrom(inputs.flatMap(eventsOf), await readExport(store));

describe.each(storeKinds)('to a $kind', ({ kind }) => {
  const newStore = useStores(kind);

  describe.each([
    ['with a profile', ['--profile', 'acme']],
    ['without a profile', undefined],
  ])('%s', (_, profile) => {
    test('a live log pushed each day: each time only the new lines, in the end each line once', async () => {
      const workspace = await newWorkspace();
      const store = await newStore(workspace);
      await withProfile(workspace, store);
      const days = [small(1), small(2), small(3)];
      const push = ['push', ...(profile ?? store.flags), 'live.jsonl'];
      for (const [day, input] of days.entries()) {
        await appendFile(workspace.path('live.jsonl'), input.bytes);
        const run = await runForReport(workspace, push, store);
        expect(run.report.balance).toMatchObject({ read: 400 * (day + 1), delivered: 400, undelivered: 0 });
        expect(run.code).toBe(0);
      }
      expect(await differences(store, ...days)).toEqual([]);
    });
  });

  test('a log that was rotated by renaming, and one that was copied and cut: nothing twice', async () => {
    const workspace = await newWorkspace();
    const store = await newStore(workspace);
    await withProfile(workspace, store);
    const [first, second, third] = [small(4), small(5), small(6)];
    const push = ['push', '--profile', 'acme', 'logs'];
    await workspace.write('logs/app.log', first.bytes);
    await runForReport(workspace, push, store);
    await appendFile(workspace.path('logs/app.log'), second.bytes);
    await rename(workspace.path('logs/app.log'), workspace.path('logs/app.log.1'));
    await workspace.write('logs/app.log', third.bytes);
    const renamed = await runForReport(workspace, push, store);
    expect(renamed.report.balance).toMatchObject({ delivered: 800, alreadyDelivered: 400 });
    const fourth = small(7);
    await workspace.write('logs/app.log.0', Buffer.concat([third.bytes, fourth.bytes]));
    await writeFile(workspace.path('logs/app.log'), '');
    const copied = await runForReport(workspace, push, store);
    expect(copied.report.balance).toMatchObject({ delivered: 400, alreadyDelivered: 1200 });
    expect(await differences(store, first, second, third, fourth)).toEqual([]);
  });

  test('a store that lost what it had gets all of it again', async () => {
    const workspace = await newWorkspace();
    const store = await newStore(workspace);
    await withProfile(workspace, store);
    const input = small(8);
    await workspace.write('events.jsonl', input.bytes);
    const push = ['push', '--profile', 'acme', 'events.jsonl'];
    await runForReport(workspace, push, store);
    const known = await runForReport(workspace, push, store);
    expect(known.report).toMatchObject({ balance: { alreadyDelivered: 400 }, objects: [] });
    if (kind === 'folder') await rm(workspace.path('export'), { recursive: true });
    const again = kind === 'folder' ? await runForReport(workspace, push, store) : known;
    expect(again.code).toBe(0);
    expect(await differences(store, input)).toEqual([]);
  });
});

describe('a profile', () => {
  const folder = async (): Promise<{ workspace: Workspace; store: Store }> => {
    const workspace = await newWorkspace();
    const store = folderStore(workspace.path('export'));
    await withProfile(workspace, store);
    return { workspace, store };
  };

  test('that was told to read again reads again, and finds everything there', async () => {
    const { workspace, store } = await folder();
    const input = small(9);
    await workspace.write('events.jsonl', input.bytes);
    const push = ['push', '--profile', 'acme', 'events.jsonl'];
    await runForReport(workspace, push);
    const [lost = ''] = await store.list();
    await rm(workspace.path('export', lost));
    const again = await runForReport(workspace, [...push, '--reread']);
    expect(again.report.objects.filter(({ status }) => status === 'stored')).toMatchObject([{ key: lost }]);
    expect(await differences(store, input)).toEqual([]);
  });

  test('a compressed file is known again, and one that grew by a part is read on from there', async () => {
    const { workspace, store } = await folder();
    const [first, second] = [small(10), small(11)];
    await workspace.write('events.jsonl.gz', gzipSync(first.bytes));
    const push = ['push', '--profile', 'acme', 'events.jsonl.gz'];
    await runForReport(workspace, push);
    await appendFile(workspace.path('events.jsonl.gz'), gzipSync(second.bytes));
    const grown = await runForReport(workspace, push);
    expect(grown.report.balance).toMatchObject({ read: 800, delivered: 400, alreadyDelivered: 400 });
    expect(await differences(store, first, second)).toEqual([]);
  });

  test('a log that was delivered and then compressed is known by what it holds', async () => {
    const { workspace, store } = await folder();
    const [first, second, third] = [small(30), small(31), small(32)];
    const push = ['push', '--profile', 'acme', 'logs'];
    await workspace.write('logs/app.log', first.bytes);
    await runForReport(workspace, push);
    await appendFile(workspace.path('logs/app.log'), second.bytes);
    await runForReport(workspace, push);
    await workspace.write('logs/app.log.1.gz', gzipSync(Buffer.concat([first.bytes, second.bytes])));
    await writeFile(workspace.path('logs/app.log'), third.bytes);
    const compressed = await runForReport(workspace, push);
    expect(compressed.report.balance).toMatchObject({ delivered: 400, alreadyDelivered: 800 });
    const again = await runForReport(workspace, push);
    expect(again.report.balance).toMatchObject({ delivered: 0, alreadyDelivered: 1200 });
    expect(await differences(store, first, second, third)).toEqual([]);
  });

  test('killed at any moment while its log grows: the next run ends what was begun', async () => {
    const { workspace, store } = await folder();
    const parts = [20, 21, 22, 23, 24, 25].map((seed) => generateInput({ seed, lines: 900, hours: 48 }));
    const push = ['push', '--profile', 'acme', '--object-size', '64KiB', 'live.jsonl'];
    for (const [index, part] of parts.entries()) {
      await appendFile(workspace.path('live.jsonl'), part.bytes);
      const run = startCli(workspace, push);
      await Promise.race([sleep(150 + index * 40), run.ended]);
      run.child.kill('SIGKILL');
      await run.ended;
    }
    const last = await runForReport(workspace, push);
    expect(last.report).toMatchObject({ exitCode: 0, balanced: true, balance: { read: 5400 } });
    expect(await differences(store, ...parts)).toEqual([]);
  });

  test('runs one at a time: the second waits, or says who is at work and ends with 6', async () => {
    const { workspace, store } = await folder();
    const input = small(12);
    const first = startCli(workspace, ['push', '--profile', 'acme', '--json'], { stdin: 'open' });
    await writeTo(first, input.bytes);
    await expect
      .poll(() => filesBelow(workspace.path('state')))
      .toContainEqual(expect.stringMatching(/destinations\/\w+\/lock$/));
    const impatient = await runCli(workspace, ['push', '--profile', 'acme', '--lock-wait', '0s'], {
      stdin: input.bytes,
    });
    expect(impatient.code).toBe(6);
    expect(impatient.stderr).toContain(`process ${first.child.pid}`);
    expect(impatient.stderr).toContain('--lock-wait');
    const patient = startCli(workspace, ['push', '--profile', 'acme', '--json'], { stdin: input.bytes });
    first.child.stdin?.end();
    expect((await first.ended).code).toBe(0);
    expect((await patient.ended).code).toBe(0);
    expect(await differences(store, input)).toEqual([]);
    expect(await filesBelow(workspace.path('state'))).not.toContainEqual(
      expect.stringMatching(/destinations\/\w+\/lock$/),
    );
  });

  test.skipIf(process.getuid?.() === 0)(
    'with a state folder that can not be written delivers all the same, and says so',
    async () => {
      const { workspace, store } = await folder();
      const input = small(13);
      await workspace.write('events.jsonl', input.bytes);
      await chmod(workspace.path('state'), 0o500);
      const run = await runForReport(workspace, ['push', '--profile', 'acme', 'events.jsonl']);
      await chmod(workspace.path('state'), 0o700);
      expect(run.code).toBe(0);
      expect(run.stderr).toContain('The ledger is not used');
      expect(await differences(store, input)).toEqual([]);
    },
  );

  test('a state folder whose place is taken by a file is no reason not to deliver', async () => {
    const { workspace, store } = await folder();
    const input = small(14);
    await workspace.write('events.jsonl', input.bytes);
    await workspace.write('no-folder', '');
    const environment = { XDG_STATE_HOME: workspace.path('no-folder') };
    const run = await runForReport(workspace, ['push', '--profile', 'acme', 'events.jsonl'], { environment });
    expect(run.code).toBe(0);
    expect(run.stderr).toContain('XDG_STATE_HOME');
    expect(await differences(store, input)).toEqual([]);
  });
});

test('two runs to one place at once, without a profile: nothing lost, nothing twice', async () => {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const input = generateInput({ seed: 15, lines: 2000, hours: 30 });
  await workspace.write('events.jsonl', input.bytes);
  const runs = [1, 2, 3].map(() => runForReport(workspace, ['push', ...store.flags, 'events.jsonl']));
  for (const { code, report } of await Promise.all(runs))
    expect({ code, read: report.balance.read }).toEqual({ code: 0, read: 2000 });
  expect(await differences(store, input)).toEqual([]);
});
