import type { ChosenProfile } from '../../core/config/parse-config.ts';
import type { IamHost } from '../iam/iam-host.ts';
import type { AccessReport } from '../../core/access/access-report.ts';
import type { BucketAdmin } from '../../ports/aws/bucket-admin.ts';
import type { Clock } from '../../ports/clock.ts';
import type { ConfigStore } from '../../ports/state/config-store.ts';
import type { Prompter } from '../../ports/terminal/prompter.ts';

/** How a sentence of the wizard is meant. */
export type Tone = 'plain' | 'strong' | 'faint' | 'good' | 'warn';

/** Where AWS is reached, beyond the SDK's own environment. */
export interface Reach {
  endpointUrl: string | undefined;
  pathStyle: boolean | undefined;
}

/** What `init` needs of the world. */
export interface InitHost {
  /** Whether somebody can be asked: a terminal, and no --no-input. */
  canAsk: boolean;
  prompter: Prompter;
  /** Tells the person what goes on; not a part of the result. */
  say: (text: string, tone?: Tone) => void;
  /** Says what is waited for, once, until something else is said. */
  wait: (what: string) => void;
  clock: Clock;
  config: ConfigStore;
  /** AWS_REGION or AWS_DEFAULT_REGION. */
  ambientRegion: string | undefined;
  /** IAM in the partition of a region, and where the receipts of a profile are kept. */
  openIam: (region: string, profile: string) => Promise<IamHost>;
  openBuckets: (reach: Reach) => Promise<BucketAdmin>;
  /**
   * Runs `test-access` on a profile, trying again for so many milliseconds what may not count yet, and keeps its report.
   */
  testAccess: (profile: ChosenProfile, reach: Reach, patienceMs: number) => Promise<AccessReport>;
  /** Reads a file that was named. Throws `document-invalid` where it can't be read. */
  readFile: (file: string) => Promise<string>;
  /** Writes a file that was named. */
  writeFile: (file: string, text: string) => Promise<void>;
}
