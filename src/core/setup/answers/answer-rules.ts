import { builtInTypes } from '../../../generated/audit-type-names.ts';
import { closest } from '../../config/closest.ts';
import type { Deliverer } from '../../../ports/state/config-store.ts';
import { bucketProblem } from '../../config/bucket-name.ts';
import { characterProblem, lengthProblem } from '../../language/text-problem.ts';
import type { AnswerName } from './answers.ts';
import { partitionOf } from './aws-partition.ts';

/** Checks one answer, as typed. */
export interface AnswerRule {
  /** The flag that gives it, without the dashes. */
  flag: string;
  /** What a good answer is, and why, in one sentence. */
  rule: string;
  /** Returns undefined if the answer is good, else what is wrong with it and the rule. */
  check: (text: string) => string | undefined;
}

/** The audit types that the tool knows. */
export const builtInAuditTypes = builtInTypes.map(({ type }) => type);

export const deliverers: readonly Deliverer[] = ['vendor', 'audit-export'];

/** The vendor may assume only roles whose name begins so (the vendor's walk-through, all editions of it). */
export const roleNameStart = 'ALTRPublishSIEMData';

type Problem = (text: string) => string | undefined;

function answerRule(flag: string, rule: string, problem: Problem): AnswerRule {
  return {
    flag,
    rule,
    check: (text) => {
      const found = problem(text);
      return found === undefined ? undefined : `${found}: ${rule}.`;
    },
  };
}

