import type { AppliedChange, PlannedChange } from '../core/setup/plan/change.ts';
import type { LiveAccess, LiveBucket } from '../core/setup/desired/live-access.ts';

/** Who the credentials belong to. */
export interface IamCaller {
  account: string;
  arn: string;
}

/** The names to look at: a `DesiredAccess` has them all. */
export interface AccessNames {
  partition: string;
  customerAccountId?: string;
  role: { name: string };
  policy: { name: string; inline: boolean };
}

/** IAM, as an administrator of one account sees it. Every method throws `AuditExportError`. */
export interface IamAdmin {
  /** Who asks; undefined where the server has no such call. */
  caller(): Promise<IamCaller | undefined>;
  /** Everything there is under the names. Throws `access-denied` for what must be seen but may not. */
  readAccess(names: AccessNames): Promise<LiveAccess>;
  /** The bucket's own policy; a reason where it may not be seen. */
  readBucket(bucket: string): Promise<{ bucket: LiveBucket } | { unseen: string }>;
  /** Makes one change. */
  apply(change: PlannedChange): Promise<AppliedChange>;
  close(): Promise<void>;
}
