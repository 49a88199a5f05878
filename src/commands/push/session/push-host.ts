import type { OwnTypeFile } from '../../../core/audit-types/compile-own-type.ts';
import type { ClassifySettings } from '../../../core/classify/build-rules.ts';
import type { ObjectPart } from '../../../ports/state/batch.ts';
import type { AuditExportError } from '../../../errors.ts';
import type { Destination } from '../../../ports/store/destination.ts';
import type { StatePlace } from '../../../core/config/destination.ts';
import type { FilesPort } from '../../../ports/sources/files.ts';
import type { FollowedInputs } from '../../../ports/sources/followed-inputs.ts';
import type { Journal } from '../../../ports/state/journal.ts';
import type { DeliveredObjects } from '../../../ports/state/delivered-objects.ts';
import type { KeptBytes } from '../../../ports/state/kept-bytes.ts';
import type { PushRequest } from '../plan/check-request.ts';
import type { DestinationFinder } from '../plan/state-place.ts';
import type { StoreAddress } from '../../../core/config/store-address.ts';
import type { ClassifyRules } from '../../../core/classify/classify-chunk.ts';
import type { Classifier } from '../../../ports/classifier.ts';
import type { Timer } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/terminal/log.ts';
import type { Metrics } from '../../../ports/metrics.ts';
import type { ObjectStore } from '../../../ports/store/object-store.ts';
import type { JobIndex, Shard } from '../../../core/push/shard.ts';
import type { Progress } from '../../../ports/terminal/progress.ts';
import type { TextProgress } from '../../../ports/terminal/text-progress.ts';
import type { Quarantine } from '../../../ports/store/quarantine.ts';
import type { RunHistory } from '../../../ports/state/run-history.ts';
import type { Random } from '../../../ports/random.ts';
import type { MessageQueue, ObjectReader } from '../../../ports/aws/queue.ts';
import type { SeenEvents } from '../../../ports/state/seen-events.ts';
import type { Source } from '../../../ports/sources/source.ts';
import type { LogRecord } from '../../../core/log/write/log-state.ts';
import type { RecordFile } from '../../../ports/state/record-file.ts';
import type { HttpPost } from '../../../ports/http-post.ts';
import type { Signer } from '../../../ports/aws/signer.ts';
import type { Spool } from '../../../ports/store/spool.ts';

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

/** The journal of a destination, owned by this process, and what is kept with it. */
export interface HeldJournal {
  journal: Journal;
  /** Where it lies, for reports. */
  folder: string;
  /** The events that were delivered in the last days. Throws `state-not-written` and `config-invalid`. */
  openSeen: (days: number) => SeenEvents;
  /** The objects of buckets that were delivered. */
  objects: DeliveredObjects;
  /** What can't be read again and is not delivered yet: what came out of pipes, or that of a named place. Throws `spool-failed`. */
  openKept: (place?: string) => Promise<KeptBytes>;
  /** The queries of a source that were seen in the last days. Throws `state-not-written` and `config-invalid`. */
  openSeenQueries: (source: string, days: number) => SeenEvents;
  release: () => Promise<void>;
}

/** Who owns a journal that one waits for. */
export interface OtherRun {
  holder: { pid: number; host: string; startedAt: string };
}

/** The log of a destination, and the key that signs it. */
export interface OpenedLog {
  file: RecordFile<LogRecord>;
  signer: Signer;
  /** The key of its own, where another one was named. */
  former?: Signer | undefined;
  /** Whether a later process can go on with it. */
  isKept: boolean;
  /** `audit-export <version>`. */
  tool: string;
  /** Why it is not the one that was written before. */
  trouble?: AuditExportError;
}

/** What `push` needs of the world. */
export interface PushHost extends DestinationFinder {
  clock: Timer;
  random: Random;
  signal: AbortSignal;
  progress: Progress;
  /** One line that is drawn again in its place; missing where there is no terminal for it. */
  live?: TextProgress | undefined;
  log: Log;
  /** Opens what was asked to show metrics; what takes nothing, where nothing was. Throws `usage` and `port-in-use`. */
  openMetrics: (settings: MetricsPlace) => Promise<Metrics>;
  /** Whether stdin is a terminal, where nobody would know that the tool waits for typing. */
  stdinIsTerminal: boolean;
  /** The text of a file of alert rules. Throws `document-invalid`. */
  readAlertRules: (file: string) => Promise<string>;
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
  /** Waits for the journal so many milliseconds. Throws `state-not-written`. */
  openJournal: (
    destination: Destination,
    choice: { shard: string | undefined; waitMs: number },
  ) => Promise<HeldJournal | OtherRun>;
  /** Posts text over HTTP, through a proxy where one is named. */
  post: HttpPost;
  /** Takes over the log of what was delivered, signed by its own key or the named one. Throws `config-invalid`. */
  openLog: (destination: Destination, key: string | undefined) => Promise<OpenedLog>;
  files: FilesPort;
  /** Opens what is followed. Throws `source-unreadable`. */
  openFollowed: (inputs: readonly string[], exceptBelow: readonly string[]) => Promise<FollowedInputs>;
  /** Opens an object of a bucket that was begun before; undefined where it is gone or another now. */
  reopenObject: (object: ObjectPart) => Promise<Source | undefined>;
  /** Calls back when the configuration is to be read again (SIGHUP); answers with what ends that. */
  onReload: (listener: () => void) => () => void;
  /** Reads the configuration again. Throws what is wrong with it. */
  reload: () => Promise<PushRequest>;
  /** Keeps what runs did, for `status`. */
  runHistory: (place: StatePlace) => Promise<RunHistory>;
  /** An id that was never given before. */
  newId: () => string;
  openStore: (address: StoreAddress, settings: StoreSettings) => Promise<ObjectStore>;
  /** Tries that the environment allows a request (AWS_MAX_ATTEMPTS); undefined: as many as there is time for. Throws `usage`. */
  maxAttempts: () => number | undefined;
  openSpool: () => Spool;
  /** Opens the quarantine of a destination; without a folder, the first bad line is an error. */
  openQuarantine: (folder: string | undefined, destination: Destination) => Quarantine;
  openClassifier: (
    rules: ClassifyRules,
    settings: ClassifySettings,
    ownTypes: readonly OwnTypeFile[],
  ) => Classifier;
  /** The folder for bad lines where none is named; undefined where state can't be kept. */
  quarantineFolder: (place: StatePlace) => string | undefined;
}
