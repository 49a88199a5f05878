import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import type { StoredObject, StoreReader } from '../../ports/store-reader.ts';
import { decompress } from './decompress.ts';

/** Below this, an object is unpacked at once, on another thread: the pieces of a stream cost more than its bytes. */
const smallObject = 2 * 1024 * 1024;
/** What a small object may become; beyond it, it is streamed. */
const mostUnpacked = 64 * 1024 * 1024;

const unzip = promisify(gunzip) as (bytes: Buffer, options: object) => Promise<Buffer>;

/** The content of an object, its compression undone; a buffer is good until the next one is asked for. Throws as `decompress`. */
export async function* objectContent(
  reader: Pick<StoreReader, 'read' | 'location'>,
  { key, size }: Pick<StoredObject, 'key' | 'size'>,
): AsyncGenerator<Buffer> {
  const name = `${reader.location}/${key}`;
  if (size > smallObject) {
    yield* decompress(name, reader.read(key), () => reader.read(key));
    return;
  }
  const pieces: Buffer[] = [];
  for await (const piece of reader.read(key)) pieces.push(Buffer.from(piece));
  const bytes = Buffer.concat(pieces);
  const content = await unpacked(bytes);
  if (content !== undefined) yield content;
  else yield* decompress(name, once(bytes), () => once(bytes));
}

/** Undefined where it is no gzip, or a damaged one. */
async function unpacked(bytes: Buffer): Promise<Buffer | undefined> {
  if (bytes.length < 20) return undefined;
  // The last four bytes of a member are its length (RFC 1952, 2.3.1): with room for it, it is unpacked in one piece.
  const claimed = bytes.readUInt32LE(bytes.length - 4);
  const chunkSize = Math.min(mostUnpacked, Math.max(64 * 1024, Math.min(claimed, bytes.length * 40) + 64));
  try {
    return await unzip(bytes, { chunkSize, maxOutputLength: mostUnpacked });
  } catch {
    return undefined;
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
