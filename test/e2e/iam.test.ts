import { spawn } from 'node:child_process';
import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { IAMClient } from '@aws-sdk/client-iam';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { cleanUp } from '../contract/clean-up.ts';
import { targets } from '../contract/target.ts';
import type { Target } from '../contract/target.ts';
import { answersWith } from '../unit/core/setup/answers.ts';
import { environmentOf, runCli } from './run-cli.ts';
import type { CliRun } from './run-cli.ts';
import { filesBelow, stateFolderOf, useWorkspaces } from './workspace.ts';
import type { Workspace } from './workspace.ts';

const newWorkspace = useWorkspaces();

async function conforms(schema: string, text: string): Promise<unknown> {
  const url = new URL(`../../schemas/${schema}.schema.json`, import.meta.url);
  const ajv = new Ajv2020({ strict: false });
  const check = ajv.compile(JSON.parse(await readFile(url, 'utf8')) as object);
  const document: unknown = JSON.parse(text);
  if (!check(document)) throw new Error(ajv.errorsText(check.errors));
  return document;
}

let made = 0;
const roleNames: string[] = [];
const policyNames: string[] = [];

/** Flags for access that no other test has. */
function flagsFor(target: Target): {
  flags: string[];
  roleName: string;
  policyName: string;
} {
  made += 1;
  const roleName = `ALTRPublishSIEMData-e2e-${process.pid}-${made}`;
  const policyName = `acme.s3.policy-e2e-${process.pid}-${made}`;
  roleNames.push(roleName);
  policyNames.push(policyName);
  const { organizationId } = answersWith();
  const flags = Object.entries({
    'account-id': target.vendor.accountId,
    'organization-id': organizationId,
    bucket: 'acme-audit',
    prefix: 'altr',
    'role-name': roleName,
    'policy-name': policyName,
    region: target.region,
  }).flatMap(([flag, value]) => [`--${flag}`, value]);
  return { flags, roleName, policyName };
}

/** A configuration whose default profile, acme, has a role and a policy that nobody else has. */
function configOf(target: Target, setup: object = {}): string {
  const { flags: _, ...names } = flagsFor(target);
  const answers = { accountId: target.vendor.accountId, organizationId: 'org-1', ...names, ...setup };
  const acme = { to: 's3://acme-audit/altr', region: target.region, setup: answers };
  return JSON.stringify({ defaultProfile: 'acme', profiles: { acme } });
}

