import type { LiveAccess, AccessNames, IamCaller } from './iam-admin.ts';
import type { ErrorCode } from '../../errors.ts';
import type { BucketLook } from './bucket-admin.ts';

/** What was answered instead of a yes, or why no answer came. */
export interface Refusal {
  code: ErrorCode;
  /** In our words, with the cure for the general case. */
  message: string;
  cure: string | undefined;
  /** In AWS's words. */
  said: string;
  awsError: string | undefined;
  requestId: string | undefined;
  httpStatus: number | undefined;
  /** The region that a redirect names. */
  region: string | undefined;
}

/** What a call came to. Refusals are answers, not errors: nothing here throws them. */
export type Tried<T = object> =
  | ({ ok: true; requestId: string | undefined } & T)
  | { ok: false; refusal: Refusal };

/** Who one is, and which role one can be. */
export interface IdentityProber {
  /** Where the credentials come from, in words, and when they end (epoch milliseconds). */
  credentials: () => Promise<Tried<{ kind: string; expiresMs: number | undefined }>>;
  /**
   * Whose they are, from the STS of the region; `caller` is missing where the server does not say. `skewMs`: how far
   * its clock is ahead of this machine's.
   */
  identify: () => Promise<{ skewMs: number | undefined; tried: Tried<{ caller: IamCaller | undefined }> }>;
  /** The role as IAM of the caller's account shows it. */
  findRole: () => Promise<Tried<{ role: ShownRole }>>;
  /** Everything that hangs on the role. */
  readPolicies: (names: AccessNames) => Promise<Tried<{ live: LiveAccess }>>;
  /** Assumes the role, with this external id or without any. */
  assumeRole: (externalId: string | undefined) => Promise<Tried>;
}

/** A role, and the JSON of its trust policy. `createdMs`: epoch milliseconds. */
export interface ShownRole {
  arn: string;
  /** Its unique id (`AROA…`), where the server has such. */
  id: string | undefined;
  trustPolicy: string;
  createdMs: number | undefined;
}

/** Looks at the bucket with the credentials at hand, not with the role. */
export interface BucketProber {
  /** `owner`: the account that should own it. */
  look: (owner: string | undefined) => Promise<Tried<{ look: BucketLook }>>;
  /** The rules that remove or move objects by their age. */
  lifecycle: () => Promise<Tried<{ rules: readonly LifecycleRule[] }>>;
  /** The JSON of the bucket policy; undefined where there is none. */
  policy: () => Promise<Tried<{ policy: string | undefined }>>;
}

/** A rule as the AWS CLI writes it, as far as it removes objects. */
export interface LifecycleRule {
  ID?: string | undefined;
  Status?: string | undefined;
  Prefix?: string | undefined;
  Filter?: (LifecycleFilter & { Tag?: ObjectTag | undefined; And?: LifecycleAnd | undefined }) | undefined;
  Expiration?: { Days?: number | undefined; Date?: Date | undefined } | undefined;
}

interface LifecycleFilter {
  Prefix?: string | undefined;
  /** Bytes. */
  ObjectSizeGreaterThan?: number | undefined;
  ObjectSizeLessThan?: number | undefined;
}

interface LifecycleAnd extends LifecycleFilter {
  Tags?: readonly ObjectTag[] | undefined;
}

interface ObjectTag {
  Key: string | undefined;
  Value: string | undefined;
}

/** Where something would be written. */
export interface WriteTarget {
  bucket: string;
  key: string;
  /** Account that must own the bucket. */
  owner: string | undefined;
  /** Without If-None-Match: what is there would be replaced. */
  replaces?: boolean;
}

/** What the role can do in the bucket; without a role, what the credentials at hand can do. */
export interface StoreProber {
  /** Stores the probe under a key exactly as `push` stores an object. `conditional`: the server said that the name is taken. */
  put: (key: string) => Promise<Tried<{ conditional: boolean; kmsKey: string | undefined }>>;
  /**
   * Asks to write and makes sure that nothing is: the body does not fit its declared MD5, which S3 finds out only after
   * it has allowed the call (Amazon S3 API Reference, "PutObject", Content-MD5). `stored`: the server did not look.
   */
  mayPut: (target: WriteTarget) => Promise<Tried<{ stored: boolean }>>;
  read: () => Promise<Tried>;
  list: () => Promise<Tried>;
  /** Deletes the probe. `marked`: versions are kept, so only a marker was put on it. */
  remove: () => Promise<Tried<{ marked: boolean }>>;
}

/** Tries the steps of a delivery, one by one, and those that must fail. */
export interface AccessProber {
  identity: IdentityProber;
  bucket: BucketProber;
  store: StoreProber;
  close: () => Promise<void>;
}
