import { describe, expect, test } from 'vitest';
import { eventsOf, generateInput, inOddPieces } from './generated-input.ts';
import { dayFolder, differencesFrom, readExport } from './read-export.ts';
import type { PushRun } from './run-cli.ts';
import { runForReport, startCli, withReport } from './run-cli.ts';
import { storeKinds, useStores } from './stores.ts';
import type { Workspace } from './workspace.ts';
import { filesBelow, useWorkspaces } from './workspace.ts';
import type { Balance } from '../../src/ports/state/run-history.ts';

const fromMs = Date.UTC(2026, 8, 10);
/** Late events, every kind of bad line, blank lines, CRLF. */
const input = generateInput({ seed: 11, lines: 1000, fromMs, hours: 60, late: 0.05, damage: 0.04 });
const events = eventsOf(input);
const bad = input.lines.filter(({ kind }) => kind === 'bad').length;
const blank = input.lines.filter(({ kind }) => kind === 'blank').length;

const newWorkspace = useWorkspaces();

function sumOf(balance: Balance): number {
  const { delivered, alreadyDelivered, duplicate, notSelected, quarantined, blank } = balance;
  return delivered + alreadyDelivered + duplicate + notSelected + quarantined + blank;
}

function statusesOf(...runs: readonly PushRun[]): Map<string, string[]> {
  const statuses = new Map<string, string[]>();
  for (const { key, status } of runs.flatMap(({ report }) => report.objects))
    statuses.set(key, [...(statuses.get(key) ?? []), status].toSorted());
  return statuses;
}

