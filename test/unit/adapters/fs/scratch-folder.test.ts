import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { makeScratchFolder } from '../../../../src/adapters/fs/scratch/scratch-folder.ts';

let parent: string;

beforeEach(async () => {
  parent = await mkdtemp(join(tmpdir(), 'scratch-test-'));
});
afterEach(() => rm(parent, { recursive: true, force: true }));

/** The name of a folder of another process than this one, by the name of one of ours. */
const ofPid = (name: string, pid: number): string =>
  name.replace(/\.\d+\.(\d+)-\w{6}$/, (_, ticks: string) => `.${pid}.${ticks}-abcDEF`);

test.runIf(process.platform === 'linux')(
  'what a killed run has left is removed, and nothing else',
  async () => {
    const mine = await makeScratchFolder(parent, 'audit-export-collect');
    const name = mine.slice(parent.length + 1);
    const { pid: ended } = spawnSync('true');
    const [, boot = ''] = /collect-([0-9a-f-]{36})/.exec(name) ?? [];
    const abandoned = ofPid(name, ended);
    const others = [
      'audit-export-collect-Xy12Zz',
      abandoned.replace('audit-export-collect', 'audit-export-other'),
      abandoned.replace(boot, '00000000-0000-4000-8000-000000000000'),
    ];
    for (const other of [abandoned, ...others])
      await mkdir(join(parent, other, 'answers'), { recursive: true });
    const second = await makeScratchFolder(parent, 'audit-export-collect');
    expect((await readdir(parent)).sort()).toEqual([name, second.slice(parent.length + 1), ...others].sort());
    expect(boot).toBe((await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim());
  },
);
