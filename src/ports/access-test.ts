/** The access to be tested: what a profile says, and who tests it. */
export interface TestedAccess {
  roleArn: string;
  externalId: string;
  bucket: string;
  region: string;
  prefix: string;
  bucketOwner: string | undefined;
  /** The account that the role trusts. */
  trustedAccountId: string;
  /** The account of the credentials at hand, where it is known. */
  callerAccountId: string | undefined;
  /** How long to wait for what was just made to count, in milliseconds; 0 where nothing was. */
  patienceMs: number;
}

/** `not-yet-visible`: IAM does not show it everywhere yet, which is no refusal. */
export type CheckStatus = 'passed' | 'failed' | 'not-yet-visible' | 'skipped';

export interface AccessCheck {
  check: 'role-visible' | 'assume-with-external-id' | 'assume-without-external-id' | 'put-object';
  status: CheckStatus;
  detail: string;
}

/**
 * `passed`: it works, and the role can't be had without the external id. `as-far-as-seen`: nothing is wrong, but these
 * credentials may not try everything.
 */
export interface AccessVerdict {
  verdict: 'passed' | 'failed' | 'as-far-as-seen';
  checks: AccessCheck[];
  /** What the test has left in the bucket. */
  left: string | null;
  /** What to do where it failed. */
  cure: string | null;
  waitedMs: number;
}

/** Finds out whether the access works. Throws only what keeps it from finding out (`no-credentials`, `unreachable`). */
export interface AccessTest {
  /** `onWait` hears, in words, what is waited for. */
  run: (access: TestedAccess, onWait: (what: string) => void) => Promise<AccessVerdict>;
}
