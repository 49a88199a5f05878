import { AuditExportError } from '../../errors.ts';
import type { StoreReader } from '../../ports/store/store-reader.ts';
import type { ObjectLeaf } from '../log/leaf.ts';
import { parseLogKey, sizeInPath } from '../log/log-keys.ts';
import { isIncluded, TileTree } from '../log/proofs.ts';
import { tileHolding, tileWidth } from '../log/tile-path.ts';
import { leafHash } from '../log/tree-hash.ts';
import { FindingBook } from './finding.ts';
import type { StoredCheckpoint } from './log/checkpoints.ts';
import { readCheckpoints } from './log/checkpoints.ts';
import { findTarget } from './log/find-target.ts';
import { leafOf } from '../log/leaf.ts';
import type { ListedLog } from './log/list-logs.ts';
import { listLogs } from './log/list-logs.ts';
import { LogFiles } from './log/log-files.ts';
import type { TlogProof } from './tlog-proof.ts';

/** An object, and the proof of its leaf. */
export interface ProvenObject {
  log: string;
  leaf: ObjectLeaf;
  proof: TlogProof;
}

/**
 * Proves that a log of the store tells of an object; the last leaf that does counts. Throws `source-unreadable` where no log does,
 * and `log-damaged` where its tiles do not prove it.
 */
export async function proveObject(reader: StoreReader, key: string): Promise<ProvenObject> {
  const book = new FindingBook();
  for (const listed of await listLogs(reader, [], book)) {
    const log = await openProver(listed, reader);
    const found = log === undefined ? undefined : await findLeaf(log, key);
    if (log === undefined || found === undefined) continue;
    return { log: listed.id, leaf: found.leaf, proof: await log.prove(found.index, found.entry) };
  }
  throw new AuditExportError('source-unreadable', `No log below ${reader.location} tells of ${key}.`, {
    cure: 'The key is the one below the prefix, as the report of push names it; what was delivered last may not be published yet.',
  });
}

/** Proves leaves of one log, up to its newest checkpoint that is signed. */
export interface Prover {
  files: LogFiles;
  checkpoint: StoredCheckpoint;
  prove: (index: number, entry: Buffer) => Promise<TlogProof>;
}

/** Opens a log for proofs; undefined where no checkpoint of it is signed by its own key. */
export async function openProver(listed: ListedLog, reader: StoreReader): Promise<Prover | undefined> {
  const book = new FindingBook();
  const files = new LogFiles(listed.id, reader, book);
  const checkpoints = await readCheckpoints(listed.checkpoints, {
    files,
    sizeOf: (key) => sizeInPath('checkpoints', parseLogKey(key)?.path ?? ''),
    book,
  });
  const checkpoint = await findTarget(checkpoints, { files, given: [] });
  if (checkpoint === undefined) return undefined;
  const tree = new TileTree(checkpoint.size, async (tile) => {
    const { bytes } = await files.hashes(tile);
    if (bytes === undefined) throw damaged(listed.id, 'a tile of it is missing');
    return bytes;
  });
  return {
    files,
    checkpoint,
    prove: async (index, entry) => {
      const hashes = await tree.inclusionProof(index);
      if (!isIncluded({ ...checkpoint, index }, leafHash(entry), hashes))
        throw damaged(listed.id, `leaf ${index} is not in the tree that was signed`);
      return { entry, index, hashes, checkpoint: checkpoint.text };
    },
  };
}

/** The last leaf that tells of a key: looked for from the end, since what is asked for is often young. */
async function findLeaf(
  { files, checkpoint }: Prover,
  key: string,
): Promise<{ leaf: ObjectLeaf; index: number; entry: Buffer } | undefined> {
  const { size } = checkpoint;
  for (let block = Math.ceil(size / tileWidth) - 1; block >= 0; block--) {
    const bundle = tileHolding('entries', block * tileWidth, size);
    const { entries = [] } = bundle === undefined ? {} : await files.entries(bundle);
    for (let at = entries.length - 1; at >= 0; at--) {
      const entry = entries[at] as Buffer;
      const leaf = leafOf(entry);
      if (leaf?.kind === 'object' && leaf.key === key) return { leaf, index: block * tileWidth + at, entry };
    }
  }
  return undefined;
}

function damaged(log: string, why: string): AuditExportError {
  return new AuditExportError('log-damaged', `The log ${log} can't prove it: ${why}.`, {
    cure: 'See what is wrong with the log: audit-export verify',
  });
}
