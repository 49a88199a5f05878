import type { ErrorCode } from '../../../errors.ts';
import type { PutFailureCause } from '../../../ports/store/put-failure.ts';

/** What was being done, for the message. */
export interface AwsAct {
  /** `s3:PutObject` and the like. */
  action: string;
  /** On what: an ARN or `s3://bucket/key`. */
  target: string;
  /** The prefix of all keys of which the target is one: what has to be allowed is allowed for all of them. */
  prefix?: string;
}

/** What an error of AWS means to somebody who wants to deliver, and what cures it. */
export interface AwsMeaning {
  code: ErrorCode;
  /** What it means for trying the same PUT again. */
  cause: PutFailureCause;
  why: string;
  cure: string;
}

export type MeaningTable = Readonly<Record<string, AwsMeaning>>;

export const again = 'Run it again: what is stored already will not be stored twice.';

/** The same meaning under several names. */
export function alike(names: readonly string[], meaning: AwsMeaning): MeaningTable {
  return Object.fromEntries(names.map((name) => [name, meaning]));
}
