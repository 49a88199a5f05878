import { describe, expect, test } from 'vitest';
import { close, keep } from '../../../fakes/scripted-prompter.ts';
import { account, activeProfile, allFlags, fullScript, setUpWorld } from './setup-world.ts';

const questionNames = fullScript.map(([name]) => name);

describe('in a terminal', () => {
  test('everything is asked, in the order of the walk-through, and ends in an active profile', async () => {
    const world = setUpWorld({ script: [...fullScript, ['apply', 'apply']] });
    const report = await world.run({ profile: 'acme' });
    expect(world.prompter.asked).toEqual([...questionNames, 'apply']);
    expect(report).toMatchObject({ outcome: 'applied', state: 'active', profile: 'acme' });
    expect(world.profile()).toEqual(activeProfile);
  });

  test('the first profile that is set up is the default one', async () => {
    const world = setUpWorld({ script: [...fullScript, ['apply', 'apply']] });
    await world.run({ profile: 'acme' });
    expect(world.config()?.defaultProfile).toBe('acme');
  });

  test('what a flag answers is not asked', async () => {
    const script = fullScript.filter(([name]) => !['deliverer', 'bucket', 'types'].includes(name));
    const world = setUpWorld({ script: [...script, ['apply', 'save']] });
    await world.run({ profile: 'acme', bucket: 'acme-audit', types: 'query' });
    expect(world.prompter.asked).not.toContain('bucket');
    expect(world.profile()?.types).toEqual(['query']);
  });

  test('defaults stand there already: region of the bucket, prefix, names with the profile in them, all types', async () => {
    const world = setUpWorld({
      script: [
        ...fullScript.slice(0, 4),
        ...questionNames.slice(4).map((name) => [name, keep] as const),
        ['apply', 'save'],
      ],
    });
    const { answers } = await world.run({ profile: 'acme' });
    expect(answers).toMatchObject({
      region: 'eu-central-1',
      prefix: 'altr',
      roleName: 'ALTRPublishSIEMDataAcme',
      policyName: 'acme.s3.policy',
      types: 'all',
    });
    // All types are those that come later as well: there is no list.
    expect(world.profile()).not.toHaveProperty('types');
    expect(world.profile()?.setup).toMatchObject({ types: 'all' });
  });

  test('any earlier question can be gone back to, and what was answered there stands in the line', async () => {
    const world = setUpWorld({
      script: [
        ...fullScript.slice(0, 3),
        ['bucket', '<'],
        ['organization-id', '<'],
        ['account-id', keep],
        ['organization-id', 'org-43'],
        ...fullScript.slice(3),
        ['apply', 'save'],
      ],
    });
    const { answers } = await world.run({ profile: 'acme' });
    expect(answers).toMatchObject({ accountId: account, organizationId: 'org-43', bucket: 'acme-audit' });
    expect(world.prompter.unasked).toEqual([]);
  });

  test('an answer can be changed before anything is applied, and the plan is shown again', async () => {
    const world = setUpWorld({
      script: [
        ...fullScript,
        ['apply', 'change'],
        ['change', 'prefix'],
        ['prefix', 'logs'],
        ['apply', 'apply'],
      ],
    });
    await world.run({ profile: 'acme' });
    expect(world.profile()).toMatchObject({ to: 's3://acme-audit/logs', state: 'active' });
    expect(world.said.join('\n')).toContain('below s3://acme-audit/logs/ and nothing else');
  });

  test('where this tool delivers, the account is one of your own, the name is free, and the role is write-once', async () => {
    const world = setUpWorld({
      script: [
        ['deliverer', 'audit-export'],
        ['account-id', keep],
        ['organization-id', keep],
        ['bucket', 's3://acme-audit/logs'],
        ['region', keep],
        ['role-name', 'Acme'],
        ['policy-name', keep],
        ['types', keep],
        ['write-once', keep],
        ['apply', 'apply'],
      ],
    });
    const { answers } = await world.run({ profile: 'acme' });
    expect(answers).toMatchObject({
      accountId: account,
      organizationId: 'audit-export-acme',
      prefix: 'logs',
    });
    expect(answers).toMatchObject({ roleName: 'Acme', writeOnce: true });
    const policy = world.applied.find(({ kind }) => kind === 'create-policy');
    expect(JSON.stringify(policy)).toContain('"Null":{"s3:if-none-match":"true"}');
  });

  test('an interrupted wizard is nobody’s default', async () => {
    const world = setUpWorld({ script: [...fullScript.slice(0, 4), ['region', close]] });
    await expect(world.run({})).rejects.toMatchObject({ code: 'interrupted' });
    expect(world.config()?.defaultProfile).toBeUndefined();
  });

  test('save keeps a draft, and changes nothing in AWS', async () => {
    const world = setUpWorld({ script: [...fullScript, ['apply', 'save']] });
    const report = await world.run({ profile: 'acme' });
    expect(report).toMatchObject({ outcome: 'saved', state: 'draft' });
    expect(world.applied).toEqual([]);
    expect(world.tested).toEqual([]);
    expect(world.profile()?.state).toBe('draft');
  });

  test('print gives the documents, and changes nothing in AWS', async () => {
    const world = setUpWorld({ script: [...fullScript, ['apply', 'print']] });
    const { documents, outcome } = await world.run({ profile: 'acme' });
    expect(outcome).toBe('printed');
    expect(documents.map(({ file }) => file)).toEqual(['permission-policy.json', 'trust-policy.json']);
    expect(world.applied).toEqual([]);
  });

  test('the plan is shown before it is asked for: in words, as changes, as documents', async () => {
    const world = setUpWorld({ script: [...fullScript, ['apply', 'save']] });
    await world.run({ profile: 'acme' });
    const said = world.said.join('\n');
    expect(said).toContain(
      `Account ${account}, when it names organization id org-42, may create objects below s3://acme-audit/altr/ and nothing else.`,
    );
    expect(said).toContain('create the role ALTRPublishSIEMDataAcme');
    expect(said).toContain('"sts:ExternalId": "org-42"');
  });

  test('without credentials applying is not offered', async () => {
    const world = setUpWorld({ offline: true, script: [...fullScript, ['apply', 'apply']] });
    await expect(world.run({ profile: 'acme' })).rejects.toThrow(
      "apply can't be apply: AWS could not be asked",
    );
  });
});

