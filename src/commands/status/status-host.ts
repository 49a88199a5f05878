import type { LooksAlive } from '../../core/runs/run-states.ts';
import type { Clock } from '../../ports/clock.ts';
import type { JournalProblems } from '../../ports/state/journal-problems.ts';
import type { QuarantineReader } from '../../ports/store/quarantine-reader.ts';
import type { RunHistoryBook } from '../../ports/state/run-history.ts';
import type { StatusReport } from './status-report.ts';
import type { Destination } from '../../ports/store/destination.ts';
import type { Profile } from '../../ports/state/config-store.ts';

/** One export: a profile, or a destination that was delivered to without one. */
export interface NamedPlace {
  /** Undefined without a profile. */
  name: string | undefined;
  /** Undefined where the configuration no longer has it. */
  profile: Profile | undefined;
  /** Undefined where the profile does not say where to deliver. */
  destination: Destination | undefined;
  /** Of its state: its own, and those of the units that `schedule` has printed. */
  folders: readonly string[];
  /** What is kept of the destination. */
  destinationFolders: readonly string[];
  /** Flags that name it, for the commands of cures: `--profile acme`. */
  flags: readonly string[];
  /** What this user may not read of it, and how it is read. */
  closed: readonly { message: string; cure: string }[];
}

/** What a run under way has written into its lock. */
export interface LockNote {
  pid: number;
  host: string;
  startedAt: string;
}

/** The exports that are known, and by which configuration. */
export interface FoundPlaces {
  configuration: StatusReport['configuration'];
  places: NamedPlace[];
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
  quarantines: readonly QuarantineReader[];
  journalProblems: JournalProblems;
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
  find: () => Promise<FoundPlaces>;
  look: (place: NamedPlace) => PlaceLook;
  looksAlive: LooksAlive;
}
