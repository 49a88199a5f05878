import { parseCheckpoint } from '../../log/checkpoint.ts';
import { checkpointKey, claimKey, originOf, parseLogKey, sizeInPath } from '../../log/log-keys.ts';
import type { FindingBook } from '../finding.ts';
import type { ListedLog } from '../log/list-logs.ts';
import type { LogFiles } from '../log/log-files.ts';

/** What was announced to come after a size. */
export interface ReadClaim {
  key: string;
  after: number;
  next: { size: number; root: Buffer };
}

/** Reads the claims of a log. One that can't be what was written goes to the book and is left out. */
export async function readClaims(
  keys: readonly string[],
  { files, book }: { files: LogFiles; book: FindingBook },
): Promise<ReadClaim[]> {
  const claims: ReadClaim[] = [];
  for (const key of keys) {
    const { bytes } = await files.read(key);
    if (bytes === undefined) continue;
    const after = sizeInPath('claims', parseLogKey(key)?.path ?? '') ?? 0;
    try {
      const next = parseCheckpoint(bytes.toString('utf8'));
      if (next.origin !== originOf(files.id)) throw new Error(`it is of ${next.origin}`);
      if (next.size <= after) throw new Error(`it is of ${next.size} leaves`);
      claims.push({ key, after, next });
    } catch (error) {
      const message = `The announcement of a checkpoint was changed: ${(error as Error).message}`;
      book.add({ code: 'checkpoint-bad-signature', key, log: files.id, message });
    }
  }
  return claims;
}

/**
 * What was announced is what was signed then, and what was signed was announced: each checkpoint up to the newest, and each
 * announcement before it, is there. Of what comes after the newest checkpoint nothing is signed yet.
 */
export async function judgeClaims(
  claims: readonly ReadClaim[],
  {
    listed,
    newest,
    roots,
    files,
    book,
  }: {
    listed: ListedLog;
    newest: number;
    roots: ReadonlyMap<number, Buffer>;
    files: LogFiles;
    book: FindingBook;
  },
): Promise<void> {
  const log = listed.id;
  const numbered = new Set(
    listed.checkpoints.flatMap((key) => sizeInPath('checkpoints', parseLogKey(key)?.path ?? '') ?? []),
  );
  const sizes = [...new Set([newest, ...numbered, ...claims.map(({ next }) => next.size)])]
    .filter((size) => size <= newest && size > 0)
    .sort((a, b) => a - b);
  for (const { key, after, next } of claims) {
    const following = sizes.find((size) => size > after);
    const isFork =
      next.size <= newest
        ? roots.get(next.size)?.equals(next.root) === false || following !== next.size
        : following !== undefined;
    if (isFork)
      book.add({
        code: 'log-forked',
        key,
        log,
        leaf: after,
        message: `What was announced to come after ${after} leaves is not what was signed then.`,
      });
  }
  const listedKeys = new Set([...listed.claims, ...listed.checkpoints]);
  // What came since the listing is there all the same.
  const isGone = async (key: string): Promise<boolean> => !listedKeys.has(key) && (await files.isGone(key));
  for (const [at, size] of sizes.entries()) {
    const before = sizes[at - 1] ?? 0;
    const needed = [
      { key: checkpointKey(log, size), what: `The checkpoint of ${size} leaves` },
      { key: claimKey(log, before), what: `What was announced to come after ${before} leaves` },
    ];
    for (const { key, what } of needed)
      if (await isGone(key)) book.add({ code: 'tile-missing', key, log, message: `${what} is gone.` });
  }
}