describe('closing and resuming', () => {
  test.each(questionNames.map((name, index) => [name, index] as const))(
    'closed at %s, what was answered before is kept, and the next run asks only the rest',
    async (name, index) => {
      const first = setUpWorld({ script: [...fullScript.slice(0, index), [name, close]] });
      await expect(first.run({ profile: 'acme' })).rejects.toMatchObject({
        code: 'interrupted',
        exitCode: 130,
      });
      const draft = first.profile();
      expect(draft?.state).toBe(index === 0 ? undefined : 'draft');
      const second = setUpWorld({
        script: [
          ...(draft === undefined ? [] : [['draft', 'go-on'] as const]),
          ...fullScript.slice(index),
          ['apply', 'apply'],
        ],
        ...(draft === undefined ? {} : { profile: draft }),
      });
      const report = await second.run({ profile: 'acme' });
      expect(second.prompter.asked).toEqual([
        ...(draft === undefined ? [] : ['draft']),
        ...questionNames.slice(index),
        'apply',
      ]);
      expect(report.state).toBe('active');
      expect(second.profile()).toEqual(activeProfile);
    },
  );

  test('closed at the last question, the draft holds every answer', async () => {
    const world = setUpWorld({ script: [...fullScript, ['apply', close]] });
    await expect(world.run({ profile: 'acme' })).rejects.toMatchObject({
      message: 'The wizard was closed. What was answered is kept as a draft in audit-export.json.',
      cure: 'Go on with: audit-export init --profile acme',
    });
    expect(world.applied).toEqual([]);
    const next = setUpWorld({
      script: [
        ['draft', 'go-on'],
        ['apply', 'apply'],
      ],
      profile: world.profile() as never,
    });
    await expect(next.run({ profile: 'acme' })).resolves.toMatchObject({ state: 'active' });
  });
});

