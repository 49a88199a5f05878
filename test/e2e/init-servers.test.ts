import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { InitReport } from '../../src/commands/init/apply/init-report.ts';
import type { Access, Target } from '../contract/target.ts';
import { targets } from '../contract/target.ts';
import { runCli } from './run-cli.ts';
import { useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();

// The rehearsal always; other servers where the environment names one (see test/contract/target.ts).
describe.each(targets())('init against $server', (server) => {
  let target: Target;
  beforeAll(async () => {
    target = await server.start();
  });
  afterAll(async () => {
    await target.stop();
  });

  const environmentOf = ({ accessKeyId, secretAccessKey }: Access): Record<string, string> => ({
    ...(target.endpoint === undefined ? {} : { AWS_ENDPOINT_URL: target.endpoint }),
    AWS_REGION: target.region,
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  });

  /** Without TLS a bucket that demands it would be of no use: this one is made beforehand. */
  async function newBucket(): Promise<string> {
    const bucket = `init-${Date.now().toString(36)}-${Math.random().toString(36).slice(2, 8)}`;
    const { endpoint, region, customer } = target;
    const client = new S3Client({
      region,
      credentials: customer,
      forcePathStyle: true,
      ...(endpoint === undefined ? {} : { endpoint }),
    });
    await client.send(new CreateBucketCommand({ Bucket: bucket }));
    return bucket;
  }

  test.each([
    ['the own account', 'customer', 'active'],
    ["a vendor's account", 'vendor', 'applied'],
  ] as const)('a role for %s', async (_, trusted, state) => {
    const workspace = await newWorkspace();
    const bucket = await newBucket();
    const flags = `init --json --yes --profile ${bucket} --account-id ${target[trusted].accountId} --organization-id org-42 --bucket ${bucket}`;
    const made = await runCli(workspace, flags.split(' '), {
      environment: environmentOf(target.customer),
      timeoutMs: 150_000,
    });
    expect(made.stderr).toContain('create the role');
    expect(JSON.parse(made.stdout)).toMatchObject({ outcome: 'applied', state });
    expect(made.code).toBe(0);
    const proven = await runCli(workspace, ['init', '--json'], {
      environment: environmentOf(target[trusted]),
      timeoutMs: 60_000,
    });
    expect(JSON.parse(proven.stdout) as InitReport).toMatchObject({
      outcome: 'tested',
      state: 'active',
      test: { verdict: 'passed' },
    });
    expect(proven.code).toBe(0);
  });
});
