import type { WorkingNotes } from './announced/working-notes.ts';
import type { FindingBook } from './finding.ts';
import type { KnownLogs } from './remembered.ts';
import { reportGone } from './remembered.ts';

/**
 * Ends the logs when all were read, and tells of those that are not there, or shorter than they were. A store without any leaves
 * proves nothing, unless its log has just begun, and says so: then nothing is missing yet. `nowMs`: up to when they should have
 * spoken.
 */
export async function endLogs(
  who: KnownLogs,
  { nowMs, working, book }: { nowMs: number; working: WorkingNotes; book: FindingBook },
): Promise<void> {
  const { logs } = who;
  for (const { judge, id } of logs) judge.end(nowMs, working.sinceMs(id));
  const isBare = logs.every(({ newest }) => newest === undefined);
  if (isBare && !logs.some(({ id }) => working.hasBegun(id)))
    book.addUnproven({
      what: 'anything',
      why:
        logs.length === 0
          ? 'there is no log below _audit-export/log/ in this store'
          : 'no log below _audit-export/log/ has a checkpoint that is signed',
    });
  reportGone(who, book);
  await working.reportShorter(new Map(logs.map(({ id, newest }) => [id, newest?.size ?? 0])));
}
