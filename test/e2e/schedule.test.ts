import { expect, test } from 'vitest';
import { program, runCli } from './run-cli.ts';
import { useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();

const config = JSON.stringify({
  profiles: {
    acme: {
      to: 's3://acme-audit/altr',
      region: 'eu-central-1',
      role: { arn: 'arn:aws:iam::111122223333:role/ALTRPublishSIEMData', externalId: 'o-1' },
    },
  },
});

test('schedule fills in profile, program and configuration by their full paths, and writes nothing', async () => {
  const workspace = await newWorkspace();
  const file = await workspace.write('audit-export.json', config);
  const args = ['schedule', '--every', '6h', '--profile', 'acme', '--format', 'cron', '--', 'my logs'];
  const { code, stdout, stderr } = await runCli(workspace, args);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toMatch(/^\d+ \*\/6 \* \* \* /m);
  for (const word of [
    process.execPath,
    program,
    file,
    `'${workspace.path('my logs')}'`,
    's3://acme-audit/altr',
  ])
    expect(stdout).toContain(word);
});

test.each([
  { args: ['schedule', '--profile', 'acme', '--', 'logs'], code: 2, says: '--every' },
  { args: ['schedule', '--every', '25h', '--profile', 'acme', '--', 'logs'], code: 2, says: 'from 1 to 24' },
  { args: ['schedule', '--every', '1h', '--', 'logs'], code: 2, says: '--profile' },
  { args: ['schedule', '--every', '1h', '--profile', 'other', '--', 'logs'], code: 3, says: 'other' },
  { args: ['schedule', '--every', '1h', '--profile', 'acme'], code: 2, says: 'behind --' },
])('$args is exit $code', async ({ args, code, says }) => {
  const workspace = await newWorkspace();
  await workspace.write('audit-export.json', config);
  const run = await runCli(workspace, args);
  expect([run.code, run.stdout]).toEqual([code, '']);
  expect(run.stderr).toContain(says);
});

test('completion prints a script that names the commands, and itself', async () => {
  const { code, stdout, stderr } = await runCli(await newWorkspace(), ['completion', 'bash']);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  for (const word of [
    'push',
    'completion',
    '--partition',
    'complete -o default -F _audit_export audit-export',
  ])
    expect(stdout).toContain(word);
});
