import { createHash, generateKeyPairSync, sign } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { parseCheckpoint } from '../../src/core/log/checkpoint.ts';
import { decodeBundle } from '../../src/core/log/entry-bundle.ts';
import type { Leaf } from '../../src/core/log/leaf.ts';
import { decodeLeaf } from '../../src/core/log/leaf.ts';
import { logFolder, originOf, parseLogKey, sizeInPath, tileKey } from '../../src/core/log/log-keys.ts';
import { isConsistent, TileTree } from '../../src/core/log/proofs.ts';
import { parseNote, publicKeyOf, verifiedBy } from '../../src/core/log/signed-note.ts';
import { tileHolding, tilesBetween } from '../../src/core/log/tile-path.ts';
import { leafHash } from '../../src/core/log/tree-hash.ts';
import type { RecordFile } from '../../src/ports/state/record-file.ts';
import type { Signer } from '../../src/ports/aws/signer.ts';

/** A key that is made anew. */
export function memorySigner(): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  return {
    publicKey: publicKeyOf(publicKey.export({ format: 'der', type: 'spki' })),
    sign: async (message) => sign(null, message, privateKey),
  };
}

/** Records that survive as long as this object: whoever opens the file again finds what was there. */
export class MemoryRecordFile<T> implements RecordFile<T> {
  records: readonly T[] = [];
  /** Called before each write; throws where the process is killed then. */
  beforeWrite: () => void = () => undefined;
  /** Called behind each write. */
  afterWrite: () => void = () => undefined;

  /** What lies beside the records. */
  readonly segments = new Map<string, string>();

  get bytes(): number {
    return JSON.stringify(this.records).length;
  }

  async append(record: T): Promise<void> {
    this.beforeWrite();
    this.records = [...this.records, structuredClone(record)];
    this.afterWrite();
  }

  async rewrite(records: readonly T[]): Promise<void> {
    this.beforeWrite();
    this.records = structuredClone([...records]);
    this.afterWrite();
  }

  async putSegment(lines: readonly string[]): Promise<string> {
    this.beforeWrite();
    const text = JSON.stringify(lines);
    const name = createHash('sha256').update(text).digest('hex');
    this.segments.set(name, text);
    this.afterWrite();
    return name;
  }

  async readSegment(name: string): Promise<string[]> {
    const text = this.segments.get(name);
    if (text === undefined) throw new Error(`it is damaged: ${name} is gone`);
    return JSON.parse(text) as string[];
  }

  async keepSegments(names: readonly string[]): Promise<void> {
    for (const name of this.segments.keys())
      if (!names.includes(name)) {
        this.beforeWrite();
        this.segments.delete(name);
        this.afterWrite();
      }
  }

  async close(): Promise<void> {}
}

/** What a reader finds of one log. */
export interface ReadLog {
  id: string;
  /** Sizes of its checkpoints, smallest first. */
  sizes: number[];
  /** All leaves of the newest checkpoint. */
  leaves: Leaf[];
}

/**
 * Reads all logs that are among objects (keys below the prefix), with the key that signs them, as somebody who trusts nothing:
 * all checkpoints verify and are consistent with each other, all tiles and bundles are there and fit. Throws what is wrong.
 */
export async function readLogs(objects: ReadonlyMap<string, Buffer>, publicKey: Buffer): Promise<ReadLog[]> {
  const ids = new Set<string>();
  for (const key of objects.keys()) {
    const id = parseLogKey(key)?.id;
    if (id !== undefined) ids.add(id);
  }
  return Promise.all([...ids].map((id) => readLog(id, objects, publicKey)));
}

async function readLog(
  id: string,
  objects: ReadonlyMap<string, Buffer>,
  publicKey: Buffer,
): Promise<ReadLog> {
  const name = originOf(id);
  const heads = [...objects].flatMap(([key, body]) => {
    const size = key.startsWith(`${logFolder}${id}/`)
      ? sizeInPath('checkpoints', parseLogKey(key)?.path ?? '')
      : undefined;
    if (size === undefined) return [];
    const note = parseNote(body.toString());
    if (verifiedBy(note, [{ name, kind: 'ed25519', publicKey }]).length !== 1)
      throw new Error(`${key} is signed by another`);
    const head = parseCheckpoint(note.text);
    if (head.size !== size || head.origin !== name) throw new Error(`${key} is another's checkpoint`);
    return [head];
  });
  heads.sort((a, b) => a.size - b.size);
  const newest = heads.at(-1);
  if (newest === undefined) return { id, sizes: [], leaves: [] };
  const read = async (tile: Parameters<typeof tileKey>[1]): Promise<Buffer> => {
    const body = objects.get(tileKey(id, tile));
    if (body === undefined) throw new Error(`${tileKey(id, tile)} is missing`);
    return body;
  };
  const tree = new TileTree(newest.size, read);
  for (const head of heads) {
    for (const tile of tilesBetween(0, head.size)) if (tile.width < 256) await read(tile);
    if (!(await new TileTree(head.size, read).root()).equals(head.root))
      throw new Error(`root of ${head.size}`);
    if (!isConsistent(head, newest, await tree.consistencyProof(head.size)))
      throw new Error(`fork at ${head.size}`);
  }
  const leaves: Leaf[] = [];
  for (let from = 0; from < newest.size; from += 256) {
    const bundle = tileHolding('entries', from, newest.size);
    if (bundle === undefined) throw new Error(`no bundle of leaf ${from}`);
    for (const entry of decodeBundle(gunzipSync(await read(bundle)))) {
      if (!leafHash(entry).equals(await tree.leaf(leaves.length))) throw new Error(`leaf ${leaves.length}`);
      leaves.push(decodeLeaf(entry));
    }
  }
  return { id, sizes: heads.map(({ size }) => size), leaves };
}
