import { cpSync, rmSync } from 'node:fs';
import fs from 'node:fs/promises';
import { syncBuiltinESMExports } from 'node:module';
import { sep } from 'node:path';
import { refusingWhen } from './object-faults.ts';

/** Faults of the disk that state is on, at the n-th write to a file below a folder. */

/** What a write to a file does instead; `write` writes so many of the bytes. */
type Fault = (written: {
  path: string;
  bytes: Buffer;
  write: (length: number) => Promise<{ bytesWritten: number }>;
}) => Promise<{ bytesWritten: number }>;

const faults = new Map<string, Fault>();

const open = fs.open;
fs.open = async (path, ...rest) => {
  const file = await open(path, ...rest);
  const fault = [...faults].find(([folder]) => String(path).startsWith(folder + sep))?.[1];
  if (fault === undefined) return file;
  const write = file.write.bind(file) as (...args: readonly unknown[]) => Promise<{ bytesWritten: number }>;
  file.write = (async (bytes: Buffer, offset = 0, length = bytes.length - offset, position?: number) =>
    fault({
      path: String(path),
      bytes: bytes.subarray(offset, offset + length),
      write: (some) => write(bytes, offset, some, position),
    })) as typeof file.write;
  return file;
};
syncBuiltinESMExports();

/** Runs something while the disk of a folder is full from the n-th write (from 1) on. */
export async function fullFrom<T>(folder: string, nth: number, run: () => Promise<T>): Promise<T> {
  let count = 0;
  return await withFault(folder, run, async ({ bytes, write }) => {
    count += 1;
    if (count >= nth) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' });
    return await write(bytes.length);
  });
}

/**
 * Runs something as if the power were cut in the middle of the n-th record (from 1) of the journal: half of it is in its file,
 * and no object is stored after it. Answers whether the moment came.
 */
export async function tornAt(
  { store, state }: { store: string; state: string },
  nth: number,
  run: () => Promise<unknown>,
): Promise<boolean> {
  const kept = `${state}-kept`;
  let count = 0;
  await refusingWhen(
    store,
    () => count >= nth,
    () =>
      withFault(state, run, async ({ path, bytes, write }) => {
        const isRecord = path.includes(`${sep}journal.`) && bytes.some((byte) => byte !== 0);
        if (isRecord) count += 1;
        if (count < nth) return await write(bytes.length);
        if (count === nth && isRecord) {
          await write(Math.floor(bytes.length / 2));
          cpSync(state, kept, { recursive: true, filter: (from) => !/lock/.test(from.slice(state.length)) });
        }
        throw Object.assign(new Error('the power is gone'), { code: 'EIO' });
      }),
  );
  if (count < nth) return false;
  rmSync(state, { recursive: true });
  cpSync(kept, state, { recursive: true });
  rmSync(kept, { recursive: true });
  return true;
}

async function withFault<T>(folder: string, run: () => Promise<T>, fault: Fault): Promise<T> {
  faults.set(folder, fault);
  try {
    return await run();
  } finally {
    faults.delete(folder);
  }
}
