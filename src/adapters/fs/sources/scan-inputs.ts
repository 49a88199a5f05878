import type { BigIntStats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { byLogAndAge } from '../../../core/lines/rotated-name.ts';
import { AuditExportError } from '../../../errors.ts';
import { isOwnName } from '../../../core/layout/own-names.ts';
import { inodeOf } from './file-source.ts';
import { unreadable } from '../read-file.ts';

/** A regular file that was found, as it was then. */
export interface FoundFile {
  /** As reports name it. */
  name: string;
  /** Absolute. */
  path: string;
  found: BigIntStats;
}

/** What to follow: a file by name, whatever file that is; or all files of a folder or a glob. */
export interface FollowedInput {
  kind: 'file' | 'folder' | 'glob';
  input: string;
}

/** Says what an input is. A file need not be there yet, its folder must. Throws `source-unreadable`. */
export async function lookAtInput(input: string): Promise<FollowedInput | { kind: 'pipe'; input: string }> {
  const found = await stat(input).catch(() => undefined);
  if (found?.isDirectory()) return { kind: 'folder', input };
  if (found?.isFIFO()) return { kind: 'pipe', input };
  if (found !== undefined && !found.isFile())
    throw new AuditExportError(
      'source-unreadable',
      `${input} can't be followed: it is no file, folder or pipe.`,
      {
        cure: `Pipe it in: audit-export push --follow < ${input}`,
      },
    );
  if (found === undefined && /[*?[\]{}]/.test(input)) return { kind: 'glob', input };
  await stat(dirname(input)).catch((error: unknown) => {
    throw unreadable(dirname(input), error);
  });
  return { kind: 'file', input };
}

/**
 * All files of the inputs, each once, those of one log by age; what vanishes meanwhile is not there. Folders that can't
 * be read are told.
 */
export async function scanInputs(
  inputs: readonly FollowedInput[],
  exceptBelow: readonly string[],
  onTrouble: (path: string, error: unknown) => void,
): Promise<FoundFile[]> {
  const written = exceptBelow.map((folder) => `${resolve(folder)}${sep}`);
  const found = new Map<string, FoundFile>();
  for (const { kind, input } of inputs) {
    for (const name of await namesOf(kind, input, onTrouble)) {
      const path = resolve(name);
      const isOwn = kind !== 'file' && written.some((folder) => path.startsWith(folder));
      if (isOwn || found.has(path)) continue;
      const file = await lookAt(name);
      if (file !== undefined) found.set(path, file);
    }
  }
  const inOrder = [...found.values()].toSorted((a, b) => byLogAndAge(a.path, b.path));
  // A file with two names, by links, is one file.
  const byInode = new Map(inOrder.toReversed().map((file) => [inodeOf(file.found), file]));
  return inOrder.filter((file) => byInode.get(inodeOf(file.found)) === file);
}

async function namesOf(
  kind: FollowedInput['kind'],
  input: string,
  onTrouble: (path: string, error: unknown) => void,
): Promise<string[]> {
  if (kind === 'file') return [input];
  if (kind === 'folder') return namesBelow(input, onTrouble);
  const { glob } = await import('tinyglobby');
  return glob(input, { onlyFiles: true, dot: false, expandDirectories: false });
}

async function namesBelow(
  folder: string,
  onTrouble: (path: string, error: unknown) => void,
): Promise<string[]> {
  const names: string[] = [];
  const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') onTrouble(folder, unreadable(folder, error));
    return [];
  });
  for (const entry of entries) {
    if (entry.name.startsWith('.') || isOwnName(entry.name)) continue;
    const name = join(folder, entry.name);
    if (entry.isDirectory()) names.push(...(await namesBelow(name, onTrouble)));
    else if (entry.isFile() || entry.isSymbolicLink()) names.push(name);
  }
  return names;
}

async function lookAt(name: string): Promise<FoundFile | undefined> {
  const found: BigIntStats | undefined = await stat(name, { bigint: true }).catch(() => undefined);
  return found?.isFile() === true ? { name, path: resolve(name), found } : undefined;
}
