import { randomUUID } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { filesOnDisk } from '../../src/adapters/fs/sources/files-on-disk.ts';
import { MapFolder } from '../../src/adapters/fs/state/map-folder.ts';
import { KeptBytesFolder } from '../../src/adapters/fs/state/journal/kept-bytes.ts';
import { JournalOnDisk } from '../../src/adapters/fs/state/journal/open-journal.ts';
import { openSeenQueries } from '../../src/cli/contexts/delivery/journal-context.ts';
import type { CollectHost } from '../../src/commands/collect/collect-host.ts';
import type { CollectRequest } from '../../src/commands/collect/index.ts';
import { collectSettings } from '../../src/commands/collect/settings.ts';
import type { PushHost } from '../../src/commands/push/session/push-host.ts';
import { classifyChunk } from '../../src/core/classify/classify-chunk.ts';
import { destinationOf } from '../../src/core/config/destination.ts';
import { globalSettings } from '../../src/core/config/global-settings.ts';
import { noMetrics } from '../../src/core/metrics/no-metrics.ts';
import { resolveSettings } from '../../src/core/config/setting.ts';
import type { ObjectStore } from '../../src/ports/store/object-store.ts';
import type { SnowflakeSession, SnowflakeStatement } from '../../src/ports/snowflake.ts';
import { journalInFolder } from '../fakes/journal-folder.ts';
import { keptLog } from '../fakes/kept-log.ts';
import { MemoryQuarantine } from '../fakes/memory-quarantine.ts';
import { MemorySpool } from '../fakes/memory-spool.ts';
import type { MemoryStore } from '../fakes/memory-store.ts';
import type { HistoryPlan } from '../snowflake/generator-plan.ts';
import { historyPlan, hourMs, simulatedObjects, simulatedUsers } from '../snowflake/generator-plan.ts';
import type { SnowflakeHistory } from '../snowflake/generator.ts';
import { historyOf } from '../snowflake/generator.ts';
import { usageSession } from '../snowflake/usage-session.ts';
import { PowerSwitch } from './power-cut.ts';

/** Half of the users and most objects are registered, some of them under names that need care. */
export const registeredUsers = simulatedUsers.filter((_, index) => index % 2 === 0);
export const registeredObjects = simulatedObjects
  .filter(({ name }) => !name.startsWith('STAGING'))
  .map(({ name }) => name);

/** The files that say so, as a person would write them. */
export const mappingFiles: Readonly<Record<string, string>> = {
  'users.csv': [
    'snowflakeUser,profileId,userId',
    ...registeredUsers.map((name, index) => `${name},${index + 1},user-${index + 1}@acme.com`),
  ].join('\n'),
  'objects.json': objectsFile(registeredObjects),
  // As it was before some were added.
  'fewer-objects.json': objectsFile(registeredObjects.slice(2)),
};

function objectsFile(objects: readonly string[]): string {
  return JSON.stringify(
    objects.map((object) => {
      const dataSourceId = registeredObjects.indexOf(object) + 1;
      return { object, dataSourceId, dataSourceName: `Data source ${dataSourceId}` };
    }),
  );
}

/** A made-up history behind a session without HTTP; its clock is moved by hand. */
export class CollectWorld {
  readonly clock: { nowMs: number };
  readonly history: SnowflakeHistory;
  /** Statements that were asked. */
  readonly statements: SnowflakeStatement[] = [];
  readonly rowsPerBatch: number;

  constructor(plan: Partial<HistoryPlan> & Pick<HistoryPlan, 'fromMs' | 'untilMs'>, rowsPerBatch = 500) {
    this.history = historyOf(historyPlan(plan));
    this.clock = { nowMs: plan.fromMs };
    this.rowsPerBatch = rowsPerBatch;
  }

  session(): SnowflakeSession {
    return usageSession(() => this.history.usage(), {
      nowMs: () => this.clock.nowMs,
      user: this.history.plan.ownUser,
      rowsPerBatch: this.rowsPerBatch,
      statements: this.statements,
    });
  }
}

/** `QUERY_ID object` of everything that ought to have been collected. */
export function expectedOf(
  history: SnowflakeHistory,
  isDue: (query: { endMs: number; visibleMs: number }) => boolean,
): Set<string> {
  const registered = { users: new Set(registeredUsers), objects: new Set(registeredObjects) };
  const keys = new Set<string>();
  for (const { queryId, endNs, objects, accessOnly, ...visible } of history.truth(registered)) {
    const visibleMs = Math.max(visible.historyVisibleMs, visible.accessVisibleMs);
    // What another engine ran is waited for as long as the overlap is.
    const endMs = Number(endNs / 1_000_000n) + (accessOnly ? 48 * hourMs : 0);
    if (!isDue({ endMs, visibleMs })) continue;
    for (const object of objects) keys.add(`${queryId} ${object}`);
  }
  return keys;
}

