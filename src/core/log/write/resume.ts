import { gunzipSync } from 'node:zlib';
import { AuditExportError } from '../../../errors.ts';
import type { Checkpoint } from '../checkpoint.ts';
import { parseCheckpoint } from '../checkpoint.ts';
import { decodeBundle } from '../entry-bundle.ts';
import { checkpointKey, claimKey, logFolder, originOf, sizeInPath, tileKey } from '../log-keys.ts';
import type { TileReader } from '../proofs.ts';
import { hashesOf, isConsistent, TileTree } from '../proofs.ts';
import type { Edge } from '../right-edge.ts';
import { rootOfEdge } from '../right-edge.ts';
import { parseNote, verifiedBy } from '../signed-note.ts';
import type { Tile } from '../tile-path.ts';
import { hashesAt, tileHolding, tileWidth } from '../tile-path.ts';
import { leafHash } from '../tree-hash.ts';
import type { KeptLog } from './kept-log.ts';
import { noteRuns, storedEdge } from './log-state.ts';

/** What is in the store, for who may read it; keys are below the prefix. */
export interface LogReader {
  /** Keys that begin like this. */
  list: (prefix: string) => AsyncIterable<string>;
  /** Throws where there is no such object. */
  read: (key: string) => Promise<Buffer>;
}

/**
 * Goes on with a log where it stands in the store, with a state that is older than that (of an old copy, or begun anew with the
 * same key): its newest checkpoint, checked against the key and against what the state knows. Leaves of the state that are in
 * the log already are left out. Throws `usage` where there is nothing to go on with, `checkpoint-bad-signature` and
 * `log-damaged`, and what keeping it fails with.
 */
export async function resumeLog(
  id: string,
  { kept, publicKey }: { kept: KeptLog; publicKey: Buffer },
  reader: LogReader,
): Promise<void> {
  const { state } = kept;
  const { newest, note } = await newestCheckpoint(id, publicKey, reader);
  const read: TileReader = (tile) => reader.read(tileKey(id, tile));
  const edge = await edgeAt(newest, read);
  const isSame = state.id === id;
  if (!isSame && state.edge.size > 0)
    throw nothing(
      `The state writes the log ${state.id}, which is in the store already: it goes on with that one.`,
    );
  const known = isSame ? state.edge.size : 0;
  if (known > 0) await checkAhead(state.edge, newest, read);
  for await (const key of reader.list(claimKey(id, newest.size)))
    throw nothing(`Somebody is going on with ${id} behind ${newest.size} leaves: ${key} is there.`);
  const { batches, runs } = state.stored();
  const open = new Set(runs);
  for await (const leaves of leavesBetween(known, newest.size, read)) noteRuns(open, leaves);
  const log = {
    id,
    publicKey: publicKey.toString('base64'),
    ...storedEdge(edge),
    segments: [],
    leaves: [],
    batches,
    runs: [...open],
    note,
  };
  await kept.replace(
    log,
    leavesNotIn(kept, () => leavesBetween(known, newest.size, read)),
  );
}

/** The leaves of the state that are not in the log: those there are read once for each few thousand of the state's. */
async function* leavesNotIn(kept: KeptLog, there: () => AsyncIterable<string[]>): AsyncGenerator<string> {
  for await (const leaves of kept.unpublished()) {
    const left = new Set(leaves);
    if (left.size === 0) continue;
    for await (const known of there()) for (const leaf of known) left.delete(leaf);
    for (const leaf of left) if (!leaf.includes('"kind":"open"')) yield leaf;
  }
}

async function newestCheckpoint(
  id: string,
  publicKey: Buffer,
  reader: LogReader,
): Promise<{ newest: Checkpoint; note: string }> {
  const folder = `${logFolder}${id}/`;
  let size = 0;
  for await (const key of reader.list(`${folder}checkpoints/`))
    size = Math.max(size, sizeInPath('checkpoints', key.slice(folder.length)) ?? 0);
  if (size === 0) throw nothing(`There is no log ${id} in the store.`);
  const note = (await reader.read(checkpointKey(id, size))).toString('utf8');
  const name = originOf(id);
  const newest = parseCheckpoint(parseNote(note).text);
  if (verifiedBy(parseNote(note), [{ name, kind: 'ed25519', publicKey }]).length === 0)
    throw nothing(`The log ${id} is signed by another key than this one.`);
  if (newest.size !== size || newest.origin !== name)
    throw new AuditExportError('log-damaged', `The checkpoint of ${size} leaves of ${id} is another's.`);
  return { newest, note };
}

/** The right edge of a tree, out of its partial tiles. */
async function edgeAt({ size, root }: Checkpoint, read: TileReader): Promise<Edge> {
  const levels: Buffer[][] = [];
  for (let level = 0; hashesAt(size, level) > 0; level++) {
    const hashes = hashesAt(size, level);
    const tile = hashes % tileWidth === 0 ? undefined : tileHolding(level, hashes - 1, size);
    levels.push(tile === undefined ? [] : hashesOf(await read(tile)));
  }
  const bundle = size % tileWidth === 0 ? undefined : tileHolding('entries', size - 1, size);
  const entries = bundle === undefined ? [] : decodeBundle(inflated(await read(bundle)));
  const edge = { size, levels, entries };
  const areSame = entries.every((entry, at) => levels[0]?.[at]?.equals(leafHash(entry)) === true);
  if (areSame && entries.length === (levels[0] ?? []).length && rootOfEdge(edge).equals(root)) return edge;
  throw new AuditExportError(
    'log-damaged',
    `The tiles of the log do not come to its checkpoint of ${size} leaves.`,
  );
}

/** The log must begin with what the state has signed. */
async function checkAhead(known: Edge, newest: Checkpoint, read: TileReader): Promise<void> {
  const { size } = known;
  if (newest.size <= size) throw nothing('The state is as new as the store, or newer.');
  const proof = await new TileTree(newest.size, read).consistencyProof(size);
  if (!isConsistent({ size, root: rootOfEdge(known) }, newest, proof))
    throw new AuditExportError(
      'log-damaged',
      `The log in the store does not begin with the ${size} leaves that this state signed.`,
    );
}

async function* leavesBetween(from: number, to: number, read: TileReader): AsyncGenerator<string[]> {
  for (let at = from - (from % tileWidth); at < to; at += tileWidth) {
    const tile: Tile | undefined = tileHolding('entries', at, to);
    if (tile !== undefined) yield decodeBundle(inflated(await read(tile))).map(String);
  }
}

/** A synced copy keeps bundles compressed; some stores and tools undo that. */
function inflated(bundle: Buffer): Buffer {
  return bundle[0] === 0x1f && bundle[1] === 0x8b ? gunzipSync(bundle) : bundle;
}

function nothing(why: string): AuditExportError {
  return new AuditExportError('usage', `${why} There is nothing to resume.`, {
    cure: 'Name the log that is to be gone on with, as it is called below _audit-export/log/, or just push: a log that can not be gone on with is followed by a new one.',
  });
}
