import { readFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { runCli } from './run-cli.ts';
import type { Workspace } from './workspace.ts';
import { useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();
const recorder = new URL('./module-recorder.mjs', import.meta.url).href;

const helps = ['--help', 'push --help', 'quarantine --help', 'quarantine replay --help'].map((command) => ({
  command,
}));

/** The modules that a command loads, by URL or path. */
async function modulesOf(workspace: Workspace, args: readonly string[]): Promise<string[]> {
  const record = workspace.path('modules');
  const { code, stderr } = await runCli(workspace, args, {
    nodeFlags: ['--import', recorder],
    environment: { AUDIT_EXPORT_E2E_MODULES: record },
  });
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return (await readFile(record, 'utf8')).split('\n').filter((line) => line !== '');
}

const heavy =
  /node_modules\/(?:@aws-sdk|@smithy|ajv|inquirer|@inquirer|chalk|tinyglobby)\/|\/generated\/|\/adapters\/(?!system\/)/;

test.each([...helps, { command: '--version' }])(
  '$command loads nothing that it does not need',
  async ({ command }) => {
    const modules = await modulesOf(await newWorkspace(), command.split(' '));
    expect(
      modules.filter((module) => module.includes('/commander/')).length,
      'commander is seen',
    ).toBeGreaterThan(0);
    expect(modules.filter((module) => heavy.test(module))).toEqual([]);
    // What it takes to start is what it takes to load.
    expect(modules.length).toBeLessThan(150);
  },
);

test('the recorder of modules sees what a push to a folder loads, and that the AWS SDK is not among it', async () => {
  const modules = await modulesOf(await newWorkspace(), ['push', '--to', 'export']);
  expect(modules.filter((module) => /\/adapters\/fs\/.*folder-store/.test(module)).length).toBeGreaterThan(0);
  expect(modules.filter((module) => /node_modules\/@(?:aws-sdk|smithy)\//.test(module))).toEqual([]);
});

test.each(helps)('$command goes to stdout, fits a terminal, and says how to begin', async ({ command }) => {
  const { stdout, stderr } = await runCli(await newWorkspace(), command.split(' '));
  expect(stderr).toBe('');
  expect(stdout).toMatch(/^Usage: audit-export/);
  expect(stdout.split('\n').filter((line) => line.length > 80)).toEqual([]);
});

test('push --help is a manual: examples, each flag, exit codes', async () => {
  const { stdout } = await runCli(await newWorkspace(), ['push', '--help']);
  const flags = [
    'to',
    'types',
    'partition',
    'layout',
    'object-size',
    'compression',
    'level',
    'quarantine',
    'strict',
    'dry-run',
    'limit-bad',
    'schema',
    'json',
    'quiet',
    'profile',
    'config',
    'region',
    'endpoint-url',
  ];
  for (const flag of flags) expect(stdout).toContain(`--${flag}`);
  expect(stdout).toContain('Examples:');
  expect(stdout).toContain('Exit codes:');
  expect(stdout).toContain('s3:PutObject');
});

test('--help lists every exit code of the contract', async () => {
  const { stdout } = await runCli(await newWorkspace(), ['--help']);
  for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 130]) expect(stdout).toMatch(new RegExp(`^\\s+${code}  `, 'm'));
});