/** What a run is given beside its options. */
export interface RunParts {
  session: SnowflakeSession;
  /** Where the state of destinations is. */
  folder: string;
  store: ObjectStore;
  signal?: AbortSignal;
  printed?: Buffer[];
  power?: PowerSwitch;
}

/** A host whose outside is what it is given. */
export function collectHost({
  session,
  folder,
  store,
  signal,
  printed,
  power = new PowerSwitch(),
}: RunParts): CollectHost {
  return {
    push: {
      ...pushHost(power.store(store), signal ?? new AbortController().signal),
      openJournal: async ({ id }) => power.journal(await journalInFolder(join(folder, id), Date.now)),
    },
    openSession: async () => power.session(session),
    readState: async ({ id }) => ({
      cursors: (await JournalOnDisk.read(join(folder, id))).cursors,
      folder: join(folder, id),
    }),
    openMaps: (place) => new MapFolder(join(place, 'snowflake-maps')),
    openScratch: async () => {
      const scratch = mkdtempSync(`${folder}-scratch-`);
      return {
        kept: await KeptBytesFolder.open(join(scratch, 'answers')),
        openSeenQueries: (days) => openSeenQueries(scratch, days),
        close: async () => rmSync(scratch, { recursive: true }),
      };
    },
    onCommit: () => undefined,
    readFile: async (file) => mappingFiles[file] ?? '',
    print: async (bytes) => {
      printed?.push(Buffer.from(bytes));
    },
  };
}

/** The journal of the destination of `collectRequest`, as it stands. */
export function journalOf(folder: string, to = 'memory'): ReturnType<typeof JournalOnDisk.read> {
  return JournalOnDisk.read(join(folder, destinationOf({ kind: 'folder', path: to }, undefined).id));
}

const waitUntilAborted = (_ms: number, stop: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (stop.aborted) resolve();
    else stop.addEventListener('abort', () => resolve(), { once: true });
  });

const nothing = async (): Promise<void> => undefined;

/** The parts of `push` that a batch goes through; the others are never asked for. */
function pushHost(store: ObjectStore, signal: AbortSignal): PushHost {
  const parts: Partial<PushHost> = {
    // Whoever waits here waits for a statement that hangs, and none does.
    clock: { now: () => Date.now(), sleep: waitUntilAborted },
    random: { fraction: () => 0.5 },
    signal,
    progress: { update: () => undefined, end: () => undefined },
    log: keptLog(),
    readOwnTypes: async () => [],
    openStore: async () => store,
    openMetrics: async () => noMetrics,
    files: filesOnDisk,
    newId: () => randomUUID(),
    reopenObject: async () => undefined,
    maxAttempts: () => 1,
    openSpool: () => new MemorySpool(),
    openQuarantine: () => new MemoryQuarantine(),
    openClassifier: (rules) => ({
      lookahead: 0,
      classify: async ({ input, output }) => classifyChunk(input, output, rules),
      close: async () => undefined,
    }),
    destinationOf: async (address, endpointUrl) => destinationOf(address, endpointUrl),
    quarantineFolder: () => 'quarantine',
    runHistory: async () => ({ begin: async () => ({ id: 'run', mark: nothing, end: nothing }) }),
  };
  return parts as PushHost;
}

/** A request as the command line makes it of flags. */
export function collectRequest(flags: Readonly<Record<string, string>> = {}, print = false): CollectRequest {
  const files = { 'user-map': 'users.csv', 'data-sources': 'objects.json' };
  // The log of what is delivered has tests of its own.
  const words = { to: 'memory', evidence: 'off', ...files, ...flags };
  const given = {
    flags: Object.fromEntries(Object.entries(words).map(([flag, word]) => [flag, [word]])),
    environment: {},
    profile: undefined,
  };
  return {
    print,
    options: resolveSettings({ ...globalSettings, ...collectSettings }, given),
    profile: undefined,
  };
}

export interface StoredRecord {
  id: string;
  endTime: string;
  nativeObject: string | null;
  extra: { queryId: string; supplementOf?: string };
}

/** All records of a store, object by object. */
export function recordsIn(store: MemoryStore): StoredRecord[] {
  return [...store.objects.values()].flatMap((body) =>
    gunzipSync(body)
      .toString('utf8')
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line) as StoredRecord),
  );
}

/** What is wrong with what was stored: missing, doubled, or not to be there. Nothing where all is right. */
export function faultsOf(records: readonly StoredRecord[], expected: ReadonlySet<string>): string[] {
  const found = new Map<string, number>();
  for (const { extra, nativeObject } of records) {
    const key = `${extra.queryId} ${nativeObject}`;
    found.set(key, (found.get(key) ?? 0) + 1);
  }
  const faults: string[] = [];
  for (const key of expected) if (!found.has(key)) faults.push(`missing: ${key}`);
  for (const [key, times] of found) {
    if (!expected.has(key)) faults.push(`not expected: ${key}`);
    else if (times > 1) faults.push(`${times} times: ${key}`);
  }
  return faults;
}

export { hourMs };
