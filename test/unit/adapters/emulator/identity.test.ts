import { setTimeout as sleep } from 'node:timers/promises';
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  CreateUserCommand,
  DeleteRoleCommand,
  DeleteRolePolicyCommand,
  DeleteUserCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  PutUserPolicyCommand,
  UpdateAccessKeyCommand,
} from '@aws-sdk/client-iam';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { AssumeRoleCommand, GetCallerIdentityCommand } from '@aws-sdk/client-sts';
import { describe, expect, test } from 'vitest';
import { outcome, runEmulator, runScenario, type Running } from './running-emulator.ts';

const RoleName = 'ALTRPublishSIEMData-test';
const allow = (Action: string, Resource = '*'): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: { Effect: 'Allow', Action, Resource } });

async function makeRole({ iam, emulator }: Running, more: object = {}): Promise<string> {
  const Principal = { AWS: emulator.vendor.principalArn };
  const AssumeRolePolicyDocument = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' },
  });
  const { Role } = await iam().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument, ...more }));
  return Role?.Arn ?? '';
}

describe('sessions', () => {
  test('end when they are to, and S3 and STS say so in their own words', async () => {
    const running = await runScenario('healthy', { sessionSeconds: 1 });
    const keys = await running.assume();
    await sleep(1100);
    const put = new PutObjectCommand({ Bucket: 'audit-rehearsal', Key: 'audit/a', Body: 'x' });
    const refused = await running
      .s3(keys)
      .send(put)
      .catch((error: unknown) => error);
    expect(refused).toMatchObject({ name: 'ExpiredToken', $metadata: { httpStatusCode: 400 } });
    const asked = await running
      .sts(keys)
      .send(new GetCallerIdentityCommand())
      .catch((error: unknown) => error);
    expect(asked).toMatchObject({ name: 'ExpiredToken', $metadata: { httpStatusCode: 403 } });
  });

  test('a session of a deleted role that was made anew is worth nothing', async () => {
    const running = await runEmulator();
    const roleArn = await makeRole(running);
    const Bucket = await running.makeBucket();
    const policy = { RoleName, PolicyName: 'all', PolicyDocument: allow('s3:*') };
    await running.iam().send(new PutRolePolicyCommand(policy));
    const keys = await running.assume({ RoleArn: roleArn, ExternalId: undefined });
    const put = async (): Promise<string> =>
      await outcome(running.s3(keys).send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' })));
    expect(await put()).toBe('ok');
    await running.iam().send(new DeleteRolePolicyCommand({ RoleName, PolicyName: 'all' }));
    await running.iam().send(new DeleteRoleCommand({ RoleName }));
    await makeRole(running);
    await running.iam().send(new PutRolePolicyCommand(policy));
    expect(await put()).toBe('AccessDenied');
  });

  test.each([
    ['a duration of 12 hours for a role of one', { DurationSeconds: 43_200 }, 'ValidationError'],
    ['a session name with a space', { RoleSessionName: 'two words' }, 'ValidationError'],
    ['an external id of one character', { ExternalId: 'x' }, 'ValidationError'],
    ['an external id of 1,225 characters', { ExternalId: 'x'.repeat(1225) }, 'ValidationError'],
    ['a session policy that is none', { Policy: '{"Statement":[]}' }, 'MalformedPolicyDocumentException'],
    ['a session policy of 2,049 characters', { Policy: allow('s3:*').padEnd(2049) }, 'ValidationError'],
    ['a role ARN that is none', { RoleArn: 'arn:aws:s3:::bucket-of-somebody' }, 'ValidationError'],
  ])('%s is refused', async (_name, more, expected) => {
    const running = await runScenario('healthy');
    expect(await outcome(running.assume(more))).toBe(expected);
  });

  test('a role assumed from a role lasts an hour at most', async () => {
    const running = await runScenario('healthy');
    const Principal = { AWS: running.emulator.prepared.roleArn };
    const trust = { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' };
    const AssumeRolePolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: trust });
    const RoleArn = await makeRole(running, { MaxSessionDuration: 7200, AssumeRolePolicyDocument });
    const first = { RoleName: 'ALTRPublishSIEMDataRehearsal', PolicyName: 'chain' };
    await running.iam().send(new PutRolePolicyCommand({ ...first, PolicyDocument: allow('sts:AssumeRole') }));
    const client = running.sts(await running.assume());
    const chain = async (DurationSeconds: number): Promise<string> =>
      await outcome(
        client.send(new AssumeRoleCommand({ RoleArn, RoleSessionName: 'chained', DurationSeconds })),
      );
    expect(await chain(3600)).toBe('ok');
    expect(await chain(7200)).toBe('ValidationError');
  });
});

