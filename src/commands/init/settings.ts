import type { Settings, Values } from '../../core/config/setting.ts';
import { pushSettings } from '../push/plan/settings.ts';

const answers = 'Answers';
const what = 'What to do';

/** All settings of `init`. An answer that none of them gives is asked for; `--region` is a global one. */
export const initSettings = {
  deliverer: {
    kind: 'text',
    flag: 'deliverer',
    value: 'WHO',
    group: answers,
    choices: ['vendor', 'audit-export'],
    help: "who delivers: vendor (the vendor's own service; the default) or audit-export (this tool)",
  },
  accountId: {
    kind: 'text',
    flag: 'account-id',
    value: 'ACCOUNT',
    group: answers,
    help: 'AWS account that is trusted to deliver (ALTR Support names theirs; your own where this tool delivers)',
  },
  customerAccountId: {
    kind: 'text',
    flag: 'customer-account-id',
    value: 'ACCOUNT',
    group: answers,
    help: 'AWS account in which role and policy are made; without it, the one of the credentials',
  },
  organizationId: {
    kind: 'text',
    flag: 'organization-id',
    value: 'ID',
    group: answers,
    help: 'organization id as the vendor issued it: the external id',
  },
  bucket: { kind: 'text', flag: 'bucket', value: 'BUCKET', group: answers, help: 'bucket to deliver to' },
  prefix: {
    kind: 'text',
    flag: 'prefix',
    value: 'PREFIX',
    group: answers,
    help: "folder in the bucket; '' for the whole bucket",
  },
  roleName: {
    kind: 'text',
    flag: 'role-name',
    value: 'NAME',
    group: answers,
    help: 'name of the role; for a vendor it must start with ALTRPublishSIEMData',
  },
  policyName: {
    kind: 'text',
    flag: 'policy-name',
    value: 'NAME',
    group: answers,
    help: 'name of the policy, such as acme.s3.policy',
  },
  types: {
    kind: 'list',
    flag: 'types',
    value: 'TYPES',
    group: answers,
    help: 'audit types to export, such as query,alert; all for all, also later ones',
  },
  kmsKeyArn: {
    kind: 'text',
    flag: 'kms-key-arn',
    value: 'ARN',
    group: answers,
    help: "KMS key that the role may encrypt with; 'none' for none",
  },
  writeOnce: {
    kind: 'switch',
    flag: 'write-once',
    group: answers,
    help: 'the role may not replace what it delivered; the default where this tool delivers',
  },
  inlinePolicy: {
    kind: 'switch',
    flag: 'inline-policy',
    group: answers,
    help: 'put the policy into the role (for servers without CreatePolicy)',
  },
  createBucket: {
    kind: 'switch',
    flag: 'create-bucket',
    group: what,
    help: 'make the bucket if there is none: closed to the public, encrypted, TLS only',
  },
  apply: {
    kind: 'switch',
    flag: 'apply',
    group: what,
    default: 'false',
    help: 'make policy and role, wait until they count, test them',
  },
  print: {
    kind: 'switch',
    flag: 'print',
    group: what,
    default: 'false',
    help: 'print the documents and make nothing; the answers are kept as a draft',
  },
  save: {
    kind: 'switch',
    flag: 'save',
    group: what,
    default: 'false',
    help: 'keep the answers as a draft and make nothing',
  },
  reconfigure: {
    kind: 'switch',
    flag: 'reconfigure',
    group: what,
    default: 'false',
    help: 'change the bucket, region, role or trust of a profile that is set up',
  },
  request: {
    kind: 'text',
    flag: 'request',
    value: 'FILE',
    group: what,
    help: 'write what an administrator needs for audit-export iam apply --request',
  },
  receipt: {
    kind: 'text',
    flag: 'receipt',
    value: 'FILE',
    group: what,
    help: 'go on with the receipt that the administrator sent back',
  },
  pathStyle: pushSettings.pathStyle,
} as const satisfies Settings;

export type InitOptions = Values<typeof initSettings>;
