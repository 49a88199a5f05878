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
