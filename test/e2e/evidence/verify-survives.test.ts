import { cp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { placesOf } from '../../../src/core/verify/finding.ts';
import { startEmulator } from '../../../src/adapters/emulator/start-emulator.ts';
import type { Leaf } from '../../../src/core/log/leaf.ts';
import { parseVerifierKey } from '../../../src/core/log/signed-note.ts';
import type { VerifyReport } from '../../../src/core/verify/verify-report.ts';
import type { Emulator } from '../../../src/ports/aws/emulator.ts';
import { readLogs } from '../../fakes/memory-log.ts';
import { generateInput } from '../generated-input.ts';
import { isDelivery } from '../read-export.ts';
import type { CliOptions, CliRun } from '../run-cli.ts';
import { runCli, startCli, writeTo } from '../run-cli.ts';
import type { S3Server } from '../s3-server.ts';
import { bucketOn } from '../s3-server.ts';
import { storeKinds } from '../stores.ts';
import type { Workspace } from '../workspace.ts';
import { useWorkspaces } from '../workspace.ts';
import { events, filesOf, verifyJson } from './log-reading.ts';

const newWorkspace = useWorkspaces();
const input = generateInput({ seed: 17, lines: 4000, hours: 40, damage: 0 }).bytes;

describe.each(storeKinds)('verify of a store of kind $kind', ({ kind }) => {
  let emulator: Emulator;
  let server: S3Server;
  let stores = 0;
  beforeAll(async () => {
    if (kind === 'folder') return;
    emulator = await startEmulator();
    server = await bucketOn(emulator);
  });
  afterAll(async () => {
    if (kind === 'folder') return;
    await server.close();
    await emulator.close();
  });

  interface Place {
    workspace: Workspace;
    /** `--to` and `--store` name it. */
    store: string;
    /** A writer's environment: s3:PutObject is all it may. */
    environment: Record<string, string>;
    /** A reader's: s3:ListBucket and s3:GetObject. */
    reader: Record<string, string>;
    run: (args: readonly string[], options?: CliOptions) => Promise<CliRun>;
    /** Delivers events of two minutes from this one on; `state` is another machine's. */
    push: (from: number, more?: readonly string[], options?: CliOptions) => Promise<CliRun>;
    verify: (args?: readonly string[]) => Promise<{ code: number | null; report: VerifyReport }>;
    everything: () => Promise<Map<string, Buffer>>;
    remove: (key: string) => Promise<void>;
    key: (options?: CliOptions) => Promise<string>;
    save: (name: string) => Promise<void>;
    restore: (name: string) => Promise<void>;
  }

  async function place(): Promise<Place> {
    const workspace = await newWorkspace();
    const prefix = `store-${stores++}`;
    const isFolder = kind === 'folder';
    const store = isFolder ? workspace.path(prefix) : `s3://${server.bucket}/${prefix}`;
    const environment = isFolder ? {} : await server.environmentFor(prefix);
    const reader = isFolder
      ? {}
      : await server.environmentAllowing(['s3:ListBucket', ''], ['s3:GetObject', `/${prefix}/*`]);
    const run: Place['run'] = (args, options) =>
      runCli(workspace, args, { ...options, environment: { ...environment, ...options?.environment } });
    const state = (): string => workspace.path('state');
    return {
      workspace,
      store,
      environment,
      reader,
      run,
      push: async (from, more = [], options = {}) => {
        const file = await events(workspace, `${from}.jsonl`, from, from + 2);
        return run(['push', '--to', store, ...more, file], options);
      },
      verify: (args = []) => verifyJson(workspace, ['--store', store, ...args], reader),
      everything: () => (isFolder ? filesOf(store) : server.everythingAt(prefix)),
      remove: (key) => (isFolder ? rm(join(store, key)) : server.remove(`${prefix}/${key}`)),
      key: async (options) => (await run(['evidence', 'key', '--to', store], options)).stdout.trim(),
      save: (name) => cp(state(), workspace.path(name), { recursive: true }),
      restore: async (name) => {
        await rm(state(), { recursive: true, force: true });
        await cp(workspace.path(name), state(), { recursive: true });
      },
    };
  }

  const intact = { code: 0, report: { findings: [], verdict: 'intact' } };

  /** Leaves of all logs that this key signs; throws where one forks or lacks a tile. */
  async function leavesOf({ everything, key }: Place): Promise<Leaf[]> {
    const logs = await readLogs(await everything(), parseVerifierKey(await key()).publicKey);
    return logs.flatMap(({ leaves }) => leaves);
  }

  const endsOf = (leaves: readonly Leaf[]): string[] =>
    leaves.flatMap((leaf) => (leaf.kind === 'end' ? [leaf.run] : []));

  test('whose state was restored from an old copy passes: no log forks, and each run is there once', async () => {
    const at = await place();
    await at.push(0);
    await at.save('copy');
    await at.push(10);
    await at.restore('copy');
    await at.push(20);
    await at.push(30);
    expect(await at.verify(['--key', await at.key()])).toMatchObject(intact);
    const ends = endsOf(await leavesOf(at));
    expect([ends.length, new Set(ends).size]).toEqual([4, 4]);
    expect((await at.verify()).report.logs.map(({ leaves }) => leaves)).toEqual([9, 9]);
  });

  test('whose state was restored with leaves that were published since passes', async () => {
    const at = await place();
    await at.push(0);
    // Delivered, while the log could not be written.
    if (kind === 's3') {
      const match = { key: `${at.store.split('/').at(-1)}/_audit-export/*` };
      const fault = emulator.faults.add({ kind: 'deny', match });
      await at.push(10);
      emulator.faults.remove(fault);
    } else await at.push(10);
    await at.save('copy');
    await at.push(20);
    await at.restore('copy');
    await at.push(30);
    expect(await at.verify()).toMatchObject(intact);
  });

  test('whose state was lost passes, and says whose log is whose', async () => {
    const at = await place();
    await at.push(0);
    const first = await at.key();
    await rm(at.workspace.path('state'), { recursive: true });
    await at.push(10);
    const second = await at.key();
    expect(await at.verify()).toMatchObject(intact);
    expect(await at.verify(['--key', first, '--key', second])).toMatchObject(intact);
    const { code, report } = await at.verify(['--key', second]);
    expect({ code, codes: placesOf(report.findings).map((finding) => finding.code) }).toEqual({
      code: 7,
      codes: ['foreign-key'],
    });
    // A run that nobody can end any more: its log is said to have ended, by the key that there is.
    const folder = `_audit-export/log/${parseVerifierKey(first).name.split('/')[1]}/`;
    const retire = ['evidence', 'retire', '--to', at.store, folder, '--reason', 'its state was lost'];
    expect((await at.run(retire)).code).toBe(0);
    for (const key of (await at.everything()).keys()) if (key.startsWith(folder)) await at.remove(key);
    const codes = placesOf((await at.verify(['--key', first, '--key', second])).report.findings).map(
      ({ code: one }) => one,
    );
    expect(new Set(codes)).toEqual(new Set(['object-unclaimed']));
  });

  test('that two machines deliver to at once, one with a copy of the state of the other, passes', async () => {
    const at = await place();
    await at.push(0);
    await at.save('other');
    const other = { environment: { XDG_STATE_HOME: at.workspace.path('other') } };
    await Promise.all([at.push(10), at.push(20, [], other)]);
    await Promise.all([at.push(30, [], other), at.push(40)]);
    const ends = endsOf(await leavesOf(at));
    expect([ends.length, new Set(ends).size]).toEqual([5, 5]);
    expect(await at.verify(['--key', await at.key()])).toMatchObject(intact);
  });

  test('of a run that was killed passes once the next one says so, and what it stored is named until it is claimed', async () => {
    const at = await place();
    const args = ['push', '--to', at.store, '--object-size', '256KiB'];
    const { environment } = at;
    const killed = startCli(at.workspace, args, { environment, ownProcess: true, stdin: 'open' });
    await writeTo(killed, input.subarray(0, (2 * input.length) / 3));
    const delivered = async (): Promise<string[]> =>
      [...(await at.everything().catch(() => new Map<string, Buffer>())).keys()].filter(
        // A folder keeps files that were being written, under names that readers skip.
        (key) => isDelivery(key) && !key.includes('/.'),
      );
    await expect.poll(delivered, { timeout: 20_000 }).not.toEqual([]);
    killed.child.kill('SIGKILL');
    await killed.ended;
    const left = await delivered();
    await at.push(50);
    const found = await at.verify();
    expect(placesOf(found.report.findings).map(({ code, key }) => [code, key])).toEqual(
      left.map((key) => ['object-unclaimed', key]),
    );
    expect(placesOf(found.report.findings)[0]?.message).toMatch(/Run \S+, which began at \S+, was killed/);
    // Through the pipe once more: what is there already has its leaf now.
    await at.run(args, { stdin: input });
    expect(await at.verify()).toMatchObject(intact);
  });

  test('into which a run delivered without a log names its objects and nothing else, until they are delivered again with one', async () => {
    const at = await place();
    await at.push(0);
    const before = await at.everything();
    await at.push(10, ['--evidence', 'off']);
    await at.push(14, ['--evidence', 'off']);
    const without = [...(await at.everything()).keys()].filter((key) => !before.has(key));
    await at.push(20);
    const found = await at.verify();
    expect(placesOf(found.report.findings).map(({ code, key }) => [code, key])).toEqual(
      without.map((key) => ['object-unclaimed', key]),
    );
    expect(placesOf(found.report.findings)[0]?.message).toContain('--evidence off');
    // Two objects, and one thing to understand.
    const told = (await at.run(['verify', '--store', at.store], { environment: at.reader })).stdout;
    expect(told.split('--evidence off')).toHaveLength(2);
    expect(without.filter((key) => told.includes(key))).toEqual(without);
    expect(without).toHaveLength(2);
    for (const name of ['10.jsonl', '14.jsonl']) {
      const file = at.workspace.path(name);
      expect((await at.run(['push', '--to', at.store, '--again', file, file])).code).toBe(0);
    }
    expect(await at.verify()).toMatchObject(intact);
  });

  test('from which objects were retired and removed, and beside which their events lie as Parquet, passes', async () => {
    const at = await place();
    await at.push(0);
    await at.push(10);
    const key = [...(await at.everything()).keys()].find(isDelivery) ?? '';
    const curated = at.workspace.path('curated');
    const compact = ['compact', '--from', at.store, '--to', curated, '--until', '2026-01-01'];
    expect((await at.run(compact, { environment: at.reader })).code).toBe(0);
    expect(await readdir(curated)).not.toEqual([]);
    await at.remove(key);
    expect(placesOf((await at.verify()).report.findings)).toMatchObject([{ code: 'object-missing', key }]);
    const retire = ['evidence', 'retire', '--to', at.store, key, '--reason', 'it is in a Parquet file'];
    expect((await at.run(retire)).code).toBe(0);
    expect(await at.verify()).toMatchObject(intact);
  });

  test('with alerts beside the events passes', async () => {
    const at = await place();
    const rules = JSON.stringify({ rules: [{ name: 'all', types: ['alert'] }] });
    await at.push(0, ['--alert-rules', await at.workspace.write('rules.json', rules)]);
    const names = [...(await at.everything()).keys()];
    expect(names.filter((name) => name.startsWith('_alerts/'))).toHaveLength(2);
    expect(await at.verify()).toMatchObject(intact);
  });
});
