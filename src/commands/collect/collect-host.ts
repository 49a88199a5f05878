import type { StatePlace } from '../../core/config/destination.ts';
import type { CollectPorts } from '../../core/collect/collect.ts';
import type { Checkpoint, CollectState } from '../../ports/collect-state.ts';
import type { SnowflakeSession } from '../../ports/snowflake.ts';
import type { PushHost } from '../push/push-host.ts';
import type { CollectOptions } from './settings.ts';

/** A state that is this run's alone until it is closed. */
export interface HeldState {
  state: CollectState;
  close: () => Promise<void>;
}

/** What `collect` needs of the world. */
export interface CollectHost {
  /** What its batches are delivered with. */
  push: PushHost;
  /** Makes ready to talk to Snowflake. Throws `usage`, `config-invalid` and `no-snowflake-credentials`. */
  openSession: (options: CollectOptions) => Promise<SnowflakeSession>;
  /** Takes the state of a place and an account. Throws `busy` and `state-not-written`. */
  openState: (place: StatePlace, account: string, lockWaitMs: number) => Promise<HeldState>;
  /** How far a place has come with an account, without taking its state. */
  readCheckpoint: (place: StatePlace, account: string) => Promise<Checkpoint | undefined>;
  /** A state that leaves no trace; with `base` it begins where that one stands. */
  openScratch: (base: { place: StatePlace; account: string } | undefined) => Promise<HeldState>;
  /** Reads a file that was named. Throws `document-invalid`. */
  readFile: (file: string) => Promise<string>;
  /** Hears how far the run has come, after every window. */
  onCommit: NonNullable<CollectPorts['onCommit']>;
  /** Writes to stdout, as fast as it is taken. */
  print: (bytes: Buffer) => Promise<void>;
}
