import { join } from 'node:path';
import { expect, test } from 'vitest';
import { eventsOf, generateInput } from './generated-input.ts';
import { dayFolder, differencesFrom, hourFolder, readExport } from './read-export.ts';
import { runCli, runForReport } from './run-cli.ts';
import { folderStore } from './stores.ts';
import { deliveriesBelow, filesBelow, stateFolderOf, useWorkspaces } from './workspace.ts';

const input = generateInput({ seed: 81, lines: 120, hours: 30 });
const events = eventsOf(input);
const stdin = input.bytes;

const newWorkspace = useWorkspaces();

const config = (profiles: object, defaultProfile?: string): string =>
  JSON.stringify({ defaultProfile, profiles });

test('a profile of ./audit-export.json answers what no flag says', async () => {
  const workspace = await newWorkspace();
  await workspace.write(
    'audit-export.json',
    config({
      acme: {
        to: 'acme-export',
        partition: 'hour',
        types: ['query', 'system'],
        objectSize: '16KiB',
        level: 1,
      },
    }),
  );
  const { code, report } = await runForReport(workspace, ['push', '--profile', 'acme'], { stdin });
  expect({ code, profile: report.profile, store: report.store }).toEqual({
    code: 0,
    profile: 'acme',
    store: 'acme-export',
  });
  const selected = events.filter(({ type }) => type === 'query' || type === 'system');
  const found = await readExport(folderStore(workspace.path('acme-export')));
  expect(differencesFrom(selected, found, hourFolder)).toEqual([]);
  expect(found.objects.filter(({ content }) => content.length > 16 * 1024).map(({ key }) => key)).toEqual([]);
});

test('the default profile is used where none is named', async () => {
  const workspace = await newWorkspace();
  await workspace.write('audit-export.json', config({ a: { to: 'a-export' }, b: { to: 'b-export' } }, 'b'));
  const { report } = await runForReport(workspace, ['push'], { stdin });
  expect({ profile: report.profile, store: report.store }).toEqual({ profile: 'b', store: 'b-export' });
});

test('--config names another file, and the folder of the user is looked into last', async () => {
  const workspace = await newWorkspace();
  await workspace.write('config/audit-export/config.json', config({ a: { to: 'of-the-user' } }, 'a'));
  expect((await runForReport(workspace, ['push'], { stdin })).report.store).toBe('of-the-user');
  await workspace.write('audit-export.json', config({ a: { to: 'of-the-folder' } }, 'a'));
  expect((await runForReport(workspace, ['push'], { stdin })).report.store).toBe('of-the-folder');
  await workspace.write('other/settings.json', config({ a: { to: 'named' } }, 'a'));
  const named = ['push', '--config', 'other/settings.json'];
  expect((await runForReport(workspace, named, { stdin })).report.store).toBe('named');
});

test('each profile has a quarantine of its own', async () => {
  const workspace = await newWorkspace();
  await workspace.write('audit-export.json', config({ a: { to: 'a' }, b: { to: 'b', quarantine: 'b-bad' } }));
  const bad = Buffer.from('no JSON\n');
  await runCli(workspace, ['push', '--profile', 'a'], { stdin: bad });
  await runCli(workspace, ['push', '--profile', 'b'], { stdin: bad });
  const own = join(await stateFolderOf(workspace, 'a'), 'quarantine');
  expect(await deliveriesBelow(own)).toHaveLength(1);
  expect(await filesBelow(workspace.path('b-bad'))).toHaveLength(1);
  const list = await runCli(workspace, ['quarantine', 'list', '--profile', 'b', '--json']);
  expect(JSON.parse(list.stdout)).toMatchObject({ lines: 1 });
});

/** From the weakest to the strongest: each is added to those before it and must win. */
const precedence = [
  { given: 'the default', profile: {}, environment: {}, flags: [], folderOf: dayFolder, cut: false },
  {
    given: 'the profile',
    profile: { partition: 'hour', objectSize: '1' },
    environment: {},
    flags: [],
    folderOf: hourFolder,
    cut: true,
  },
  {
    given: 'the environment',
    profile: { partition: 'hour', objectSize: '1' },
    environment: { AUDIT_EXPORT_PARTITION: 'day', AUDIT_EXPORT_OBJECT_SIZE: '64MiB' },
    flags: [],
    folderOf: dayFolder,
    cut: false,
  },
  {
    given: 'the flag',
    profile: { partition: 'hour', objectSize: '1' },
    environment: { AUDIT_EXPORT_PARTITION: 'day', AUDIT_EXPORT_OBJECT_SIZE: '64MiB' },
    flags: ['--partition', 'hour', '--object-size', '1'],
    folderOf: hourFolder,
    cut: true,
  },
] as const;

test.each(precedence)(
  '$given wins over what is weaker',
  async ({ profile, environment, flags, folderOf, cut }) => {
    const workspace = await newWorkspace();
    await workspace.write('audit-export.json', config({ acme: { to: 'export', ...profile } }, 'acme'));
    await runForReport(workspace, ['push', ...flags], { stdin, environment });
    const found = await readExport(folderStore(workspace.path('export')));
    expect(differencesFrom(events, found, folderOf)).toEqual([]);
    expect(found.objects.every(({ lines }) => lines.length === 1)).toBe(cut);
  },
);

test('AUDIT_EXPORT_TO, _TYPES, _PROFILE, _CONFIG, _JSON and _DRY_RUN stand for their flags', async () => {
  const workspace = await newWorkspace();
  await workspace.write('settings.json', config({ acme: { to: 'of-the-profile' } }));
  const environment = {
    AUDIT_EXPORT_CONFIG: 'settings.json',
    AUDIT_EXPORT_PROFILE: 'acme',
    AUDIT_EXPORT_TO: 'of-the-environment',
    AUDIT_EXPORT_TYPES: 'query',
    AUDIT_EXPORT_JSON: '1',
    AUDIT_EXPORT_DRY_RUN: 'true',
  };
  const { code, stdout } = await runCli(workspace, ['push'], { stdin, environment });
  expect(code).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    profile: 'acme',
    store: 'of-the-environment',
    dryRun: true,
    balance: { delivered: events.filter(({ type }) => type === 'query').length },
  });
});

test('a bad value in the environment is exit 2, and names the variable', async () => {
  const workspace = await newWorkspace();
  const environment = { AUDIT_EXPORT_OBJECT_SIZE: 'big' };
  const { code, stderr } = await runCli(workspace, ['push', '--to', 'export'], { stdin, environment });
  expect(code).toBe(2);
  expect(stderr).toContain('AUDIT_EXPORT_OBJECT_SIZE');
});

test('a bad value in a profile is named with its place', async () => {
  const workspace = await newWorkspace();
  await workspace.write('audit-export.json', config({ acme: { to: 'export', objectSize: 'big' } }, 'acme'));
  const { code, stderr } = await runCli(workspace, ['push'], { stdin });
  expect(code).toBeOneOf([2, 3]);
  expect(stderr).toContain('objectSize');
  expect(stderr).toContain('acme');
});