describe('permissions', () => {
  test('a boundary limits what a role may do', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    const roleArn = await makeRole(running);
    await running
      .iam()
      .send(new PutRolePolicyCommand({ RoleName, PolicyName: 'all', PolicyDocument: allow('s3:*') }));
    const { Policy } = await running
      .iam()
      .send(new CreatePolicyCommand({ PolicyName: 'boundary', PolicyDocument: allow('s3:GetObject') }));
    await running
      .iam()
      .send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: Policy?.Arn }));
    const keys = await running.assume({ RoleArn: roleArn, ExternalId: undefined });
    const put = running.s3(keys).send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' }));
    expect(await outcome(put)).toBe('AccessDenied');
  });

  test('a user of one’s own has what its policies give, until its key is switched off', async () => {
    const running = await runEmulator();
    const UserName = 'reader';
    await running.iam().send(new CreateUserCommand({ UserName }));
    const { AccessKey } = await running.iam().send(new CreateAccessKeyCommand({ UserName }));
    const keys = {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
    const Bucket = await running.makeBucket();
    const put = async (): Promise<string> =>
      await outcome(running.s3(keys).send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' })));
    expect(await put()).toBe('AccessDenied');
    await running
      .iam()
      .send(new PutUserPolicyCommand({ UserName, PolicyName: 'put', PolicyDocument: allow('s3:PutObject') }));
    expect(await put()).toBe('ok');
    expect(await outcome(running.iam().send(new DeleteUserCommand({ UserName })))).toBe(
      'DeleteConflictException',
    );
    const { accessKeyId: AccessKeyId } = keys;
    await running.iam().send(new UpdateAccessKeyCommand({ UserName, AccessKeyId, Status: 'Inactive' }));
    expect(await put()).toBe('InvalidAccessKeyId');
  });
});

describe('slow propagation', () => {
  test('a new role is first unknown, then has no rights, then works', async () => {
    const running = await runEmulator();
    const Bucket = await running.makeBucket();
    running.emulator.faults.add({ kind: 'slow-propagation', ms: 400 });
    const RoleArn = await makeRole(running);
    const assume = async (): Promise<string> =>
      await outcome(running.assume({ RoleArn, ExternalId: undefined }));
    const policy = { RoleName, PolicyName: 'put', PolicyDocument: allow('s3:PutObject') };
    expect(await assume()).toBe('AccessDenied');
    expect(await outcome(running.iam().send(new PutRolePolicyCommand(policy)))).toBe('NoSuchEntityException');
    await sleep(450);
    expect(await assume()).toBe('ok');
    await running.iam().send(new PutRolePolicyCommand(policy));
    const keys = await running.assume({ RoleArn, ExternalId: undefined });
    const put = async (): Promise<string> =>
      await outcome(running.s3(keys).send(new PutObjectCommand({ Bucket, Key: 'a', Body: 'x' })));
    expect(await put()).toBe('AccessDenied');
    await sleep(450);
    expect(await put()).toBe('ok');
  });

  test('a new principal is first an invalid one', async () => {
    const running = await runEmulator();
    const { User } = await running.iam().send(new CreateUserCommand({ UserName: 'fresh' }));
    running.emulator.faults.add({ kind: 'slow-propagation', match: { service: 'iam' }, ms: 300 });
    const Principal = { AWS: User?.Arn };
    const AssumeRolePolicyDocument = JSON.stringify({
      Version: '2012-10-17',
      Statement: { Effect: 'Allow', Principal, Action: 'sts:AssumeRole' },
    });
    const create = async (): Promise<string> =>
      await outcome(running.iam().send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument })));
    expect(await create()).toBe('MalformedPolicyDocumentException');
    await sleep(350);
    expect(await create()).toBe('ok');
  });
});

test('the eleventh policy of a role is LimitExceeded', async () => {
  const running = await runEmulator();
  await makeRole(running);
  const outcomes: string[] = [];
  for (let number = 1; number <= 11; number += 1) {
    const { Policy } = await running
      .iam()
      .send(new CreatePolicyCommand({ PolicyName: `p${number}`, PolicyDocument: allow('s3:PutObject') }));
    outcomes.push(
      await outcome(running.iam().send(new AttachRolePolicyCommand({ RoleName, PolicyArn: Policy?.Arn }))),
    );
  }
  expect(outcomes).toEqual([...Array.from({ length: 10 }, () => 'ok'), 'LimitExceededException']);
});
