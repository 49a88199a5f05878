import { builtInTypes } from '../../../generated/audit-type-names.ts';
import type { KnownAnswers } from '../../../core/config/profile-answers.ts';
import {
  answerRules,
  roleNameStart,
  vendorsRoleNameProblem,
} from '../../../core/setup/answers/answer-rules.ts';
import type { AnswerName } from '../../../core/setup/answers/answers.ts';
import { keyArn } from '../../../core/setup/drift/bucket-key.ts';
import { partitionOf } from '../../../core/setup/answers/aws-partition.ts';
import type { BucketLook } from '../../../ports/aws/bucket-admin.ts';
import type { IamCaller } from '../../../ports/aws/iam-admin.ts';
import type { Choice } from '../../../ports/terminal/prompter.ts';
import { awsRegions } from './aws-regions.ts';

/** What is known when a question comes up. */
export interface Surroundings {
  profileName: string;
  answers: KnownAnswers;
  caller: IamCaller | undefined;
  look: BucketLook | undefined;
}

/** Words that may depend on who delivers: for a vendor's service, and for this tool. */
type Words = string | { vendor: string; own: string };

/** One question of the wizard. Answers are text here; types are joined by commas. */
export interface Question {
  name: AnswerName;
  message: Words;
  /** One line. */
  help: Words;
  kind: 'text' | 'search' | 'choose' | 'pick' | 'accept';
  choices?: readonly Choice[];
  /** What `--yes` takes, and an empty line in the terminal; undefined: only a person or a flag can say. */
  preset: (around: Surroundings) => string | undefined;
  /** Counts where a script says nothing. */
  isAssumed?: true;
  /** Asked always, where missing. */
  when?: (around: Surroundings) => boolean;
  /** What is wrong with it here, beyond its rule. */
  check?: (text: string, around: Surroundings) => string | undefined;
}

const isOwn = ({ answers }: Pick<Surroundings, 'answers'>): boolean => answers.deliverer === 'audit-export';

/** The words for who delivers. */
export function wordsFor(words: Words, around: Pick<Surroundings, 'answers'>): string {
  if (typeof words === 'string') return words;
  return isOwn(around) ? words.own : words.vendor;
}

