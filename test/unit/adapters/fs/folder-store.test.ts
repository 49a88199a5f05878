import { existsSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { link, open } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describe, expect, test, vi } from 'vitest';
import { FolderStore, openFolderStore } from '../../../../src/adapters/fs/store/folder-store.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';

vi.mock('node:fs', async (importOriginal) => {
  const original = await importOriginal<{ mkdirSync: typeof mkdirSync }>();
  return { ...original, mkdirSync: vi.fn<typeof mkdirSync>(original.mkdirSync) };
});

vi.mock('node:fs/promises', async (importOriginal) => {
  const original = await importOriginal<{ link: typeof link; open: typeof open }>();
  return {
    ...original,
    link: vi.fn<typeof link>(original.link),
    open: vi.fn<typeof open>(original.open),
  };
});

const key = 'audit_type=query/event_date=2026-01-01/20260101T000000000Z-ab.jsonl.gz';
const object = (text: string | Buffer, at = key) => ({
  key: at,
  body: Buffer.from(text),
  contentType: 'application/gzip',
});
const unfinished = (folder: string): string[] =>
  readdirSync(folder).filter((name) => name.startsWith('.unfinished'));

describe('an object in a folder', () => {
  test('is stored once: the second time it is already there, and the first content stays', async () => {
    const folder = scratchFolder();
    expect(await new FolderStore(folder).put(object('one'))).toBe('stored');
    expect(await new FolderStore(folder).put(object('two'))).toBe('already-there');
    expect(readFileSync(join(folder, key), 'utf8')).toBe('one');
  });

  test('of 20 puts at once exactly one is stored, and nothing is left beside it', async () => {
    const folder = scratchFolder();
    const stores = Array.from({ length: 5 }, () => new FolderStore(folder));
    await Promise.all(
      stores
        .slice(0, 1)
        .map((store) => store.put(object('first', 'audit_type=query/event_date=2026-01-01/first'))),
    );
    const statuses = await Promise.all(
      [...stores, ...stores, ...stores, ...stores].map((store) => store.put(object('x'.repeat(10_000)))),
    );
    expect(statuses.filter((status) => status === 'stored')).toHaveLength(1);
    expect(statuses.filter((status) => status === 'already-there')).toHaveLength(19);
    expect(readdirSync(join(folder, dirname(key)))).toHaveLength(2);
    expect(readFileSync(join(folder, key), 'utf8')).toBe('x'.repeat(10_000));
  });

  test('is never seen in part: whoever looks finds nothing, or all of it', async () => {
    const folder = scratchFolder();
    const store = new FolderStore(folder);
    const body = Buffer.alloc(8 * 1024 * 1024, 'x');
    const seen = new Set<number>();
    const state = { done: false };
    const putting = store.put(object(body)).finally(() => {
      state.done = true;
    });
    while (!state.done) {
      const path = join(folder, key);
      if (existsSync(path)) seen.add(readFileSync(path).length);
      await wait(0);
    }
    await putting;
    seen.add(readFileSync(join(folder, key)).length);
    expect([...seen]).toEqual([body.length]);
  });

  test('may be empty', async () => {
    const folder = scratchFolder();
    expect(await new FolderStore(folder).put(object(''))).toBe('stored');
    expect(readFileSync(join(folder, key))).toHaveLength(0);
  });

  test('is put below a folder that is made for it', async () => {
    const folder = join(scratchFolder(), 'a/b');
    const store = new FolderStore(folder);
    expect([store.location, store.prefix]).toEqual([folder, '']);
    expect(await store.put(object('x'))).toBe('stored');
  });

  test('waits for its folder, where another object is making it: none is stored before the folder is durable', async () => {
    const root = scratchFolder();
    let durable = false;
    const original = vi.mocked(open).getMockImplementation() ?? open;
    vi.mocked(open).mockImplementation(async (...args) => {
      if (args[0] !== root) return original(...args);
      await wait(50);
      durable = true;
      return original(...args);
    });
    try {
      const store = new FolderStore(root);
      const names = ['a', 'b', 'c'].map((name) => `${dirname(key)}/${name}`);
      const puts = names.map(async (name) => [await store.put(object('x', name)), durable]);
      expect(await Promise.all(puts)).toEqual(names.map(() => ['stored', true]));
    } finally {
      vi.mocked(open).mockImplementation(original);
    }
  });
});

