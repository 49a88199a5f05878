import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FindingCode } from '../../src/core/access/findings/findings.ts';
import type { ProbeId } from '../../src/core/access/findings/probes.ts';
import { builtInAuditTypes } from '../../src/core/setup/answers/answer-rules.ts';
import type { Target } from '../contract/target.ts';
import { targets } from '../contract/target.ts';
import type { Wrong } from './test-access-world.ts';
import {
  AccessWorld,
  allowing,
  environmentOf,
  externalId,
  prefix,
  testAccessOf,
  trusting,
} from './test-access-world.ts';
import { useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();

type Names = { bucket: string; account: string };
type Case = [what: string, wrong: (names: Names) => Wrong, found: Partial<Record<ProbeId, FindingCode>>];

/** Servers that refuse without the reason which S3 gives within one account ("Troubleshoot access denied errors"). */
const giveNoReason: ReadonlySet<string> = new Set(['moto']);

/** What the vendor finds, who can try it. */
const triedByVendor: Case[] = [
  [
    'a trust policy without external id',
    ({ account }) => ({ trust: trusting(account) }),
    {
      'without-external-id': 'assumed-without-external-id',
      'wrong-external-id': 'assumed-with-wrong-external-id',
    },
  ],
  [
    'another external id than the profile says',
    ({ account }) => ({ trust: trusting(account, 'org-43') }),
    { 'assume-role': 'assume-denied', 'put-object': 'needs-unmet' },
  ],
  [
    'a policy that allows everything in S3',
    () => ({ policy: allowing('s3:*', '*') }),
    {
      'get-denied': 'get-allowed',
      'list-denied': 'list-allowed',
      'outside-denied': 'outside-allowed',
      'delete-denied': 'delete-allowed',
    },
  ],
  [
    'a policy that lets read',
    ({ bucket }) => ({ policy: allowing(['s3:PutObject', 's3:GetObject'], `${bucket}/${prefix}/*`) }),
    { 'get-denied': 'get-allowed', 'list-denied': 'denied-as-it-should' },
  ],
  [
    'a policy that forgot the slash after the prefix',
    ({ bucket }) => ({ policy: allowing('s3:PutObject', `${bucket}/${prefix}*`) }),
    { 'outside-denied': 'outside-allowed' },
  ],
  ['no policy', () => ({ policy: 'none' }), { 'put-object': 'put-denied-by-role' }],
  [
    'a policy for one audit type only',
    ({ bucket }) => ({ policy: allowing('s3:PutObject', `${bucket}/${prefix}/audit_type=query/*`) }),
    { 'put-object': 'put-denied-by-role' },
  ],
  [
    'a policy for another prefix',
    ({ bucket }) => ({ policy: allowing('s3:PutObject', `${bucket}/logs/*`) }),
    { 'put-object': 'put-denied-by-role' },
  ],
  [
    'a policy for another bucket',
    ({ bucket }) => ({ policy: allowing('s3:PutObject', `${bucket}-2/${prefix}/*`) }),
    { 'put-object': 'put-denied-by-role' },
  ],
];

/** What the owner of the role sees, who can't try it. */
const seenByCustomer: [what: string, wrong: (names: Names) => Wrong, probe: ProbeId, causes: string[]][] = [
  [
    'a trust policy without external id',
    ({ account }) => ({ trust: trusting(account) }),
    'trust-policy',
    ['missing-external-id'],
  ],
  [
    'another external id',
    ({ account }) => ({ trust: trusting(account, 'org-43') }),
    'trust-policy',
    ['different-external-id'],
  ],
  [
    'another account',
    () => ({ trust: trusting('333333333333', externalId) }),
    'trust-policy',
    ['foreign-principal'],
  ],
  [
    'the service s3.amazonaws.com',
    () => ({
      trust: { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' },
    }),
    'trust-policy',
    ['half-finished-role'],
  ],
  [
    'a policy that is too wide',
    () => ({ policy: allowing('s3:*', '*') }),
    'permission-policy',
    ['widened-action'],
  ],
  [
    'a policy for another prefix',
    ({ bucket }) => ({ policy: allowing('s3:PutObject', `${bucket}/logs/*`) }),
    'permission-policy',
    ['widened-resource', 'narrowed-policy'],
  ],
  ['no policy', () => ({ policy: 'none' }), 'permission-policy', ['narrowed-policy']],
];

// The rehearsal always; other servers where the environment names one (see test/contract/target.ts).
describe.each(targets())('test-access against $server', (start) => {
  let target: Target;
  let world: AccessWorld;
  beforeAll(async () => {
    target = await start.start();
    world = new AccessWorld(target);
  });
  afterAll(async () => {
    await world.close();
    await target.stop();
  });

  test('a right set-up passes for the vendor, and again, and leaves the same objects', async () => {
    const workspace = await newWorkspace();
    const { profile, bucket } = await world.make();
    const environment = environmentOf(target, target.vendor);
    const first = await testAccessOf(workspace, profile, { environment });
    expect(first.those('fail')).toEqual([]);
    expect(first).toMatchObject({ code: 0, report: { verdict: 'passed' } });
    expect(first.probe('put-object').finding).toBe('put-stored');
    const again = await testAccessOf(workspace, profile, { environment });
    expect(again.probe('put-object').finding).toBe('put-there-already');
    const probe = `s3://${bucket}/${prefix}/_audit-export/access-test/probe`;
    expect(first.report.left).toEqual([
      probe,
      ...builtInAuditTypes.map(
        (type) => `s3://${bucket}/${prefix}/audit_type=${type}/event_date=1971-01-01/_access-test`,
      ),
    ]);
    expect(again.report.left).toEqual(first.report.left);
  });

  test('a right set-up is neither a pass nor a fail for its owner, who can not assume the role', async () => {
    const { profile } = await world.make();
    const environment = environmentOf(target, target.customer);
    const run = await testAccessOf(await newWorkspace(), profile, { environment });
    expect(run.those('fail')).toEqual([]);
    // Nothing else is possible with these credentials.
    expect(run).toMatchObject({
      code: 0,
      report: { verdict: 'as-far-as-seen', elsewhere: target.vendor.accountId },
    });
    expect(run.report.summary).toContain('neither a pass nor a fail');
    expect(run.probe('assume-role')).toMatchObject({
      finding: 'assume-from-elsewhere',
      message: expect.stringContaining(`only account ${target.vendor.accountId} may assume the role`),
    });
    expect(run.probe('trust-policy').finding).toBe('trust-as-planned');
    expect(run.probe('permission-policy').finding).toBe('policy-as-planned');
    expect(run.report.left).toEqual([]);
  });

  test.each(triedByVendor)('%s is found by the vendor', async (_, wrong, found) => {
    const { profile } = await world.make(wrong);
    const environment = environmentOf(target, target.vendor);
    const run = await testAccessOf(await newWorkspace(), profile, { environment });
    expect(run).toMatchObject({ code: 4, report: { verdict: 'failed' } });
    for (const [id, known] of Object.entries(found)) {
      const unknown = known === 'put-denied-by-role' && giveNoReason.has(target.server);
      const finding = unknown ? 'put-denied' : known;
      const { cure, ...probe } = run.probe(id as ProbeId);
      expect(probe).toMatchObject({ probe: id, finding });
      expect(probe.status === 'fail' ? cure : '').not.toBeNull();
    }
    expect(run.those('fail')).toEqual(expect.arrayContaining(failsIn(found)));
  });

  test.each(seenByCustomer)('%s is seen by the owner of the role', async (_, wrong, probe, causes) => {
    const { profile } = await world.make(wrong);
    const environment = environmentOf(target, target.customer);
    const run = await testAccessOf(await newWorkspace(), profile, { environment });
    expect(run).toMatchObject({ code: 4, report: { verdict: 'failed' } });
    expect(run.those('fail')).toEqual([probe]);
    expect(run.probe(probe).causes).toEqual(expect.arrayContaining(causes));
    expect(run.probe(probe).cure).toContain('audit-export iam apply --profile acme');
  });

  test('another bucket that the role can write to is named', async () => {
    const { profile, bucket } = await world.make(({ bucket }) => ({
      policy: allowing('s3:PutObject', `${bucket}*`),
    }));
    await world.bucket(`${bucket}-2`);
    const run = await testAccessOf(await newWorkspace(), profile, {
      environment: environmentOf(target, target.vendor),
      flags: ['--other-bucket', `${bucket}-2`],
    });
    expect(run.probe('elsewhere-denied')).toMatchObject({
      finding: 'elsewhere-allowed',
      message: expect.stringContaining(`s3://${bucket}-2/_audit-export/access-test/probe`),
    });
  });

  // S3 says 404 to everybody; a server that says 403 to strangers says it to whoever delivers.
  test('a bucket that is missing is found, and nothing else is blamed', async () => {
    const { profile } = await world.make(() => ({ bucket: 'missing' }));
    const run = await testAccessOf(await newWorkspace(), profile, {
      environment: environmentOf(target, target.vendor),
    });
    const [failed] = run.those('fail');
    expect(run.those('fail')).toEqual([failed]);
    expect(run.probe(failed as ProbeId)).toMatchObject({
      finding: 'bucket-missing',
      cure: 'audit-export init --profile acme --reconfigure --create-bucket --yes (or --bucket NAME)',
    });
  });

  test('keys that nobody knows are told apart from a role that refuses', async () => {
    const { profile } = await world.make();
    const stranger = { ...target.vendor, accessKeyId: 'AKIAIOSFODNN7EXAMPLE' };
    const run = await testAccessOf(await newWorkspace(), profile, {
      environment: environmentOf(target, stranger),
    });
    expect(run.those('fail')).toEqual(['credentials']);
    expect(run.probe('credentials')).toMatchObject({ finding: 'credentials-invalid' });
  });
});

/** The probes of a case that fail: what is skipped because of them is not among them. */
function failsIn(found: Case[2]): string[] {
  return Object.entries(found)
    .filter(([, finding]) => finding !== 'needs-unmet' && finding !== 'denied-as-it-should')
    .map(([id]) => id);
}