describe('flags only', () => {
  test('with all of them and --apply nothing is asked', async () => {
    const world = setUpWorld({ noTerminal: true });
    await expect(world.run({ ...allFlags, apply: 'true' })).resolves.toMatchObject({ state: 'active' });
    expect(world.prompter.asked).toEqual([]);
    expect(world.profile()).toEqual(activeProfile);
  });

  test('with --yes the defaults do', async () => {
    const world = setUpWorld({ noTerminal: true });
    const { profile, bucket, 'account-id': accountId, 'organization-id': organizationId } = allFlags;
    const flags = {
      profile,
      bucket,
      'account-id': accountId,
      'organization-id': organizationId,
      yes: 'true',
    };
    await expect(world.run(flags)).resolves.toMatchObject({ state: 'active', outcome: 'applied' });
  });

  test('environment variables answer as well', async () => {
    const environment = Object.fromEntries(
      Object.entries(allFlags).map(([flag, text]) => [
        `AUDIT_EXPORT_${flag.toUpperCase().replaceAll('-', '_')}`,
        text,
      ]),
    );
    const world = setUpWorld({ noTerminal: true, environment });
    await expect(world.run({ apply: 'true' })).resolves.toMatchObject({ state: 'active' });
  });

  test('all that is missing is named at once, and nothing is written', async () => {
    const world = setUpWorld({ noTerminal: true });
    await expect(world.run({ profile: 'acme', bucket: 'acme-audit' })).rejects.toMatchObject({
      code: 'missing-answer',
      exitCode: 2,
      details: {
        missing:
          '--account-id --organization-id --region --prefix --role-name --policy-name --types --apply (or --print or --save)',
      },
    });
    expect(world.config()).toBeUndefined();
  });

  test('--yes does not make up what only the vendor knows', async () => {
    const world = setUpWorld({ noTerminal: true });
    await expect(world.run({ profile: 'acme', yes: 'true' })).rejects.toMatchObject({
      details: { missing: '--account-id --organization-id --bucket' },
    });
  });

  test('steps that contradict each other are refused', async () => {
    const world = setUpWorld({ noTerminal: true });
    await expect(world.run({ ...allFlags, apply: 'true', print: 'true' })).rejects.toMatchObject({
      code: 'usage',
      message: '--apply and --print contradict each other.',
    });
  });

  test('again with the same flags it changes nothing and tests again', async () => {
    const first = setUpWorld({ noTerminal: true });
    await first.run({ ...allFlags, apply: 'true' });
    const [policy, role] = [
      first.applied.find((change) => change.kind === 'create-policy'),
      first.applied.find((change) => change.kind === 'create-role'),
    ];
    const policyArn = `arn:aws:iam::${account}:policy/acme.s3.policy`;
    const second = setUpWorld({
      noTerminal: true,
      profile: activeProfile,
      live: {
        role: {
          name: 'ALTRPublishSIEMDataAcme',
          arn: `arn:aws:iam::${account}:role/ALTRPublishSIEMDataAcme`,
          id: 'AROA1',
          trustPolicy: JSON.stringify(role?.trustPolicy),
          boundary: undefined,
          attached: [{ name: 'acme.s3.policy', arn: policyArn }],
          inline: [],
        },
        policy: {
          name: 'acme.s3.policy',
          arn: policyArn,
          id: 'ANPA1',
          document: JSON.stringify(policy?.document),
          defaultVersionId: 'v1',
          versions: [{ id: 'v1', isDefault: true }],
          attachments: 1,
        },
      },
    });
    await expect(second.run({ ...allFlags, apply: 'true' })).resolves.toMatchObject({
      outcome: 'tested',
      state: 'active',
    });
    expect(second.applied).toEqual([]);
    expect(second.tested).toMatchObject([{ patienceMs: 0 }]);
  });
});
