import { makeFolder as makeWithMode } from '../make-folder.ts';

/** Makes a folder of the state with all above it, for its owner only. Throws what the file system throws. */
export async function makeFolder(folder: string): Promise<void> {
  await makeWithMode(folder, 0o700);
}