describe.each(storeKinds)('the promises, with a store of kind $kind', ({ kind }) => {
  const newStore = useStores(kind);

  async function newPlace(): Promise<{
    workspace: Awaited<ReturnType<typeof newWorkspace>>;
    store: Awaited<ReturnType<typeof newStore>>;
    push: (stdin: Buffer | AsyncIterable<Buffer>, flags?: readonly string[]) => Promise<PushRun>;
  }> {
    const workspace = await newWorkspace();
    const store = await newStore(workspace);
    const push = async (
      stdin: Buffer | AsyncIterable<Buffer>,
      flags: readonly string[] = [],
    ): Promise<PushRun> =>
      await runForReport(workspace, ['push', ...store.flags, ...flags], {
        stdin,
        environment: store.environment,
      });
    return { workspace, store, push };
  }

  test('promise 1, not a byte altered: each good line is there once, byte for byte, in the order of the input', async () => {
    const { store, push } = await newPlace();
    const { code, report } = await push(input.bytes);
    expect(code).toBe(5);
    expect(report.balance.delivered).toBe(events.length);
    expect(differencesFrom(events, await readExport(store))).toEqual([]);
  });

  test('promise 2, filed by event time: events that come days late lie on the day on which they happened', async () => {
    const { store, push } = await newPlace();
    const late = events.filter(({ eventTimeMs }) => eventTimeMs !== null && eventTimeMs < fromMs);
    expect(late.length).toBeGreaterThan(10);
    await push(input.bytes);
    const { objects } = await readExport(store);
    for (const line of late) {
      const homes = objects.filter(({ lines }) => lines.includes(line.bytes.toString('latin1')));
      expect(
        homes.map(({ folder }) => folder),
        `line ${line.line}`,
      ).toEqual([dayFolder(line)]);
    }
  });

  test('promise 3, every line accounted for: the sum comes out per run, per type and per partition, and is what was found', async () => {
    const { store, push } = await newPlace();
    const { report } = await push(input.bytes, ['--types', 'query,alert']);
    const isSelected = ({ type }: { type: string | null }): boolean => type === 'query' || type === 'alert';
    const selected = events.filter(isSelected);
    // A line of a type that is not selected is not asked whether it is good.
    const notSelected = input.lines.filter((line) => line.type !== null && !isSelected(line)).length;
    expect(report.balance).toEqual({
      read: input.lines.length,
      delivered: selected.length,
      alreadyDelivered: 0,
      duplicate: 0,
      notSelected,
      ignored: 0,
      quarantined: input.lines.length - selected.length - notSelected - blank,
      blank,
      undelivered: 0,
    });
    expect(sumOf(report.balance)).toBe(input.lines.length);
    expect(report.balanced).toBe(true);

    const total = (numbers: readonly number[]): number => numbers.reduce((sum, number) => sum + number, 0);
    for (const type of report.types)
      expect(type.recognised, `lines of type ${type.type}`).toBe(
        type.delivered + type.alreadyDelivered + type.notSelected + type.quarantined,
      );
    expect(total(report.types.map(({ delivered }) => delivered))).toBe(selected.length);
    expect(total(report.types.map(({ notSelected }) => notSelected))).toBe(report.balance.notSelected);

    const { objects } = await readExport(store);
    const found = objects.map(({ key, lines, content, storedBytes }) => ({
      key: store.keyPrefix + key,
      lines: lines.length,
      bytes: content.length,
      compressedBytes: storedBytes,
    }));
    expect(
      report.objects.map(({ key, lines, bytes, compressedBytes }) => ({
        key,
        lines,
        bytes,
        compressedBytes,
      })),
    ).toEqual(found);
    expect(report.partitions.map(({ folder, lines }) => [folder, lines])).toEqual(
      objects.map(({ folder, lines }) => [folder, lines.length]),
    );
    expect(total(report.partitions.map(({ bytes }) => bytes))).toBe(report.contentBytes);
    expect(report.putRequests).toBe(objects.length);
  });

  test('promise 4, again is free: the same input a second time stores nothing and sets nothing aside twice', async () => {
    const { workspace, store, push } = await newPlace();
    const first = await push(input.bytes);
    const keys = await store.list();
    const quarantine = await quarantineIn(workspace);
    const second = await push(input.bytes);
    expect(second.code).toBe(5);
    expect(second.report.balance).toMatchObject({
      delivered: 0,
      alreadyDelivered: events.length,
      quarantined: bad,
    });
    expect(new Set(second.report.objects.map(({ status }) => status))).toEqual(new Set(['already-there']));
    expect(second.report.objects.map(({ key, sha256 }) => [key, sha256])).toEqual(
      first.report.objects.map(({ key, sha256 }) => [key, sha256]),
    );
    expect(await store.list()).toEqual(keys);
    expect(await quarantineIn(workspace)).toEqual(quarantine);
  });

  test('promise 4, again is free: a slow pipe that writes odd pieces makes the same objects', async () => {
    const { store, push } = await newPlace();
    await push(input.bytes, ['--object-size', '100KiB']);
    const keys = await store.list();
    const again = await push(inOddPieces(input.bytes, 5, 9000), ['--object-size', '100KiB']);
    expect(again.report.objects.filter(({ status }) => status === 'stored').map(({ key }) => key)).toEqual(
      [],
    );
    expect(again.report.balance.alreadyDelivered).toBe(events.length);
    expect(await store.list()).toEqual(keys);
  });

  test('promise 4, again is free: two processes with the same input at once make one set of objects between them', async () => {
    const { store, push } = await newPlace();
    const runs = await Promise.all([
      push(input.bytes, ['--object-size', '64KiB']),
      push(input.bytes, ['--object-size', '64KiB']),
    ]);
    expect(runs.map(({ code }) => code)).toEqual([5, 5]);
    expect(differencesFrom(events, await readExport(store))).toEqual([]);
    for (const [key, statuses] of statusesOf(...runs))
      expect(statuses, `the two statuses of ${key}`).toEqual(['already-there', 'stored']);
    expect(runs[0]?.report.balance.delivered).toBe(runs[1]?.report.balance.alreadyDelivered);
    const balances = runs.map(({ report }) => report.balance);
    expect(balances.map(({ delivered, alreadyDelivered }) => delivered + alreadyDelivered)).toEqual([
      events.length,
      events.length,
    ]);
  });

  test('promise 5, nothing is acknowledged before it is durable: what a killed run has left is whole, and the next run completes it', async () => {
    const { workspace, store, push } = await newPlace();
    const flags = ['push', ...store.flags, '--object-size', '16KiB'];
    const run = startCli(workspace, flags, {
      stdin: 'open',
      environment: store.environment,
      ownProcess: true,
    });
    run.child.stdin?.write(input.bytes.subarray(0, input.bytes.length / 2));
    await expect.poll(async () => await store.list(), { timeout: 20_000 }).not.toEqual([]);
    run.child.kill('SIGKILL');
    expect((await run.ended).signal).toBe('SIGKILL');
    const partial = await readExport(store);
    expect(partial.faults).toEqual([]);
    expect(partial.objects.length).toBeGreaterThan(0);
    const { report } = await push(input.bytes, ['--object-size', '16KiB']);
    expect(report.balance.alreadyDelivered).toBeGreaterThanOrEqual(
      partial.objects.reduce((sum, { lines }) => sum + lines.length, 0),
    );
    expect(differencesFrom(events, await readExport(store))).toEqual([]);
  });

  test('promise 7, never a question without a terminal: a silent pipe that closes is an empty input and nothing more', async () => {
    const { workspace, store } = await newPlace();
    const run = withReport(
      await startCli(workspace, ['push', ...store.flags, '--json'], { environment: store.environment }).ended,
    );
    expect(run.code).toBe(0);
    expect(run.report.balance.read).toBe(0);
    expect(await store.list()).toEqual([]);
  });
});

async function quarantineIn(workspace: Workspace): Promise<string[]> {
  return (await filesBelow(workspace.path('state'))).filter((file) => file.includes('/quarantine/'));
}
