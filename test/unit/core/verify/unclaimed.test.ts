import { expect, test } from 'vitest';
import { FolderReader } from '../../../../src/adapters/fs/folder-reader.ts';
import type { VerifyReport } from '../../../../src/core/verify/verify-report.ts';
import type { StoreReader } from '../../../../src/ports/store-reader.ts';
import { writtenStore } from './written-store.ts';

const codes = ({ counts }: VerifyReport): string[] => Object.keys(counts);

test('what a delivery to a folder had not finished is no object where that was copied to a bucket; no other name hides one', async () => {
  const store = await writtenStore();
  const folder = 'audit_type=query/event_date=2026-03-01';
  const reader = new FolderReader(store.folder);
  const withFile = (name: string): StoreReader => ({
    location: reader.location,
    list: async function* (prefix, from) {
      yield* reader.list(prefix, from);
      const key = `${folder}/${name}`;
      if (prefix === '') yield { key, size: 9, modifiedMs: undefined, revision: '' };
    },
    read: (key) => reader.read(key),
    close: () => reader.close(),
  });
  expect(await store.report({ reader: withFile('.unfinished-712-0123456789ab') })).toMatchObject({
    verdict: 'intact',
    objects: { leftOut: expect.any(Number) },
  });
  for (const name of ['.unfinished-712-0123456789ab.jsonl.gz', '.unfinished-x-0123456789ab', '.hidden'])
    expect(codes(await store.report({ reader: withFile(name) }))).toEqual(['object-unclaimed']);
});
