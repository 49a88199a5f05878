import { describe, expect, test } from 'vitest';
import type { FindingCode } from '../../../../src/core/access/findings/findings.ts';
import { probeWith, customer, proberWith, refused, roleArn, vendor, yes } from './fake-prober.ts';

type Answers = Parameters<typeof proberWith>[0];

describe('who is at the keyboard', () => {
  const trust = (principal: object, id?: string): string =>
    JSON.stringify({
      Version: '2012-10-17',
      Statement: [
        {
          Effect: 'Allow',
          Principal: principal,
          Action: 'sts:AssumeRole',
          ...(id === undefined ? {} : { Condition: { StringEquals: { 'sts:ExternalId': id } } }),
        },
      ],
    });
  const owner = (trustPolicy: string): Answers => ({
    identify: async () => ({
      skewMs: undefined,
      tried: yes({ caller: { account: customer, arn: `arn:aws:iam::${customer}:user/admin` } }),
    }),
    findRole: async () =>
      yes({ role: { arn: roleArn, id: 'AROAEXAMPLEEXAMPLE', trustPolicy, createdMs: undefined } }),
    assumeRole: async () => refused(),
  });

  test('the account that the role trusts is read from the role where the profile does not say it', async () => {
    const prober = proberWith(owner(trust({ AWS: `arn:aws:iam::${vendor}:root` }, 'org-42')));
    const probed = await probeWith(prober, { access: { trustedAccountId: undefined } });
    expect(probed.of('assume-role')).toMatchObject({ status: 'skipped', finding: 'assume-from-elsewhere' });
    expect(probed.of('assume-role').message).toContain(vendor);
    expect(probed.verdict).toBe('as-far-as-seen');
  });

  test.each<[string, string, FindingCode, string[]]>([
    ['the planned one', trust({ AWS: vendor }, 'org-42'), 'trust-as-planned', []],
    [
      'one user of the account',
      trust({ AWS: `arn:aws:iam::${vendor}:user/exporter` }, 'org-42'),
      'trust-narrower',
      ['narrowed-trust'],
    ],
    [
      'a role of the account',
      trust({ AWS: `arn:aws:iam::${vendor}:role/exporter` }, 'org-42'),
      'trust-narrower',
      ['narrowed-trust'],
    ],
    ['everybody', trust({ AWS: '*' }, 'org-42'), 'trust-wrong', ['wildcard-principal']],
    ['no JSON', 'not a policy', 'trust-wrong', ['narrowed-trust']],
  ])('of the trust policy: %s', async (_, policy, finding, causes) => {
    const probed = await probeWith(proberWith(owner(policy)));
    expect(probed.of('trust-policy')).toMatchObject({ finding, causes });
  });

  test('a caller that may not call AssumeRole is told apart from a role that does not let in', async () => {
    const said =
      'User: x is not authorized to perform: sts:AssumeRole on resource: y because no identity-based policy allows the sts:AssumeRole action';
    const probed = await probeWith(
      proberWith({ assumeRole: async () => refused('access-denied', { said }) }),
    );
    expect(probed.of('assume-role')).toMatchObject({
      finding: 'assume-denied-by-caller',
      cure: `allow arn:aws:iam::${vendor}:user/exporter sts:AssumeRole on ${roleArn}`,
    });
  });

  test('without a role the credentials deliver by themselves, and nothing about roles is tried', async () => {
    const probed = await probeWith(proberWith(), { access: { role: undefined } });
    expect(probed.verdict).toBe('passed');
    expect(probed.of('assume-role').finding).toBe('no-role');
    expect(probed.of('trust-policy').finding).toBe('no-role');
  });

  test('a role without external id is a warning in one account, and a failure across accounts', async () => {
    const role = { arn: roleArn, externalId: undefined };
    const anybody = { assumeRole: async () => yes({}) };
    const across = await probeWith(proberWith(anybody), { access: { role } });
    expect(across.of('without-external-id').status).toBe('fail');
    const within = await probeWith(proberWith({ ...owner(''), ...anybody }), { access: { role } });
    expect(within.of('without-external-id').status).toBe('warn');
  });
});
