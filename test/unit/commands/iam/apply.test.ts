/* oxlint-disable vitest/require-top-level-describe -- onEveryServer() is the describe. */
import {
  CreateRoleCommand,
  GetPolicyCommand,
  GetPolicyVersionCommand,
  GetRoleCommand,
  ListPolicyVersionsCommand,
  ListRolePoliciesCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import { AssumeRoleCommand } from '@aws-sdk/client-sts';
import { expect, test } from 'vitest';
import { applyAccess } from '../../../../src/commands/iam/apply.ts';
import { readPlan } from '../../../../src/commands/iam/plan.ts';
import type { DesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import { buildDesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import { answersIn } from '../../../../src/core/setup/plan/parse-plan.ts';
import { onEveryServer } from './iam-bench.ts';

onEveryServer('apply', (bench) => {
  test('makes what was missing, and a second time nothing', async () => {
    const desired = bench.desired();
    const host = await bench.host();
    const plan = await readPlan(desired, host.admin);
    const receipt = await applyAccess(plan, host);
    expect(host.changes).toEqual(['create-policy', 'create-role', 'attach-policy']);
    expect(receipt).toMatchObject({
      complete: true,
      account: bench.customer.accountId,
      roleArn: `arn:aws:iam::${bench.customer.accountId}:role/${desired.role.name}`,
      policyArn: bench.policyArn(desired),
      planHash: plan.hash,
      remaining: [],
    });
    expect(receipt.made.map(({ kind }) => kind)).toEqual(['policy', 'role', 'attachment']);
    const again = await readPlan(desired, host.admin);
    expect(again).toMatchObject({ inSync: true, changes: [], findings: [] });
    const second = await applyAccess(again, host);
    expect(host.changes).toHaveLength(3);
    expect(second.made).toEqual(receipt.made);
    expect(second.history).toEqual(receipt.history);
  });

  test('stores the documents as they were shown, tagged', async () => {
    const desired = bench.desired();
    const host = await bench.host();
    await applyAccess(await readPlan(desired, host.admin), host);
    const { Role } = await bench.iam.send(new GetRoleCommand({ RoleName: desired.role.name }));
    const PolicyArn = bench.policyArn(desired);
    const { Policy } = await bench.iam.send(new GetPolicyCommand({ PolicyArn }));
    const { PolicyVersion } = await bench.iam.send(
      new GetPolicyVersionCommand({ PolicyArn, VersionId: 'v1' }),
    );
    expect(JSON.parse(decodeURIComponent(Role?.AssumeRolePolicyDocument ?? ''))).toEqual(
      desired.role.trustPolicy,
    );
    expect(JSON.parse(decodeURIComponent(PolicyVersion?.Document ?? ''))).toEqual(desired.policy.document);
    expect(Role?.Tags).toEqual([{ Key: 'created-by', Value: 'audit-export' }]);
    expect(Policy?.Tags).toEqual([{ Key: 'created-by', Value: 'audit-export' }]);
  });

  test('lets the trusted account in with the organization id, and not without it or with another', async () => {
    const desired = bench.desired();
    const host = await bench.host();
    const { roleArn } = await applyAccess(await readPlan(desired, host.admin), host);
    const assume = (ExternalId?: string) =>
      bench.sts.send(
        new AssumeRoleCommand({
          RoleArn: roleArn ?? '',
          RoleSessionName: 'test',
          ...(ExternalId === undefined ? {} : { ExternalId }),
        }),
      );
    await expect(assume(desired.externalId)).resolves.toHaveProperty('Credentials');
    await expect(assume()).rejects.toThrow(/not authorized|AccessDenied/i);
    await expect(assume('another')).rejects.toThrow(/not authorized|AccessDenied/i);
  });

  test('six updates in a row keep five versions and prune the oldest, visibly', async () => {
    const first = bench.desired();
    const host = await bench.host();
    await applyAccess(await readPlan(first, host.admin), host);
    const pruned: string[] = [];
    for (let update = 1; update <= 6; update++) {
      const desired = buildDesiredAccess({ ...answersIn(first), prefix: `altr-${update}` });
      const plan = await readPlan(desired, host.admin);
      for (const change of plan.changes)
        if (change.kind === 'delete-policy-version') pruned.push(change.versionId);
      expect(plan.changes.at(-1)?.kind).toBe('create-policy-version');
      await applyAccess(plan, host);
      expect(await readPlan(desired, host.admin)).toMatchObject({ inSync: true });
    }
    const { Versions } = await bench.iam.send(
      new ListPolicyVersionsCommand({ PolicyArn: bench.policyArn(first) }),
    );
    expect(pruned).toEqual(['v1', 'v2']);
    expect(Versions?.map(({ VersionId }) => VersionId).sort()).toEqual(['v3', 'v4', 'v5', 'v6', 'v7']);
    expect(Versions?.find(({ IsDefaultVersion }) => IsDefaultVersion)?.VersionId).toBe('v7');
    const entry = host.receipts.receipt?.history.find(({ kind }) => kind === 'delete-policy-version');
    expect(entry?.change).toMatch(/^delete version v1 of the policy .*: it is the oldest/);
  });

  test('puts the policy into the role where it is to be inline', async () => {
    const desired = bench.desired({ inlinePolicy: true });
    const host = await bench.host();
    const receipt = await applyAccess(await readPlan(desired, host.admin), host);
    expect(host.changes).toEqual(['create-role', 'put-inline-policy']);
    expect(receipt).toMatchObject({ policyArn: null, complete: true });
    const { PolicyNames } = await bench.iam.send(
      new ListRolePoliciesCommand({ RoleName: desired.role.name }),
    );
    expect(PolicyNames).toEqual([desired.policy.name]);
    expect(await readPlan(desired, host.admin)).toMatchObject({ inSync: true });
  });

  test('refuses a plan when the world has moved since, and changes nothing', async () => {
    const desired = bench.desired();
    const host = await bench.host();
    const plan = await readPlan(desired, host.admin);
    await bench.iam.send(
      new CreateRoleCommand({
        RoleName: desired.role.name,
        AssumeRolePolicyDocument: JSON.stringify(desired.role.trustPolicy),
      }),
    );
    await expect(applyAccess(plan, host)).rejects.toMatchObject({ code: 'plan-stale', exitCode: 7 });
    expect(host.changes).toEqual([]);
    expect(host.receipts.receipt).toBeUndefined();
  });

  test('refuses a plan of which the changes were edited', async () => {
    const host = await bench.host();
    const plan = await readPlan(bench.desired(), host.admin);
    const edited = { ...plan, changes: plan.changes.slice(0, 1) };
    await expect(applyAccess(edited, host)).rejects.toMatchObject({ code: 'plan-stale' });
  });

  test('refuses credentials of another account than the one wanted', async () => {
    const desired = bench.desired({ customerAccountId: '999988887777' });
    const admin = await bench.admin();
    await expect(readPlan(desired, admin)).rejects.toMatchObject({ code: 'wrong-account', exitCode: 4 });
  });

  test('a failure half-way says what was done, and running it again goes on', async () => {
    const desired = bench.desired();
    const mostRights = await bench.userWho(
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: 'iam:CreateRole', Resource: '*' },
    );
    const host = await bench.host(mostRights);
    const failing = applyAccess(await readPlan(desired, host.admin), host);
    await expect(failing).rejects.toMatchObject({
      code: 'access-denied',
      exitCode: 4,
      message: expect.stringMatching(
        /iam:CreateRole on role .* Done before that: create the policy acme\.s3\.policy/,
      ),
      cure: expect.stringContaining('Then audit-export iam apply --profile acme goes on from there.'),
    });
    expect(host.receipts.receipt).toMatchObject({ complete: false, roleArn: null });
    expect(host.receipts.receipt?.made.map(({ kind }) => kind)).toEqual(['policy']);
    const better = { ...host, admin: await bench.admin() };
    const receipt = await applyAccess(await readPlan(desired, better.admin), better);
    expect(host.changes).toEqual(['create-policy', 'create-role', 'attach-policy']);
    expect(receipt.complete).toBe(true);
    expect(receipt.made.map(({ kind }) => kind)).toEqual(['policy', 'role', 'attachment']);
  });

  test('without the right to look it names the action that is missing', async () => {
    const nobody = await bench.userWho({ Effect: 'Deny', Action: '*', Resource: '*' });
    const noReads = await bench.userWho(
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: 'iam:GetPolicy', Resource: '*' },
    );
    for (const [keys, action] of [
      [nobody, 'iam:GetRole'],
      [noReads, 'iam:GetPolicy'],
    ] as const) {
      await expect(readPlan(bench.desired(), await bench.admin(keys))).rejects.toMatchObject({
        code: 'access-denied',
        exitCode: 4,
        message: expect.stringContaining(action),
      });
    }
  });

  test('without the right to list, names in other case are not looked for, and the plan says so', async () => {
    const keys = await bench.userWho(
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: ['iam:ListRoles', 'iam:ListPolicies'], Resource: '*' },
    );
    const plan = await readPlan(bench.desired(), await bench.admin(keys));
    expect(plan.notes.join('\n')).toMatch(/iam:ListRoles is not allowed\n.*iam:ListPolicies is not allowed/);
    expect(plan.changes).toHaveLength(3);
  });

  test.each([
    [
      'role',
      ({ roleName }: Names): Names => ({ ...namesOf(bench.desired()), roleName: otherCase(roleName) }),
    ],
    [
      'policy',
      ({ policyName }: Names): Names => ({ ...namesOf(bench.desired()), policyName: otherCase(policyName) }),
    ],
  ] as const)('a %s name that is taken in other letter case blocks the plan', async (what, change) => {
    const taken = bench.desired();
    const host = await bench.host();
    await applyAccess(await readPlan(taken, host.admin), host);
    const fresh = await bench.host();
    const wanted = buildDesiredAccess({ ...answersIn(taken), ...change(namesOf(taken)) });
    const plan = await readPlan(wanted, fresh.admin);
    expect(plan).toMatchObject({ inSync: false, changes: [] });
    expect(plan.findings).toEqual([
      expect.objectContaining({
        code: 'name-taken',
        level: 'blocking',
        resource: expect.stringContaining(taken[what].name),
      }),
    ]);
    await expect(applyAccess(plan, fresh)).rejects.toMatchObject({ code: 'name-taken', exitCode: 2 });
    expect(fresh.changes).toEqual([]);
  });

  test('keeps a role that was there before, and does not list it as made', async () => {
    const desired = bench.desired();
    const { name, trustPolicy } = desired.role;
    const AssumeRolePolicyDocument = JSON.stringify(trustPolicy);
    await bench.iam.send(new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument }));
    const host = await bench.host();
    const receipt = await applyAccess(await readPlan(desired, host.admin), host);
    expect(host.changes).toEqual(['create-policy', 'attach-policy']);
    expect(receipt.made.map(({ kind }) => kind)).toEqual(['policy', 'attachment']);
  });

  test('keeps what it replaced, in the receipt', async () => {
    const desired = bench.desired();
    const host = await bench.host();
    await applyAccess(await readPlan(desired, host.admin), host);
    const before = JSON.stringify({
      Version: '2012-10-17',
      Statement: [{ Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' }],
    });
    await bench.iam.send(
      new UpdateAssumeRolePolicyCommand({ RoleName: desired.role.name, PolicyDocument: before }),
    );
    const receipt = await applyAccess(await readPlan(desired, host.admin), host);
    expect(receipt.history.at(-1)).toMatchObject({ kind: 'update-trust', before });
  });
});

interface Names {
  roleName: string;
  policyName: string;
}

function namesOf({ role, policy }: DesiredAccess): Names {
  return { roleName: role.name, policyName: policy.name };
}

/** The last letter of the names is an x. */
function otherCase(name: string): string {
  return name.replace(/x$/, 'X');
}
