import { createGunzip } from 'node:zlib';
import type { StoredObject, StoreReader } from '../../../ports/store/store-reader.ts';
import { decompress } from '../compression/decompress.ts';

/** Below this, an object is held in memory as it is stored, and unpacked by a decoder alone, without the care for damage. */
const smallObject = 2 * 1024 * 1024;
/** Content comes in pieces of this size: one of it in one piece would be memory that the system has to clear each time. */
const pieceBytes = 256 * 1024;

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
  const bytes = await storedBytes(reader.read(key));
  const decoder = createGunzip({ chunkSize: pieceBytes });
  let yielded = 0;
  try {
    decoder.end(bytes);
    for await (const piece of decoder as AsyncIterable<Buffer>) {
      yielded += piece.length;
      yield piece;
    }
    if (decoder.bytesWritten === bytes.length) return;
  } catch {
    // No gzip, or a damaged one: the careful way says which, and finds what is whole.
  }
  let passed = 0;
  for await (const piece of decompress(name, once(bytes), () => once(bytes))) {
    const behind = piece.subarray(Math.min(piece.length, Math.max(0, yielded - passed)));
    passed += piece.length;
    if (behind.length > 0) yield behind;
  }
}

async function storedBytes(stored: AsyncIterable<Buffer>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of stored) pieces.push(Buffer.from(piece));
  return pieces.length === 1 ? (pieces[0] as Buffer) : Buffer.concat(pieces);
}

async function* once(bytes: Buffer): AsyncGenerator<Buffer> {
  yield bytes;
}
