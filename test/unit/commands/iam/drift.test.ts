/* oxlint-disable vitest/require-top-level-describe -- onEveryServer() is the describe. */
import {
  AttachRolePolicyCommand,
  CreatePolicyVersionCommand,
  CreateRoleCommand,
  DetachRolePolicyCommand,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
  UpdateAssumeRolePolicyCommand,
} from '@aws-sdk/client-iam';
import type { IAMClient } from '@aws-sdk/client-iam';
import { expect, test } from 'vitest';
import { applyAccess } from '../../../../src/commands/iam/apply.ts';
import { readPlan } from '../../../../src/commands/iam/plan.ts';
import type { DesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import type { FindingCode } from '../../../../src/core/setup/drift/finding.ts';
import { validateAccessPlan } from '../../../../src/generated/documents/access-plan.ts';
import { validateReceipt } from '../../../../src/generated/documents/receipt.ts';
import { vendor } from '../../core/setup/answers.ts';
import type { IamBench } from './iam-bench.ts';
import { onEveryServer } from './iam-bench.ts';

/** What somebody did to the access, and by which names it must be called. */
interface Drift {
  did: string;
  drift: (bench: IamBench, desired: DesiredAccess) => Promise<unknown>;
  codes: FindingCode[];
  /** What `apply` does about it. */
  changes: string[];
}

const document = (...statements: object[]): string =>
  JSON.stringify({ Version: '2012-10-17', Statement: statements });

const put = { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::acme-audit/altr/*' };
const trust = {
  Effect: 'Allow',
  Principal: { AWS: `arn:aws:iam::${vendor}:root` },
  Action: 'sts:AssumeRole',
  Condition: { StringEquals: { 'sts:ExternalId': '1c42465e-4bf2-4e83-90d6-f6fbcac03634' } },
};

const changePolicy =
  (...statements: object[]): Drift['drift'] =>
  (bench, desired) =>
    bench.iam.send(
      new CreatePolicyVersionCommand({
        PolicyArn: bench.policyArn(desired),
        PolicyDocument: document(...statements),
        SetAsDefault: true,
      }),
    );

const changeTrust =
  (...statements: object[]): Drift['drift'] =>
  (bench, desired) =>
    send(bench.iam, desired, statements);

const send = (iam: IAMClient, { role }: DesiredAccess, statements: object[]) =>
  iam.send(
    new UpdateAssumeRolePolicyCommand({ RoleName: role.name, PolicyDocument: document(...statements) }),
  );

const drifts: Drift[] = [
  {
    did: 'allowed another action',
    drift: changePolicy({ ...put, Action: ['s3:PutObject', 's3:GetObject'] }),
    codes: ['widened-action'],
    changes: ['create-policy-version'],
  },
  {
    did: 'allowed the whole bucket',
    drift: changePolicy({ ...put, Resource: 'arn:aws:s3:::acme-audit/*' }),
    codes: ['widened-resource'],
    changes: ['create-policy-version'],
  },
  {
    did: 'pointed the policy at another bucket',
    drift: changePolicy({ ...put, Resource: 'arn:aws:s3:::other/altr/*' }),
    codes: ['widened-resource', 'narrowed-policy'],
    changes: ['create-policy-version'],
  },
  {
    did: 'took away the external id',
    drift: changeTrust({ ...trust, Condition: undefined }),
    codes: ['missing-external-id'],
    changes: ['update-trust'],
  },
  {
    did: 'changed the external id',
    drift: changeTrust({ ...trust, Condition: { StringEquals: { 'sts:ExternalId': 'another' } } }),
    codes: ['different-external-id', 'narrowed-trust'],
    changes: ['update-trust'],
  },
  {
    did: 'let another account in as well',
    drift: (bench, desired) => {
      const AWS = [`arn:aws:iam::${vendor}:root`, `arn:aws:iam::${bench.customer.accountId}:root`];
      return send(bench.iam, desired, [{ ...trust, Principal: { AWS } }]);
    },
    codes: ['foreign-principal'],
    changes: ['update-trust'],
  },
  {
    did: 'let everybody in who knows the external id',
    drift: changeTrust({ ...trust, Principal: { AWS: '*' } }),
    codes: ['wildcard-principal'],
    changes: ['update-trust'],
  },
  {
    did: 'stopped half-way in the console',
    drift: changeTrust({
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'sts:AssumeRole',
    }),
    codes: ['half-finished-role', 'narrowed-trust'],
    changes: ['update-trust'],
  },
  {
    did: 'attached another policy',
    drift: (bench, { role }) => bench.attachForeignPolicy(role.name),
    codes: ['extra-attached-policy'],
    changes: ['detach-policy'],
  },
  {
    did: 'put a policy into the role',
    drift: (bench, { role }) =>
      bench.iam.send(
        new PutRolePolicyCommand({
          RoleName: role.name,
          PolicyName: 'more',
          PolicyDocument: document({ Effect: 'Allow', Action: '*', Resource: '*' }),
        }),
      ),
    codes: ['extra-inline-policy'],
    changes: ['delete-inline-policy'],
  },
  {
    did: 'detached the policy',
    drift: (bench, desired) =>
      bench.iam.send(
        new DetachRolePolicyCommand({
          RoleName: desired.role.name,
          PolicyArn: bench.policyArn(desired),
        }),
      ),
    codes: [],
    changes: ['attach-policy'],
  },
];

onEveryServer('drift', (bench) => {
  test.each(drifts)('is found and cured when somebody $did', async ({ drift, codes, changes }) => {
    const desired = bench.desired({ accountId: vendor });
    const host = await bench.host();
    await applyAccess(await readPlan(desired, host.admin), host);
    await drift(bench, desired);
    const plan = await readPlan(desired, host.admin, { removeExtras: true });
    expect(plan.inSync).toBe(false);
    expect([...new Set(plan.findings.map(({ code }) => code))]).toEqual(codes);
    expect(plan.changes.map(({ kind }) => kind)).toEqual(changes);
    expect(validateAccessPlan(JSON.parse(JSON.stringify(plan)))).toBe(true);
    await applyAccess(plan, host);
    expect(validateReceipt(host.receipts.receipt)).toBe(true);
    expect(await readPlan(desired, host.admin)).toMatchObject({ inSync: true, findings: [] });
  });

  test('of extra policies is called out and left to a person, unless asked to remove them', async () => {
    const desired = bench.desired();
    const host = await bench.host();
    await applyAccess(await readPlan(desired, host.admin), host);
    await bench.attachForeignPolicy(desired.role.name);
    const plan = await readPlan(desired, host.admin);
    expect(plan).toMatchObject({ inSync: false, changes: [] });
    const receipt = await applyAccess(plan, host);
    expect(receipt.remaining).toMatchObject([{ code: 'extra-attached-policy', curedByPlan: false }]);
    expect(await readPlan(desired, host.admin)).toMatchObject({ inSync: false });
  });

  test('a permissions boundary that lets deliveries pass is no difference; one that does not is called out, and stays', async () => {
    const desired = bench.desired();
    const host = await bench.host();
    await applyAccess(await readPlan(desired, host.admin), host);
    const limit = (PermissionsBoundary: string) =>
      bench.iam.send(
        new PutRolePermissionsBoundaryCommand({ RoleName: desired.role.name, PermissionsBoundary }),
      );
    await limit(bench.policyArn(desired));
    expect(await readPlan(desired, host.admin)).toMatchObject({ inSync: true });
    const other = bench.desired({ bucket: 'another-bucket' });
    await applyAccess(await readPlan(other, host.admin), await bench.host());
    await limit(bench.policyArn(other));
    const plan = await readPlan(desired, host.admin, { removeExtras: true });
    expect(plan).toMatchObject({ inSync: false, changes: [] });
    expect(plan.findings[0]).toMatchObject({ code: 'permissions-boundary', curedByPlan: false });
  });

  test('a policy that other roles use as well is warned of', async () => {
    const desired = bench.desired();
    const host = await bench.host();
    await applyAccess(await readPlan(desired, host.admin), host);
    const other = bench.desired();
    await bench.iam.send(
      new CreateRoleCommand({
        RoleName: other.role.name,
        AssumeRolePolicyDocument: JSON.stringify(other.role.trustPolicy),
      }),
    );
    await bench.iam.send(
      new AttachRolePolicyCommand({ RoleName: other.role.name, PolicyArn: bench.policyArn(desired) }),
    );
    const plan = await readPlan(desired, host.admin);
    expect(plan).toMatchObject({ inSync: true, findings: [{ code: 'shared-policy', level: 'warning' }] });
  });
});
