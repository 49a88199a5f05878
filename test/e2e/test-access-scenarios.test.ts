import { describe, expect, test } from 'vitest';
import type { FindingCode } from '../../src/core/access/findings/findings.ts';
import type { ProbeId } from '../../src/core/access/findings/probes.ts';
import type { Fault } from '../../src/ports/aws/emulator.ts';
import { useRehearsals } from './test-access-rehearsal.ts';
import { useWorkspaces } from './workspace.ts';

const rehearse = useRehearsals(useWorkspaces());

/** What the vendor finds: which probes fail, and what exactly one of them says. */
const foundByVendor: [scenario: string, fails: ProbeId[], finding: FindingCode, says: string][] = [
  [
    'no-external-id',
    ['without-external-id', 'wrong-external-id'],
    'assumed-without-external-id',
    'confused deputy',
  ],
  ['wrong-principal', ['assume-role'], 'assume-denied', 'AWS does not say why'],
  ['half-made-role', ['assume-role'], 'assume-denied', 'AWS does not say why'],
  ['no-permission', ['put-object'], 'put-denied-by-role', 'no policy of the role'],
  ['bucket-denies', ['put-object'], 'put-denied-by-bucket', 'the bucket policy denies'],
  ['no-bucket', ['bucket'], 'bucket-missing', 'there is no bucket audit-rehearsal'],
  ['wrong-owner', ['bucket-owner'], 'owner-wrong', 'does not belong to account 111122223333'],
  ['wrong-region', ['bucket-region'], 'region-wrong', 'the bucket is in eu-central-1, not in us-east-1'],
  ['kms-denied', ['put-object', 'kms'], 'kms-denied-to-role', 'kms:GenerateDataKey on arn:aws:kms:us-east-1'],
  ['kms-disabled', ['put-object', 'kms'], 'kms-disabled', 'is disabled'],
];

describe('what goes wrong is called by its name', () => {
  test.each(foundByVendor)('%s fails %j: %s', async (scenario, fails, finding, says) => {
    const run = await (await rehearse(scenario)).test();
    expect(run).toMatchObject({ code: 4, report: { verdict: 'failed' } });
    expect(run.those('fail')).toEqual(fails);
    const named = run.report.probes.find((probe) => probe.finding === finding);
    expect(named).toMatchObject({ status: 'fail', cure: expect.any(String) });
    expect(named?.message).toContain(says);
  });

  test.each([['healthy'], ['kms'], ['expired-session'], ['lost-answers']])('%s passes', async (scenario) => {
    const run = await (await rehearse(scenario)).test();
    expect(run.those('fail')).toEqual([]);
    expect(run).toMatchObject({ code: 0, report: { verdict: 'passed' } });
  });

  test('a refusal keeps the error code and the request id of AWS', async () => {
    const { test, emulator } = await rehearse('no-permission');
    const { awsError, requestId, httpStatus, errorCode } = (await test()).probe('put-object');
    expect({ awsError, httpStatus, errorCode }).toEqual({
      awsError: 'AccessDenied',
      httpStatus: 403,
      errorCode: 'access-denied',
    });
    expect(emulator.requests().map((request) => request.requestId)).toContain(requestId);
  });

  test('a key that its policy closes is told apart from a role that may not', async () => {
    const { test, emulator } = await rehearse('kms');
    emulator.faults.add({
      kind: 'error',
      status: 403,
      code: 'AccessDenied',
      message:
        'User: x is not authorized to perform: kms:GenerateDataKey on resource: arn:aws:kms:us-east-1:1:key/2 because no resource-based policy allows the kms:GenerateDataKey action',
      match: { operation: 'PutObject' },
    });
    expect((await test()).probe('kms')).toMatchObject({ finding: 'kms-denied-by-key' });
  });

  test('a bucket owner that the profile does not name is a warning, and no failure', async () => {
    const { test } = await rehearse('healthy');
    const run = await test({ profile: { bucketOwner: undefined } });
    expect(run.probe('bucket-owner')).toMatchObject({ status: 'warn', finding: 'owner-not-named' });
    expect(run.code).toBe(0);
  });

  test('a wrong owner gets nothing to keep', async () => {
    const { test, emulator } = await rehearse('wrong-owner');
    const { report } = await test();
    expect(report.left).toEqual([]);
    const stored = emulator
      .requests()
      .filter(({ operation, status }) => operation === 'PutObject' && status === 200);
    expect(stored).toEqual([]);
  });
});

