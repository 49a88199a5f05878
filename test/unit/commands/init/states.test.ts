import { describe, expect, test } from 'vitest';
import type { AccessReceipt } from '../../../../src/core/setup/plan/receipt.ts';
import { account, activeProfile, allFlags, fullScript, setUpWorld } from './setup-world.ts';

const apply = { ...allFlags, apply: 'true' };

describe('draft, applied, active', () => {
  test.each([
    ['passed', 'active'],
    ['failed', 'applied'],
    ['not-yet-visible', 'applied'],
    ['as-far-as-seen', 'applied'],
  ] as const)('an access test that %s leaves the profile %s', async (verdict, state) => {
    const world = setUpWorld({ noTerminal: true, verdict });
    const report = await world.run(apply);
    expect(report.state).toBe(state);
    expect(world.profile()?.state).toBe(state);
    expect(world.tested).toMatchObject([
      {
        patienceMs: 90_000,
        name: 'acme',
        profile: { role: { externalId: 'org-42' }, setup: { accountId: account } },
      },
    ]);
  });

  test('a change that is refused leaves a draft', async () => {
    const world = setUpWorld({ noTerminal: true, refused: 'create-role' });
    await expect(world.run(apply)).rejects.toThrow('Done before that: create the policy acme.s3.policy');
    expect(world.profile()).toMatchObject({ state: 'draft', to: 's3://acme-audit/altr' });
  });

  test('without credentials applying is an error that says what to do', async () => {
    const world = setUpWorld({ noTerminal: true, offline: true });
    await expect(world.run(apply)).rejects.toMatchObject({
      code: 'no-credentials',
      cure: expect.stringContaining('audit-export init --request FILE'),
    });
  });

  test('--inline-policy puts the policy into the role, and the profile remembers it', async () => {
    const world = setUpWorld({ noTerminal: true });
    await world.run({ ...apply, 'inline-policy': 'true' });
    expect(world.applied.map(({ kind }) => kind)).toEqual(['create-role', 'put-inline-policy']);
    expect(world.profile()?.setup?.inlinePolicy).toBe(true);
  });

  test('an endpoint that was named goes into the profile', async () => {
    const world = setUpWorld({ noTerminal: true });
    await world.run({ ...apply, 'endpoint-url': 'http://127.0.0.1:1', 'path-style': 'true' });
    expect(world.profile()).toMatchObject({ endpointUrl: 'http://127.0.0.1:1', pathStyle: true });
  });
});

describe('a profile that is set up', () => {
  test.each([
    ['bucket', 'acme-logs', 'bucket: acme-audit → acme-logs'],
    ['region', 'us-east-1', 'region: eu-central-1 → us-east-1'],
    ['prefix', 'other', 'prefix: altr → other'],
    ['role-name', 'ALTRPublishSIEMDataX', 'role-name: ALTRPublishSIEMDataAcme → ALTRPublishSIEMDataX'],
    ['account-id', '999999999999', `account-id: ${account} → 999999999999`],
    ['organization-id', 'org-43', 'organization-id: org-42 → org-43'],
  ])('is not changed by a slip of --%s', async (flag, value, difference) => {
    const world = setUpWorld({ noTerminal: true, profile: activeProfile });
    await expect(world.run({ profile: 'acme', [flag]: value })).rejects.toMatchObject({
      code: 'protected-setting',
      exitCode: 2,
      message: expect.stringContaining(difference),
      cure: expect.stringContaining('--reconfigure'),
    });
    expect(world.profile()).toEqual(activeProfile);
  });

  test('--reconfigure shows the difference before anything is changed', async () => {
    const world = setUpWorld({ noTerminal: true, profile: activeProfile });
    await world.run({ profile: 'acme', prefix: 'logs', reconfigure: 'true', apply: 'true' });
    expect(world.said.join('\n')).toContain('prefix: altr → logs');
    expect(world.profile()).toMatchObject({ state: 'active', to: 's3://acme-audit/logs' });
  });

  test('--reconfigure alone asks everything again, with what is there as the answer', async () => {
    const names = fullScript.map(([name]) => name);
    const script = fullScript.map(([name, answer]) => [name, name === 'prefix' ? 'logs' : answer] as const);
    const world = setUpWorld({ script: [...script, ['apply', 'apply']], profile: activeProfile });
    await world.run({ profile: 'acme', reconfigure: 'true' });
    expect(world.prompter.asked).toEqual([...names, 'apply']);
    expect(world.profile()?.to).toBe('s3://acme-audit/logs');
  });

  test('stays as it was when the wizard is closed, or a change is refused', async () => {
    const refused = setUpWorld({ noTerminal: true, profile: activeProfile, refused: 'create-role' });
    const flags = { profile: 'acme', prefix: 'logs', reconfigure: 'true' };
    await expect(refused.run({ ...flags, apply: 'true' })).rejects.toThrow('was refused');
    expect(refused.profile()).toEqual(activeProfile);
  });

  test('is tested, not planned, with credentials of another account', async () => {
    const setup = { ...activeProfile.setup, customerAccountId: '999999999999' };
    const world = setUpWorld({ noTerminal: true, profile: { ...activeProfile, state: 'applied', setup } });
    await expect(world.run({ profile: 'acme' })).resolves.toMatchObject({
      outcome: 'tested',
      state: 'active',
    });
    expect(world.applied).toEqual([]);
  });
});