/** The rules of the answers; what spans two answers is in `contradictions`. */
export const answerRules: Record<AnswerName, AnswerRule> = {
  deliverer: answerRule(
    'deliverer',
    "who delivers is vendor (the vendor's own service) or audit-export (this tool, with credentials of an account)",
    (text) => (deliverers.includes(text as Deliverer) ? undefined : `there is no ${JSON.stringify(text)}`),
  ),
  writeOnce: answerRule('write-once', 'the answer is yes or no', (text) =>
    ['yes', 'no'].includes(text) ? undefined : `it is ${JSON.stringify(text)}`,
  ),
  accountId: answerRule(
    'account-id',
    'an AWS account id is exactly 12 digits, leading zeros included',
    (text) => {
      if (/^\d{4}-\d{4}-\d{4}$/.test(text)) return `it has dashes; write ${text.replaceAll('-', '')}`;
      if (!/^\d*$/.test(text)) return 'it has characters other than digits';
      return text.length === 12 ? undefined : `it has ${text.length} digits`;
    },
  ),
  organizationId: answerRule(
    'organization-id',
    'the organization id is the external id of the trust policy: 2 to 1,224 letters, digits and _ + = , . @ : / -, as the vendor issued it',
    (text) =>
      lengthProblem(text, 2, 1224) ?? characterProblem(text, /[A-Za-z0-9_+=,.@:/-]/, 'is not allowed in it'),
  ),
  bucket: answerRule(
    'bucket',
    'a bucket name has 3 to 63 lower-case letters, digits, dots and dashes, and begins and ends with a letter or digit',
    bucketProblem,
  ),
  region: answerRule('region', 'a region is written as us-east-1 and must be the one of the bucket', (text) =>
    /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/.test(text) ? undefined : 'it does not look like a region',
  ),
  prefix: answerRule(
    'prefix',
    "a prefix has at most 700 letters, digits and / - _ . = + @ , : ! ' ( ), no empty folder, and no * ? $, which a policy would read as more than they say",
    prefixProblem,
  ),
  roleName: answerRule(
    'role-name',
    'the name of a role has 1 to 64 letters, digits and + = , . @ _ -',
    (text) => lengthProblem(text, 1, 64) ?? iamNameProblem(text),
  ),
  policyName: answerRule(
    'policy-name',
    'a policy name has 1 to 128 letters, digits and + = , . @ _ -',
    (text) => lengthProblem(text, 1, 128) ?? iamNameProblem(text),
  ),
  types: answerRule(
    'types',
    `audit types are all, or a list of ${builtInAuditTypes.join(', ')}, and those of your own`,
    typesProblem,
  ),
  kmsKeyArn: answerRule(
    'kms-key-arn',
    'the key is named by its ARN, arn:aws:kms:REGION:ACCOUNT:key/ID, in the region of the bucket; an alias does not work in a policy',
    (text) => {
      if (/^arn:[a-z-]+:kms:[^:]*:\d*:alias\//.test(text)) return 'it is an alias';
      const good = /^arn:aws[a-z-]*:kms:[a-z0-9-]+:\d{12}:key\/[A-Za-z0-9-]+$/.test(text);
      return good ? undefined : 'it is not the ARN of a KMS key';
    },
  ),
};

/** What is wrong between answers that are good by themselves: a name that the vendor may not assume, a key elsewhere. */
export function contradictions(answers: {
  deliverer?: Deliverer | undefined;
  writeOnce?: boolean | undefined;
  roleName?: string;
  region: string;
  kmsKeyArn?: string | undefined;
}): { answer: AnswerName; reason: string }[] {
  const { deliverer = 'vendor', writeOnce, roleName } = answers;
  if (deliverer === 'audit-export') return keyContradictions(answers);
  const nameProblem = roleName === undefined ? undefined : vendorsRoleNameProblem(roleName);
  return [
    ...(nameProblem === undefined ? [] : [{ answer: 'roleName' as const, reason: nameProblem }]),
    ...(writeOnce === true
      ? [
          {
            answer: 'writeOnce' as const,
            reason: "a vendor's service writes without If-None-Match: it could write nothing.",
          },
        ]
      : []),
    ...keyContradictions(answers),
  ];
}

/** What is wrong with the name of a role that a vendor's service shall assume. */
export function vendorsRoleNameProblem(roleName: string): string | undefined {
  if (roleName.startsWith(roleNameStart)) return undefined;
  const how = roleName.toLowerCase().startsWith(roleNameStart.toLowerCase())
    ? 'its start has other capitals, and case counts'
    : `it starts with ${JSON.stringify(roleName.slice(0, roleNameStart.length))}`;
  return `${how}: the name must start with ${roleNameStart}, in exactly these capitals, since the vendor may assume no other role.`;
}

function keyContradictions({
  region,
  kmsKeyArn,
}: {
  region: string;
  kmsKeyArn?: string | undefined;
}): { answer: AnswerName; reason: string }[] {
  if (kmsKeyArn === undefined) return [];
  const [, partition = '', , keyRegion = ''] = kmsKeyArn.split(':');
  if (partition !== partitionOf(region))
    return [
      {
        answer: 'kmsKeyArn',
        reason: `the key is in the partition ${partition}, the bucket in ${partitionOf(region)}.`,
      },
    ];
  return keyRegion === region
    ? []
    : [
        {
          answer: 'kmsKeyArn',
          reason: `the key is in ${keyRegion}, the bucket in ${region}: S3 encrypts only with keys of the bucket's region.`,
        },
      ];
}

/** IAM User Guide, "IAM and AWS STS quotas": IAM name requirements. */
function iamNameProblem(text: string): string | undefined {
  return characterProblem(text, /[A-Za-z0-9+=,.@_-]/, 'is not allowed in it');
}

function prefixProblem(text: string): string | undefined {
  const trimmed = text.replace(/^\/+|\/+$/g, '');
  if (trimmed === '') return undefined;
  if (trimmed.split('/').some((folder) => folder === '' || folder === '.' || folder === '..'))
    return 'a folder in it is empty, "." or ".."';
  return (
    lengthProblem(trimmed, 0, 700) ??
    characterProblem(trimmed, /[A-Za-z0-9/_.=+@,:!'()-]/, 'is not allowed in it')
  );
}

function typesProblem(text: string): string | undefined {
  if (text === 'all') return undefined;
  const types = text
    .split(',')
    .map((type) => type.trim())
    .filter((type) => type !== '');
  if (types.length === 0) return 'none is named';
  const odd = types.find((type) => !/^[a-z0-9][a-z0-9-]*$/.test(type));
  if (odd !== undefined) return `${JSON.stringify(odd)} is no name of a type`;
  for (const type of types) {
    const meant = closest(type, builtInAuditTypes);
    if (meant !== undefined && meant !== type) return `there is no ${type}; did you mean ${meant}?`;
  }
  return undefined;
}
