import type { StoreReader } from '../../ports/store/store-reader.ts';
import { FindingBook } from '../verify/finding.ts';
import { WorkingNotes } from '../verify/announced/working-notes.ts';
import type { CheckedLog } from '../verify/log/check-log.ts';
import { checkLog } from '../verify/log/check-log.ts';
import { traceLogs } from '../verify/log/lineage.ts';
import { listLogs } from '../verify/log/list-logs.ts';
import { Claims } from '../verify/objects/claims.ts';
import type { Coverage } from './coverage.ts';
import { CoverageBook } from './coverage-book.ts';

/**
 * What the logs of a store tell, made from leaves alone: no object is read or listed. `isWhole`: nothing is wrong with the logs
 * themselves. Throws what reading the store throws.
 */
export async function readCoverage(
  reader: StoreReader,
  nowMs: number,
): Promise<{ coverage: Coverage; logs: number; isWhole: boolean }> {
  const book = new FindingBook();
  const covered = new CoverageBook();
  const claims = new Claims();
  const { ordered: listed, lineage } = await traceLogs(await listLogs(reader, [], book), reader);
  const working = new WorkingNotes({ reader, given: [], nowMs, book, lineage });
  await working.read(listed);
  const logs: CheckedLog[] = [];
  for (const [number, log] of listed.entries()) {
    const checked = await checkLog(log, {
      reader,
      given: [],
      lineage,
      book,
      onLeaf: (leaf, leafIndex) => {
        if (leaf.kind !== 'object') return covered.take(leaf, true);
        const { bytes, lines, key, sha256 } = leaf;
        const sha = Buffer.from(sha256, 'hex');
        const claim = { sha256: sha, bytes, lines, log: number, leaf: leafIndex, layout: 0 };
        return covered.take(leaf, claims.claim(Claims.keyHash(key), claim, false));
      },
    });
    logs.push(checked);
    working.judge(checked.id, checked.keys);
  }
  for (const { judge, id } of logs) judge.end(nowMs, working.sinceMs(id));
  const isWhole = book.findings.length === 0 && book.unproven.length === 0;
  return { coverage: covered.coverage(), logs: listed.length, isWhole };
}
