/* oxlint-disable vitest/require-top-level-describe -- onEveryServer() is the describe. */
import {
  CreateRoleCommand,
  DeleteRoleCommand,
  DetachRolePolicyCommand,
  GetPolicyCommand,
  GetRoleCommand,
} from '@aws-sdk/client-iam';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { applyAccess } from '../../../../src/commands/iam/apply.ts';
import { demandReceipt, destroyAccess, readRemoval } from '../../../../src/commands/iam/destroy.ts';
import type { AccessRemoval } from '../../../../src/commands/iam/destroy.ts';
import { readPlan } from '../../../../src/commands/iam/plan.ts';
import type { DesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import { buildDesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import { answersIn } from '../../../../src/core/setup/plan/parse-plan.ts';
import { MemoryReceipts, onEveryServer, type IamBench, type TestHost } from './iam-bench.ts';

const schema = JSON.parse(
  readFileSync(new URL('../../../../schemas/access-removal.schema.json', import.meta.url), 'utf8'),
) as object;
const conforms = new Ajv2020().compile(schema);

async function destroy(host: TestHost): Promise<AccessRemoval> {
  const receipt = await demandReceipt(host.receipts);
  return destroyAccess(receipt, await readRemoval(receipt, host.admin), host);
}

async function made(bench: IamBench, desired: DesiredAccess): Promise<TestHost> {
  const host = await bench.host();
  await applyAccess(await readPlan(desired, host.admin), host);
  return host;
}

async function rolesLeft(bench: IamBench, { role }: DesiredAccess): Promise<boolean> {
  return bench.iam.send(new GetRoleCommand({ RoleName: role.name })).then(
    () => true,
    () => false,
  );
}

async function policyLeft(bench: IamBench, desired: DesiredAccess): Promise<boolean> {
  return bench.iam.send(new GetPolicyCommand({ PolicyArn: bench.policyArn(desired) })).then(
    () => true,
    () => false,
  );
}

onEveryServer('destroy', (bench) => {
  test('removes what was made, older versions included, and a second time nothing', async () => {
    const desired = bench.desired();
    const host = await made(bench, desired);
    const changed = buildDesiredAccess({ ...answersIn(desired), prefix: 'elsewhere' });
    await applyAccess(await readPlan(changed, host.admin), host);
    const removal = await destroy(host);
    expect(conforms(removal)).toBe(true);
    expect(removal).toMatchObject({ leftAlone: [], gone: [], bucket: 's3://acme-audit/' });
    expect(removal.removed).toEqual([
      `detach the policy ${desired.policy.name} from the role ${desired.role.name}`,
      `delete version v1 of the policy ${desired.policy.name}: a policy goes only without its older versions`,
      `delete the policy ${desired.policy.name}`,
      `delete the role ${desired.role.name}`,
    ]);
    expect(await rolesLeft(bench, desired)).toBe(false);
    expect(await policyLeft(bench, desired)).toBe(false);
    expect(host.receipts.receipt?.made).toEqual([]);
    expect(await destroy(host)).toMatchObject({ removed: [], leftAlone: [], gone: [] });
  });

  test('removes an inline policy with its role', async () => {
    const desired = bench.desired({ inlinePolicy: true });
    const host = await made(bench, desired);
    expect((await destroy(host)).leftAlone).toEqual([]);
    expect(await rolesLeft(bench, desired)).toBe(false);
  });

  test('leaves a role that was there before', async () => {
    const desired = bench.desired();
    const { name, trustPolicy } = desired.role;
    await bench.iam.send(
      new CreateRoleCommand({ RoleName: name, AssumeRolePolicyDocument: JSON.stringify(trustPolicy) }),
    );
    const host = await made(bench, desired);
    const removal = await destroy(host);
    expect(removal.removed).toHaveLength(2);
    expect(await rolesLeft(bench, desired)).toBe(true);
    expect(await policyLeft(bench, desired)).toBe(false);
  });

  test("leaves a role that holds somebody else's policy, and says so", async () => {
    const desired = bench.desired();
    const host = await made(bench, desired);
    const foreign = await bench.attachForeignPolicy(desired.role.name);
    const removal = await destroy(host);
    expect(removal.leftAlone).toEqual([
      {
        item: `the role ${desired.role.name}`,
        why: `it holds policies that this tool did not put there: ${foreign}`,
      },
    ]);
    expect(await rolesLeft(bench, desired)).toBe(true);
    expect(host.receipts.receipt?.made).toMatchObject([{ kind: 'role' }]);
  });

  test('leaves a role of the same name that somebody made anew', async () => {
    const desired = bench.desired();
    const host = await made(bench, desired);
    const RoleName = desired.role.name;
    await bench.iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn: bench.policyArn(desired) }));
    await bench.iam.send(new DeleteRoleCommand({ RoleName }));
    const AssumeRolePolicyDocument = JSON.stringify(desired.role.trustPolicy);
    await bench.iam.send(new CreateRoleCommand({ RoleName, AssumeRolePolicyDocument }));
    const removal = await destroy(host);
    expect(removal.leftAlone.map(({ why }) => why)).toEqual([
      expect.stringContaining('is another one now'),
      expect.stringContaining('is another one now'),
    ]);
    expect(await rolesLeft(bench, desired)).toBe(true);
    expect(await policyLeft(bench, desired)).toBe(false);
  });

  test('passes over what is gone already', async () => {
    const desired = bench.desired();
    const host = await made(bench, desired);
    const twin = { ...host, receipts: Object.assign(new MemoryReceipts(), host.receipts) };
    await destroy(host);
    expect((await destroy(twin)).gone).toHaveLength(3);
  });

  test('stops half-way with what was done, and goes on when run again', async () => {
    const desired = bench.desired();
    const host = await made(bench, desired);
    const keys = await bench.userWho(
      { Effect: 'Allow', Action: '*', Resource: '*' },
      { Effect: 'Deny', Action: 'iam:DeleteRole', Resource: '*' },
    );
    const limited = { ...host, admin: await bench.admin(keys) };
    await expect(destroy(limited)).rejects.toMatchObject({
      code: 'access-denied',
      message: expect.stringContaining('Done before that: detach the policy'),
      cure: expect.stringContaining('goes on from there'),
    });
    expect(host.receipts.receipt?.made).toMatchObject([{ kind: 'role' }]);
    await destroy({ ...host, admin: await bench.admin() });
    expect(await rolesLeft(bench, desired)).toBe(false);
  });

  test('without a receipt it removes nothing', async () => {
    await expect(demandReceipt(new MemoryReceipts())).rejects.toMatchObject({
      code: 'no-receipt',
      exitCode: 3,
    });
  });

  test('refuses credentials of another account', async () => {
    const desired = bench.desired();
    const host = await made(bench, desired);
    const receipt = { ...(await demandReceipt(host.receipts)), account: '999988887777' };
    await expect(readRemoval(receipt, host.admin)).rejects.toMatchObject({ code: 'wrong-account' });
  });
});
