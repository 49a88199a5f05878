import type { OwnTypeFile } from '../../core/audit-types/compile-own-type.ts';
import type { ClassifySettings } from '../../core/classify/build-rules.ts';
import type { StoreAddress } from '../../core/config/store-address.ts';
import type { ClassifyRules } from '../../core/classify/classify-chunk.ts';
import type { Classifier } from '../../ports/classifier.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ObjectStore } from '../../ports/object-store.ts';
import type { Progress } from '../../ports/progress.ts';
import type { Quarantine } from '../../ports/quarantine.ts';
import type { Source } from '../../ports/source.ts';
import type { Spool } from '../../ports/spool.ts';

/** How objects are to be written, where the store is a bucket. */
export interface StoreSettings {
  region: string | undefined;
  endpointUrl: string | undefined;
  pathStyle: boolean | undefined;
  bucketOwner: string | undefined;
  storageClass: string | undefined;
  kmsKeyId: string | undefined;
  tags: Readonly<Record<string, string>> | undefined;
  role: { arn: string; externalId: string | undefined } | undefined;
}

/** What `push` needs of the world. */
export interface PushHost {
  clock: Clock;
  signal: AbortSignal;
  progress: Progress;
  /** Whether stdin is a terminal, where nobody would know that the tool waits for typing. */
  stdinIsTerminal: boolean;
  readOwnTypes: (files: readonly string[]) => Promise<OwnTypeFile[]>;
  /** Opens the inputs; what lies below the folders that the run writes to is left out. */
  openSources: (inputs: readonly string[], exceptBelow: readonly string[]) => Promise<Source[]>;
  openStore: (address: StoreAddress, settings: StoreSettings) => Promise<ObjectStore>;
  openSpool: () => Spool;
  openQuarantine: (folder: string) => Quarantine;
  openClassifier: (
    rules: ClassifyRules,
    settings: ClassifySettings,
    ownTypes: readonly OwnTypeFile[],
  ) => Classifier;
  /** The folder for the bad lines of a profile (or of runs without one). */
  quarantineFolder: (profile: string | undefined) => string;
}
