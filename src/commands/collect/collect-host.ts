import type { Destination } from '../../ports/store/destination.ts';
import type { CollectPorts } from '../../core/collect/collect.ts';
import type { KeptBytes } from '../../ports/state/kept-bytes.ts';
import type { SeenEvents } from '../../ports/state/seen-events.ts';
import type { SnowflakeSession } from '../../ports/snowflake.ts';
import type { PushHost } from '../push/session/push-host.ts';
import type { CollectOptions } from './settings.ts';

/** A folder that is gone when it is closed. */
export interface ScratchPlace {
  kept: KeptBytes;
  openSeenQueries: (days: number) => SeenEvents;
  close: () => Promise<void>;
}

/** Copies of files, by the SHA-256 of what they hold. */
export interface KeptMaps {
  /** Keeps a text, durable; again is free. Throws `state-not-written`. */
  keep: (sha256: string, text: string) => Promise<void>;
  /** Undefined where it is gone, or is something else. */
  read: (sha256: string) => Promise<string | undefined>;
  /** Lets go of all others. */
  keepOnly: (these: ReadonlySet<string>) => Promise<void>;
}

/** What `collect` needs of the world. */
export interface CollectHost {
  /** What its batches are delivered with. */
  push: PushHost;
  /** Makes ready to talk to Snowflake. Throws `usage`, `config-invalid` and `no-snowflake-credentials`. */
  openSession: (options: CollectOptions) => Promise<SnowflakeSession>;
  /** Where the sources of a destination stand, and its folder, without taking its journal. Throws `state-not-written`. */
  readState: (destination: Destination) => Promise<{ cursors: ReadonlyMap<string, unknown>; folder: string }>;
  /** Copies of the files that records were made by, in the folder of a destination. */
  openMaps: (folder: string) => KeptMaps;
  /** A place for a run that leaves no trace. */
  openScratch: () => Promise<ScratchPlace>;
  /** Reads a file that was named. Throws `document-invalid`. */
  readFile: (file: string) => Promise<string>;
  /** Hears how far the run has come, after every window. */
  onCommit: NonNullable<CollectPorts['onCommit']>;
  /** Writes to stdout, as fast as it is taken. */
  print: (bytes: Buffer) => Promise<void>;
}
