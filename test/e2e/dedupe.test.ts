import { appendFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { missingOrDoubled, seededFractions, slice, stop, storedLines } from './following.ts';
import { eventsOf, generateInput } from './generated-input.ts';
import type { GeneratedInput } from './generated-input.ts';
import { readExport } from './read-export.ts';
import { runCli, runForReport, startCli, writeTo } from './run-cli.ts';
import type { PushRun } from './run-cli.ts';
import type { Store } from './stores.ts';
import { folderStore } from './stores.ts';
import type { Workspace } from './workspace.ts';
import { filesBelow, useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();
const small = (seed: number, lines = 300): GeneratedInput => generateInput({ seed, lines, hours: 30 });

/** The lines of several inputs, shuffled into each other; each keeps its own order. */
function interleaved(...inputs: readonly GeneratedInput[]): Buffer {
  const places = inputs.flatMap(({ lines }, input) =>
    lines.map(({ bytes }, line) => ({ at: (line + 0.5) / lines.length, input, bytes })),
  );
  places.sort((a, b) => a.at - b.at || a.input - b.input);
  return Buffer.concat(places.flatMap(({ bytes }) => [bytes, Buffer.from('\n')]));
}

interface Place {
  workspace: Workspace;
  store: Store;
  /** `push`, to where, with a window of 7 days. */
  push: readonly string[];
}

async function newPlace(withProfile: boolean): Promise<Place> {
  const workspace = await newWorkspace();
  const store = folderStore(workspace.path('export'));
  const profiles = { acme: { to: workspace.path('export'), state: 'active' } };
  await workspace.write('audit-export.json', JSON.stringify({ profiles }));
  const to = withProfile ? ['--profile', 'acme'] : store.flags;
  return { workspace, store, push: ['push', ...to, '--dedupe', '7'] };
}

const wrong = async (store: Store, ...inputs: readonly GeneratedInput[]): Promise<string[]> =>
  missingOrDoubled(inputs.flatMap(eventsOf), await readExport(store));

/** What a run has counted; the duplicates by type as well, which must come to the same. */
function counted({ code, report }: PushRun): object {
  const { read, delivered, alreadyDelivered, duplicate, undelivered } = report.balance;
  const byType = report.types.reduce((sum, type) => sum + type.duplicate, 0);
  return {
    code,
    balanced: report.balanced,
    read,
    delivered,
    alreadyDelivered,
    duplicate,
    byType,
    undelivered,
  };
}

const well = { code: 0, balanced: true, alreadyDelivered: 0, undelivered: 0 };

/** The folder of the index. */
async function indexFolder({ workspace }: Place): Promise<string> {
  const found = await filesBelow(workspace.path('state'));
  const file = found.find((path) => path.endsWith('.keys'));
  if (file === undefined) throw new Error(`no index among ${found.join(', ')}`);
  return workspace.path('state', file, '..');
}

/** Makes everything that the index knows so many days older: the names of its files begin with the day. */
async function age(place: Place, days: number): Promise<void> {
  const folder = await indexFolder(place);
  for (const name of await readdir(folder)) {
    const older = name.replace(/^\d+/, (day) => String(Number(day) - days));
    await rename(`${folder}/${name}`, `${folder}/${older}`);
  }
}

describe.each([
  ['with a profile', true],
  ['without a profile', false],
])('%s', (_, withProfile) => {
  test('events that come again in other files and pipes, between other lines, are dropped and counted; the others are stored byte for byte', async () => {
    const place = await newPlace(withProfile);
    const { workspace, store, push } = place;
    const [first, second, third, fourth] = [small(1), small(2), small(3), small(4)];
    await workspace.write('first.jsonl', first.bytes);
    await workspace.write('second.jsonl', interleaved(second, first));
    const run = async (input: string | Buffer): Promise<PushRun> =>
      typeof input === 'string'
        ? runForReport(workspace, [...push, input])
        : runForReport(workspace, [...push, '-'], { stdin: input });
    expect(counted(await run('first.jsonl'))).toEqual({
      ...well,
      read: 300,
      delivered: 300,
      duplicate: 0,
      byType: 0,
    });
    const again = await run('second.jsonl');
    expect(counted(again)).toEqual({ ...well, read: 600, delivered: 300, duplicate: 300, byType: 300 });
    const types = new Map(again.report.types.map(({ type, duplicate }) => [type, duplicate]));
    const expected = new Map<string, number>();
    for (const { type } of eventsOf(first)) expected.set(type ?? '', (expected.get(type ?? '') ?? 0) + 1);
    for (const type of types.keys()) expect([type, types.get(type)]).toEqual([type, expected.get(type) ?? 0]);
    const piped = await run(interleaved(first, third, second, third));
    expect(counted(piped)).toEqual({ ...well, read: 1200, delivered: 300, duplicate: 900, byType: 900 });
    await workspace.write('third.jsonl', interleaved(third, fourth));
    const file = await run('third.jsonl');
    expect(counted(file)).toEqual({ ...well, read: 600, delivered: 300, duplicate: 300, byType: 300 });
    expect(await wrong(store, first, second, third, fourth)).toEqual([]);
  });
});

test('files that are offered again: not with the index, which would drop all of them', async () => {
  const { workspace, store, push } = await newPlace(false);
  const input = small(11);
  await workspace.write('a.jsonl', input.bytes);
  await runForReport(workspace, [...push, 'a.jsonl']);
  const refused = await runCli(workspace, [...push, '--reread', 'a.jsonl']);
  expect(refused).toMatchObject({ code: 2 });
  expect(refused.stderr).toContain('--dedupe');
  const without = push.slice(0, push.indexOf('--dedupe'));
  const again = await runForReport(workspace, [...without, '--reread', 'a.jsonl']);
  expect(counted(again)).toMatchObject({ code: 0, delivered: 0, alreadyDelivered: 300, duplicate: 0 });
  expect(again.report.objects.length).toBeGreaterThan(0);
  expect(await wrong(store, input)).toEqual([]);
});

test('what a reader takes away was delivered all the same: what comes again is dropped', async () => {
  const { workspace, store, push } = await newPlace(true);
  const [first, second] = [small(12), small(13)];
  await workspace.write('a.jsonl', first.bytes);
  await runForReport(workspace, [...push, 'a.jsonl']);
  await rm(workspace.path('export'), { recursive: true });
  const piped = await runForReport(workspace, push, { stdin: interleaved(second, first) });
  expect(counted(piped)).toMatchObject({ ...well, read: 600, delivered: 300, duplicate: 300 });
  await workspace.write('b.jsonl', interleaved(first, second));
  const file = await runForReport(workspace, [...push, 'b.jsonl']);
  expect(counted(file)).toMatchObject({ ...well, read: 600, delivered: 0, duplicate: 600 });
  expect(await wrong(store, second)).toEqual([]);
});

describe('a crash', () => {
  test.each([
    { kind: 'files', withProfile: true },
    { kind: 'a pipe', withProfile: false },
  ])('at any moment of runs over $kind: in the end each event once', async ({ kind, withProfile }) => {
    const { workspace, store, push } = await newPlace(withProfile);
    const fraction = seededFractions(kind.length);
    const parts = [21, 22].map((seed) => small(seed, 1000));
    const sized = [...push, '--object-size', '64KiB'];
    let usualMs = 0;
    for (const [index, part] of parts.entries()) {
      // Each log repeats what the one before it had.
      const before = parts[index - 1];
      const bytes = before === undefined ? part.bytes : interleaved(before, part);
      await workspace.write(`logs/${index}.jsonl`, bytes);
      const stdin = kind === 'files' ? {} : { stdin: bytes };
      const args = kind === 'files' ? [...sized, 'logs'] : sized;
      const kills = index === 0 ? 0 : 2;
      for (let kill = 0; kill < kills; kill++) {
        const run = startCli(workspace, args, { ...stdin, ownProcess: true });
        await Promise.race([sleep((0.5 + 0.55 * fraction()) * usualMs), run.ended]);
        run.child.kill('SIGKILL');
        await run.ended;
      }
      const whole = await runForReport(workspace, args, { ...stdin, ownProcess: true });
      expect(whole).toMatchObject({ code: 0, report: { balanced: true, balance: { undelivered: 0 } } });
      usualMs = whole.milliseconds;
    }
    expect(await wrong(store, ...parts)).toEqual([]);
  });

  test('of a follower whose pipe begins anew: in the end each event once', async () => {
    const { workspace, store, push } = await newPlace(true);
    const input = small(31, 600);
    const follow = [...push, '--follow', '--flush-interval', '1s', '--json'];
    const killed = startCli(workspace, follow, { stdin: 'open', ownProcess: true });
    await writeTo(killed, slice(input, 0, 200));
    await expect.poll(async () => storedLines(await readExport(store)), { timeout: 9000 }).toBe(200);
    await writeTo(killed, slice(input, 200, 350));
    killed.child.kill('SIGKILL');
    await killed.ended;
    // The upstream knows nothing of what was taken, and begins at its beginning.
    const stopped = startCli(workspace, follow, { stdin: 'open' });
    await writeTo(stopped, slice(input, 0, 450));
    await expect.poll(async () => storedLines(await readExport(store)), { timeout: 9000 }).toBe(450);
    expect((await stop(stopped)).code).toBe(0);
    const last = await runForReport(workspace, follow, { stdin: input.bytes });
    expect(counted(last)).toEqual({ ...well, read: 600, delivered: 150, duplicate: 450, byType: 450 });
    expect(await wrong(store, input)).toEqual([]);
  });
});

describe('the window', () => {
  test('drops events of up to so many days before the last delivery, and no older ones', async () => {
    const place = await newPlace(true);
    const { workspace, store, push } = place;
    const [first, second, third] = [small(41), small(42), small(43)];
    await runForReport(workspace, push, { stdin: first.bytes });
    await age(place, 7);
    const within = await runForReport(workspace, push, { stdin: interleaved(first, second) });
    expect(counted(within)).toMatchObject({ delivered: 300, duplicate: 300 });
    await age(place, 1);
    // Eight days: it leaves when something is delivered, not by the clock, so this run still knows it.
    const late = await runForReport(workspace, push, { stdin: interleaved(first, third) });
    expect(counted(late)).toMatchObject({ delivered: 300, duplicate: 300 });
    expect(await wrong(store, first, second, third)).toEqual([]);
    const fourth = small(44);
    const beyond = await runForReport(workspace, push, { stdin: interleaved(first, second, fourth) });
    expect(counted(beyond)).toMatchObject({ delivered: 600, duplicate: 300 });
    expect(await wrong(store, first, first, second, third, fourth)).toEqual([]);
  });
});

describe('an index that can not be used', () => {
  test.each([
    ['with a profile', true],
    ['without a profile', false],
  ])('%s: nothing is delivered without it; the error says what to do', async (_, withProfile) => {
    const place = await newPlace(withProfile);
    const { workspace, store, push } = place;
    await runForReport(workspace, push, { stdin: small(51).bytes });
    const folder = await indexFolder(place);
    const before = await store.list();
    await rm(folder, { recursive: true });
    await writeFile(folder, '');
    const refused = await runForReport(workspace, push, { stdin: small(52).bytes });
    expect(refused).toMatchObject({ code: 3, report: { error: { code: 'state-not-written' } } });
    expect(refused.report.error?.cure).toContain('without --dedupe');
    expect(await store.list()).toEqual(before);
  });

  test('a state folder that is none: nothing is delivered', async () => {
    const { workspace, store, push } = await newPlace(true);
    await workspace.write('no-folder', '');
    const environment = { XDG_STATE_HOME: workspace.path('no-folder') };
    const refused = await runForReport(workspace, push, { stdin: small(57).bytes, environment });
    expect(refused).toMatchObject({ code: 3, report: { error: { code: 'state-not-written' } } });
    expect(refused.report.error?.cure).toContain('XDG_STATE_HOME');
    expect(await store.list()).toEqual([]);
  });

  test('a damaged one: which file, and what to do; once it is gone the run goes through', async () => {
    const place = await newPlace(true);
    const { workspace, push } = place;
    await runForReport(workspace, push, { stdin: small(53).bytes });
    const folder = await indexFolder(place);
    const [name = ''] = await readdir(folder);
    await appendFile(`${folder}/${name}`, 'x');
    const refused = await runForReport(workspace, push, { stdin: small(54).bytes });
    expect(refused).toMatchObject({ code: 3, report: { error: { code: 'config-invalid' } } });
    expect(refused.report.error?.message).toContain(name);
    await rm(`${folder}/${name}`);
    expect((await runForReport(workspace, push, { stdin: small(54).bytes })).code).toBe(0);
  });

  test('lost at the last moment: the run has failed, and the next one stores nothing twice', async () => {
    const place = await newPlace(true);
    const { workspace, store, push } = place;
    const [first, second] = [small(55), small(56)];
    await runForReport(workspace, push, { stdin: first.bytes });
    const folder = await indexFolder(place);
    const run = startCli(workspace, [...push, '--json'], { stdin: 'open' });
    await writeTo(run, interleaved(first, second));
    await expect
      .poll(() => filesBelow(workspace.path('state')))
      .toContainEqual(expect.stringMatching(/destinations\/\w+\/journal\.0*2$/));
    await sleep(200);
    await rename(folder, `${folder}-away`);
    await writeFile(folder, '');
    run.child.stdin?.end();
    const failed = JSON.parse((await run.ended).stdout) as PushRun['report'];
    expect(failed).toMatchObject({ exitCode: 3, outcome: 'failed', error: { code: 'state-not-written' } });
    await rm(folder);
    await rename(`${folder}-away`, folder);
    const again = await runForReport(workspace, push, { stdin: interleaved(first, second) });
    expect(counted(again)).toMatchObject({ code: 0, delivered: 0, alreadyDelivered: 300, duplicate: 300 });
    expect(await wrong(store, first, second)).toEqual([]);
  });
});
