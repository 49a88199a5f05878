import type { BigIntStats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, join, resolve, sep } from 'node:path';
import { AuditExportError } from '../../errors.ts';
import { unreadable } from './read-file.ts';

/** A regular file that was found, as it was then. */
export interface FoundFile {
  /** As reports name it. */
  name: string;
  /** Absolute. */
  path: string;
  inode: string;
  size: number;
  modifiedMs: number;
}

/** What to follow: a file by name, whatever file that is; or all files of a folder or a glob. */
export interface FollowedInput {
  kind: 'file' | 'folder' | 'glob';
  input: string;
}

/** Where a store keeps what is the tool's own. */
const ownFolder = '_audit-export';
/** Rotated files that were compressed since hold what was read before. */
const compressedName = /\.(?:gz|zst|bz2|xz|lz4|zip|Z)$/;

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

/** All files of the inputs, each once, in the order of their paths; what vanishes meanwhile is not there. */
export async function scanInputs(
  inputs: readonly FollowedInput[],
  exceptBelow: readonly string[],
): Promise<FoundFile[]> {
  const written = exceptBelow.map((folder) => `${resolve(folder)}${sep}`);
  const found = new Map<string, FoundFile>();
  for (const { kind, input } of inputs) {
    for (const name of await namesOf(kind, input)) {
      const path = resolve(name);
      const isOwn = kind !== 'file' && written.some((folder) => path.startsWith(folder));
      if (isOwn || found.has(path)) continue;
      const file = await lookAt(name);
      if (file !== undefined) found.set(path, file);
    }
  }
  const inOrder = [...found.values()].toSorted((a, b) => (a.path < b.path ? -1 : 1));
  // A file with two names, by links, is one file.
  const byInode = new Map(inOrder.toReversed().map((file) => [file.inode, file]));
  return inOrder.filter((file) => byInode.get(file.inode) === file);
}

/** The folders in which files of the inputs lie or lay; `known` are those in which some were read. */
export function foldersOf(inputs: readonly FollowedInput[], known: readonly string[]): Set<string> {
  const folders = new Set<string>();
  for (const { kind, input } of inputs) {
    const base =
      kind === 'folder' ? resolve(input) : dirname(resolve(kind === 'glob' ? globBase(input) : input));
    folders.add(base);
    if (kind === 'file') continue;
    for (const folder of known) if (folder.startsWith(`${base}${sep}`)) folders.add(folder);
  }
  return folders;
}

/** A glob up to its first part that is a pattern. */
function globBase(glob: string): string {
  const parts = glob.split('/');
  const pattern = parts.findIndex((part) => /[*?[\]{}()!]/.test(part));
  return parts.slice(0, pattern + 1).join('/');
}

/** The regular files that lie in a folder, compressed ones too; none where it can't be read. */
export async function filesIn(folder: string): Promise<FoundFile[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = await Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => lookAt(join(folder, entry.name))),
  );
  return found.filter((file) => file !== undefined);
}

export function isCompressedName(path: string): boolean {
  return compressedName.test(path);
}

/** Whether a file's name is that of another with a number or a date behind it, as rotation makes them. */
export function isRotatedName(path: string, original: string): boolean {
  const name = basename(path);
  const base = basename(original);
  return name.startsWith(base) && /^[.-]\d[\d.T:_Z-]*$/.test(name.slice(base.length));
}

async function namesOf(kind: FollowedInput['kind'], input: string): Promise<string[]> {
  if (kind === 'file') return [input];
  if (kind === 'folder') return namesBelow(input);
  const { glob } = await import('tinyglobby');
  const names = await glob(input, { onlyFiles: true, dot: false, expandDirectories: false });
  return names.filter((name) => !isCompressedName(name));
}

async function namesBelow(folder: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (entry.name.startsWith('.') || entry.name === ownFolder) continue;
    const name = join(folder, entry.name);
    if (entry.isDirectory()) names.push(...(await namesBelow(name)));
    else if ((entry.isFile() || entry.isSymbolicLink()) && !isCompressedName(name)) names.push(name);
  }
  return names;
}

async function lookAt(name: string): Promise<FoundFile | undefined> {
  const found: BigIntStats | undefined = await stat(name, { bigint: true }).catch(() => undefined);
  if (found?.isFile() !== true) return undefined;
  return {
    name,
    path: resolve(name),
    inode: `${found.dev}:${found.ino}`,
    size: Number(found.size),
    modifiedMs: Number(found.mtimeMs),
  };
}