/** All questions, in the order in which they are asked: everything hangs on the first. */
export const questions: readonly Question[] = [
  {
    name: 'deliverer',
    message: 'Who delivers the audit logs?',
    help: 'Everything else follows from it: whom the role trusts, its name, and what can be tested from here.',
    kind: 'choose',
    choices: [
      {
        value: 'vendor',
        label: "the vendor's service (ALTR, from its own AWS account)",
        description: 'Here the role is made and checked from your side; the vendor tests the rest.',
      },
      {
        value: 'audit-export',
        label: 'this tool, with credentials of an account that you name',
        description: 'Immuta, Snowflake, files: audit-export push and collect deliver through the role.',
      },
    ],
    preset: () => 'vendor',
    isAssumed: true,
  },
  {
    name: 'accountId',
    message: { vendor: 'AWS account to trust (ALTR)', own: 'AWS account whose credentials deliver' },
    help: {
      vendor: '12 digits. ALTR Support names it; it is the account that will deliver the audit logs.',
      own: '12 digits; it may be your own.',
    },
    kind: 'text',
    preset: (around) => (isOwn(around) ? around.caller?.account : undefined),
  },
  {
    name: 'organizationId',
    message: { vendor: 'Organization id', own: 'External id' },
    help: {
      vendor: 'Issued by ALTR; it becomes the external id that the account has to name. Never make one up.',
      own: 'Whoever assumes the role has to name it; it is no secret. The profile keeps it.',
    },
    kind: 'text',
    preset: (around) => (isOwn(around) ? `audit-export-${around.profileName}` : undefined),
  },
  {
    name: 'bucket',
    message: 'Bucket',
    help: 'Name of the S3 bucket for the audit logs, exactly as in AWS; s3://bucket/folder answers two questions.',
    kind: 'text',
    preset: () => undefined,
  },
  {
    name: 'region',
    message: 'Region of the bucket',
    help: 'Type to search. It must be the region that the bucket is in.',
    kind: 'search',
    choices: awsRegions.map(({ code, place }) => ({ value: code, label: `${code}  ${place}` })),
    preset: ({ look }) => look?.region ?? 'us-east-1',
    check: wrongRegion,
  },
  {
    name: 'prefix',
    message: 'Folder in the bucket',
    help: 'The role may write below it and nowhere else. A slash alone is the whole bucket.',
    kind: 'text',
    preset: (around) => (isOwn(around) ? 'audit' : 'altr'),
  },
  {
    name: 'roleName',
    message: 'Name of the role',
    help: {
      vendor: `Must start with ${roleNameStart}, in these capitals: ALTR may assume no other role.`,
      own: 'At most 64 letters, digits and + = , . @ _ -.',
    },
    kind: 'text',
    preset: (around) =>
      `${isOwn(around) ? 'AuditExportDelivery' : roleNameStart}${inCapitals(around.profileName)}`.slice(
        0,
        64,
      ),
    check: (text, { answers }) => (isOwn({ answers }) ? undefined : vendorsRoleNameProblem(text)),
  },
  {
    name: 'policyName',
    message: 'Name of the policy',
    help: 'The policy that lets the role create objects, such as acme.s3.policy.',
    kind: 'text',
    preset: ({ profileName }) => `${profileName === 'default' ? 'audit-export' : profileName}.s3.policy`,
  },
  {
    name: 'types',
    message: 'Audit types to export',
    help: 'What is not chosen is read and counted, but not delivered. All are also those that come later.',
    kind: 'pick',
    choices: builtInTypes.map(({ type, meaning }) => ({ value: type, label: type, description: meaning })),
    preset: () => 'all',
  },
  {
    name: 'kmsKeyArn',
    message: 'May the role encrypt with the KMS key of the bucket?',
    help: 'Without kms:GenerateDataKey on that key nothing can be written there.',
    kind: 'accept',
    preset: bucketKeyArn,
    when: (around) => bucketKeyArn(around) !== undefined,
  },
  {
    name: 'writeOnce',
    message: 'Keep the role from replacing what it has delivered?',
    help: 'A second statement denies writes that do not ask whether the name is free; this tool always asks.',
    kind: 'choose',
    choices: [
      { value: 'yes', label: 'yes' },
      { value: 'no', label: 'no' },
    ],
    preset: (around) => (isOwn(around) ? 'yes' : 'no'),
    isAssumed: true,
    when: isOwn,
  },
];

function wrongRegion(text: string, { look }: Surroundings): string | undefined {
  if (look?.region === undefined || look.region === text) return undefined;
  return `The bucket ${look.bucket} is in ${look.region}, and the region must be the one of the bucket.`;
}

/** `my-profile` → `MyProfile`. */
function inCapitals(name: string): string {
  if (name === 'default') return 'AuditExport';
  return name
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.slice(0, 1).toUpperCase() + word.slice(1))
    .join('');
}

/**
 * The ARN of the key that the bucket encrypts with. A bare id is a key of the bucket's account; an alias (the one of S3
 * itself among them) can't stand in a policy.
 */
export function bucketKeyArn({ look, caller, answers }: Surroundings): string | undefined {
  const { encryption, region, ownedByAccount } = look ?? {};
  const key = encryption?.kmsKey;
  if (key === undefined || encryption?.algorithm.startsWith('aws:kms') !== true) return undefined;
  if (answerRules.kmsKeyArn.check(key) === undefined) return key;
  const at = region ?? answers.region;
  if (ownedByAccount !== true || at === undefined || caller === undefined) return undefined;
  return keyArn(key, { partition: partitionOf(at), region: at, account: caller.account });
}
