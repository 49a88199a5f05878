import { mkdirSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { configPlaces, readConfigFile } from '../../../../src/adapters/fs/records/config-file.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

describe('the configuration', () => {
  test('is looked for beside the work, then where the user keeps it', () => {
    expect(configPlaces({ XDG_CONFIG_HOME: '/x' }, '/somewhere')).toEqual([
      '/somewhere/audit-export.json',
      '/x/audit-export/config.json',
    ]);
    expect(configPlaces({ HOME: '/h' }, '/somewhere')[1]).toBe('/h/.config/audit-export/config.json');
    // A variable that is empty is not set (XDG Base Directory Specification).
    const empty = { XDG_CONFIG_HOME: '', HOME: '/h' };
    expect(configPlaces(empty, '/somewhere')[1]).toBe('/h/.config/audit-export/config.json');
    expect(configPlaces({}, '/somewhere')[1]).toBe(
      join(userInfo().homedir, '.config/audit-export/config.json'),
    );
  });

  test('is the first that exists; the one that is named before all', async () => {
    const folder = scratchFolder();
    const environment = { XDG_CONFIG_HOME: join(folder, 'home') };
    expect(await readConfigFile(undefined, environment, folder)).toBeUndefined();
    mkdirSync(join(folder, 'home/audit-export'), { recursive: true });
    const [beside = '', home = ''] = configPlaces(environment, folder);
    writeFileSync(home, 'home');
    expect(await readConfigFile(undefined, environment, folder)).toEqual({ file: home, text: 'home' });
    writeFileSync(beside, 'beside');
    expect((await readConfigFile(undefined, environment, folder))?.text).toBe('beside');
    expect((await readConfigFile(home, environment, folder))?.text).toBe('home');
  });

  test('is none where the home is no folder', async () => {
    const folder = scratchFolder();
    expect(await readConfigFile(undefined, { HOME: '/dev/null' }, folder)).toBeUndefined();
  });

  test('that is named but does not exist is an error', async () => {
    const error = await rejectionOf(readConfigFile('/nowhere/c.json', {}, '/'));
    expect(error).toMatchObject({ code: 'config-invalid', exitCode: 3 });
    expect(error.message).toContain('/nowhere/c.json');
    expect(error.cure).toContain('--config');
  });

  test('that exists but can not be read is an error, not passed over', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'audit-export.json'));
    expect(await rejectionOf(readConfigFile(undefined, {}, folder))).toMatchObject({
      code: 'config-invalid',
    });
  });
});
