import { describe, expect, test } from 'vitest';
import type { FindingCode } from '../../../../src/core/access/findings/findings.ts';
import { probeIds } from '../../../../src/core/access/findings/probes.ts';
import type { ProbeId } from '../../../../src/core/access/findings/probes.ts';
import type { Refusal } from '../../../../src/ports/aws/access-prober.ts';
import { probeWith, customer, proberWith, refused, roleArn, yes } from './fake-prober.ts';

const typeProbe = 'altr/audit_type=query/event_date=1971-01-01/_access-test';

type Answers = Parameters<typeof proberWith>[0];

test('a right set-up passes, every probe has its line, and the objects that stay are named', async () => {
  const probed = await probeWith(proberWith());
  expect(probed).toMatchObject({ verdict: 'passed', waitedMs: 0, sleeps: [] });
  expect(probed.probes.map(({ probe }) => probe)).toEqual(probeIds);
  expect(probed.left).toEqual([
    's3://acme-audit/altr/_audit-export/access-test/probe',
    's3://acme-audit/altr/audit_type=query/event_date=1971-01-01/_access-test',
  ]);
});

test('what could not be tried from here is named, also where all else passes; what nobody asked for is not', async () => {
  const { verdict, summary, those } = await probeWith(proberWith());
  const chosen = new Set<string>(['overwrite-denied', 'elsewhere-denied']);
  const untried = those('skipped').filter((probe) => !chosen.has(probe));
  expect(untried.length).toBeGreaterThan(0);
  expect([verdict, summary]).toEqual([
    'passed',
    `Passed: it can do what it must, and can not do what it must not. Not tried: ${untried.join(', ')}.`,
  ]);
});

describe('what can be wrong, and only a server out of the ordinary shows', () => {
  test.each<[what: string, answers: Answers, probe: ProbeId, finding: FindingCode, left: string[]]>([
    [
      'a server that ignores If-None-Match',
      { put: async () => yes({ conditional: false, kmsKey: undefined }) },
      'conditional-write',
      'condition-ignored',
      ['altr/_audit-export/access-test/probe', typeProbe],
    ],
    [
      'a server that stores what does not fit its MD5',
      { mayPut: async () => yes({ stored: true }) },
      'outside-denied',
      'outside-stored',
      ['altr/_audit-export/access-test/probe', typeProbe, '_audit-export/access-test/probe'],
    ],
    [
      'a role that may delete',
      { remove: async () => yes({ marked: false }) },
      'delete-denied',
      'delete-allowed',
      [typeProbe],
    ],
    [
      'a role that may delete where versions are kept',
      { remove: async () => yes({ marked: true }) },
      'delete-denied',
      'delete-marked',
      ['altr/_audit-export/access-test/probe', typeProbe],
    ],
    ['S3 that is gone', { put: async () => refused('unreachable') }, 'put-object', 'no-answer', []],
    [
      'an error that nobody has foreseen',
      { list: async () => refused('store-failed') },
      'list-denied',
      'other-error',
      ['altr/_audit-export/access-test/probe', typeProbe],
    ],
    [
      'a session that ends half-way',
      { list: async () => refused('expired-credentials') },
      'list-denied',
      'credentials-expired',
      ['altr/_audit-export/access-test/probe', typeProbe],
    ],
    [
      'an ACL on the way',
      { put: async () => refused('acl-not-supported') },
      'put-object',
      'put-with-acl',
      [],
    ],
  ])('%s', async (_, answers, ...[probe, finding, left]) => {
    const probed = await probeWith(proberWith(answers));
    expect(probed.verdict).toBe('failed');
    expect(probed.of(probe)).toMatchObject({ status: 'fail', finding, cure: expect.any(String) });
    expect(probed.left).toEqual(left.map((key) => `s3://acme-audit/${key}`));
  });
});

