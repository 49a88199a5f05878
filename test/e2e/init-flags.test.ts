import { readFile } from 'node:fs/promises';
import {
  CreateBucketCommand,
  GetBucketEncryptionCommand,
  GetBucketOwnershipControlsCommand,
  GetBucketPolicyCommand,
  GetObjectCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CreateRoleCommand, GetRoleCommand, IAMClient } from '@aws-sdk/client-iam';
import { afterEach, describe, expect, test } from 'vitest';
import type { InitReport } from '../../src/commands/init/apply/init-report.ts';
import { schemaErrors } from '../fakes/json-schema.ts';
import { quickClock } from '../fakes/quick-clock.ts';
import type { CliRun } from './run-cli.ts';
import { runCli } from './run-cli.ts';
import { useSetupServer } from './setup-server.ts';
import type { Workspace } from './workspace.ts';
import { useWorkspaces } from './workspace.ts';

const server = useSetupServer();
const newWorkspace = useWorkspaces();

afterEach(() => {
  server.emulator().faults.clear();
});

/** Flags that answer everything; the role and the policy are the bucket's own. */
function flagsFor(bucket: string, trusted = server.emulator().customer.accountId): string[] {
  const text =
    `init --profile acme --account-id ${trusted} --organization-id org-42 --bucket ${bucket} --region eu-central-1 ` +
    `--prefix altr --role-name ALTRPublishSIEMData-${bucket} --policy-name ${bucket}.s3.policy ` +
    '--types query,alert --create-bucket';
  return text.split(' ');
}

async function initFor(
  workspace: Workspace,
  flags: readonly string[],
  environment = server.administrator(),
): Promise<CliRun & { report: InitReport }> {
  const run = await runCli(workspace, [...flags, '--json'], {
    environment,
    timeoutMs: 120_000,
    clock: quickClock(10),
  });
  const report = JSON.parse(run.stdout) as InitReport | { error: object };
  expect('error' in report ? [] : schemaErrors('init-report', report)).toEqual([]);
  return { ...run, report: report as InitReport };
}

const s3 = (region = 'eu-central-1'): S3Client => {
  const { url, customer } = server.emulator();
  return new S3Client({ endpoint: url, region, forcePathStyle: true, credentials: customer });
};
const iam = (): IAMClient => {
  const { url, customer } = server.emulator();
  return new IAMClient({ endpoint: url, region: 'us-east-1', credentials: customer });
};

async function stateIn(workspace: Workspace): Promise<string | undefined> {
  const config = JSON.parse(await readFile(workspace.path('audit-export.json'), 'utf8')) as {
    profiles: Record<string, { state: string }>;
  };
  return config.profiles['acme']?.state;
}

