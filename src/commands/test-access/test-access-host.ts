import type { AccessReport, ProbeReport } from '../../core/access/access-report.ts';
import type { AccessProber } from '../../ports/aws/access-prober.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StatePlace } from '../../core/config/destination.ts';
import type { StoreSettings } from '../push/session/push-host.ts';
import type { DestinationFinder } from '../push/plan/state-place.ts';

/** Where the last report of a profile is kept. */
export interface ReportStore {
  /** Throws `state-not-written`. */
  save: (report: AccessReport) => Promise<void>;
}

/** What `test-access` needs of the world. */
export interface TestAccessHost extends DestinationFinder {
  clock: Clock;
  /** Waits so many milliseconds; throws `interrupted` where the run is stopped. */
  sleep: (ms: number) => Promise<void>;
  /** Connects what is probed, with the settings that `push` has. `key`: of the probe. */
  openProber: (settings: StoreSettings, target: ProbedStore) => Promise<AccessProber>;
  onProbe: (report: ProbeReport) => void;
  /** Hears, in words, what is waited for. */
  onWait: (what: string) => void;
  /** Whether an object may be written that can't be deleted for a while. Throws `missing-answer` where nobody can be asked. */
  agreeToLock: (lock: string) => Promise<boolean>;
  /** The region where nobody names one: AWS_REGION, or that of the AWS profile. */
  ambientRegion: () => Promise<string | undefined>;
  /** When role or policy were last changed by this tool, in epoch milliseconds, as far as the state knows. */
  lastChangeMs: (place: StatePlace) => Promise<number | undefined>;
  reports: (place: StatePlace) => ReportStore;
}

export interface ProbedStore {
  bucket: string;
  prefix: string;
  key: string;
}
