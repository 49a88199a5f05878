import { isAuditExportError } from '../../../errors.ts';
import type { Checkpoint } from '../../log/checkpoint.ts';
import { parseCheckpoint } from '../../log/checkpoint.ts';
import { originOf } from '../../log/log-keys.ts';
import type { Note, VerifierKey } from '../../log/signed-note.ts';
import { keyIdOf, parseNote, verifiedBy } from '../../log/signed-note.ts';
import type { FindingBook } from '../finding.ts';
import type { LogFiles } from './log-files.ts';

/** A checkpoint as it lies in the store. */
export interface StoredCheckpoint extends Checkpoint {
  key: string;
  note: Note;
  /** The whole file. */
  text: string;
}

/**
 * Reads checkpoints. One that is no note, is of another log or of another size than its name goes to the book and is left out.
 * `sizeOf` is the size that a key names; undefined for the alias.
 */
export async function readCheckpoints(
  keys: readonly string[],
  {
    files,
    sizeOf,
    book,
  }: { files: LogFiles; sizeOf: (key: string) => number | undefined; book: FindingBook },
): Promise<StoredCheckpoint[]> {
  const checkpoints: StoredCheckpoint[] = [];
  for (const key of keys) {
    const { bytes } = await files.read(key);
    if (bytes === undefined) continue;
    const text = bytes.toString('utf8');
    try {
      if (!Buffer.from(text).equals(bytes)) throw new Error('it is not UTF-8');
      const note = parseNote(text);
      const checkpoint = parseCheckpoint(note.text);
      if (checkpoint.origin !== originOf(files.id)) throw new Error(`it is of ${checkpoint.origin}`);
      if ((sizeOf(key) ?? checkpoint.size) !== checkpoint.size)
        throw new Error(`it is of ${checkpoint.size} leaves`);
      checkpoints.push({ ...checkpoint, key, note, text });
    } catch (error) {
      const message = `The checkpoint can't be what was signed: ${(error as Error).message}`;
      book.add({ code: 'checkpoint-bad-signature', key, log: files.id, message });
    }
  }
  return checkpoints.sort((a, b) => a.size - b.size);
}

/** What the signatures of a checkpoint are worth with some keys. */
export type SignatureWord = 'signed' | 'bad' | 'foreign';

/** `signed` by one of the keys, `bad` where such a signature does not verify, `foreign` where none of them signed. */
export function wordOfSignature(
  { note }: StoredCheckpoint,
  keys: readonly VerifierKey[],
): { word: SignatureWord; key: VerifierKey | undefined } {
  try {
    const [key] = verifiedBy(note, keys);
    return { word: key === undefined ? 'foreign' : 'signed', key };
  } catch (error) {
    if (!isAuditExportError(error)) throw error;
    return { word: 'bad', key: undefined };
  }
}

/** Tells of checkpoints that are not signed as they should be, and gives those that are. */
export function judgeSignatures(
  checkpoints: readonly StoredCheckpoint[],
  keysAt: (size: number) => readonly VerifierKey[],
  { log, book }: { log: string; book: FindingBook },
): StoredCheckpoint[] {
  return checkpoints.filter((checkpoint) => {
    const { key, size, note } = checkpoint;
    const { word } = wordOfSignature(checkpoint, keysAt(size));
    if (word === 'bad')
      book.add({
        code: 'checkpoint-bad-signature',
        key,
        log,
        message: `The signature of the checkpoint of ${size} leaves does not verify.`,
      });
    if (word === 'foreign')
      book.add({
        code: 'foreign-key',
        key,
        log,
        message: `The checkpoint of ${size} leaves is signed by ${note.signatures.map(({ name, keyId }) => `${name}+${keyId}`).join(', ')}, not by the log's key ${keysAt(
          size,
        )
          .map((one) => `${one.name}+${keyIdOf(one)}`)
          .join(' or ')}.`,
      });
    return word === 'signed';
  });
}
