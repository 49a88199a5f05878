import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openMetricsFile } from '../../../../src/adapters/metrics/metrics-file.ts';
import { FolderStore } from '../../../../src/adapters/fs/store/folder-store.ts';
import { FolderReader } from '../../../../src/adapters/fs/store/folder-reader.ts';
import { ObjectCache } from '../../../../src/adapters/fs/store/object-cache.ts';
import { QuarantineList } from '../../../../src/adapters/fs/quarantine/quarantine-list.ts';
import { replaceFile } from '../../../../src/adapters/fs/replace-file.ts';
import { removeAbandoned, unfinishedPath } from '../../../../src/adapters/fs/unfinished-files.ts';
import { unfinishedName } from '../../../../src/core/layout/own-names.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

const minute = 60_000;
/** The id of a process that has ended. */
const deadPid = String(spawnSync(process.execPath, ['-e', '']).pid);

interface Owner {
  machine?: string;
  pid?: string;
  startTicks?: string;
}

/** A name as this process would give it, but of another owner. */
async function nameOf({ machine, pid, startTicks }: Owner): Promise<string> {
  const [mark, here, ownPid, ownTicks, random] = basename(await unfinishedPath('')).split('-');
  return [mark, machine ?? here, pid ?? ownPid, startTicks ?? ownTicks, random].join('-');
}

function leave(folder: string, name: string, ageMs: number): string {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, name);
  writeFileSync(path, 'half');
  const time = (Date.now() - ageMs) / 1000;
  utimesSync(path, time, time);
  return path;
}

describe('an unfinished file', () => {
  test.each<[string, Owner, number, boolean]>([
    ['of a process that has ended is removed at once', { pid: deadPid }, 0, false],
    ['of a process whose id another has now is removed at once', { startTicks: '1' }, 0, false],
    ['of a process that runs stays, however old', {}, 9000 * minute, true],
    ['of another machine stays while it is young', { machine: '00000000', pid: deadPid }, 59 * minute, true],
    [
      'of another machine is removed after an hour',
      { machine: '00000000', pid: deadPid },
      61 * minute,
      false,
    ],
  ])('%s', async (_, owner, ageMs, stays) => {
    const folder = scratchFolder();
    const name = await nameOf(owner);
    expect(unfinishedName.test(name)).toBe(true);
    const path = leave(folder, name, ageMs);
    await removeAbandoned(folder);
    expect(existsSync(path)).toBe(stays);
  });

  test.each(['.unfinished-notes', '.unfinished-1-ab', 'unfinished-00000000-1-1-000000000000', 'x.jsonl.gz'])(
    '%s is none of ours and stays',
    async (name) => {
      const folder = scratchFolder();
      const path = leave(folder, name, 9000 * minute);
      await removeAbandoned(folder);
      expect([existsSync(path), unfinishedName.test(name)]).toEqual([true, false]);
    },
  );

  test('a folder that is not there has none', async () => {
    await expect(removeAbandoned(join(scratchFolder(), 'none'))).resolves.toBeUndefined();
  });
});

describe('whoever writes into a folder removes what a killed process left there:', () => {
  const object = { body: Buffer.from('x'), contentType: 'application/gzip' };
  test.each<[string, (folder: string) => Promise<unknown>]>([
    ['a file that is replaced', (folder) => replaceFile(join(folder, 'file'), 'x')],
    ['a file of metrics', async (folder) => (await openMetricsFile(join(folder, 'm.prom'))).write('')],
    ['an object', (folder) => new FolderStore(folder).put({ ...object, key: 'key' })],
    [
      'quarantined lines',
      async (folder) => {
        const list = new QuarantineList(folder);
        await list.add('{}\n');
        await list.seal();
      },
    ],
    [
      'a copy of an object',
      async (folder) => {
        const store = scratchFolder();
        writeFileSync(join(store, 'key'), 'x');
        await new ObjectCache(folder, new FolderReader(store, store)).pathOf({ key: 'key', size: 1 });
      },
    ],
  ])('%s', async (_, write) => {
    const folder = scratchFolder();
    leave(folder, await nameOf({ pid: deadPid }), 0);
    await write(folder);
    expect(readdirSync(folder)).toHaveLength(1);
  });
});
