import type { FileSource } from './find-parts.ts';
import type { LedgerState } from './ledger-state.ts';
import type { Mark } from './recognise-file.ts';
import { stillHolds } from './recognise-file.ts';

/**
 * What is left of logs that were renamed since they were delivered: they have another name now, which nobody gave.
 * `findBeside` finds a file by its inode beside where it stood; undefined if it is not there.
 */
export async function rotatedAway(
  given: readonly FileSource[],
  state: LedgerState,
  findBeside: (path: string, inode: string) => Promise<FileSource | undefined>,
): Promise<FileSource[]> {
  const byPath = new Map(given.map((source) => [source.file.path, source.file.inode]));
  const inodes = new Set(byPath.values());
  const marks = marksOf(state);
  const found: FileSource[] = [];
  for (const { path, inode } of marks) {
    const now = byPath.get(path);
    if (now === undefined || now === inode || inodes.has(inode)) continue;
    inodes.add(inode);
    const source = await findBeside(path, inode);
    if (source !== undefined && (await isKnown(source, marks))) found.push(source);
  }
  return found;
}

/** Whether a file holds what was delivered of it, or was going to be: an inode may be another file's by now. */
async function isKnown({ file }: FileSource, marks: readonly Mark[]): Promise<boolean> {
  for (const mark of marks) if (mark.inode === file.inode && (await stillHolds(mark, file))) return true;
  return false;
}

/** Where files stood that were delivered, or were going to be, or that the store has lost. */
function marksOf({ positions, begun, lost }: LedgerState): Mark[] {
  const parts = [...begun.values(), ...(lost?.begun ?? [])].flatMap((batch) => batch.parts);
  const ofParts = parts.map((part): Mark => {
    const { path, inode, headHash, tailHash, to } = part;
    return { path, inode, headHash, tailHash, stored: to };
  });
  return [...positions.values(), ...ofParts, ...(lost?.positions.values() ?? [])];
}