describe('no false pass', () => {
  test('a refusal to read shows nothing where the object may not be there', async () => {
    const probed = await probeWith(proberWith(), { plan: { noWrite: true } });
    expect(probed.of('get-denied')).toMatchObject({ status: 'skipped', finding: 'get-unclear' });
    expect(probed.left).toEqual([]);
  });

  test('a call that the server lacks is skipped, not denied', async () => {
    const probed = await probeWith(
      proberWith({ list: async () => refused('not-supported', { awsError: 'NotImplemented' }) }),
    );
    expect(probed.of('list-denied')).toMatchObject({
      status: 'skipped',
      message: 'the server has no such call: NotImplemented',
    });
  });

  test('a refusal of KMS is no refusal of S3', async () => {
    const probed = await probeWith(
      proberWith({
        mayPut: async ({ key }) => (key.startsWith('altr/') ? yes({ stored: false }) : refused('kms-denied')),
      }),
    );
    expect(probed.of('outside-denied')).toMatchObject({ status: 'skipped', finding: 'kms-in-the-way' });
  });

  test('what could not be tried at all is neither a pass nor a fail', async () => {
    const probed = await probeWith(
      proberWith({ assumeRole: async () => refused('not-supported', { httpStatus: 501 }) }),
    );
    expect(probed.verdict).toBe('as-far-as-seen');
    expect(probed.summary).toContain('neither a pass nor a fail');
  });

  test('an object that was there before says nothing of a key that was closed since', async () => {
    const there = { put: async () => yes({ conditional: true, kmsKey: undefined }) };
    const open = await probeWith(proberWith(there));
    expect(open.of('kms')).toMatchObject({ status: 'skipped', finding: 'kms-untried' });
    const closed = await probeWith(proberWith({ ...there, mayPut: async () => refused('kms-disabled') }));
    expect(closed.of('kms')).toMatchObject({ status: 'fail', finding: 'kms-disabled' });
  });
});

describe('a denied delivery is blamed on the policy that AWS names', () => {
  const says = (reason: string): Partial<Refusal> => ({
    said: `User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: s3:PutObject on resource: "arn:aws:s3:::b/k" ${reason}`,
  });
  test.each<[string, FindingCode]>([
    ['because no identity-based policy allows the s3:PutObject action', 'put-denied-by-role'],
    ['with an explicit deny in an identity-based policy', 'put-denied-by-role'],
    ['because no session policy allows the s3:PutObject action', 'put-denied-by-session'],
    ['because no resource-based policy allows the s3:PutObject action', 'put-denied-by-role'],
    ['with an explicit deny in a resource-based policy', 'put-denied-by-bucket'],
    ['because no permissions boundary allows the s3:PutObject action', 'put-denied-by-boundary'],
    ['with an explicit deny in a service control policy', 'put-denied-by-organization'],
    ['with an explicit deny in a resource control policy', 'put-denied-by-organization'],
    ['because no VPC endpoint policy allows the s3:PutObject action', 'put-denied-by-endpoint'],
    ['', 'put-denied'],
  ])('%j: %s', async (reason, finding) => {
    const probed = await probeWith(proberWith({ put: async () => refused('access-denied', says(reason)) }));
    expect(probed.those('fail')).toEqual(['put-object']);
    expect(probed.of('put-object')).toMatchObject({
      finding,
      requestId: 'REQUEST-1',
      awsError: 'AccessDenied',
    });
  });
});

const scp = 'arn:aws:organizations::987654321098:policy/o-qv5af4abcd/service_control_policy/p-2kgnabcd';

test.each<[string, Answers, ProbeId, FindingCode]>([
  [
    'a delivery',
    { put: async () => refused('access-denied', { said: byOrganization('s3:PutObject') }) },
    'put-object',
    'put-denied-by-organization',
  ],
  [
    'the role',
    { assumeRole: async () => refused('access-denied', { said: byOrganization('sts:AssumeRole') }) },
    'assume-role',
    'assume-denied-outside',
  ],
  [
    'the key',
    { put: async () => refused('kms-denied', { said: byOrganization('kms:GenerateDataKey') }) },
    'kms',
    'kms-denied-outside',
  ],
])(
  'a policy of the organization that keeps from %s is told by its ARN',
  async (_, answers, probe, finding) => {
    const probed = await probeWith(proberWith(answers));
    expect(probed.of(probe)).toMatchObject({ finding, status: 'fail' });
    expect(probed.of(probe).message).toContain(`service control policy (${scp})`);
  },
);

function byOrganization(action: string): string {
  return `User: arn:aws:sts::1:assumed-role/r/s is not authorized to perform: ${action} on resource: "arn:aws:x" with an explicit deny in a service control policy: ${scp}`;
}

