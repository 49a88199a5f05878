import type * as Files from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, expect, test, vi } from 'vitest';
import { WriteAheadSpoolFolder } from '../../../../src/adapters/fs/write-ahead-spool.ts';
import type { CutSettings } from '../../../../src/core/follow/cut-settings.ts';
import type { LinesRecord } from '../../../../src/core/follow/spool-record.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

/** How often what is to fail still fails, and how often lines were made durable. */
const disk = vi.hoisted(() => ({ folderFailures: 0, syncFailures: 0, syncs: 0 }));

vi.mock('node:fs/promises', async (original) => {
  const real = await original<typeof Files>();
  const open: typeof real.open = async (path, flags, mode) => {
    if (disk.folderFailures > 0 && String(path).endsWith('spool')) {
      disk.folderFailures--;
      throw Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
    }
    const file = await real.open(path, flags, mode);
    const datasync = file.datasync.bind(file);
    file.datasync = async () => {
      if (disk.syncFailures > 0) {
        disk.syncFailures--;
        throw Object.assign(new Error('EIO: i/o error'), { code: 'EIO' });
      }
      disk.syncs++;
      await datasync();
    };
    return file;
  };
  return { ...real, open };
});

const cut: CutSettings = {
  objectBytes: 1000,
  layout: 'audit_type={type}/event_date={date}',
  maxLineBytes: 100,
  compression: 'gzip',
  ownTypes: [],
};
const record: LinesRecord = {
  kind: 'lines',
  name: 'stdin',
  sourceHead: '',
  from: { stored: 0, offset: 0, lines: 0 },
  to: { stored: 2, offset: 2, lines: 1 },
};

beforeEach(() => {
  Object.assign(disk, { folderFailures: 0, syncFailures: 0, syncs: 0 });
});

async function textOf(spool: WriteAheadSpoolFolder): Promise<string> {
  let text = '';
  for (const segment of spool.ready)
    for await (const { payload } of segment.read()) text += payload.toString();
  return text;
}

test.each([1, 2])(
  'a batch whose folder could not be synced (%i times) is closed by the next attempt, and lines go on',
  async (failures) => {
    const folder = join(scratchFolder(), 'spool');
    const spool = await WriteAheadSpoolFolder.open(folder, cut);
    await spool.append(record, Buffer.from('a\n'));
    disk.folderFailures = failures;
    for (let i = 0; i < failures; i++)
      await expect(spool.closeSegment(cut)).rejects.toMatchObject({ code: 'spool-failed' });
    expect(spool.ready).toHaveLength(0);
    await spool.append(record, Buffer.from('b\n'));
    await spool.closeSegment(cut);
    expect(spool.ready).toHaveLength(2);
    expect(await textOf(spool)).toBe('a\nb\n');
    await spool.close();
    expect(await textOf(await WriteAheadSpoolFolder.open(folder, cut))).toBe('a\nb\n');
  },
);

test('lines that could not be made durable are made so by the next sync, and only once', async () => {
  const spool = await WriteAheadSpoolFolder.open(join(scratchFolder(), 'spool'), cut);
  await spool.append(record, Buffer.from('a\n'));
  disk.syncFailures = 1;
  await expect(spool.sync()).rejects.toMatchObject({ code: 'spool-failed' });
  await spool.sync();
  await spool.sync();
  expect(disk.syncs).toBe(1);
  await spool.close();
});
