import type { BucketEncryption } from './bucket-admin.ts';

/** What there is, as IAM answered. Documents are text as stored: they may be anything. */
export interface LiveAccess {
  /** Of the caller; undefined where the server does not say. */
  account: string | undefined;
  role: LiveRole | undefined;
  /** The managed policy of the wanted name; undefined as well where the policy is to be inline. */
  policy: LivePolicy | undefined;
  /** The bucket's own policy, where it was looked at. */
  bucket?: LiveBucket;
  /** ARNs of what holds the wanted name in other letter case or below another path, so that it can't be created. */
  sameName: { role?: string; policy?: string };
  /** What could not be looked at, and why that does not matter much. */
  notes: string[];
}

export interface LiveBucket {
  /** As stored; undefined where there is none. */
  policy: string | undefined;
  /** All four settings of Block Public Access are on. */
  publicAccessBlocked: boolean;
  /** How it encrypts what does not say how; undefined where that could not be seen. */
  encryption?: BucketEncryption;
  /** Where it is reached without TLS, the URL of the server. */
  plainHttp?: string;
}

export interface LiveRole {
  name: string;
  arn: string;
  /** `AROA…`: another role of the same name has another. */
  id: string;
  trustPolicy: string;
  /** The permissions boundary; its document is missing where it may not be read. */
  boundary: { arn: string; document?: string } | undefined;
  /** Without its document where that may not be read. */
  attached: { name: string; arn: string; document?: string }[];
  inline: { name: string; document: string }[];
}

export interface LivePolicy {
  name: string;
  arn: string;
  /** `ANPA…`. */
  id: string;
  /** Of the default version. */
  document: string;
  defaultVersionId: string;
  versions: { id: string; isDefault: boolean }[];
  /** Identities it is attached to, or limits as their boundary. */
  attachments: number;
}

/** One call to IAM, with everything it is called with. Documents are policy documents, as objects. */
export type IamChange =
  | { kind: 'create-policy'; name: string; arn: string; description: string; document: object; tags: Tags }
  | { kind: 'create-role'; name: string; description: string; trustPolicy: object; tags: Tags }
  | { kind: 'update-trust'; role: string; after: object }
  | { kind: 'delete-policy-version'; arn: string; versionId: string }
  | { kind: 'create-policy-version'; arn: string; after: object }
  | { kind: 'attach-policy'; role: string; arn: string }
  | { kind: 'put-inline-policy'; role: string; name: string; after: object }
  | { kind: 'detach-policy'; role: string; arn: string }
  | { kind: 'delete-inline-policy'; role: string; name: string }
  | { kind: 'delete-policy'; arn: string }
  | { kind: 'delete-role'; name: string };

type Tags = Readonly<Record<string, string>>;

/** What IAM answered to a change that was made. */
export interface AppliedChange {
  /** ARN of what was made, where something was. */
  arn?: string;
  /** Its unique id, where IAM gives one. */
  id?: string;
  versionId?: string;
  requestId?: string;
}

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
  /** The bucket's own policy and how it encrypts; `unseen` is why the policy may not be seen. */
  readBucket(bucket: string): Promise<{ bucket: LiveBucket; unseen?: string }>;
  /** Makes one change. */
  apply(change: IamChange): Promise<AppliedChange>;
  close(): Promise<void>;
}