describe('a script with flags only', () => {
  test('goes from an empty folder to an active profile, and a second run changes nothing', async () => {
    const workspace = await newWorkspace();
    const first = await initFor(workspace, [...flagsFor('flags-whole'), '--apply']);
    expect(first.stderr).toContain('create the role');
    expect(first).toMatchObject({
      code: 0,
      report: { outcome: 'applied', state: 'active', createdBucket: true },
    });
    expect(schemaErrors('test-access-report', first.report.test)).toEqual([]);
    expect(first.report.test).toMatchObject({ verdict: 'passed', counts: { fail: 0, warn: 0 } });
    const second = await initFor(workspace, [...flagsFor('flags-whole'), '--apply']);
    expect(second).toMatchObject({ code: 0, report: { outcome: 'tested', state: 'active', changes: [] } });
  });

  test('the bucket it makes is closed, owned, encrypted, TLS only, and without Object Lock', async () => {
    const workspace = await newWorkspace();
    await initFor(workspace, [...flagsFor('flags-bucket'), '--apply']);
    const client = s3();
    const Bucket = 'flags-bucket';
    const { PublicAccessBlockConfiguration } = await client.send(new GetPublicAccessBlockCommand({ Bucket }));
    expect(Object.values(PublicAccessBlockConfiguration ?? {})).toEqual([true, true, true, true]);
    const { OwnershipControls } = await client.send(new GetBucketOwnershipControlsCommand({ Bucket }));
    expect(OwnershipControls?.Rules?.[0]?.ObjectOwnership).toBe('BucketOwnerEnforced');
    const { ServerSideEncryptionConfiguration } = await client.send(
      new GetBucketEncryptionCommand({ Bucket }),
    );
    expect(
      ServerSideEncryptionConfiguration?.Rules?.[0]?.ApplyServerSideEncryptionByDefault?.SSEAlgorithm,
    ).toBe('AES256');
    const { Policy } = await client.send(new GetBucketPolicyCommand({ Bucket }));
    expect(JSON.parse(Policy ?? '')).toMatchObject({
      Statement: [{ Effect: 'Deny', Condition: { Bool: { 'aws:SecureTransport': 'false' } } }],
    });
    await expect(client.send(new GetObjectLockConfigurationCommand({ Bucket }))).rejects.toThrow(
      /Object ?Lock/,
    );
    const probe = await client.send(
      new GetObjectCommand({ Bucket, Key: 'altr/_audit-export/access-test/probe' }),
    );
    await expect(probe.Body?.transformToString()).resolves.toContain('access test');
  });

  test('--print makes nothing, prints the documents and keeps a draft', async () => {
    const workspace = await newWorkspace();
    const run = await runCli(workspace, [...flagsFor('flags-print'), '--print'], {
      environment: server.administrator(),
    });
    expect(run.code).toBe(0);
    expect(run.stdout).toContain('"Resource": "arn:aws:s3:::flags-print/altr/*"');
    await expect(stateIn(workspace)).resolves.toBe('draft');
    const role = new GetRoleCommand({ RoleName: 'ALTRPublishSIEMData-flags-print' });
    await expect(iam().send(role)).rejects.toThrow(/NoSuchEntity|not be found|cannot be found/i);
  });

  test('all that is missing is named at once, without a terminal', async () => {
    const workspace = await newWorkspace();
    const run = await runCli(workspace, ['init'], { environment: server.administrator() });
    expect(run.code).toBe(2);
    for (const flag of [
      'account-id',
      'organization-id',
      'bucket',
      'region',
      'prefix',
      'role-name',
      'policy-name',
      'types',
    ])
      expect(run.stderr).toContain(`--${flag}`);
    expect(run.stderr).toContain('--apply (or --print or --save)');
    expect(run.stdout).toBe('');
  });

  test('answers come from the environment as well', async () => {
    const workspace = await newWorkspace();
    const environment = {
      ...server.administrator(),
      AUDIT_EXPORT_PROFILE: 'acme',
      AUDIT_EXPORT_ACCOUNT_ID: server.emulator().customer.accountId,
      AUDIT_EXPORT_ORGANIZATION_ID: 'org-42',
      AUDIT_EXPORT_BUCKET: 'flags-environment',
      AUDIT_EXPORT_YES: 'true',
    };
    const { code, report } = await initFor(workspace, ['init'], environment);
    expect(code).toBe(0);
    expect(report).toMatchObject({ state: 'active', answers: { region: 'us-east-1', prefix: 'altr' } });
  });
});

describe('what the world does', () => {
  test('IAM that needs time is waited for', async () => {
    const workspace = await newWorkspace();
    server.emulator().faults.add({ kind: 'slow-propagation', ms: 3000 });
    const { code, report, stderr } = await initFor(workspace, [...flagsFor('flags-slow'), '--apply']);
    expect(stderr).toContain('Waiting for IAM');
    expect(report).toMatchObject({ state: 'active', test: { verdict: 'passed' } });
    expect(report.test?.waitedMs).toBeGreaterThan(1000);
    expect(code).toBe(0);
  });

  test('a bucket in another region is refused, and the region is named', async () => {
    const workspace = await newWorkspace();
    await s3('eu-west-1').send(
      new CreateBucketCommand({
        Bucket: 'flags-region',
        CreateBucketConfiguration: { LocationConstraint: 'eu-west-1' },
      }),
    );
    const run = await initFor(workspace, [...flagsFor('flags-region'), '--apply']);
    expect(run.code).toBe(4);
    expect(run.stderr).toContain('flags-region is in eu-west-1');
    expect(run.stderr).toContain('Use --region eu-west-1');
    const mended = await initFor(workspace, [...flagsFor('flags-region'), '--yes']);
    expect(mended).toMatchObject({ code: 0, report: { state: 'active', answers: { region: 'eu-west-1' } } });
  });

  test('a look that is not allowed is a note, not an error', async () => {
    const workspace = await newWorkspace();
    await s3('us-east-1').send(new CreateBucketCommand({ Bucket: 'flags-hidden' }));
    for (const operation of ['HeadBucket', 'GetBucketVersioning', 'GetBucketEncryption'])
      server.emulator().faults.add({ kind: 'deny', match: { operation } });
    const { code, stderr, report } = await initFor(workspace, [
      ...flagsFor('flags-hidden').map((word) => (word === 'eu-central-1' ? 'us-east-1' : word)),
      '--apply',
    ]);
    expect(stderr).toContain('may be there');
    expect(code).toBe(0);
    expect(report.state).toBe('active');
  });

  test('a role that an administrator left half-way is called by its name, and put right', async () => {
    const workspace = await newWorkspace();
    const trust = { Effect: 'Allow', Principal: { Service: 's3.amazonaws.com' }, Action: 'sts:AssumeRole' };
    await iam().send(
      new CreateRoleCommand({
        RoleName: 'ALTRPublishSIEMData-flags-half',
        AssumeRolePolicyDocument: JSON.stringify({ Version: '2012-10-17', Statement: [trust] }),
      }),
    );
    const { stderr, report, code } = await initFor(workspace, [...flagsFor('flags-half'), '--apply']);
    expect(stderr).toContain('s3.amazonaws.com');
    expect(report.findings.map(({ code }) => code)).toContain('half-finished-role');
    expect(report.state).toBe('active');
    expect(code).toBe(0);
  });

  test('a run that is refused half-way says what was done, and the next one goes on', async () => {
    const workspace = await newWorkspace();
    const fault = server.emulator().faults.add({ kind: 'deny', match: { operation: 'PutBucketPolicy' } });
    const first = await initFor(workspace, [...flagsFor('flags-again'), '--apply']);
    expect(first.code).toBe(4);
    expect(first.stderr).toContain('Before that the bucket was made, public access was blocked');
    await expect(stateIn(workspace)).resolves.toBe('draft');
    server.emulator().faults.remove(fault);
    const second = await initFor(workspace, ['init', '--apply']);
    expect(second).toMatchObject({ code: 0, report: { state: 'active' } });
    const { Policy } = await s3().send(new GetBucketPolicyCommand({ Bucket: 'flags-again' }));
    expect(Policy).toContain('aws:SecureTransport');
  });

  test('an access test that fails is exit 4, and leaves the profile applied', async () => {
    const workspace = await newWorkspace();
    await initFor(workspace, [...flagsFor('flags-denied'), '--save']);
    server
      .emulator()
      .faults.add({ kind: 'error', status: 404, code: 'NoSuchBucket', match: { operation: 'PutObject' } });
    const { code, report } = await initFor(workspace, ['init', '--apply', '--create-bucket']);
    expect(code).toBe(4);
    expect(report).toMatchObject({ state: 'applied', test: { verdict: 'failed' } });
    await expect(stateIn(workspace)).resolves.toBe('applied');
  });
});

