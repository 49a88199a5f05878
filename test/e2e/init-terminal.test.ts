import { readFile, stat } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import type { TerminalSession } from './pseudo-terminal.ts';
import { hasTerminal, keys, startInTerminal } from './pseudo-terminal.ts';
import { runForReport } from './run-cli.ts';
import { useSetupServer } from './setup-server.ts';
import type { Workspace } from './workspace.ts';
import { useWorkspaces } from './workspace.ts';
import type { Config } from '../../src/ports/state/config-store.ts';

const { enter, ctrlC, ctrlD, space, down } = keys;
const server = useSetupServer();
const newWorkspace = useWorkspaces();

const configOf = async (workspace: Workspace): Promise<Config> =>
  JSON.parse(await readFile(workspace.path('audit-export.json'), 'utf8')) as Config;

/** All prompts up to the decision, with a typing mistake among them. */
async function answerAll(wizard: TerminalSession, bucket: string): Promise<void> {
  const { accountId } = server.emulator().customer;
  await wizard.answer('Who delivers', enter);
  await wizard.answer('AWS account to trust', '1111', enter);
  await wizard.see('an AWS account id is exactly 12 digits');
  wizard.type('\u0015', accountId, enter);
  await wizard.answer('Organization id', 'org-42', enter);
  await wizard.answer('Bucket', bucket, enter);
  await wizard.answer(`Make the bucket ${bucket}`, enter);
  await wizard.answer('Region of the bucket', 'frank');
  await wizard.see('Frankfurt');
  wizard.type(enter);
  await wizard.answer('Folder in the bucket', enter);
  await wizard.answer('Name of the role', enter);
  await wizard.answer('Name of the policy', enter);
  await wizard.answer('Audit types to export', down, space, enter);
}

// Where there is no terminal to be had, these could only lie.
describe.runIf(hasTerminal)('the wizard in a real terminal', () => {
  test('< goes back from a question with a list to search in as well', async () => {
    const wizard = startInTerminal(
      await newWorkspace(),
      ['init', '--profile', 'acme', '--deliverer', 'vendor', '--account-id', '444455556666'],
      server.administrator(),
    );
    await wizard.answer('Organization id', 'org-42', enter);
    await wizard.answer('Bucket', 'terminal-back', enter);
    await wizard.answer('Make the bucket terminal-back', enter);
    await wizard.answer('Region of the bucket', '<');
    await wizard.see('< back');
    wizard.type(enter);
    await wizard.see('✔ Region of the bucket <');
    await wizard.answer('Bucket', ctrlC);
    await expect(wizard.ended).resolves.toBe(130);
  });

  test('from an empty folder to an active profile, which push then uses', async () => {
    const workspace = await newWorkspace();
    const wizard = startInTerminal(workspace, ['init', '--profile', 'acme'], server.administrator());
    await answerAll(wizard, 'terminal-whole');
    await wizard.see('may create objects below s3://terminal-whole/altr/ and nothing else.');
    await wizard.answer('What now?', enter);
    await expect(wizard.ended).resolves.toBe(0);
    expect(wizard.screen()).toContain('The profile acme is active');
    expect(wizard.screen()).toContain('audit-export evidence key --profile acme');
    const { profiles, defaultProfile } = await configOf(workspace);
    expect(defaultProfile).toBe('acme');
    expect(profiles['acme']).toMatchObject({
      state: 'active',
      to: 's3://terminal-whole/altr',
      region: 'eu-central-1',
      types: ['query', 'alert', 'system', 'tokenization', 'native-query', 'uam', 'immuta-legacy', 'login'],
    });
    expect((await stat(workspace.path('audit-export.json'))).mode & 0o777).toBe(0o600);

    const stdin = await readFile(new URL('../fixtures/events/query.jsonl', import.meta.url));
    const push = await runForReport(workspace, ['push'], { stdin, environment: server.administrator() });
    expect(push).toMatchObject({ code: 0, report: { profile: 'acme' } });
    expect(push.report.store).toBe('s3://terminal-whole/altr');
  });

  test('Ctrl-C keeps what was answered, and the next init goes on there', async () => {
    const workspace = await newWorkspace();
    const first = startInTerminal(workspace, ['init', '--profile', 'acme'], server.administrator());
    await first.answer('Who delivers', enter);
    await first.answer('AWS account to trust', server.emulator().vendor.accountId, enter);
    await first.answer('Organization id', 'org-43', enter);
    await first.answer('Bucket', ctrlC);
    await expect(first.ended).resolves.toBe(130);
    expect(first.screen()).toContain('What was answered is kept as a draft');
    expect((await configOf(workspace)).profiles['acme']).toEqual({
      state: 'draft',
      setup: {
        deliverer: 'vendor',
        accountId: server.emulator().vendor.accountId,
        organizationId: 'org-43',
      },
    });

    const second = startInTerminal(workspace, ['init'], server.administrator());
    await second.see('Going on with the draft of the profile acme');
    await second.answer('Go on with these answers?', enter);
    await second.answer('Bucket', 'terminal-resumed', enter);
    await second.answer('Make the bucket', enter);
    for (const question of ['Region', 'Folder', 'Name of the role', 'Name of the policy', 'Audit types'])
      await second.answer(question, enter);
    await second.answer('What now?', enter);
    await expect(second.ended).resolves.toBe(0);
    expect(second.screen()).not.toContain('? AWS account to trust');
    // The role trusts the vendor: from here that can't be tried, and is not claimed.
    expect(second.screen()).toContain('not proven');
    expect((await configOf(workspace)).profiles['acme']?.state).toBe('applied');
  });

  test.each([
    ['Ctrl-C', ctrlC],
    ['Ctrl-D, the end of the input', ctrlD],
  ])('%s at the first question leaves nothing', async (_, key) => {
    const workspace = await newWorkspace();
    const wizard = startInTerminal(workspace, ['init'], server.administrator());
    await wizard.answer('Who delivers', key);
    await expect(wizard.ended).resolves.toBe(130);
    expect(wizard.screen()).toContain('nothing was written');
    await expect(configOf(workspace)).rejects.toThrow('ENOENT');
  });

  test('--no-input asks nothing, even in a terminal', async () => {
    const workspace = await newWorkspace();
    const wizard = startInTerminal(workspace, ['init', '--no-input'], server.administrator());
    await expect(wizard.ended).resolves.toBe(2);
    expect(wizard.screen()).toContain('--organization-id');
  });

  test.each([
    ['NO_COLOR', { NO_COLOR: '1' }, false],
    ['a terminal that has colours', {}, true],
  ])('%s is heeded by the questions as well', async (_, environment, coloured) => {
    const workspace = await newWorkspace();
    const wizard = startInTerminal(workspace, ['init'], { ...server.administrator(), ...environment });
    await wizard.answer('Who delivers', ctrlC);
    await wizard.ended;
    // oxlint-disable-next-line no-control-regex -- the control character is what is looked for
    expect(/\u001b\[[0-9;]+m/.test(wizard.raw())).toBe(coloured);
  });
});