describe.each([...targets()])('audit-export iam on $server', (start) => {
  let target: Target;
  beforeAll(async () => {
    target = await start.start();
  });
  afterAll(async () => {
    const { accountId } = target.customer;
    const iam = new IAMClient({
      region: target.region,
      credentials: target.customer,
      ...(target.endpoint === undefined ? {} : { endpoint: target.endpoint }),
    });
    const s3 = (): never => {
      throw new Error('no bucket is made here');
    };
    const policies = policyNames.map((name) => `arn:aws:iam::${accountId}:policy/${name}`);
    await cleanUp({ s3, iam }, { buckets: [], roles: roleNames, policies });
    await target.stop();
  });

  const iam = async (
    workspace: Workspace,
    args: readonly string[],
    environment: Record<string, string> = {},
  ): Promise<CliRun> =>
    runCli(workspace, ['iam', ...args], { environment: { ...credentials(), ...environment } });
  const credentials = (): Record<string, string> => ({
    AWS_ACCESS_KEY_ID: target.customer.accessKeyId,
    AWS_SECRET_ACCESS_KEY: target.customer.secretAccessKey,
    ...(target.endpoint === undefined ? {} : { AWS_ENDPOINT_URL: target.endpoint }),
  });

  test('plan finds nothing there, apply makes it, plan is content, destroy removes it', async () => {
    const workspace = await newWorkspace();
    const { flags, roleName } = flagsFor(target);
    const before = await iam(workspace, ['plan', ...flags]);
    expect(before).toMatchObject({ code: 7 });
    expect(before.stdout).toContain(`create the role ${roleName}`);
    const applied = await iam(workspace, ['apply', ...flags, '--yes']);
    expect(applied).toMatchObject({ code: 0 });
    expect(applied.stdout).toContain(`arn:aws:iam::${target.customer.accountId}:role/${roleName}`);
    expect(applied.stderr).toContain('may create objects below s3://acme-audit/altr/ and nothing else');
    const after = await iam(workspace, ['plan', ...flags]);
    expect(after).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to do') });
    const again = await iam(workspace, ['apply', ...flags, '--yes']);
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to do') });
    const receipts = (await filesBelow(workspace.path('state'))).filter((file) =>
      file.endsWith('receipt.json'),
    );
    const [receipt] = receipts;
    expect(receipts).toEqual([
      expect.stringMatching(/^audit-export\/destinations\/\w+\/access-receipt.json$/),
    ]);
    expect((await stat(workspace.path('state', receipt ?? ''))).mode & 0o777).toBe(0o600);
    const destroyed = await iam(workspace, ['destroy', '--yes', '--json']);
    expect(destroyed).toMatchObject({ code: 0 });
    expect(await conforms('access-removal', destroyed.stdout)).toMatchObject({ leftAlone: [] });
    expect((await iam(workspace, ['plan', ...flags])).code).toBe(7);
  });

  test('a saved plan is what is carried out, and only while it still fits', async () => {
    const workspace = await newWorkspace();
    const { flags } = flagsFor(target);
    const plan = workspace.path('plans', 'plan.json');
    const saved = await iam(workspace, ['plan', ...flags, '--out', plan, '--json']);
    expect(await readFile(plan, 'utf8')).toBe(saved.stdout);
    await conforms('access-plan', saved.stdout);
    const applied = await iam(workspace, ['apply', '--plan', plan, '--yes', '--json']);
    expect(applied).toMatchObject({ code: 0 });
    expect(await conforms('receipt', applied.stdout)).toMatchObject({ complete: true });
    const again = await iam(workspace, ['apply', '--plan', plan, '--yes']);
    expect(again).toMatchObject({ code: 7, stderr: expect.stringContaining('was not carried out') });
    expect((await iam(workspace, ['destroy', '--yes'])).code).toBe(0);
  });

  test('an administrator elsewhere applies a request, and sends back a receipt', async () => {
    const workspace = await newWorkspace();
    const { roleName, policyName } = flagsFor(target);
    const answers = answersWith({ accountId: target.vendor.accountId, roleName, policyName });
    const request = await workspace.write(
      'request.json',
      JSON.stringify({ request: 'access', version: 1, profile: 'acme', ...answers }),
    );
    const receipt = workspace.path('receipt.json');
    const applied = await iam(workspace, ['apply', '--request', request, '--receipt', receipt, '--yes']);
    expect(applied).toMatchObject({ code: 0, stdout: expect.stringContaining(receipt) });
    expect(await conforms('receipt', await readFile(receipt, 'utf8'))).toMatchObject({
      roleArn: `arn:aws:iam::${target.customer.accountId}:role/${roleName}`,
      externalId: answers.organizationId,
    });
    // The profile that it names is one of another machine.
    expect(await filesBelow(await stateFolderOf(workspace))).toContain('access-receipt.json');
    expect((await iam(workspace, ['destroy', '--receipt', receipt, '--yes'])).code).toBe(0);
  });

  test('the profile answers what no flag does', async () => {
    const workspace = await newWorkspace();
    await workspace.write('audit-export.json', configOf(target, { inlinePolicy: true }));
    expect((await iam(workspace, ['apply', '--yes'])).code).toBe(0);
    const plan = await iam(workspace, ['plan', '--json']);
    expect(JSON.parse(plan.stdout)).toMatchObject({ inSync: true, desired: { policy: { inline: true } } });
    expect((await iam(workspace, ['destroy', '--yes'])).code).toBe(0);
  });

  test('two projects with a profile of one name: destroy in one leaves what the other has made', async () => {
    const workspace = await newWorkspace();
    const projects = await Promise.all(
      ['one', 'two'].map(async (name) => {
        const config = await workspace.write(`${name}/audit-export.json`, configOf(target));
        return ['--profile', 'acme', '--config', config];
      }),
    );
    const [one = [], two = []] = projects;
    for (const flags of projects) expect((await iam(workspace, ['apply', ...flags, '--yes'])).code).toBe(0);
    expect((await iam(workspace, ['destroy', ...one, '--yes'])).code).toBe(0);
    expect((await iam(workspace, ['plan', ...one])).code).toBe(7);
    expect((await iam(workspace, ['plan', ...two])).code).toBe(0);
    expect((await iam(workspace, ['destroy', ...two, '--yes'])).code).toBe(0);
  });

  test('without a profile, destroy follows the only receipt there is, or asks which one', async () => {
    const workspace = await newWorkspace();
    const [one, two] = [flagsFor(target).flags, [...flagsFor(target).flags, '--prefix', 'other']];
    for (const flags of [one, two]) expect((await iam(workspace, ['apply', ...flags, '--yes'])).code).toBe(0);
    const unsure = await iam(workspace, ['destroy', '--yes']);
    expect(unsure).toMatchObject({ code: 3, stderr: expect.stringContaining('--receipt FILE') });
    for (const receipt of await filesBelow(workspace.path('state'))) {
      if (!receipt.endsWith('receipt.json')) continue;
      expect(unsure.stderr).toContain(receipt);
      await iam(workspace, ['destroy', '--receipt', workspace.path('state', receipt), '--yes']);
    }
  });

  test('without a terminal and without --yes it is exit 2, and nothing is asked of IAM', async () => {
    const workspace = await newWorkspace();
    const { flags } = flagsFor(target);
    for (const args of [['apply', ...flags], ['destroy']]) {
      const run = await iam(workspace, args, { AWS_ENDPOINT_URL: 'http://127.0.0.1:9' });
      expect(run).toMatchObject({ code: 2, stderr: expect.stringContaining('Say --yes.') });
    }
  });

  test('without credentials it is exit 4, without a receipt exit 3', async () => {
    const workspace = await newWorkspace();
    const { flags } = flagsFor(target);
    const bare = await runCli(workspace, ['iam', 'plan', ...flags]);
    expect(bare).toMatchObject({ code: 4, stderr: expect.stringContaining('no credentials were found') });
    const nothing = await iam(workspace, ['destroy', '--yes']);
    expect(nothing).toMatchObject({ code: 3, stderr: expect.stringContaining('there are none in') });
  });

  test('the printed script makes what apply would make', async () => {
    const workspace = await newWorkspace();
    const { flags } = flagsFor(target);
    const script = await iam(workspace, ['show', ...flags, '--format', 'aws-cli']);
    const run = await runScript(workspace, script.stdout, credentials());
    expect(run).toMatchObject({ code: 0 });
    expect(run.stdout).toMatch(/^arn:aws:iam::\d{12}:role\/ALTRPublishSIEMData-e2e-\S+\n$/);
    const plan = await iam(workspace, ['plan', ...flags]);
    expect(plan).toMatchObject({ code: 0, stdout: expect.stringContaining('Nothing to do') });
  });
});

