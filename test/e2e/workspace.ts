import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { isDelivery } from './read-export.ts';

/** A folder of one test: the program's working folder, home, state and temporary files all lie in it. */
export interface Workspace {
  readonly folder: string;
  path(...names: readonly string[]): string;
  /** Writes a file, its folders included, and answers with its path. */
  write(name: string, content: string | Buffer): Promise<string>;
}

/** Answers with a function that makes workspaces; they are removed after the last test of the file. */
export function useWorkspaces(): () => Promise<Workspace> {
  let root = '';
  let made = 0;
  beforeAll(async () => {
    root = await mkdtemp(join(tmpdir(), 'audit-export-e2e-'));
  });
  afterAll(async () => {
    await rm(root, { recursive: true, force: true });
  });
  return async () => {
    made += 1;
    const folder = join(root, String(made));
    await Promise.all(
      ['home', 'state', 'config', 'tmp'].map((name) => mkdir(join(folder, name), { recursive: true })),
    );
    const path = (...names: readonly string[]): string => join(folder, ...names);
    return {
      folder,
      path,
      write: async (name, content) => {
        await mkdir(dirname(path(name)), { recursive: true });
        await writeFile(path(name), content);
        return path(name);
      },
    };
  };
}

/** All files below a folder, hidden ones too, as paths relative to it; none where there is no such folder. */
export async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((error: unknown) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  });
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)))
    .toSorted();
}

/** What was delivered into a folder: all files below it but the tool's own. */
export async function deliveriesBelow(folder: string): Promise<string[]> {
  return (await filesBelow(folder)).filter(isDelivery);
}

/** Where state of a profile of `audit-export.json`, or of what was delivered without one, lies in a workspace; none yet: ''. */
export async function stateFolderOf(workspace: Workspace, profile?: string): Promise<string> {
  const parent = workspace.path('state/audit-export', profile === undefined ? 'destinations' : 'profiles');
  const names = await readdir(parent).catch((): string[] => []);
  const found = names.filter((name) => profile === undefined || name.startsWith(`${profile}-`));
  if (found.length > 1) throw new Error(`${found.length} folders of state: ${found.join(', ')}`);
  return found[0] === undefined ? '' : join(parent, found[0]);
}
