import type { Destination } from '../../core/config/destination.ts';
import type { Profile } from '../../core/config/parse-config.ts';
import type { LooksAlive } from '../../core/runs/run-states.ts';
import type { Clock } from '../../ports/clock.ts';
import type { QuarantineShelf } from '../../ports/quarantine-shelf.ts';
import type { RunHistoryBook } from '../../ports/run-history.ts';

/** One export: a profile, or a destination that was delivered to without one. */
export interface NamedPlace {
  /** Undefined without a profile. */
  name: string | undefined;
  /** Undefined where the configuration no longer has it. */
  profile: Profile | undefined;
  /** Undefined where the profile does not say where to deliver. */
  destination: Destination | undefined;
  /** Of its state. */
  folder: string;
}

/** What a run under way has written into its lock. */
export interface LockNote {
  pid: number;
  host: string;
  startedAt: string;
}

/** What waits on disk to be delivered. */
export interface SpoolLook {
  files: number;
  bytes: number;
  /** Epoch milliseconds; undefined where there is no file. */
  oldestMs: number | undefined;
}

/** What is kept of one export. Everything throws where there is something that can't be read. */
export interface PlaceLook {
  history: RunHistoryBook;
  shelf: QuarantineShelf;
  /** The runs that hold a lock now. */
  locks: () => Promise<LockNote[]>;
  spool: () => Promise<SpoolLook | undefined>;
  /** The kept report of the last access test, as it lies there. */
  accessTest: () => Promise<unknown>;
}

/** What `status` needs of the world. */
export interface StatusHost {
  clock: Clock;
  /** The exports to tell of. */
  places: () => Promise<NamedPlace[]>;
  look: (place: NamedPlace) => PlaceLook;
  looksAlive: LooksAlive;
}
