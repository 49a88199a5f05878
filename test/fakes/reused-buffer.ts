import type { Source } from '../../src/ports/sources/source.ts';

/**
 * Yields the bytes in pieces of the given sizes (the last size is repeated), always in the same buffer: as the port
 * allows, a piece is overwritten as soon as the next one is asked for. Code that keeps a piece reads garbage.
 */
export async function* inPieces(bytes: Buffer, sizes: readonly number[]): AsyncGenerator<Buffer> {
  const shared = Buffer.alloc(Math.max(1, ...sizes));
  for (let at = 0, piece = 0; at < bytes.length; piece++) {
    const size = Math.max(1, sizes[Math.min(piece, sizes.length - 1)] ?? 1);
    const copied = bytes.copy(shared, 0, at, at + size);
    yield shared.subarray(0, copied);
    shared.fill(0x21);
    at += copied;
  }
}

/** A source in memory that gives its bytes in such pieces and then, if told to, fails with `failure`. */
export function memorySource(
  name: string,
  bytes: Buffer,
  { sizes = [64 * 1024], failure }: { sizes?: readonly number[]; failure?: Error } = {},
): Source {
  return {
    name,
    storedBytes: bytes.length,
    async *read(onStoredBytes) {
      for await (const piece of inPieces(bytes, sizes)) {
        onStoredBytes(piece.length);
        yield piece;
      }
      if (failure !== undefined) throw failure;
    },
  };
}
