/** What the set-up was told: everything that the policy, the role and their renderings follow from. */
export interface SetupAnswers {
  /** The account that is trusted to assume the role (ALTR's): 12 digits, leading zeros count. */
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
  /** Audit types to export; not part of the policy. */
  types: string[];
  /** Key that the role may encrypt with. */
  kmsKeyArn?: string;
  /** Put the permission policy into the role instead of making a managed one. */
  inlinePolicy: boolean;
  /** The account of role and bucket, where it is known. */
  customerAccountId?: string;
}

export type AnswerName =
  | 'accountId'
  | 'organizationId'
  | 'bucket'
  | 'region'
  | 'prefix'
  | 'roleName'
  | 'policyName'
  | 'types'
  | 'kmsKeyArn';
