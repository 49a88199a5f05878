import type { GlobalOptions } from '../../../core/config/global-settings.ts';
import type { KnownAnswers } from '../../../core/config/profile-answers.ts';
import type { BucketLook } from '../../../ports/aws/bucket-admin.ts';
import type { IamCaller } from '../../../ports/aws/iam-admin.ts';
import type { GivenAnswers } from './given-answers.ts';
import type { InitHost, Reach } from '../init-host.ts';
import type { Surroundings } from './questions.ts';
import type { InitOptions } from '../settings.ts';
import type { Profile } from '../../../ports/state/config-store.ts';

/** What `init` is asked to do. */
export interface InitRequest {
  options: InitOptions & GlobalOptions;
}

/** How far the wizard has come. */
export interface Wizard {
  readonly options: InitOptions & GlobalOptions;
  readonly host: InitHost;
  readonly profileName: string;
  /** The profile as it stood at the start. */
  readonly before: Profile | undefined;
  /** Whether role and policy were made already: then nothing is saved before it is decided. */
  readonly isSetUp: boolean;
  /** Answers of flags and environment. */
  given: GivenAnswers;
  readonly reach: Reach;
  answers: KnownAnswers;
  /** Whether AWS answers to the credentials at hand. */
  online: boolean;
  /** Undefined where the server does not say. */
  caller: IamCaller | undefined;
  look: BucketLook | undefined;
  /** Whether the missing bucket shall be made. */
  createBucket: boolean;
  /** Whether an answer was kept in the file. */
  saved: boolean;
}

/** What a question may look at. */
export function surroundings({ profileName, answers, caller, look }: Wizard): Surroundings {
  return { profileName, answers, caller, look };
}
