import type { PolicyDocument, Statement } from '../../policy/document.ts';
import type { Deliverer } from '../../../ports/state/config-store.ts';
import type { SetupAnswers, DeliveryHeaders } from '../answers/answers.ts';
import type { AwsPartition } from '../answers/aws-partition.ts';
import { partitionOf } from '../answers/aws-partition.ts';
import { putActions } from '../delivery/delivery.ts';

/** The access that should be: one role, one policy, and nothing wider than delivery needs. */
export interface DesiredAccess {
  partition: AwsPartition;
  region: string;
  bucket: string;
  prefix: string;
  deliverer: Deliverer;
  /** The account that is trusted. */
  trustedAccountId: string;
  externalId: string;
  /** Let in as well, while one id takes the place of the other. */
  otherExternalId?: string;
  /** Objects may be created and not replaced. */
  writeOnce: boolean;
  /** The account of role and bucket, where it is known. */
  customerAccountId?: string;
  role: {
    name: string;
    description: string;
    trustPolicy: PolicyDocument;
    tags: Readonly<Record<string, string>>;
  };
  policy: {
    name: string;
    description: string;
    document: PolicyDocument;
    /** In the role itself, not as a managed policy. */
    inline: boolean;
    tags: Readonly<Record<string, string>>;
  };
  kmsKeyArn?: string;
  /** What each PUT carries besides. */
  headers?: DeliveryHeaders;
}

/** What is made by this tool, or from what it printed, says so. */
const tags = { 'created-by': 'audit-export' } as const;

const version = '2012-10-17';

/**
 * The role and the policy that the answers ask for. The same answers always give the same documents. Sources: the
 * vendor's walk-through (a policy with s3:PutObject alone); IAM User Guide, "Access to AWS accounts owned by third
 * parties" (account as principal, StringEquals on sts:ExternalId).
 */
export function buildDesiredAccess(answers: SetupAnswers): DesiredAccess {
  const { accountId, organizationId, otherOrganizationId, bucket, region, prefix } = answers;
  const { deliverer = 'vendor', writeOnce = false, kmsKeyArn, customerAccountId, headers } = answers;
  const externalIds = [organizationId, ...(otherOrganizationId === undefined ? [] : [otherOrganizationId])];
  const partition = partitionOf(region);
  const store = storeUrl(bucket, prefix);
  return {
    partition,
    region,
    bucket,
    prefix,
    deliverer,
    trustedAccountId: accountId,
    externalId: organizationId,
    ...(otherOrganizationId === undefined ? {} : { otherExternalId: otherOrganizationId }),
    writeOnce,
    ...(customerAccountId === undefined ? {} : { customerAccountId }),
    role: {
      name: answers.roleName,
      description: `Lets account ${accountId} deliver audit logs to ${store}`,
      trustPolicy: trustPolicy(partition, accountId, externalIds),
      tags,
    },
    policy: {
      name: answers.policyName,
      description: `Create objects below ${store} and nothing else`,
      document: permissionPolicy(`arn:${partition}:s3:::${bucket}/${prefix === '' ? '' : `${prefix}/`}*`, {
        kmsKeyArn,
        writeOnce,
        actions: putActions(deliverer, headers),
      }),
      inline: answers.inlinePolicy,
      tags,
    },
    ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
    ...(headers === undefined ? {} : { headers }),
  };
}

/** `s3://bucket/prefix/`: below which the role may write. */
export function storeUrl(bucket: string, prefix: string): string {
  return `s3://${bucket}/${prefix === '' ? '' : `${prefix}/`}`;
}

/** ARN of the managed policy, in the account of the role. */
export function policyArnOf(partition: string, account: string, policyName: string): string {
  return `arn:${partition}:iam::${account}:policy/${policyName}`;
}

/** All external ids that are let in. */
export function externalIdsOf({
  externalId,
  otherExternalId,
}: Pick<DesiredAccess, 'externalId' | 'otherExternalId'>): string[] {
  return [externalId, ...(otherExternalId === undefined ? [] : [otherExternalId])];
}

function permissionPolicy(
  objects: string,
  {
    kmsKeyArn,
    writeOnce,
    actions,
  }: { kmsKeyArn: string | undefined; writeOnce: boolean; actions: readonly string[] },
): PolicyDocument {
  const statements: Statement[] = [
    {
      Sid: 'DeliverAuditLogs',
      Effect: 'Allow',
      Action: actions.length === 1 ? 's3:PutObject' : actions,
      Resource: objects,
    },
  ];
  // One PUT an object, never multipart: no kms:Decrypt ("Protecting data using SSE-KMS", Amazon S3 User Guide).
  if (kmsKeyArn !== undefined)
    statements.push({
      Sid: 'EncryptAuditLogs',
      Effect: 'Allow',
      Action: 'kms:GenerateDataKey',
      Resource: kmsKeyArn,
    });
  // Amazon S3 User Guide, "Enforce conditional writes on Amazon S3 buckets": without the header, an object is replaced.
  if (writeOnce)
    statements.push({
      Sid: 'NeverReplace',
      Effect: 'Deny',
      Action: 's3:PutObject',
      Resource: objects,
      Condition: { Null: { 's3:if-none-match': 'true' } },
    });
  return { Version: version, Statement: statements };
}

function trustPolicy(partition: string, accountId: string, externalIds: string[]): PolicyDocument {
  const [first = '', ...others] = externalIds;
  return {
    Version: version,
    Statement: [
      {
        Sid: 'TrustWithExternalId',
        Effect: 'Allow',
        Principal: { AWS: `arn:${partition}:iam::${accountId}:root` },
        Action: 'sts:AssumeRole',
        Condition: { StringEquals: { 'sts:ExternalId': others.length === 0 ? first : externalIds } },
      },
    ],
  };
}