test('a profile that delivers to a folder needs no set-up', async () => {
  const world = setUpWorld({ noTerminal: true, profile: { to: './export' } });
  await expect(world.run(apply)).rejects.toThrow('needs no set-up');
});

describe('two people', () => {
  const receipt: AccessReceipt = {
    receipt: 'access',
    version: 1,
    complete: true,
    planHash: 'a'.repeat(64),
    account,
    partition: 'aws',
    region: 'eu-central-1',
    bucket: 'acme-audit',
    prefix: 'altr',
    deliverer: 'vendor',
    writeOnce: false,
    trustedAccountId: account,
    externalId: 'org-42',
    roleName: 'ALTRPublishSIEMDataAcme',
    roleArn: `arn:aws:iam::${account}:role/ALTRPublishSIEMDataAcme`,
    policyName: 'acme.s3.policy',
    policyArn: `arn:aws:iam::${account}:policy/acme.s3.policy`,
    kmsKeyArn: null,
    made: [],
    history: [],
    remaining: [],
  };

  test('a request holds what an administrator needs, and leaves a draft', async () => {
    const world = setUpWorld({ noTerminal: true, offline: true });
    const report = await world.run({ ...allFlags, request: 'request.json' });
    expect(JSON.parse(world.files['request.json'] ?? '')).toEqual({
      request: 'access',
      version: 1,
      profile: 'acme',
      deliverer: 'vendor',
      accountId: account,
      organizationId: 'org-42',
      bucket: 'acme-audit',
      region: 'eu-central-1',
      prefix: 'altr',
      roleName: 'ALTRPublishSIEMDataAcme',
      policyName: 'acme.s3.policy',
      types: ['query', 'alert'],
      inlinePolicy: false,
    });
    expect(report).toMatchObject({ outcome: 'requested', state: 'draft' });
    expect(report.next).toContain('audit-export iam apply --request request.json');
    expect(world.profile()?.state).toBe('draft');
  });

  test('the receipt goes on from the draft', async () => {
    const asked = setUpWorld({ noTerminal: true, offline: true });
    await asked.run({ ...allFlags, request: 'request.json' });
    const world = setUpWorld({
      noTerminal: true,
      profile: asked.profile() as never,
      files: { 'receipt.json': JSON.stringify(receipt) },
    });
    const report = await world.run({ profile: 'acme', receipt: 'receipt.json' });
    expect(report).toMatchObject({ outcome: 'received', state: 'active', roleArn: receipt.roleArn });
    expect(world.profile()).toEqual(activeProfile);
    expect(world.applied).toEqual([]);
  });

  test('without a draft, only the audit types are asked', async () => {
    const files = { 'receipt.json': JSON.stringify(receipt) };
    const world = setUpWorld({ script: [['types', ['query', 'alert']]], files });
    await world.run({ profile: 'acme', receipt: 'receipt.json' });
    expect(world.profile()).toEqual(activeProfile);
  });

  test.each<[string, Partial<AccessReceipt>, RegExp]>([
    ['is about another bucket', { bucket: 'other' }, /bucket is other, not acme-audit/],
    ['is about another organization', { externalId: 'org-43' }, /organizationId is org-43, not org-42/],
    ['was written half-way', { complete: false }, /half-way/],
    ['has no role', { roleArn: null }, /half-way/],
  ])('a receipt that %s is refused', async (_, change, reason) => {
    const files = { 'receipt.json': JSON.stringify({ ...receipt, ...change }) };
    const world = setUpWorld({ noTerminal: true, files });
    await expect(world.run({ ...allFlags, receipt: 'receipt.json' })).rejects.toMatchObject({
      code: 'document-invalid',
      message: expect.stringMatching(reason),
    });
    expect(world.config()).toBeUndefined();
  });

  test('without credentials the role is taken over, and nothing is claimed to be tested', async () => {
    const files = { 'receipt.json': JSON.stringify(receipt) };
    const world = setUpWorld({ noTerminal: true, offline: true, files });
    await expect(world.run({ ...allFlags, receipt: 'receipt.json' })).resolves.toMatchObject({
      state: 'applied',
      test: null,
    });
  });
});
