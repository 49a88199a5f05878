import { readFile, stat, symlink } from 'node:fs/promises';
import { expect, test } from 'vitest';
import type { ConfigReport } from '../../src/commands/config/show.ts';
import { schemaErrors } from '../fakes/json-schema.ts';
import { runCli } from './run-cli.ts';
import type { Workspace } from './workspace.ts';
import { filesBelow, useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();

const active = {
  defaultProfile: 'acme',
  profiles: {
    acme: { state: 'active', to: 's3://acme-audit/altr', region: 'eu-central-1', types: ['query'] },
  },
};

async function withConfig(file = 'audit-export.json', config: object = active): Promise<Workspace> {
  const workspace = await newWorkspace();
  await workspace.write(file, JSON.stringify(config));
  return workspace;
}

test('config show names every value and where it comes from', async () => {
  const workspace = await withConfig();
  const { code, stdout } = await runCli(workspace, ['config', 'show', '--json', '--object-size', '1KiB'], {
    environment: { AUDIT_EXPORT_LEVEL: '9' },
  });
  const report = JSON.parse(stdout) as ConfigReport;
  const placeOf = (name: string) => report.settings.find((setting) => setting.name === name)?.place;
  expect(code).toBe(0);
  expect(schemaErrors('config-report', report)).toEqual([]);
  expect(report).toMatchObject({ profile: 'acme', state: 'active' });
  expect(['objectSize', 'level', 'to'].map(placeOf)).toEqual([
    '--object-size',
    'AUDIT_EXPORT_LEVEL',
    'profile "acme", to',
  ]);
});

test('config show without any configuration says how to make one', async () => {
  const { code, stdout } = await runCli(await newWorkspace(), ['config', 'show']);
  expect(code).toBe(0);
  expect(stdout).toContain('audit-export init');
});

test('config set changes the file whole, for its owner only, and leaves nothing beside it', async () => {
  const workspace = await withConfig();
  const before = await filesBelow(workspace.folder);
  const { code, stdout } = await runCli(workspace, ['config', 'set', 'types', 'query,alert']);
  expect(code).toBe(0);
  expect(stdout).toContain('types query → query,alert');
  const file = workspace.path('audit-export.json');
  expect(JSON.parse(await readFile(file, 'utf8'))).toMatchObject({
    profiles: { acme: { ...active.profiles.acme, types: ['query', 'alert'] } },
  });
  expect((await stat(file)).mode & 0o777).toBe(0o600);
  await expect(filesBelow(workspace.folder)).resolves.toEqual(before);
});

test('a configuration that is a link stays one', async () => {
  const workspace = await withConfig('elsewhere/real.json');
  await symlink(workspace.path('elsewhere', 'real.json'), workspace.path('audit-export.json'));
  await runCli(workspace, ['config', 'set', 'level', '9']);
  await expect(readFile(workspace.path('elsewhere', 'real.json'), 'utf8')).resolves.toContain('"level": 9');
});

test('config set --json says what was and what is', async () => {
  const { stdout } = await runCli(await withConfig(), ['config', 'set', 'level', '9', '--json']);
  expect(schemaErrors('config-change', JSON.parse(stdout))).toEqual([]);
  expect(JSON.parse(stdout)).toMatchObject({ before: null, after: 9 });
});

test('config set does not change bucket, region or role', async () => {
  const workspace = await withConfig();
  const { code, stderr } = await runCli(workspace, ['config', 'set', 'region', 'us-east-1']);
  expect(code).toBe(2);
  expect(stderr).toContain('init --reconfigure');
  await expect(readFile(workspace.path('audit-export.json'), 'utf8')).resolves.toBe(JSON.stringify(active));
});

test('an unknown member of the file is exit 3, with what was meant', async () => {
  const workspace = await withConfig('audit-export.json', { profiles: { acme: { to: 'x', objectsize: 1 } } });
  for (const command of [
    ['config', 'show', '--profile', 'acme'],
    ['config', 'set', 'level', '9'],
    ['config', 'path'],
  ]) {
    const { code, stderr } = await runCli(workspace, command);
    expect(code).toBe(3);
    expect(stderr).toContain('did you mean "objectSize"?');
  }
});

test.each([
  ['the one that init would make', undefined, 'audit-export.json'],
  ['the one in the working folder', 'audit-export.json', 'audit-export.json'],
  ["the user's own", 'config/audit-export/config.json', 'config/audit-export/config.json'],
])('config path names %s', async (_, written, expected) => {
  const workspace = written === undefined ? await newWorkspace() : await withConfig(written);
  const { stdout } = await runCli(workspace, ['config', 'path']);
  expect(stdout.trim()).toMatch(new RegExp(`${workspace.path(expected).slice(-40)}$`));
  const { stdout: json } = await runCli(workspace, ['config', 'path', '--json']);
  expect(schemaErrors('config-path', JSON.parse(json))).toEqual([]);
  expect(JSON.parse(json)).toMatchObject({ report: 'config-path', exists: written !== undefined });
});

test('config get prints one value as one writes it, and config list all of them', async () => {
  const profile = { to: './export', objectSize: '1MiB', retryFor: '90m', expect: { query: '24h' } };
  const workspace = await withConfig('audit-export.json', {
    defaultProfile: 'acme',
    profiles: { acme: profile },
  });
  const get = async (...words: string[]): Promise<string> =>
    (await runCli(workspace, ['config', 'get', ...words])).stdout;
  await expect(get('objectSize')).resolves.toBe('1MiB\n');
  await expect(get('retry-for')).resolves.toBe('90m\n');
  await expect(get('maxLine')).resolves.toBe('16MiB\n');
  await expect(get('bucketOwner')).resolves.toBe('');
  const { stdout } = await runCli(workspace, ['config', 'list']);
  expect(stdout.split('\n')).toEqual(
    expect.arrayContaining(['to=./export', 'objectSize=1MiB', 'lockWait=10s', 'expect=query=24h']),
  );
  const json = await runCli(workspace, ['config', 'get', '--json', 'objectSize']);
  expect(JSON.parse(json.stdout)).toMatchObject({ value: 1048576, written: '1MiB', from: 'profile' });
  const slip = await runCli(workspace, ['config', 'get', 'objectsiz']);
  expect([slip.code, slip.stderr]).toEqual([2, expect.stringContaining('Did you mean objectSize?')]);
});
