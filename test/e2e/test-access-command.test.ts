import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Emulator } from '../../src/ports/aws/emulator.ts';
import { runCli } from './run-cli.ts';
import { environmentOf, profileOf, useRehearsals } from './test-access-rehearsal.ts';
import { stateFolderOf, useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();
const rehearse = useRehearsals(newWorkspace);

describe('what takes its time', () => {
  test('a new role is waited for', async () => {
    const { test, emulator } = await rehearse('healthy');
    emulator.faults.add({ kind: 'deny', match: { operation: 'AssumeRole' }, count: 2 });
    const run = await test({ flags: ['--wait', '20s'] });
    expect(run).toMatchObject({ code: 0, report: { verdict: 'passed' } });
    expect(run.report.waitedMs).toBeGreaterThanOrEqual(1000);
    expect(run.stderr).toContain('waiting: the role can not be assumed yet');
  });

  test('without --wait, what was made a moment ago is "not yet visible", and what is old is denied', async () => {
    const { test, emulator, workspace } = await rehearse('healthy');
    emulator.faults.add({ kind: 'deny', match: { operation: 'AssumeRole' } });
    expect((await test()).probe('assume-role').status).toBe('fail');
    const folder = await stateFolderOf(workspace, 'acme');
    await writeFile(join(folder, 'access-receipt.json'), JSON.stringify(receiptOf(emulator)));
    const run = await test();
    expect(run.probe('assume-role')).toMatchObject({
      status: 'not-yet-visible',
      cure: 'audit-export test-access --profile acme --wait 90s',
    });
    expect(run).toMatchObject({ code: 4, report: { verdict: 'not-yet-visible' } });
  });
});

describe('a bucket that locks objects', () => {
  const visibleLock = {
    profile: { role: undefined, to: 's3://audit-rehearsal/audit' },
    as: 'customer',
  } as const;

  test('is not written to without a yes', async () => {
    const { emulator, workspace } = await rehearse('object-lock');
    const profile = { to: 's3://audit-rehearsal/audit', region: emulator.region };
    await workspace.write(
      'audit-export.json',
      JSON.stringify({ defaultProfile: 'acme', profiles: { acme: profile } }),
    );
    const run = await runCli(workspace, ['test-access'], {
      environment: environmentOf(emulator, emulator.customer),
    });
    expect(run).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--yes to write it, or --no-write'),
    });
    expect(emulator.requests().filter(({ operation }) => operation === 'PutObject')).toEqual([]);
  });

  test('is written to with --yes, and left alone with --no-write', async () => {
    const { test } = await rehearse('object-lock');
    const left = await test({ ...visibleLock, flags: ['--no-write'] });
    expect(left.probe('put-object')).toMatchObject({ status: 'skipped', finding: 'writes-nothing' });
    expect(left.report.left).toEqual([]);
    const written = await test({ ...visibleLock, flags: ['--yes'] });
    expect(written.probe('object-lock')).toMatchObject({
      status: 'warn',
      message: expect.stringContaining('GOVERNANCE for 1 day'),
    });
    expect(written.probe('put-object').status).toBe('pass');
  });
});

describe('the command', () => {
  test('--only and --skip choose, and a name that there is not is usage', async () => {
    const { test, workspace } = await rehearse('too-wide');
    const only = await test({ flags: ['--only', 'list-denied,clock'] });
    expect(only.those('fail')).toEqual(['list-denied']);
    expect(only.those('pass')).toEqual(['clock']);
    const skip = await test({ flags: ['--skip', 'get-denied,list-denied,outside-denied,delete-denied'] });
    expect(skip).toMatchObject({ code: 0, report: { verdict: 'passed' } });
    expect(skip.report.summary).toContain('4 of 27 probes were left out');
    const wrong = await runCli(workspace, ['test-access', '--only', 'list-denid']);
    expect(wrong).toMatchObject({ code: 2, stderr: expect.stringContaining('Did you mean list-denied?') });
  });

  test('the result is kept in the state of the profile, for its owner alone', async () => {
    const { test, workspace } = await rehearse('healthy');
    const { report } = await test();
    const file = join(await stateFolderOf(workspace, 'acme'), 'access-test.json');
    expect(JSON.parse(await readFile(file, 'utf8'))).toEqual(report);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  test('a person reads what is wrong, its cure, what stays behind, and last the verdict; all of it with --verbose', async () => {
    const { emulator, workspace } = await rehearse('no-external-id');
    const profile = profileOf(emulator);
    await workspace.write(
      'audit-export.json',
      JSON.stringify({ defaultProfile: 'acme', profiles: { acme: profile } }),
    );
    const { stdout, code } = await runCli(workspace, ['test-access'], {
      environment: environmentOf(emulator, emulator.vendor),
    });
    expect(code).toBe(4);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(10);
    expect(stdout).toContain('✘ without-external-id (role) ');
    expect(stdout).toContain(
      '→ with credentials of account 111122223333: audit-export iam apply --profile acme',
    );
    expect(stdout).toContain('The test has left s3://audit-rehearsal/audit/_audit-export/access-test/probe');
    expect(lines.at(-1)).toMatch(/^Failed: 2 probes \(without-external-id, wrong-external-id\)\./);
    const verbose = await runCli(workspace, ['test-access', '--verbose'], {
      environment: environmentOf(emulator, emulator.vendor),
    });
    expect(
      verbose.stdout.split('\n').filter((line) => /^[✔✘!…-] /u.test(line)).length,
    ).toBeGreaterThanOrEqual(27);
  });

  test('a profile that delivers to a folder has no access to test', async () => {
    const workspace = await newWorkspace();
    const run = await runCli(workspace, ['test-access', '--to', './export']);
    expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('is a folder') });
  });
});

/** A receipt that says that something was changed just now. */
function receiptOf({ customer, vendor, region }: Emulator): object {
  return {
    receipt: 'access',
    version: 1,
    complete: true,
    planHash: 'a'.repeat(64),
    account: customer.accountId,
    partition: 'aws',
    region,
    bucket: 'audit-rehearsal',
    prefix: 'audit',
    deliverer: 'vendor',
    writeOnce: false,
    trustedAccountId: vendor.accountId,
    externalId: 'rehearsal-organization',
    roleName: 'ALTRPublishSIEMDataRehearsal',
    roleArn: null,
    policyName: 'ALTRPublishSIEMDataRehearsal',
    policyArn: null,
    kmsKeyArn: null,
    made: [],
    history: [
      { at: new Date().toISOString(), kind: 'update-trust', change: '', before: null, requestId: null },
    ],
    remaining: [],
  };
}
