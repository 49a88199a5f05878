import { mkdirSync, statSync } from 'node:fs';
import { dirname, resolve } from 'node:path';

/**
 * Makes a folder and what is missing above it, with this mode; returns the topmost that was made, or undefined where all
 * was there. Node's own recursive mkdir asks for ever where the system answers "no such file" below a folder that is
 * there, as procfs and some mounts do: here each folder is asked for once. Throws what the file system throws.
 */
export async function makeFolder(path: string, mode?: number): Promise<string | undefined> {
  return makeFolderSync(path, mode);
}

/** The same, for callers that can't wait. */
export function makeFolderSync(path: string, mode?: number): string | undefined {
  const missing = missingFolders(resolve(path));
  for (const folder of missing) makeOne(folder, mode);
  return missing[0];
}

/** The folders that are not there, the topmost first. */
function missingFolders(path: string): string[] {
  const missing: string[] = [];
  for (let folder = path; !isThere(folder); folder = dirname(folder)) {
    missing.unshift(folder);
    if (dirname(folder) === folder) break;
  }
  return missing;
}

/** Throws where something other than a folder stands in the way. */
function isThere(path: string): boolean {
  const found = statSync(path, { throwIfNoEntry: false });
  if (found === undefined) return false;
  if (found.isDirectory()) return true;
  throw Object.assign(new Error(`ENOTDIR: not a directory, mkdir '${path}'`), { code: 'ENOTDIR', path });
}

/** Another process may have made it in the meantime. */
function makeOne(folder: string, mode: number | undefined): void {
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST' || !isThere(folder)) throw error;
  }
}
