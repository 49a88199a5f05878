import { close, open, read } from 'node:fs';

const blockBytes = 64 * 1024;

/**
 * Reads a file from its beginning to its end, into the same buffer again and again. For stores, which hold many small files:
 * handles with promises cost twice the CPU. Throws what the file system throws.
 */
export async function* readWholeFile(path: string): AsyncGenerator<Buffer> {
  const file = await new Promise<number>((resolve, reject) => {
    open(path, 'r', (error, opened) => (error === null ? resolve(opened) : reject(error)));
  });
  try {
    const block = Buffer.allocUnsafeSlow(blockBytes);
    for (let bytes = await readInto(file, block); bytes > 0; bytes = await readInto(file, block))
      yield block.subarray(0, bytes);
  } finally {
    await new Promise<void>((resolve) => {
      close(file, () => resolve());
    });
  }
}

function readInto(file: number, block: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    read(file, block, 0, blockBytes, null, (error, bytes) =>
      error === null ? resolve(bytes) : reject(error),
    );
  });
}
