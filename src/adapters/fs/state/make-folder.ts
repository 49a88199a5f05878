import { mkdir } from 'node:fs/promises';

/** Makes a folder of the state with all above it, for its owner only. Throws what the file system throws. */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
}
