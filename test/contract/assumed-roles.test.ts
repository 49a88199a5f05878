/* oxlint-disable vitest/no-standalone-expect -- the expectations stand in claims, of which contract() makes the tests. */
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DetachRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetBucketLocationCommand,
  GetObjectCommand,
  HeadBucketCommand,
  ListObjectsV2Command,
  PutBucketPolicyCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { beforeAll, expect } from 'vitest';
import { contract, refusal } from './contract.ts';
import { policy, trust } from './documents.ts';

const ExternalId = 'org-7f3a:2026';

contract('Assumed roles', (server, claim) => {
  let Bucket = '';
  let RoleArn = '';
  let RoleName = '';
  beforeAll(async () => {
    Bucket = await server.bucket();
    const made = await role(trust(server.vendor, ExternalId));
    ({ RoleArn, RoleName } = made);
    await grant(RoleName, policy('s3:PutObject', `arn:aws:s3:::${Bucket}/audit/*`));
  });

  async function role(document: string): Promise<{ RoleArn: string; RoleName: string }> {
    const RoleName = server.uniqueName('ALTRPublishSIEMData');
    const made = await server
      .iam()
      .send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument: document }));
    server.remember({ role: RoleName });
    await server.settle();
    return { RoleName, RoleArn: made.Role?.Arn ?? '' };
  }

  async function grant(RoleName: string, PolicyDocument: string): Promise<string> {
    const PolicyName = server.uniqueName('AuditExport');
    const { Policy } = await server.iam().send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
    server.remember({ policy: Policy?.Arn });
    await server.iam().send(new AttachRolePolicyCommand({ RoleName, PolicyArn: Policy?.Arn }));
    await server.settle();
    return Policy?.Arn ?? '';
  }

  const assume = async (more: object): Promise<unknown> =>
    await server.sts().send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'contract', ...more }));

  claim('everybody may ask who they are', async () => {
    expect(await server.sts(server.vendor).send(new GetCallerIdentityCommand())).toMatchObject({
      Account: server.vendor.accountId,
      Arn: server.vendor.principalArn,
    });
    const session = await server.assume({ RoleArn, ExternalId });
    const identity = await server.sts(session).send(new GetCallerIdentityCommand());
    expect(identity.Arn).toBe(`arn:aws:sts::${server.customer.accountId}:assumed-role/${RoleName}/contract`);
  });

  claim('the right external id opens the role, a wrong one and none do not', async () => {
    await assume({ ExternalId });
    expect(await refusal(assume({ ExternalId: 'org-else' }))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
    });
    expect(await refusal(assume({}))).toMatchObject({ name: 'AccessDenied', status: 403 });
  });

  claim('a role that does not exist is refused in the same way', async () => {
    const call = assume({ RoleArn: `${RoleArn}-not`, ExternalId });
    expect(await refusal(call)).toMatchObject({ name: 'AccessDenied', status: 403 });
  });

  claim('a principal the trust policy does not name is refused', async () => {
    const other = await role(trust(server.customer));
    expect(await refusal(assume({ RoleArn: other.RoleArn }))).toMatchObject({
      name: 'AccessDenied',
      status: 403,
    });
  });

  claim('an account as principal lets in those whom the account lets out', async () => {
    const other = await role(trust(`arn:aws:iam::${server.vendor.accountId}:root`, ExternalId));
    await assume({ RoleArn: other.RoleArn, ExternalId });
  });

  claim('a duration below 15 minutes is refused', async () => {
    expect(await refusal(assume({ ExternalId, DurationSeconds: 899 }))).toMatchObject({ status: 400 });
  });

  claim('a duration above the limit of the role is refused', async () => {
    expect(await refusal(assume({ ExternalId, DurationSeconds: 3601 }))).toMatchObject({ status: 400 });
  });

  claim('a changed trust policy counts', async () => {
    const other = await role(trust(server.vendor, 'before'));
    await server.iam().send(
      new UpdateAssumeRolePolicyCommand({
        RoleName: other.RoleName,
        PolicyDocument: trust(server.vendor, 'after'),
      }),
    );
    await server.settle();
    await assume({ RoleArn: other.RoleArn, ExternalId: 'after' });
    const before = assume({ RoleArn: other.RoleArn, ExternalId: 'before' });
    expect(await refusal(before)).toMatchObject({ status: 403 });
  });

  claim('a role that may put may put under its prefix, also conditionally, and nothing else', async () => {
    const s3 = server.s3(await server.assume({ RoleArn, ExternalId }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'audit/a', Body: 'x', IfNoneMatch: '*' }));
    const refused: (() => Promise<unknown>)[] = [
      async () => await s3.send(new PutObjectCommand({ Bucket, Key: 'elsewhere', Body: 'x' })),
      async () => await s3.send(new GetObjectCommand({ Bucket, Key: 'audit/a' })),
      async () => await s3.send(new DeleteObjectCommand({ Bucket, Key: 'audit/a' })),
      async () => await s3.send(new ListObjectsV2Command({ Bucket })),
      async () => await s3.send(new HeadBucketCommand({ Bucket })),
      async () => await s3.send(new GetBucketLocationCommand({ Bucket })),
      async () =>
        await s3.send(new CreateBucketCommand({ Bucket: server.uniqueName('audit-export-contract') })),
      async () =>
        await s3.send(new PutObjectCommand({ Bucket, Key: 'audit/tagged', Body: 'x', Tagging: 'a=b' })),
    ];
    for (const call of refused) expect(await refusal(call())).toMatchObject({ status: 403 });
  });

  claim('a session policy takes away and never adds', async () => {
    const narrow = await server.assume({
      RoleArn,
      ExternalId,
      Policy: policy('s3:*', `arn:aws:s3:::${Bucket}/audit/only/*`),
    });
    const s3 = server.s3(narrow);
    await s3.send(new PutObjectCommand({ Bucket, Key: 'audit/only/a', Body: 'x' }));
    const outside = s3.send(new PutObjectCommand({ Bucket, Key: 'audit/b', Body: 'x' }));
    expect(await refusal(outside)).toMatchObject({ status: 403 });
    const read = s3.send(new GetObjectCommand({ Bucket, Key: 'audit/only/a' }));
    expect(await refusal(read)).toMatchObject({ status: 403 });
  });

  claim('credentials without their session token, or with another, are refused', async () => {
    const { accessKeyId, secretAccessKey } = await server.assume({ RoleArn, ExternalId });
    const put = server
      .s3({ accessKeyId, secretAccessKey, sessionToken: 'forged' })
      .send(new PutObjectCommand({ Bucket, Key: 'audit/a', Body: 'x' }));
    expect([400, 403]).toContain((await refusal(put)).status);
  });

  claim('a condition in a policy counts', async () => {
    const made = await role(trust(server.vendor));
    const Condition = { StringEquals: { 's3:x-amz-storage-class': 'GLACIER_IR' } };
    await grant(made.RoleName, policy('s3:PutObject', `arn:aws:s3:::${Bucket}/*`, { Condition }));
    const s3 = server.s3(await server.assume({ RoleArn: made.RoleArn }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'cold', Body: 'x', StorageClass: 'GLACIER_IR' }));
    const put = s3.send(new PutObjectCommand({ Bucket, Key: 'warm', Body: 'x' }));
    expect(await refusal(put)).toMatchObject({ status: 403 });
  });

  claim('a detached policy no longer counts, also for sessions that are open', async () => {
    const made = await role(trust(server.vendor));
    const arn = await grant(made.RoleName, policy('s3:PutObject', `arn:aws:s3:::${Bucket}/*`));
    const s3 = server.s3(await server.assume({ RoleArn: made.RoleArn }));
    await s3.send(new PutObjectCommand({ Bucket, Key: 'attached', Body: 'x' }));
    await server.iam().send(new DetachRolePolicyCommand({ RoleName: made.RoleName, PolicyArn: arn }));
    await server.settle();
    const put = s3.send(new PutObjectCommand({ Bucket, Key: 'detached', Body: 'x' }));
    expect(await refusal(put)).toMatchObject({ status: 403 });
  });

  claim('an explicit deny in the bucket policy beats every allow', async () => {
    const denied = await server.bucket();
    const statement = {
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${denied}/no/*`,
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await server.s3().send(new PutBucketPolicyCommand({ Bucket: denied, Policy }));
    await server.s3().send(new PutObjectCommand({ Bucket: denied, Key: 'yes/a', Body: 'x' }));
    const put = server.s3().send(new PutObjectCommand({ Bucket: denied, Key: 'no/a', Body: 'x' }));
    expect(await refusal(put)).toMatchObject({ status: 403 });
  });

  claim('a user of another account reaches a bucket only by the policies of both sides', async () => {
    const shared = await server.bucket();
    const statement = {
      Effect: 'Allow',
      Principal: { AWS: server.vendor.principalArn },
      Action: 's3:PutObject',
      Resource: `arn:aws:s3:::${shared}/*`,
    };
    const Policy = JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
    await server.s3().send(new PutBucketPolicyCommand({ Bucket: shared, Policy }));
    const put = server.s3(server.vendor).send(new PutObjectCommand({ Bucket: shared, Key: 'a', Body: 'x' }));
    expect(await refusal(put)).toMatchObject({ status: 403 });
  });
});
