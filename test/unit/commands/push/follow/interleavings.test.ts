import { expect, test } from 'vitest';
import { scratchFolder } from '../../../../fakes/scratch-folder.ts';
import { runs } from '../../../../fakes/runs.ts';
import type { Way } from './followed-folder.ts';
import { play } from './play.ts';
import type { RotationKind } from './rotated-log.ts';

/** For a longer run: AUDIT_EXPORT_TEST_RUNS=1000 (and AUDIT_EXPORT_TEST_SEED for the first of them). */
const usualRuns = 5;
const { AUDIT_EXPORT_TEST_SEED: seed = '1' } = process.env;
const firstSeed = seed === 'random' ? Date.now() % 1e6 : Number(seed);

const everyKind: readonly RotationKind[] = [
  'rename',
  'empty',
  'replace',
  'renameAndGzip',
  'gzipInPlace',
  'copyAndCut',
  'copyCutAndGzip',
  'moveUp',
  'moveAway',
];

test.each<{ way: Way; kinds: readonly RotationKind[] }>([
  { way: 'follow', kinds: ['gzipInPlace'] },
  { way: 'follow', kinds: ['renameAndGzip', 'gzipInPlace'] },
  { way: 'follow', kinds: ['replace', 'gzipInPlace'] },
  { way: 'follow', kinds: ['copyAndCut'] },
  { way: 'follow', kinds: ['copyCutAndGzip'] },
  { way: 'follow', kinds: everyKind },
  { way: 'push', kinds: ['copyCutAndGzip', 'gzipInPlace'] },
  { way: 'push', kinds: everyKind },
])(
  '$way, $kinds, whatever of it comes between looks, batches and kills: each line once',
  { timeout: 600_000 },
  async (played) => {
    for (let seed = firstSeed; seed < firstSeed + runs(usualRuns); seed++)
      expect(await play(seed, played, scratchFolder())).toEqual([]);
  },
);
