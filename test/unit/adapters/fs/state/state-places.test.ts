import {
  mkdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { realPath } from '../../../../../src/adapters/fs/state/real-path.ts';
import {
  destinationFolders,
  openDestinationFolder,
  profileFolders,
  statePlaces,
} from '../../../../../src/adapters/fs/state/state-places.ts';
import { destinationOf } from '../../../../../src/core/config/destination.ts';
import { scratchFolder } from '../../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../../fakes/thrown.ts';

const scratch = (): string => realpathSync(scratchFolder());
const placesOf = (
  environment: Record<string, string>,
  workingFolder = '/work',
): ReturnType<typeof statePlaces> => statePlaces({ environment, workingFolder });
const acme = destinationOf({ kind: 's3', bucket: 'acme', prefix: '' }, undefined);

test.each([
  ['XDG_STATE_HOME', { XDG_STATE_HOME: '/s', HOME: '/h' }, '/s/audit-export'],
  ['an empty variable, which is not set', { XDG_STATE_HOME: '', HOME: '/h' }, '/h/.local/state/audit-export'],
  ['a relative folder', { XDG_STATE_HOME: 's' }, '/work/s/audit-export'],
  ['the home folder of the user', {}, `${userInfo().homedir}/.local/state/audit-export`],
  ['an empty HOME', { HOME: '' }, `${userInfo().homedir}/.local/state/audit-export`],
])('state is found by %s', (_, environment, root) => {
  expect(placesOf(environment as Record<string, string>).root).toBe(root);
});

describe('the folder of a profile', () => {
  const places = placesOf({ XDG_STATE_HOME: '/s' });
  const folderOf = (configFile: string, name = 'acme'): string => places.profileFolder({ name, configFile });

  test('says its name, and is another for each configuration file', () => {
    expect(folderOf('/a/audit-export.json')).toMatch(/^\/s\/audit-export\/profiles\/acme-[0-9a-f]{12}$/);
    expect(folderOf('/a/audit-export.json')).not.toBe(folderOf('/b/audit-export.json'));
    expect(folderOf('/a/audit-export.json')).not.toBe(folderOf('/a/audit-export.json', 'other'));
  });

  test('is the same through a link, by a relative path, and before the file is there', () => {
    const folder = scratch();
    const file = join(folder, 'real', 'config.json');
    const before = folderOf(file);
    mkdirSync(join(folder, 'real'));
    writeFileSync(file, '{}');
    symlinkSync(join(folder, 'real'), join(folder, 'linked'));
    symlinkSync(file, join(folder, 'audit-export.json'));
    const inFolder = placesOf({ XDG_STATE_HOME: '/s' }, folder);
    for (const path of [file, join(folder, 'linked', 'config.json'), join(folder, 'audit-export.json')])
      expect(folderOf(path)).toBe(before);
    expect(inFolder.profileFolder({ name: 'acme', configFile: 'real/config.json' })).toBe(before);
  });

  test('stays where it is when Kubernetes replaces what it has mounted', () => {
    const folder = scratch();
    for (const version of ['..2026_1', '..2026_2']) {
      mkdirSync(join(folder, version));
      writeFileSync(join(folder, version, 'config.json'), '{}');
    }
    symlinkSync('..data/config.json', join(folder, 'config.json'));
    symlinkSync('..2026_1', join(folder, '..data'));
    const before = folderOf(join(folder, 'config.json'));
    expect(before).toBe(folderOf(join(scratchAgain(folder), 'config.json')));
  });

  test('those of one configuration file are found, and no others', async () => {
    const home = scratch();
    const own = placesOf({ XDG_STATE_HOME: home });
    for (const [name, configFile] of [
      ['acme', '/a.json'],
      ['other', '/a.json'],
      ['acme', '/b.json'],
    ] as const)
      mkdirSync(own.profileFolder({ name, configFile }), { recursive: true });
    const found = await profileFolders(own, '/a.json');
    expect(found.map(({ name }) => name)).toEqual(['acme', 'other']);
  });
});

/** The same folder after its content was replaced. */
function scratchAgain(folder: string): string {
  const other = join(folder, '..data-new');
  symlinkSync('..2026_2', other);
  renameSync(other, join(folder, '..data'));
  return folder;
}

describe('the folder of a destination', () => {
  test('says which it is, and is readable by its owner only', async () => {
    const home = scratch();
    const surroundings = { environment: { XDG_STATE_HOME: home }, workingFolder: '/' };
    const folder = await openDestinationFolder(acme, surroundings);
    expect(folder).toBe(join(home, 'audit-export/destinations', acme.id));
    expect(JSON.parse(readFileSync(join(folder, 'destination.json'), 'utf8'))).toEqual(acme);
    expect(statSync(folder).mode & 0o777).toBe(0o700);
    expect(await openDestinationFolder(acme, surroundings)).toBe(folder);
    expect(await destinationFolders(statePlaces(surroundings))).toEqual([{ folder, destination: acme }]);
  });

  test('that was torn is written anew', async () => {
    const surroundings = { environment: { XDG_STATE_HOME: scratch() }, workingFolder: '/' };
    const folder = await openDestinationFolder(acme, surroundings);
    writeFileSync(join(folder, 'destination.json'), '{"id":');
    await openDestinationFolder(acme, surroundings);
    expect(JSON.parse(readFileSync(join(folder, 'destination.json'), 'utf8'))).toEqual(acme);
  });

  test('that can not be made is told as state that can not be kept', async () => {
    const home = join(scratch(), 'file');
    writeFileSync(home, '');
    const surroundings = { environment: { XDG_STATE_HOME: home }, workingFolder: '/' };
    expect(await rejectionOf(openDestinationFolder(acme, surroundings))).toMatchObject({
      code: 'state-not-written',
      exitCode: 3,
      cure: expect.stringContaining('XDG_STATE_HOME'),
    });
  });

  test('none is there before the first', async () => {
    expect(await destinationFolders(placesOf({ XDG_STATE_HOME: scratch() }))).toEqual([]);
  });
});

describe('a real path', () => {
  test('is followed through links, also into what is not there yet', () => {
    const folder = scratch();
    mkdirSync(join(folder, 'data'));
    symlinkSync(join(folder, 'data'), join(folder, 'link'));
    symlinkSync('data/later', join(folder, 'dangling'));
    expect(realPath(join(folder, 'link'))).toBe(join(folder, 'data'));
    expect(realPath(join(folder, 'link/not/yet'))).toBe(join(folder, 'data/not/yet'));
    expect(realPath(join(folder, 'link/../data/./x/'))).toBe(join(folder, 'data/x'));
    expect(realPath(join(folder, 'dangling/x'))).toBe(join(folder, 'data/later/x'));
    mkdirSync(join(folder, 'data/later/x'), { recursive: true });
    expect(realPath(join(folder, 'dangling/x'))).toBe(join(folder, 'data/later/x'));
  });

  test('of links that lead in a circle ends', () => {
    const folder = scratch();
    symlinkSync('b', join(folder, 'a'));
    symlinkSync('a', join(folder, 'b'));
    expect(realPath(join(folder, 'a/x'))).toMatch(/[ab]\/x$/);
  });
});