describe('credentials and network', () => {
  test('a clock that is wrong is found by the Date of the first answer, which the SDK corrects by itself', async () => {
    const { test } = await rehearse('skewed-clock');
    const run = await test({ flags: ['--only', 'credentials,sts-endpoint,clock,assume-role'] });
    expect(run.those('fail')).toEqual(['clock']);
    expect(run.probe('clock')).toMatchObject({
      finding: 'clock-wrong',
      message: expect.stringContaining('this machine is 20 minutes behind AWS'),
      cure: expect.stringContaining('set the clock'),
    });
    expect(run.probe('assume-role').status).toBe('pass');
  });

  test.each<[string, Fault, ProbeId, FindingCode]>([
    [
      'an expired session',
      { kind: 'expired', match: { service: 'sts' } },
      'credentials',
      'credentials-expired',
    ],
    [
      'a wrong secret',
      { kind: 'error', status: 403, code: 'SignatureDoesNotMatch', match: { service: 'sts' } },
      'credentials',
      'credentials-invalid',
    ],
    [
      'STS that is switched off',
      { kind: 'error', status: 403, code: 'RegionDisabledException', match: { service: 'sts' } },
      'sts-endpoint',
      'sts-switched-off',
    ],
  ])('%s fails there, and what needs it is skipped', async (_, fault, id, finding) => {
    const { test, emulator } = await rehearse('healthy');
    emulator.faults.add(fault);
    const run = await test();
    expect(run.those('fail')).toEqual([id]);
    expect(run.probe(id)).toMatchObject({ finding, cure: expect.any(String) });
    expect(run.probe('put-object').status).toBe('skipped');
  });

  test('no credentials is a finding, not a crash', async () => {
    const { test } = await rehearse('healthy');
    const run = await test({ environment: { AWS_ACCESS_KEY_ID: '', AWS_SECRET_ACCESS_KEY: '' } });
    expect(run.probe('credentials')).toMatchObject({
      finding: 'no-credentials',
      cure: expect.stringContaining('AWS_PROFILE'),
    });
    expect(run.code).toBe(4);
  });

  test('an endpoint that refuses connections is named', async () => {
    const { test } = await rehearse('healthy');
    const run = await test({ environment: { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' } });
    expect(run.probe('sts-endpoint')).toMatchObject({
      finding: 'sts-unreachable',
      message: expect.stringContaining('the connection was refused'),
    });
  });

  test('a server without IAM and without GetCallerIdentity is no crash, and no false pass', async () => {
    const { test, emulator } = await rehearse('healthy');
    for (const match of [{ service: 'iam' }, { service: 'sts', operation: 'GetCallerIdentity' }])
      emulator.faults.add({ kind: 'error', status: 405, code: 'MethodNotAllowed', match });
    const run = await test();
    expect(run.those('fail')).toEqual([]);
    expect(run.probe('credentials').finding).toBe('credentials-found');
    expect(run.probe('role')).toMatchObject({ status: 'skipped', finding: 'not-supported' });
    expect(run.probe('trust-policy')).toMatchObject({ status: 'skipped', finding: 'not-supported' });
    expect(run.probe('put-object').status).toBe('pass');
  });

  test('a server without AssumeRole leaves it unproven', async () => {
    const { test, emulator } = await rehearse('healthy');
    emulator.faults.add({
      kind: 'error',
      status: 501,
      code: 'NotImplemented',
      match: { operation: 'AssumeRole' },
    });
    const run = await test();
    expect(run.probe('assume-role')).toMatchObject({ status: 'skipped', finding: 'assume-not-supported' });
    expect(run).toMatchObject({ code: 4, report: { verdict: 'as-far-as-seen' } });
  });

  test('a server without conditional writes fails, whatever else it can', async () => {
    const { test, emulator } = await rehearse('healthy');
    emulator.faults.add({
      kind: 'error',
      status: 501,
      code: 'NotImplemented',
      skip: 1,
      match: { operation: 'PutObject' },
    });
    expect((await test()).probe('put-object')).toMatchObject({
      status: 'fail',
      finding: 'put-not-supported',
    });
  });
});