describe('a put that fails', () => {
  test.each<[string, (folder: string) => void]>([
    ['the store itself is a file', (folder) => writeFileSync(join(folder, 'store'), '')],
    [
      'a folder above is a file',
      (folder) => {
        mkdirSync(join(folder, 'store'));
        writeFileSync(join(folder, 'store/audit_type=query'), '');
      },
    ],
    [
      'the folder is a file',
      (folder) => {
        mkdirSync(join(folder, 'store/audit_type=query'), { recursive: true });
        writeFileSync(join(folder, 'store/audit_type=query/event_date=2026-01-01'), '');
      },
    ],
  ])('%s: the error names the key and the store, and cures it', async (_, prepare) => {
    const folder = scratchFolder();
    prepare(folder);
    const error = await rejectionOf(new FolderStore(join(folder, 'store')).put(object('x')));
    expect(error).toMatchObject({ code: 'store-failed', exitCode: 6 });
    expect(error.message).toContain(key);
    expect(error.message).toContain(join(folder, 'store'));
    expect(error.cure).toContain('A part of the path is a file');
  });

  test('a folder that has the name of the object is no object that is already there', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, key), { recursive: true });
    const error = await rejectionOf(new FolderStore(folder).put(object('x')));
    expect(error).toMatchObject({ code: 'store-failed' });
    expect(unfinished(join(folder, dirname(key)))).toEqual([]);
  });

  const errno = (code: string): Error => Object.assign(new Error(`${code}: no`), { code });

  test.each([
    ['ENOSPC', 'server'],
    ['EDQUOT', 'server'],
    ['EIO', 'server'],
    ['ETIMEDOUT', 'server'],
    ['ESTALE', 'server'],
    ['EACCES', 'denied'],
    ['EROFS', 'denied'],
    ['ENAMETOOLONG', 'final'],
    ['EISDIR', 'final'],
  ])('%s means for another try: %s, and another try stores it', async (code, cause) => {
    const folder = scratchFolder();
    const store = new FolderStore(folder);
    vi.mocked(link).mockRejectedValueOnce(errno(code));
    const trouble = { cause, maybeStored: false };
    expect(await rejectionOf(store.put(object('x')))).toMatchObject({ code: 'store-failed', trouble });
    expect(readdirSync(join(folder, dirname(key)))).toEqual([]);
    expect(await store.put(object('x'))).toBe('stored');
  });

  test('a folder that could not be made is made by the next try', async () => {
    const store = new FolderStore(scratchFolder());
    vi.mocked(mkdirSync).mockImplementationOnce(() => {
      throw errno('ENOSPC');
    });
    expect(await rejectionOf(store.put(object('x')))).toMatchObject({ trouble: { cause: 'server' } });
    expect(await store.put(object('x'))).toBe('stored');
  });

  test('an object that is linked but not synced is no object that was there: it is synced before that is said', async () => {
    const folder = scratchFolder();
    const store = new FolderStore(folder);
    await store.put(object('x', `${dirname(key)}/other`));
    const original = vi.mocked(open).getMockImplementation();
    const opened: string[] = [];
    let failing = true;
    vi.mocked(open).mockImplementation(async (...args) => {
      opened.push(String(args[0]));
      if (failing && args[0] === join(folder, dirname(key))) throw errno('EIO');
      return (original as typeof open)(...args);
    });
    try {
      expect(await rejectionOf(store.put(object('x')))).toMatchObject({
        trouble: { cause: 'server', maybeStored: true },
      });
      expect(await rejectionOf(store.put(object('x')))).toMatchObject({ trouble: { cause: 'server' } });
      failing = false;
      opened.splice(0);
      expect(await store.put(object('x'))).toBe('already-there');
      expect(opened).toEqual([join(folder, dirname(key))]);
    } finally {
      vi.mocked(open).mockImplementation(original as typeof open);
    }
  });

  test.skipIf(process.getuid?.() === 0)('a folder that may not be written to says so', async () => {
    const folder = scratchFolder();
    mkdirSync(join(folder, 'store'), { mode: 0o500 });
    const error = await rejectionOf(new FolderStore(join(folder, 'store')).put(object('x')));
    expect(error.cure).toContain('right to write');
  });
});

describe('a store is looked at before anything is read', () => {
  test('it need not exist, and looking makes nothing', async () => {
    const folder = join(scratchFolder(), 'not', 'yet');
    await expect(openFolderStore(folder)).resolves.toBeInstanceOf(FolderStore);
    expect(existsSync(folder)).toBe(false);
  });

  test.each(['.', 'below'])('a file in its place is a usage error (%s)', async (below) => {
    const file = join(scratchFolder(), 'file');
    writeFileSync(file, '');
    const error = await rejectionOf(openFolderStore(join(file, below)));
    expect(error).toMatchObject({ code: 'usage', exitCode: 2 });
    expect(error.message).toContain(file);
  });

  test.skipIf(process.getuid?.() === 0)('one that may not be written is an access error', async () => {
    const folder = join(scratchFolder(), 'closed');
    mkdirSync(folder, { mode: 0o500 });
    expect(await rejectionOf(openFolderStore(join(folder, 'export')))).toMatchObject({
      code: 'access-denied',
      exitCode: 4,
    });
  });
});
