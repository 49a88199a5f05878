import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';

/** Files of which stored bytes from an offset on can't be read, by their paths. */
const broken = new Map<string, number>();

const open = fs.open;
fs.open = async (path, ...rest) => {
  const file = await open(path, ...rest);
  const from = broken.get(String(path));
  if (from === undefined) return file;
  const read = file.read.bind(file) as (...args: readonly unknown[]) => Promise<{ bytesRead: number }>;
  file.read = (async (buffer: Buffer, offset: number, length: number, position: number) => {
    if (position >= from) throw Object.assign(new Error('EIO: i/o error, read'), { code: 'EIO' });
    // A read that begins before the break comes back with what is before it.
    return read(buffer, offset, Math.min(length, from - position), position);
  }) as typeof file.read;
  return file;
};
syncBuiltinESMExports();

/** Runs something while a file can't be read from an offset on. */
export async function unreadableFrom<T>(path: string, offset: number, run: () => Promise<T>): Promise<T> {
  broken.set(path, offset);
  try {
    return await run();
  } finally {
    broken.delete(path);
  }
}
