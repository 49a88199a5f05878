import { join } from 'node:path';
import { FaultEngine } from './faults/fault-engine.ts';
import type { Directory } from './identity/directory.ts';
import { firstDirectory, accounts } from './identity/first-accounts.ts';
import { keysOf } from './kms/keys.ts';
import type { Bucket } from './s3/buckets/bucket.ts';
import { prepareWorld } from './scenarios/prepare-world.ts';
import type { Scenario } from './scenarios/scenario.ts';
import { FolderBlobStore, MemoryBlobStore, type BlobStore } from './storage/blob-store.ts';
import { FolderStateStore } from './storage/folder-state-store.ts';
import { forgetfulStateStore, type StateStore } from './storage/state-store.ts';
import type { World } from './world.ts';

const maxObjectBytes = 2 * 1024 * 1024 * 1024;
const regionsWithKeys = ['us-east-1', 'us-west-2', 'eu-west-1', 'eu-central-1'];

export interface WorldOptions {
  readonly region: string;
  readonly dataDir: string | undefined;
  readonly seed: number;
  readonly discard: boolean;
  readonly sessionSeconds: number | undefined;
  readonly scenario: Scenario;
  readonly eventBridgeQueue: string | undefined;
}

interface Kept {
  readonly directory: Directory;
  readonly buckets: Map<string, Bucket>;
  readonly blobs: BlobStore;
  readonly state: StateStore;
}

/** A new world, or the one that was kept in the data folder, with what the scenario prepares. */
export async function createWorld(options: WorldOptions): Promise<World> {
  const { region, scenario } = options;
  const clock = (): number => Date.now();
  const kept = await openKept(options.dataDir, clock);
  const regions = new Set([region, ...regionsWithKeys]);
  const world: World = {
    ...kept,
    region,
    queues: new Map(),
    keys: [...regions].flatMap((name) => keysOf(accounts.customer.accountId, name)),
    faults: new FaultEngine(clock, options.seed),
    settings: {
      discard: options.discard,
      sessionSeconds: options.sessionSeconds ?? scenario.sessionSeconds,
      maxObjectBytes,
      eventBridgeQueue: options.eventBridgeQueue,
    },
    clock,
    nextSequence: countUp(highestSequence(kept.buckets)),
  };
  if (scenario.prepared !== undefined) prepareWorld(world, scenario.prepared);
  for (const fault of scenario.faults ?? []) world.faults.add(fault);
  await world.state.save(world);
  return world;
}

async function openKept(dataDir: string | undefined, clock: () => number): Promise<Kept> {
  if (dataDir === undefined) {
    return {
      directory: firstDirectory(clock()),
      buckets: new Map(),
      blobs: new MemoryBlobStore(),
      state: forgetfulStateStore,
    };
  }
  const state = new FolderStateStore(dataDir);
  const loaded = await state.load();
  return {
    directory: loaded?.directory ?? firstDirectory(clock()),
    buckets: loaded?.buckets ?? new Map(),
    blobs: new FolderBlobStore(join(dataDir, 'blobs')),
    state,
  };
}

function highestSequence(buckets: ReadonlyMap<string, Bucket>): number {
  let highest = 0;
  for (const bucket of buckets.values()) {
    for (const versions of bucket.objects.values()) {
      for (const version of versions) highest = Math.max(highest, version.sequence);
    }
  }
  return highest;
}

function countUp(from: number): () => number {
  let last = from;
  return () => {
    last += 1;
    return last;
  };
}
