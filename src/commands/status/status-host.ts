import type { Profile } from '../../core/config/parse-config.ts';
import type { LooksAlive } from '../../core/runs/run-states.ts';
import type { Clock } from '../../ports/clock.ts';
import type { QuarantineShelf } from '../../ports/quarantine-shelf.ts';
import type { RunHistoryBook } from '../../ports/run-history.ts';

/** One configured export, or the runs without one: then both are undefined. */
export interface NamedProfile {
  name: string | undefined;
  profile: Profile | undefined;
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

/** The state folder of one profile. Everything throws where there is something that can't be read. */
export interface ProfileLook {
  folder: string;
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
  /** The profiles to tell of. */
  profiles: () => Promise<NamedProfile[]>;
  look: (profile: NamedProfile) => ProfileLook;
  looksAlive: LooksAlive;
}
