import { expect, test } from 'vitest';
import { scratchFolder } from '../../../../fakes/scratch-folder.ts';
import { play } from './play.ts';
import type { RotationKind } from './rotated-log.ts';

/** For a longer run: AUDIT_EXPORT_TEST_RUNS=1000 (and AUDIT_EXPORT_TEST_SEED for the first of them). */
const runs = Number(process.env['AUDIT_EXPORT_TEST_RUNS'] ?? '10');
const firstSeed = Number(process.env['AUDIT_EXPORT_TEST_SEED'] ?? '1');

test.each<{ kinds: readonly RotationKind[] }>([
  { kinds: ['gzipInPlace'] },
  { kinds: ['renameAndGzip', 'gzipInPlace'] },
  { kinds: ['replace', 'gzipInPlace'] },
  { kinds: ['rename', 'empty', 'replace', 'renameAndGzip', 'gzipInPlace'] },
  { kinds: ['copyAndCut'] },
  { kinds: ['copyCutAndGzip'] },
  { kinds: ['moveUp', 'moveAway', 'copyCutAndGzip', 'gzipInPlace', 'replace'] },
])(
  '$kinds, whatever of it comes between looks, batches and kills: each line once',
  { timeout: 600_000 },
  async ({ kinds }) => {
    for (let seed = firstSeed; seed < firstSeed + runs; seed++)
      expect(await play(seed, kinds, scratchFolder())).toEqual([]);
  },
);
