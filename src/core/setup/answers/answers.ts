import type { Deliverer } from '../../../ports/state/config-store.ts';

/** The headers of a delivery beyond those that all have, as the settings of a profile name them. */
export interface DeliveryHeaders {
  /** `AES256`, `aws:kms` or `aws:kms:dsse`. */
  sse?: string | undefined;
  kmsKeyId?: string | undefined;
  storageClass?: string | undefined;
  /** A canned ACL, such as `bucket-owner-full-control`. */
  acl?: string | undefined;
  tags?: Readonly<Record<string, string>> | undefined;
}

/** What the set-up was told: everything that the policy, the role and their renderings follow from. */
export interface SetupAnswers {
  /** Where it is not said, a vendor's service. */
  deliverer?: Deliverer;
  /** The account that is trusted to assume the role (the vendor's, or whose credentials deliver): 12 digits. */
  accountId: string;
  /** The external id, as the vendor issued it. */
  organizationId: string;
  bucket: string;
  /** Region of the bucket. */
  region: string;
  /** Without a slash at either end; '' for the whole bucket. */
  prefix: string;
  roleName: string;
  policyName: string;
  /** Audit types to export; 'all' are also those that come later. Not part of the policy. */
  types: string[] | 'all';
  /** The role may not replace what it has delivered. */
  writeOnce?: boolean;
  /** A second external id that is let in, while one takes the place of the other. */
  otherOrganizationId?: string;
  /** Key that the role may encrypt with. */
  kmsKeyArn?: string;
  /** What the profile has each PUT carry; tags and an ACL need rights of their own. */
  headers?: DeliveryHeaders;
  /** Put the permission policy into the role instead of making a managed one. */
  inlinePolicy: boolean;
  /** The account of role and bucket, where it is known. */
  customerAccountId?: string;
}

export type AnswerName =
  | 'deliverer'
  | 'accountId'
  | 'organizationId'
  | 'bucket'
  | 'region'
  | 'prefix'
  | 'roleName'
  | 'policyName'
  | 'types'
  | 'kmsKeyArn'
  | 'writeOnce';

/** The answer as text, the way a flag would give it. */
export function answerText(
  answers: { readonly [K in keyof SetupAnswers]?: SetupAnswers[K] | undefined },
  name: AnswerName,
): string | undefined {
  const value = answers[name];
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  return Array.isArray(value) ? value.join(',') : value;
}
