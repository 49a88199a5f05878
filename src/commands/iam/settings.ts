import type { Settings, Values } from '../../core/config/setting.ts';
import { initSettings } from '../init/settings.ts';

const { deliverer, accountId, organizationId, bucket, prefix, roleName, policyName } = initSettings;
const { kmsKeyArn, writeOnce, inlinePolicy } = initSettings;

const iam = 'What to do';

/** The answers, as flags, for those who have no profile; `--region` is a global one. */
export const answerSettings = {
  deliverer,
  accountId,
  organizationId,
  bucket,
  prefix,
  roleName,
  policyName,
  kmsKeyArn,
  writeOnce,
  inlinePolicy,
  request: {
    kind: 'text',
    flag: 'request',
    value: 'FILE',
    group: 'Answers',
    help: 'take all answers from the file that audit-export init --request wrote',
  },
} as const satisfies Settings;

const removeExtras = {
  kind: 'switch',
  flag: 'remove-extras',
  group: iam,
  default: 'false',
  help: 'also take from the role the policies that are none of this tool',
} as const;

const receipt = {
  kind: 'text',
  flag: 'receipt',
  value: 'FILE',
  group: iam,
} as const;

const reader = "The reader's role";

export const showSettings = {
  ...answerSettings,
  for: {
    kind: 'text',
    flag: 'for',
    value: 'WHO',
    group: iam,
    default: 'delivery',
    choices: ['delivery', 'reader'],
    help: 'whose role: of the one who delivers, or of those who read (find, query, compact, consumers check)',
  },
  reader: {
    kind: 'text',
    flag: 'reader',
    value: 'ACCOUNT|ARN',
    group: reader,
    help: "account, user or role that reads; the bucket's account if missing",
  },
  curated: {
    kind: 'text',
    flag: 'curated',
    value: 'STORE',
    group: reader,
    help: 'where compact writes; s3://BUCKET/curated if missing, none for a reader that writes nothing',
  },
  athenaResults: {
    kind: 'text',
    flag: 'athena-results',
    value: 'STORE',
    group: reader,
    help: 'where Athena writes its results: lets the reader run queries there',
  },
  database: {
    kind: 'text',
    flag: 'database',
    value: 'NAME',
    group: reader,
    default: 'audit_export',
    help: 'database of the tables in the Glue Data Catalog',
  },
  format: {
    kind: 'text',
    flag: 'format',
    value: 'FORMAT',
    group: iam,
    default: 'json',
    choices: ['json', 'aws-cli', 'terraform', 'cloudformation'],
    help: 'in which form',
  },
  out: { kind: 'text', flag: 'out', value: 'DIR', group: iam, help: 'write files into this folder' },
} as const satisfies Settings;

export const planSettings = {
  ...answerSettings,
  removeExtras,
  out: {
    kind: 'text',
    flag: 'out',
    value: 'FILE',
    group: iam,
    help: 'save the plan, for audit-export iam apply --plan',
  },
} as const satisfies Settings;

export const applySettings = {
  ...answerSettings,
  removeExtras,
  plan: {
    kind: 'text',
    flag: 'plan',
    value: 'FILE',
    group: iam,
    help: 'carry out this saved plan; refused if anything has changed since',
  },
  receipt: { ...receipt, help: 'write the receipt to this file as well' },
} as const satisfies Settings;

export const destroySettings = {
  receipt: {
    ...receipt,
    help: "the receipt to follow; the profile's if missing, or the only one without a profile",
  },
} as const satisfies Settings;

export const rotateSettings = {
  organizationId: {
    ...organizationId,
    group: iam,
    help: 'the new external id; without it, goes on with what is under way',
  },
  finish: {
    kind: 'switch',
    flag: 'finish',
    group: iam,
    default: 'false',
    help: 'the delivering side uses the new id: let only that in',
  },
  back: {
    kind: 'switch',
    flag: 'back',
    group: iam,
    default: 'false',
    help: 'take it back: let only the old id in',
  },
} as const satisfies Settings;

export type AnswerOptions = Values<typeof answerSettings>;
export type ShowOptions = Values<typeof showSettings>;
export type PlanSettings = Values<typeof planSettings>;
export type ApplyOptions = Values<typeof applySettings>;
export type DestroyOptions = Values<typeof destroySettings>;
