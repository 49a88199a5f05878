import { cosignedAt, formatVerifierKey } from '../log/signed-note.ts';
import type { VerifierKey } from '../log/signed-note.ts';
import type { FindingBook } from './finding.ts';
import type { StoredCheckpoint } from './log/checkpoints.ts';
import { wordOfSignature } from './log/checkpoints.ts';

/** What a witness has seen of a log. */
export interface Witnessed {
  /** Its verifier key. */
  witness: string;
  /** Leaves of the newest checkpoint that it has cosigned, and when that was, by its own clock; null for none. */
  leaves: number | null;
  at: string | null;
}

/**
 * Checks the cosignatures of the witnesses that the auditor names, on checkpoints that the log has signed. A forged one is a
 * finding; a log that a witness has never seen is not proven to be the one that everybody sees.
 */
export function judgeWitnesses(
  checkpoints: readonly StoredCheckpoint[],
  witnesses: readonly VerifierKey[],
  { log, book }: { log: string; book: FindingBook },
): Witnessed[] {
  return witnesses.map((key) => {
    const words = checkpoints.map((checkpoint) => ({
      checkpoint,
      word: wordOfSignature(checkpoint, [key]).word,
    }));
    for (const { checkpoint, word } of words)
      if (word === 'bad')
        book.add({
          code: 'checkpoint-bad-signature',
          key: checkpoint.key,
          log,
          message: `The cosignature of ${key.name} on the checkpoint of ${checkpoint.size} leaves does not verify.`,
        });
    const newest = words.findLast(({ word }) => word === 'signed')?.checkpoint;
    if (newest === undefined)
      book.addUnproven({
        what: `that ${key.name} has seen the log ${log}`,
        why: 'none of its checkpoints has a cosignature of that witness',
      });
    const atMs = newest === undefined ? undefined : cosignedAt(newest.note, key);
    return {
      witness: formatVerifierKey(key),
      leaves: newest?.size ?? null,
      at: atMs === undefined ? null : new Date(atMs).toISOString(),
    };
  });
}
