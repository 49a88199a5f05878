import { chmod, copyFile, mkdir, readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { scenarios } from '../../src/adapters/emulator/scenarios/scenarios.ts';
import type { Scenario } from '../../src/adapters/emulator/scenarios/scenario.ts';
import { startEmulator } from '../../src/adapters/emulator/start-emulator.ts';
import type { Emulator } from '../../src/ports/aws/emulator.ts';
import type { SimulatedWorld } from '../snowflake/simulated-world.ts';
import { makeKeys, startWorld } from '../snowflake/simulated-world.ts';
import { mappingFiles } from './collect-kit.ts';
import { runLine } from './run-line.ts';
import type { Workspace } from './workspace.ts';
import { useWorkspaces } from './workspace.ts';

const newWorkspace = useWorkspaces();
const passphrase = 'open-sesame-4711';
const root = new URL('../../', import.meta.url);

let readme = '';
let emulator: Emulator;
let world: SimulatedWorld;
let workspace: Workspace;
let environment: Record<string, string> = {};

beforeAll(async () => {
  readme = await readFile(new URL('README.md', root), 'utf8');
  emulator = await startEmulator({ scenario: scenarios['empty'] as Scenario });
  world = await startWorld({ startMs: Date.now(), daysBefore: 2, daysAfter: 1 });
  workspace = await newWorkspace();
  await mkdir(workspace.path('examples'));
  await copyFile(new URL('examples/events.jsonl', root), workspace.path('examples/events.jsonl'));
  for (const [name, text] of Object.entries(mappingFiles)) await workspace.write(name, text);
  const { pem, publicKey } = makeKeys(passphrase);
  for (const user of world.account.users) user.publicKeys = [publicKey];
  await workspace.write('key.p8', pem);
  await chmod(workspace.path('key.p8'), 0o600);
  environment = {
    AWS_ENDPOINT_URL: emulator.url,
    AWS_ACCESS_KEY_ID: emulator.customer.accessKeyId,
    AWS_SECRET_ACCESS_KEY: emulator.customer.secretAccessKey,
    AWS_REGION: emulator.region,
    SNOWFLAKE_PRIVATE_KEY_PATH: workspace.path('key.p8'),
    SNOWFLAKE_PRIVATE_KEY_PASSPHRASE: passphrase,
    AUDIT_EXPORT_ACCOUNT_URL: world.settings.accountUrl ?? '',
    XDG_CONFIG_HOME: workspace.path('config'),
  };
});

afterAll(async () => {
  await emulator.close();
  await world.close();
});

/** The commands of the first block below a heading; one that goes on in the next line is one. */
function commandsBelow(heading: string): string[] {
  const section = readme.slice(readme.indexOf(`\n${heading}\n`));
  const [, block = ''] = /```sh\n([\s\S]*?)```/.exec(section) ?? [];
  return block
    .replaceAll(/\\\n\s*/g, '')
    .trim()
    .split('\n');
}

test('what the first command prints is what the README says', async () => {
  const [command = '', printed = ''] =
    /<!-- output of: (.*) -->\n+```\n([\s\S]*?)```/.exec(readme)?.slice(1) ?? [];
  const first = commandsBelow('In a clone, with Node 22 or 24 and npm:');
  expect(first.at(-1)).toBe(command);
  const { code, stdout } = await runLine(workspace, command, environment);
  const timeless = (text: string): string => text.replaceAll(/[\d.]+ s$/gm, 'some time');
  expect(code).toBe(5);
  expect(timeless(stdout)).toBe(timeless(printed));
});

/** The paths, in the order in which they build on each other, and the exit codes that are no 0. */
const paths: readonly { heading: string; codes?: Readonly<Record<number, number>> }[] = [
  { heading: '### ALTR delivers to me' },
  { heading: "### I deliver ALTR's, Immuta's or my own files", codes: { 1: 5 } },
  { heading: '### I collect from Snowflake' },
  { heading: '### I read the bucket' },
  { heading: '### I audit it' },
];

describe('each path of the README works as written, on the rehearsal', () => {
  test.each(paths)('$heading', { timeout: 60_000 }, async ({ heading, codes = {} }) => {
    const commands = commandsBelow(heading);
    expect(commands.length).toBeLessThanOrEqual(5);
    for (const [index, command] of commands.entries()) {
      const { code, stderr, stdout } = await runLine(workspace, command, environment);
      expect([command, code, code === (codes[index] ?? 0) ? '' : stderr + stdout]).toEqual([
        command,
        codes[index] ?? 0,
        '',
      ]);
    }
  });

  test('and these are all of them', () => {
    const [, section = ''] = /## Which of these am I\?\n([\s\S]*?)\n## /.exec(readme) ?? [];
    expect(section.match(/^### .*$/gm)).toEqual(paths.map(({ heading }) => heading));
  });
});
