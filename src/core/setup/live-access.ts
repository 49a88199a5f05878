/** What there is, as IAM answered. Documents are text as stored: they may be anything. */
export interface LiveAccess {
  /** Of the caller; undefined where the server does not say. */
  account: string | undefined;
  role: LiveRole | undefined;
  /** The managed policy of the wanted name; undefined as well where the policy is to be inline. */
  policy: LivePolicy | undefined;
  /** ARNs of what holds the wanted name in other letter case or below another path, so that it can't be created. */
  sameName: { role?: string; policy?: string };
  /** What could not be looked at, and why that does not matter much. */
  notes: string[];
}

export interface LiveRole {
  name: string;
  arn: string;
  /** `AROA…`: another role of the same name has another. */
  id: string;
  trustPolicy: string;
  permissionsBoundaryArn: string | undefined;
  attached: { name: string; arn: string }[];
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