describe('audit-export iam show', () => {
  const target = { vendor: { accountId: '444455556666' }, region: 'us-east-1' } as unknown as Target;

  test('needs no credentials; the documents are on stdout, the words on stderr', async () => {
    const workspace = await newWorkspace();
    const { flags } = flagsFor(target);
    const run = await runCli(workspace, ['iam', 'show', ...flags]);
    expect(run).toMatchObject({ code: 0, stderr: expect.stringContaining('and nothing else.') });
    expect(Object.keys(JSON.parse(run.stdout) as object)).toEqual([
      'permission-policy.json',
      'trust-policy.json',
    ]);
    const report = await runCli(workspace, ['iam', 'show', ...flags, '--json', '--format', 'terraform']);
    await conforms('access-documents', report.stdout);
  });

  test('writes files, the same on every machine', async () => {
    const workspace = await newWorkspace();
    const { flags } = flagsFor(target);
    for (const format of ['json', 'aws-cli', 'terraform', 'cloudformation'])
      expect(
        (await runCli(workspace, ['iam', 'show', ...flags, '--format', format, '--out', 'out'])).code,
      ).toBe(0);
    expect(await filesBelow(workspace.path('out'))).toEqual([
      'access.tf',
      'access.yaml',
      'create-access.sh',
      'permission-policy.json',
      'trust-policy.json',
    ]);
  });

  test('names all flags that are missing at once', async () => {
    const run = await runCli(await newWorkspace(), ['iam', 'show', '--bucket', 'acme-audit']);
    expect(run).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--account-id, --organization-id, --role-name, --policy-name'),
    });
  });
});

/** Runs a shell script with an `aws` command that passes its call on to the SDK. */
async function runScript(
  workspace: Workspace,
  script: string,
  credentials: Record<string, string>,
): Promise<{ code: number | null; stdout: string; stderr: string }> {
  const aws = await workspace.write('bin/aws', awsCommand);
  await chmod(aws, 0o755);
  await writeFile(workspace.path('script.sh'), script);
  const environment = environmentOf(workspace);
  const child = spawn('sh', [workspace.path('script.sh')], {
    env: {
      ...environment,
      ...credentials,
      PATH: `${workspace.path('bin')}:${environment['PATH'] ?? ''}`,
      AWS_REGION: 'us-east-1',
      AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const pieces = { stdout: '', stderr: '' };
  child.stdout.on('data', (piece: Buffer) => (pieces.stdout += piece.toString()));
  child.stderr.on('data', (piece: Buffer) => (pieces.stderr += piece.toString()));
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  return { code, ...pieces };
}

const awsCommand = `#!${process.execPath}
const { createRequire } = require('node:module');
const sdk = createRequire(${JSON.stringify(import.meta.url)})('@aws-sdk/client-iam');
const [service, verb, ...words] = process.argv.slice(2);
if (service !== 'iam') throw new Error('only iam is known');
const camel = (name) => name.split('-').map((part) => part[0].toUpperCase() + part.slice(1)).join('');
const input = {};
for (let at = 0; at < words.length; at += 2) input[camel(words[at].slice(2))] = words[at + 1];
const { Query: query, Output: output, Tags: tags, ...call } = input;
if (tags) call.Tags = [Object.fromEntries(tags.split(',').map((pair) => pair.split('=')))];
const client = new sdk.IAMClient({});
client.send(new sdk[camel(verb) + 'Command'](call)).then((answer) => {
  if (query) console.log(query.split('.').reduce((value, name) => value[name], answer));
  else if (output !== 'text' && Object.keys(answer).length > 1) console.log(JSON.stringify(answer));
});
`;
