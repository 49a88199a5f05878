import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadProfile } from '../../../src/cli/load-profile.ts';
import { capturedTerminal } from '../../fakes/captured-terminal.ts';
import { scratchFolder } from '../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../fakes/thrown.ts';

const text = JSON.stringify({ profiles: { acme: { to: 's3://acme' } } });

/** Loads the profile acme of a file in this folder. */
const load = (file: string, environment: Record<string, string>): ReturnType<typeof loadProfile> =>
  loadProfile({ profile: 'acme', config: file }, capturedTerminal('', { environment }).context);

test('a copy that systemd has handed over belongs to the file that it is a copy of', async () => {
  const folder = scratchFolder();
  mkdirSync(join(folder, 'credentials'));
  const copy = join(folder, 'credentials', 'config.json');
  writeFileSync(copy, text);
  const unit = {
    CREDENTIALS_DIRECTORY: join(folder, 'credentials'),
    AUDIT_EXPORT_CONFIG: '/home/ada/c.json',
  };
  expect(await load(copy, unit)).toMatchObject({
    configFile: '/home/ada/c.json',
    profile: { name: 'acme', configFile: '/home/ada/c.json', profile: { to: 's3://acme' } },
  });
  // Any other file belongs to itself, whatever the environment says.
  const other = join(folder, 'other.json');
  writeFileSync(other, text);
  expect((await load(other, unit)).configFile).toBe(other);
  expect((await load(copy, { AUDIT_EXPORT_CONFIG: '/home/ada/c.json' })).configFile).toBe(copy);
});

test('a profile without any configuration: the message says where it was looked for', async () => {
  const folder = scratchFolder();
  const environment = { XDG_CONFIG_HOME: join(folder, 'config') };
  const { context } = capturedTerminal('', { environment, workingFolder: folder });
  const error = await rejectionOf(loadProfile({ profile: 'acme', config: undefined }, context));
  expect(error.code).toBe('config-invalid');
  for (const place of ['audit-export.json', 'config/audit-export/config.json'])
    expect(error.message).toContain(join(folder, place));
});
