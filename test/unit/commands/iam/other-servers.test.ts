import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openIamAdmin } from '../../../../src/adapters/aws/iam/iam-admin.ts';
import { applyAccess } from '../../../../src/commands/iam/apply.ts';
import { readPlan } from '../../../../src/commands/iam/plan.ts';
import { buildDesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import type { IamAdmin } from '../../../../src/ports/aws/iam-admin.ts';
import { answersWith } from '../../core/setup/answers.ts';
import { MemoryReceipts } from './iam-bench.ts';
import type { Answers, Gateway } from './iam-gateway.ts';
import { errorOf, resultOf, startGateway } from './iam-gateway.ts';

/** A role as Ceph shows it: no account in the ARN, the document not encoded. */
const cephRole = (trust: object): string =>
  resultOf(
    'GetRole',
    `<Role><Path>/</Path><RoleName>ALTRPublishSIEMDataAcme</RoleName><RoleId>2b7c</RoleId><Arn>arn:aws:iam:::role/ALTRPublishSIEMDataAcme</Arn><AssumeRolePolicyDocument>${JSON.stringify(trust).replaceAll('"', '&quot;')}</AssumeRolePolicyDocument></Role>`,
  );
const none = { status: 404 };
const inline = buildDesiredAccess(answersWith({ inlinePolicy: true }));
const managed = buildDesiredAccess(answersWith());

let gateway: Gateway | undefined;
let admin: IamAdmin | undefined;

async function open(answers: Answers): Promise<IamAdmin> {
  gateway = await startGateway(answers);
  admin = await openIamAdmin({ region: 'us-east-1' }, { AWS_ENDPOINT_URL: gateway.url });
  return admin;
}

beforeEach(() => {
  vi.stubEnv('AWS_ACCESS_KEY_ID', 'AKIAEXAMPLE');
  vi.stubEnv('AWS_SECRET_ACCESS_KEY', 'secret');
  vi.stubEnv('AWS_MAX_ATTEMPTS', '1');
});
afterEach(async () => {
  await admin?.close();
  await gateway?.close();
  vi.unstubAllEnvs();
});

describe('a server without CreatePolicy, GetCallerIdentity and names for errors', () => {
  test('says nothing of the caller, and that is no error', async () => {
    expect(await (await open({})).caller()).toBeUndefined();
  });

  test('gets an inline policy, by the status alone', async () => {
    const iam = await open({
      GetRole: none,
      ListRoles: {
        status: 200,
        body: resultOf('ListRoles', '<Roles></Roles><IsTruncated>false</IsTruncated>'),
      },
      CreateRole: { status: 200, body: cephRole({}).replaceAll('GetRole', 'CreateRole') },
      PutRolePolicy: { status: 200, body: resultOf('PutRolePolicy', '') },
    });
    const plan = await readPlan(inline, iam);
    expect(plan.changes.map(({ kind }) => kind)).toEqual(['create-role', 'put-inline-policy']);
    const host = {
      admin: iam,
      clock: { now: () => 0 },
      signal: new AbortController().signal,
      receipts: new MemoryReceipts(),
      again: 'audit-export iam apply',
      onChange: () => undefined,
    };
    const receipt = await applyAccess(plan, host);
    expect(receipt).toMatchObject({ account: null, roleArn: 'arn:aws:iam:::role/ALTRPublishSIEMDataAcme' });
    expect(gateway?.asked.filter((action) => /^(Create|Put)/.test(action))).toEqual([
      'CreateRole',
      'PutRolePolicy',
    ]);
  });

  test('is read although it lists no attached policies and encodes no document', async () => {
    const iam = await open({
      GetRole: { status: 200, body: cephRole(inline.role.trustPolicy) },
      ListRolePolicies: {
        status: 200,
        body: resultOf('ListRolePolicies', '<PolicyNames><member>acme.s3.policy</member></PolicyNames>'),
      },
      GetRolePolicy: {
        status: 200,
        body: resultOf(
          'GetRolePolicy',
          `<PolicyDocument>${JSON.stringify(inline.policy.document).replaceAll('"', '&quot;')}</PolicyDocument>`,
        ),
      },
    });
    const plan = await readPlan(inline, iam);
    expect(plan).toMatchObject({ inSync: true, account: null, findings: [] });
    expect(plan.notes).toEqual([
      'the server has no managed policies, so none can be attached',
      expect.stringContaining('the bucket policy was not looked at'),
    ]);
  });

  test('is told to take --inline-policy where a managed one was asked for', async () => {
    const iam = await open({ GetRole: none });
    await expect(readPlan(managed, iam)).rejects.toMatchObject({
      code: 'missing-answer',
      cure: expect.stringContaining('--inline-policy'),
    });
  });
});

describe('an error of IAM', () => {
  const createRole = {
    kind: 'create-role',
    name: 'ALTRPublishSIEMDataAcme',
    description: 'd',
    trustPolicy: managed.role.trustPolicy,
    tags: {},
  } as const;

  test.each([
    ['403 without a name', { status: 403 }, 'access-denied', /iam:CreateRole on role .* may not do it/],
    ['AccessDenied', { status: 403, body: errorOf('AccessDenied', 'no') }, 'access-denied', /request r-2/],
    [
      'EntityAlreadyExists',
      { status: 409, body: errorOf('EntityAlreadyExists', 'x') },
      'name-taken',
      /name is taken/,
    ],
    ['409 without a name', { status: 409 }, 'name-taken', /name is taken/],
    [
      'LimitExceeded',
      { status: 409, body: errorOf('LimitExceeded', 'Cannot exceed quota for RolesPerAccount: 1000') },
      'iam-refused',
      /RolesPerAccount: 1000/,
    ],
    [
      'MalformedPolicyDocument',
      { status: 400, body: errorOf('MalformedPolicyDocument', 'Invalid principal in policy') },
      'iam-refused',
      /Invalid principal/,
    ],
    ['405 without a name', { status: 405 }, 'iam-refused', /no such call/],
    ['501 without a name', { status: 501 }, 'iam-refused', /no such call/],
    ['InvalidAction', { status: 400, body: errorOf('InvalidAction', 'x') }, 'iam-refused', /no such call/],
    [
      'InvalidClientTokenId',
      { status: 403, body: errorOf('InvalidClientTokenId', 'x') },
      'invalid-credentials',
      /access key/,
    ],
    ['ExpiredToken', { status: 403, body: errorOf('ExpiredToken', 'x') }, 'expired-credentials', /expired/],
    ['Throttling', { status: 400, body: errorOf('ThrottlingException', 'x') }, 'throttled', /slow down/],
    ['500 without a name', { status: 500 }, 'iam-refused', /iam:CreateRole/],
    ['no XML', { status: 400, body: 'Bad Request' }, 'store-failed', /malformed \(HTTP 400\)/],
  ])('%s is said in our words, with a cure', async (_what, answer, code, message) => {
    const iam = await open({ CreateRole: answer });
    await expect(iam.apply(createRole)).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
      cure: expect.stringMatching(/\w/),
    });
  });

  test('a role that is not seen yet by the next call is waited for', async () => {
    const answers: Record<string, { status: number; body?: string }> = {
      AttachRolePolicy: { status: 404, body: errorOf('NoSuchEntity', 'not yet') },
    };
    const iam = await open(answers);
    setTimeout(() => {
      answers['AttachRolePolicy'] = { status: 200, body: resultOf('AttachRolePolicy', '') };
    }, 200);
    await iam.apply({ kind: 'attach-policy', role: 'r', arn: 'arn:aws:iam::1:policy/p' });
    expect(gateway?.asked.length).toBeGreaterThan(1);
  });
});
