import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startEmulator } from '../../../src/adapters/emulator/start-emulator.ts';
import type { Emulator, EmulatorAccess } from '../../../src/ports/aws/emulator.ts';
import { runCli, runForReport } from '../run-cli.ts';
import { bucketOn } from '../s3-server.ts';
import type { S3Server } from '../s3-server.ts';
import { testAccessOf } from '../test-access-world.ts';
import { useWorkspaces } from '../workspace.ts';
import { events, verifyJson } from './log-reading.ts';

const newWorkspace = useWorkspaces();

describe('a role that iam apply --write-once makes', () => {
  let emulator: Emulator;
  let server: S3Server;
  beforeAll(async () => {
    emulator = await startEmulator();
    server = await bucketOn(emulator);
  });
  afterAll(async () => {
    await server.close();
    await emulator.close();
  });

  test('is enough for objects and log; the alias is asked for once, verify passes, and plan and test-access stay content', async () => {
    const workspace = await newWorkspace();
    const { url, region, customer, vendor } = emulator;
    const environmentOf = ({ accessKeyId, secretAccessKey }: EmulatorAccess): Record<string, string> => ({
      AWS_ENDPOINT_URL: url,
      AWS_REGION: region,
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
    });
    const [owner, deliverer] = [environmentOf(customer), environmentOf(vendor)];
    const store = `s3://${server.bucket}/altr`;
    const roleName = 'WriteOnce';
    const profile = {
      state: 'active',
      to: store,
      region,
      bucketOwner: customer.accountId,
      role: { arn: `arn:aws:iam::${customer.accountId}:role/${roleName}`, externalId: 'org-42' },
      setup: {
        deliverer: 'audit-export',
        writeOnce: true,
        accountId: vendor.accountId,
        organizationId: 'org-42',
        roleName,
        policyName: roleName,
        customerAccountId: customer.accountId,
      },
    };
    const config = { defaultProfile: 'acme', profiles: { acme: profile } };
    await workspace.write('audit-export.json', JSON.stringify(config));
    const applied = await runCli(workspace, ['iam', 'apply', '--yes'], { environment: owner });
    expect(applied).toMatchObject({ code: 0 });

    const aliases = (): unknown[] =>
      emulator
        .requests()

        .filter(
          ({ operation, key = '' }) =>
            operation === 'PutObject' && /\/_audit-export\/log\/[^/]+\/checkpoint$/.test(key),
        )
        .map(({ status }) => status);
    for (const from of [0, 10, 20]) {
      const args = ['push', await events(workspace, `${from}.jsonl`, from, from + 2)];
      const pushed = await runForReport(workspace, args, { environment: deliverer });
      expect(pushed).toMatchObject({ code: 0, stderr: '', report: { evidence: { problem: null } } });
    }
    // A refusal may raise an alarm over there: it is not asked for again.
    expect(aliases()).toEqual([403]);
    const names = [...(await server.everythingAt('altr')).keys()];
    expect(names.filter((name) => name.endsWith('/checkpoint'))).toEqual([]);
    expect(names.filter((name) => name.includes('/claims/'))).toHaveLength(3);
    expect(names.filter((name) => name.includes('/checkpoints/'))).toHaveLength(3);

    const tested = await testAccessOf(workspace, profile, { environment: deliverer });
    expect(tested).toMatchObject({ code: 0, report: { verdict: 'passed' } });
    expect(tested.probe('overwrite-denied')).toMatchObject({
      status: 'pass',
      finding: 'denied-as-it-should',
    });
    const plan = await runCli(workspace, ['iam', 'plan'], { environment: owner });
    expect(plan).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to do') });

    const key = (await runCli(workspace, ['evidence', 'key'], { environment: deliverer })).stdout.trim();
    const reader = await server.environmentAllowing(['s3:ListBucket', ''], ['s3:GetObject', '/altr/*']);
    expect(await verifyJson(workspace, ['--store', store, '--key', key], reader)).toMatchObject({
      code: 0,
      report: { findings: [], objects: { read: 3 }, logs: [{ leaves: 13, checkpoints: 3 }] },
    });
    // Who may overwrite puts the newest checkpoint where other tools look for it.
    const publish = ['evidence', 'publish', '--to', store];
    await workspace.write('audit-export.json', JSON.stringify({ profiles: {} }));
    expect(await runCli(workspace, publish, { environment: owner })).toMatchObject({ code: 0 });
    expect(await verifyJson(workspace, ['--store', store, '--key', key], reader)).toMatchObject({ code: 0 });
    expect(aliases()).toEqual([403, 200]);
  });
});
