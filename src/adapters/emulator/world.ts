import type { FaultEngine } from './faults/fault-engine.ts';
import type { Directory } from './identity/directory.ts';
import type { KmsKey } from './kms/keys.ts';
import type { Bucket } from './s3/buckets/bucket.ts';
import type { Queue } from './sqs/queue.ts';
import type { BlobStore } from './storage/blob-store.ts';
import type { StateStore } from './storage/state-store.ts';

/** Everything the emulator knows: what a rehearsal is about. */
export interface World {
  /** The region the accounts' profiles name. */
  readonly region: string;
  readonly directory: Directory;
  readonly buckets: Map<string, Bucket>;
  /** By ARN. */
  readonly queues: Map<string, Queue>;
  readonly keys: readonly KmsKey[];
  readonly blobs: BlobStore;
  readonly state: StateStore;
  readonly faults: FaultEngine;
  readonly settings: WorldSettings;
  /** Epoch milliseconds, without the offset of a clock fault. */
  readonly clock: () => number;
  /** A number above all before: orders the writes. */
  readonly nextSequence: () => number;
}

export interface WorldSettings {
  /** Accept and forget the bodies of objects: for measuring a client. */
  readonly discard: boolean;
  /** Sessions of assumed roles end after so many seconds at most, whatever was asked for: to try a renewal. */
  readonly sessionSeconds: number | undefined;
  /** The largest body of one PUT, in bytes. */
  readonly maxObjectBytes: number;
  /** ARN of the queue that gets what buckets tell EventBridge; undefined: nobody does. */
  readonly eventBridgeQueue: string | undefined;
}