describe('the owner of the bucket', () => {
  test.each<[what: string, withOwner: boolean, without: boolean, finding: FindingCode]>([
    ['right', true, true, 'owner-right'],
    ['wrong: only the call without an owner is let through', false, true, 'owner-wrong'],
    ['unknown: nothing is let through', false, false, 'owner-unknown'],
  ])('%s', async (_, withOwner, without, finding) => {
    const probed = await probeWith(
      proberWith({
        mayPut: async ({ owner }) => {
          const taken = owner === undefined ? without : withOwner && owner !== '000000000000';
          return taken ? yes({ stored: false }) : refused();
        },
      }),
    );
    expect(probed.of('bucket-owner').finding).toBe(finding);
    expect(probed.of('put-object').status).toBe(finding === 'owner-wrong' ? 'skipped' : 'pass');
  });

  test('is not checked by a server that takes one that can not be right', async () => {
    const probed = await probeWith(proberWith({ mayPut: async () => yes({ stored: false }) }));
    expect(probed.of('bucket-owner')).toMatchObject({ status: 'warn', finding: 'owner-not-checked' });
  });

  test('is not asked for by writing where nothing may be written', async () => {
    let asked = 0;
    const prober = proberWith({
      mayPut: async () => {
        asked += 1;
        return yes({ stored: false });
      },
    });
    const probed = await probeWith(prober, { plan: { noWrite: true } });
    expect(probed.of('bucket-owner').finding).toBe('owner-unknown');
    expect(asked).toBe(0);
  });
});

describe('Object Lock', () => {
  const locked = proberWith({
    look: async () =>
      yes({
        look: {
          bucket: 'acme-audit',
          existence: 'there',
          region: 'eu-central-1',
          ownedByAccount: true,
          objectLock: { mode: 'COMPLIANCE', retention: '7 years' },
          unseen: [],
        },
      }),
  });

  test('nothing is written without a yes', async () => {
    const probed = await probeWith(locked, { agree: false });
    expect(probed.of('object-lock')).toMatchObject({ status: 'skipped', finding: 'object-lock-left-alone' });
    expect(probed.of('put-object').finding).toBe('needs-unmet');
    expect(probed).toMatchObject({ verdict: 'as-far-as-seen', left: [] });
  });

  test('with a yes it is a warning', async () => {
    const probed = await probeWith(locked);
    expect(probed.of('object-lock')).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('COMPLIANCE for 7 years'),
    });
    expect(probed.verdict).toBe('passed');
  });
});

describe('the configuration', () => {
  test.each<[string, Parameters<typeof probeWith>[1], FindingCode]>([
    ['no region', { access: { region: undefined } }, 'configuration-incomplete'],
    [
      'a role that is no ARN',
      { access: { role: { arn: 'acme', externalId: 'org-42' } } },
      'configuration-incomplete',
    ],
    ['an owner that is no account', { access: { bucketOwner: '123' } }, 'configuration-incomplete'],
    [
      'an external id that can not be',
      { access: { role: { arn: roleArn, externalId: 'two words' } } },
      'configuration-incomplete',
    ],
    [
      'a role whose name the vendor may not assume',
      { access: { role: { arn: `arn:aws:iam::${customer}:role/acme`, externalId: 'org-42' } } },
      'role-name-prefix',
    ],
  ])('%s', async (_, more, finding) => {
    const probed = await probeWith(proberWith(), more);
    expect(probed.of('configuration')).toMatchObject({ status: 'fail', finding });
    expect(probed.of('put-object').status).toBe(finding === 'role-name-prefix' ? 'pass' : 'skipped');
  });
});

test.each<[number | undefined, FindingCode]>([
  [undefined, 'clock-unknown'],
  [0, 'clock-right'],
  [-240_000, 'clock-right'],
  [400_000, 'clock-off'],
  [-400_000, 'clock-off'],
  [901_000, 'clock-wrong'],
])('a clock that is %s ms off is %s', async (skewMs, finding) => {
  const identify = async () => ({ skewMs, tried: yes({ caller: undefined }) });
  const probed = await probeWith(proberWith({ identify }), { plan: { only: ['clock'] } });
  expect(probed.of('clock').finding).toBe(finding);
});
