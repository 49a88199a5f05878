import {
  DeletePolicyCommand,
  DeletePolicyVersionCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  ListAttachedRolePoliciesCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  type IAMClient,
} from '@aws-sdk/client-iam';
import {
  DeleteBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  ListObjectVersionsCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

export interface Leftovers {
  readonly buckets: readonly string[];
  readonly roles: readonly string[];
  readonly policies: readonly string[];
}

/** Takes away what a chapter made; what is gone already, or locked, is passed over. */
export async function cleanUp(
  clients: { s3: (region?: string) => S3Client; iam: IAMClient },
  leftovers: Leftovers,
): Promise<void> {
  for (const bucket of leftovers.buckets) await removeBucket(clients.s3, bucket).catch(() => undefined);
  for (const role of leftovers.roles) await removeRole(clients.iam, role).catch(() => undefined);
  for (const policy of leftovers.policies) await removePolicy(clients.iam, policy).catch(() => undefined);
}

async function removeBucket(s3: (region?: string) => S3Client, Bucket: string): Promise<void> {
  const { LocationConstraint } = await s3().send(new GetBucketLocationCommand({ Bucket }));
  const client = s3(LocationConstraint);
  const { Versions = [], DeleteMarkers = [] } = await client.send(new ListObjectVersionsCommand({ Bucket }));
  for (const { Key, VersionId } of [...Versions, ...DeleteMarkers]) {
    await client.send(new DeleteObjectCommand({ Bucket, Key, VersionId, BypassGovernanceRetention: true }));
  }
  await client.send(new DeleteBucketCommand({ Bucket }));
}

async function removeRole(iam: IAMClient, RoleName: string): Promise<void> {
  const attached = await iam.send(new ListAttachedRolePoliciesCommand({ RoleName }));
  for (const { PolicyArn } of attached.AttachedPolicies ?? []) {
    await iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  }
  const inline = await iam.send(new ListRolePoliciesCommand({ RoleName }));
  for (const PolicyName of inline.PolicyNames ?? []) {
    await iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  }
  await iam.send(new DeleteRoleCommand({ RoleName }));
}

async function removePolicy(iam: IAMClient, PolicyArn: string): Promise<void> {
  const { Versions = [] } = await iam.send(new ListPolicyVersionsCommand({ PolicyArn }));
  for (const { VersionId, IsDefaultVersion } of Versions) {
    if (IsDefaultVersion !== true) await iam.send(new DeletePolicyVersionCommand({ PolicyArn, VersionId }));
  }
  await iam.send(new DeletePolicyCommand({ PolicyArn }));
}
