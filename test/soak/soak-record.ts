import { appendFile, link, mkdir, rename, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { CliRun } from '../e2e/run-cli.ts';
import type { Workspace } from '../e2e/workspace.ts';
import { filesBelow } from '../e2e/workspace.ts';

/**
 * What a soak writes down for whoever has to find out why it failed: what each run printed, and every journal there was (a
 * second name of its file: what is rewritten or removed later stays as it was). It lies in the workspace, which is kept where the
 * soak failed.
 */
export class SoakRecord {
  readonly #workspace: Workspace;

  constructor(workspace: Workspace) {
    this.#workspace = workspace;
  }

  async note(name: string, { code, signal, stdout, stderr }: CliRun): Promise<void> {
    const at = new Date().toISOString();
    await this.write('runs.jsonl', `${JSON.stringify({ at, name, code, signal, stdout, stderr })}\n`);
    const state = this.#workspace.path('state');
    for (const file of await filesBelow(state))
      if (/destinations\/[^/]+\/journal/.test(file)) await this.#keepJournal(join(state, file), file);
  }

  async write(name: string, text: string): Promise<void> {
    const path = this.#workspace.path('record', name);
    await mkdir(dirname(path), { recursive: true });
    await appendFile(path, text);
  }

  /** Moves the workspace to where nobody removes it. Answers with that folder. */
  async keep(name: string): Promise<string> {
    const folder = join(tmpdir(), name);
    await rm(folder, { recursive: true, force: true });
    await rename(this.#workspace.folder, folder);
    return folder;
  }

  /** Of files that come and go meanwhile. */
  async #keepJournal(path: string, name: string): Promise<void> {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return;
    const second = this.#workspace.path('record/journals', `${name.replaceAll('/', '_')}.${found.ino}`);
    await mkdir(dirname(second), { recursive: true });
    await link(path, second).catch(() => undefined);
  }
}
