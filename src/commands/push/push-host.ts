import type { OwnTypeFile } from '../../core/audit-types/compile-own-type.ts';
import type { ClassifySettings } from '../../core/classify/build-rules.ts';
import type { StoreAddress } from '../../core/config/store-address.ts';
import type { ClassifyRules } from '../../core/classify/classify-chunk.ts';
import type { Classifier } from '../../ports/classifier.ts';
import type { Timer } from '../../ports/clock.ts';
import type { Ledger } from '../../ports/ledger.ts';
import type { RunMeter } from '../../core/metrics/run-meter.ts';
import type { Log } from '../../ports/log.ts';
import type { Metrics } from '../../ports/metrics.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { RunRecorder } from './recorded.ts';
import type { JobIndex, Shard } from '../../core/push/shard.ts';
import type { Progress } from '../../ports/progress.ts';
import type { Quarantine } from '../../ports/quarantine.ts';
import type { RunHistory } from '../../ports/run-history.ts';
import type { Random } from '../../ports/random.ts';
import type { MessageQueue, ObjectReader } from '../../ports/queue.ts';
import type { SeenEvents } from '../../ports/seen-events.ts';
import type { Source } from '../../ports/source.ts';
import type { Spool } from '../../ports/spool.ts';
import type { FollowParts } from './follow-host.ts';

/** How objects are to be written, where the store is a bucket. */
export interface StoreSettings {
  region: string | undefined;
  endpointUrl: string | undefined;
  pathStyle: boolean | undefined;
  bucketOwner: string | undefined;
  storageClass: string | undefined;
  kmsKeyId: string | undefined;
  sse: string | undefined;
  acl: string | undefined;
  tags: Readonly<Record<string, string>> | undefined;
  role: { arn: string; externalId: string | undefined } | undefined;
  /** Whether a run without credentials that work is told so at once; one that outlasts outages is not. */
  checked?: boolean;
}

/** Where the metrics of a run are to be seen, and under which profile. */
export interface MetricsPlace {
  file: string | undefined;
  port: number | undefined;
  host: string;
  profile: string | undefined;
}

/** What is locked: a profile, or a destination where there is none. */
export interface LockPlace {
  profile: string | undefined;
  /** What tells the ledger of one destination from that of another. */
  destination: string;
  shard: string | undefined;
}

/** The lock of a run, and what it guards. */
export interface LockedRun {
  ledger: Ledger;
  /** The events that were delivered in the last days. Throws `state-not-written` and `config-invalid`. */
  openSeen: (days: number) => SeenEvents;
  release: () => Promise<void>;
}

/** Who has a lock that one waits for. */
export interface OtherRun {
  holder: { pid: number; host: string; startedAt: string };
}

/** What `push` needs of the world. */
export interface PushHost {
  clock: Timer;
  random: Random;
  signal: AbortSignal;
  progress: Progress;
  log: Log;
  /** Opens what was asked to show metrics; what takes nothing, where nothing was. Throws `usage` and `port-in-use`. */
  openMetrics: (settings: MetricsPlace) => Promise<Metrics>;
  /** Told what happens in the runs of this host, where somebody watches. */
  meter?: RunMeter;
  /** Whether stdin is a terminal, where nobody would know that the tool waits for typing. */
  stdinIsTerminal: boolean;
  readOwnTypes: (files: readonly string[]) => Promise<OwnTypeFile[]>;
  /** Opens the inputs; what lies below the places that the run writes to is left out, and what is not of the shard. */
  openSources: (
    inputs: readonly string[],
    exceptBelow: readonly string[],
    shard?: Shard,
  ) => Promise<Source[]>;
  /** Which of its machines a scheduler says that this is. */
  jobIndex: JobIndex | undefined;
  openQueue: (url: string) => Promise<MessageQueue>;
  /** Reads the objects that a queue names; aborting the signal ends what is being read. */
  openObjects: (signal: AbortSignal) => Promise<ObjectReader>;
  /** Waits for the lock so many milliseconds, and opens the ledger. Throws `state-not-written`. */
  lockRun: (place: LockPlace, waitMs: number) => Promise<LockedRun | OtherRun>;
  /** Opens a file that a ledger names, if it is still there. */
  reopenFile: (path: string) => Promise<Source[]>;
  /** The events of the last days, where a follower has opened them for all of its batches. */
  seen?: SeenEvents;
  /** Keeps objects that were delivered for later runs to ask for, where a follower has opened a ledger for its batches. */
  keepWitnesses?: Ledger['keepWitnesses'];
  /** Keeps what runs did, for `status`. */
  runHistory: (profile: string | undefined) => Promise<RunHistory>;
  /** Takes notes of the run under way. */
  recorder?: RunRecorder;
  /** Finds a file by its inode in the folder where it stood before; undefined if it is not there. */
  findBeside: (path: string, inode: string) => Promise<Source | undefined>;
  /** An id that was never given before. */
  newId: () => string;
  openStore: (address: StoreAddress, settings: StoreSettings) => Promise<ObjectStore>;
  /** Tries that the environment allows a request (AWS_MAX_ATTEMPTS); undefined: as many as there is time for. Throws `usage`. */
  maxAttempts: () => number | undefined;
  openSpool: () => Spool;
  openQuarantine: (folder: string) => Quarantine;
  openClassifier: (
    rules: ClassifyRules,
    settings: ClassifySettings,
    ownTypes: readonly OwnTypeFile[],
  ) => Classifier;
  /** What following needs beside; loaded when it is asked for. */
  following: () => Promise<FollowParts>;
  /** The folder for the bad lines of a profile (or of runs without one). */
  quarantineFolder: (profile: string | undefined) => string;
}