describe('a role for the vendor', () => {
  test('is applied by the customer and proven by the vendor', async () => {
    const workspace = await newWorkspace();
    const flags = [...flagsFor('flags-vendor', server.emulator().vendor.accountId), '--apply'];
    const here = await initFor(workspace, flags);
    expect(here).toMatchObject({
      code: 0,
      report: { state: 'applied', test: { verdict: 'as-far-as-seen' } },
    });
    const there = await initFor(workspace, ['init'], server.vendor());
    expect(there).toMatchObject({ code: 0, report: { outcome: 'tested', state: 'active' } });
  });

  test('two people: a request goes out, a receipt comes back', async () => {
    const workspace = await newWorkspace();
    const admins = await newWorkspace();
    await initFor(workspace, [...flagsFor('flags-two'), '--request', 'request.json'], {});
    await s3().send(
      new CreateBucketCommand({
        Bucket: 'flags-two',
        CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
      }),
    );
    const request = workspace.path('request.json');
    const receipt = workspace.path('receipt.json');
    const applied = await runCli(
      admins,
      ['iam', 'apply', '--request', request, '--receipt', receipt, '--yes'],
      { environment: server.administrator() },
    );
    expect(applied.stderr + applied.stdout).toContain('ALTRPublishSIEMData-flags-two');
    expect(applied.code).toBe(0);
    const { code, report } = await initFor(workspace, ['init', '--receipt', receipt]);
    expect(report).toMatchObject({ outcome: 'received', state: 'active' });
    expect(code).toBe(0);
  });
});

test('push refuses a draft unless told otherwise', async () => {
  const workspace = await newWorkspace();
  await initFor(workspace, [...flagsFor('flags-draft'), '--save']);
  await s3().send(
    new CreateBucketCommand({
      Bucket: 'flags-draft',
      CreateBucketConfiguration: { LocationConstraint: 'eu-central-1' },
    }),
  );
  const stdin = await readFile(new URL('../fixtures/events/query.jsonl', import.meta.url));
  const options = { stdin, environment: server.administrator() };
  const refused = await runCli(workspace, ['push', '--profile', 'acme'], options);
  expect(refused.code).toBe(3);
  expect(refused.stderr).toContain('audit-export init --profile acme');
  // A draft is nobody's default: what does not name it goes on as if there were none.
  const elsewhere = await runCli(workspace, ['push', '--to', './export'], options);
  expect(elsewhere.code).toBe(0);
  const pushed = await runCli(workspace, ['push', '--profile', 'acme', '--allow-draft'], options);
  expect(pushed.code).toBe(0);
});
