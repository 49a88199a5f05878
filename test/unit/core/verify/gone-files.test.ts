import { readdirSync, readFileSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { placesOf } from '../../../../src/core/verify/finding.ts';
import { checkpointKey, claimKey, tileKey } from '../../../../src/core/log/log-keys.ts';
import type { Tile } from '../../../../src/core/log/tile-path.ts';
import type { VerifyReport } from '../../../../src/core/verify/verify-report.ts';
import { writtenStore } from './written-store.ts';

const codes = ({ counts }: VerifyReport): string[] => Object.keys(counts);

test('a checkpoint, an announcement and an older tile in the middle are deleted', async () => {
  const store = await writtenStore();
  const first = Math.min(
    ...readdirSync(join(store.folder, '_audit-export/log/log-1/checkpoints')).map(Number),
  );
  const tile = (level: Tile['level']): string => tileKey(store.id, { level, index: 0, width: first });
  for (const key of [checkpointKey(store.id, first), claimKey(store.id, first), tile(0), tile('entries')]) {
    const path = join(store.folder, key);
    const content = readFileSync(path);
    unlinkSync(path);
    expect(placesOf((await store.report()).findings)).toMatchObject([{ code: 'tile-missing', key }]);
    writeFileSync(path, content);
  }
  expect(codes(await store.report())).toEqual([]);
});

test('the only bundle is deleted or altered: the log is told of, not its key', async () => {
  const store = await writtenStore([2]);
  const bundle = join(store.folder, tileKey(store.id, { level: 'entries', index: 0, width: store.size }));
  writeFileSync(bundle, 'x');
  expect(codes(await store.report())).toEqual(['entry-altered']);
  expect(codes(await store.report({ keys: [store.signer.verifier] }))).toEqual(['entry-altered']);
  unlinkSync(bundle);
  expect(codes(await store.report())).toEqual(['tile-missing']);
});
