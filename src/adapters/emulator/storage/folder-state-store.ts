import { appendFile, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Bucket, ObjectVersion } from '../s3/buckets/bucket.ts';
import { readJson, writeJson } from './map-json.ts';
import type { SavedState, StateStore } from './state-store.ts';
import { makeFolder } from '../../fs/make-folder.ts';

interface ObjectEntry {
  readonly bucket: string;
  readonly key: string;
  readonly versions: readonly ObjectVersion[];
}

/** What was in a data folder: accounts and buckets with their objects; undefined where it is new. */
export type LoadedState = { directory: SavedState['directory']; buckets: Map<string, Bucket> } | undefined;

/**
 * Keeps accounts and bucket settings in `state.json`, replaced as a whole, and objects in the journal `objects.jsonl`, one
 * line a change. A change is written before it is answered; it outlasts the process, not the power.
 */
export class FolderStateStore implements StateStore {
  readonly #folder: string;
  #queue: Promise<void> = Promise.resolve();

  constructor(folder: string) {
    this.#folder = folder;
  }

  async save(state: SavedState): Promise<void> {
    await this.#inTurn(async () => {
      const buckets = new Map([...state.buckets].map(([name, bucket]) => [name, settingsOf(bucket)]));
      await replaceFile(join(this.#folder, 'state.json'), writeJson({ directory: state.directory, buckets }));
    });
  }

  async saveObject(bucket: string, key: string, versions: readonly ObjectVersion[]): Promise<void> {
    const line = `${writeJson({ bucket, key, versions } satisfies ObjectEntry)}\n`;
    await this.#inTurn(async () => {
      await appendFile(join(this.#folder, 'objects.jsonl'), line, { mode: 0o600 });
    });
  }

  /** Reads the folder, makes the journal short again and takes away blobs that belong to nothing. */
  async load(): Promise<LoadedState> {
    await makeFolder(this.#folder, 0o700);
    const text = await readIfThere(join(this.#folder, 'state.json'));
    if (text === undefined) return undefined;
    const state = readJson(text) as { directory: SavedState['directory']; buckets: Map<string, Bucket> };
    const journal = (await readIfThere(join(this.#folder, 'objects.jsonl'))) ?? '';
    for (const entry of entriesOf(journal)) {
      const objects = state.buckets.get(entry.bucket)?.objects;
      if (entry.versions.length === 0) objects?.delete(entry.key);
      else objects?.set(entry.key, entry.versions);
    }
    await this.#compact(state.buckets);
    return state;
  }

  async #compact(buckets: ReadonlyMap<string, Bucket>): Promise<void> {
    const lines: string[] = [];
    const used = new Set<string>();
    for (const bucket of buckets.values()) {
      for (const [key, versions] of bucket.objects) {
        lines.push(`${writeJson({ bucket: bucket.name, key, versions } satisfies ObjectEntry)}\n`);
        for (const { blob } of versions) if (blob !== undefined) used.add(blob);
      }
    }
    await replaceFile(join(this.#folder, 'objects.jsonl'), lines.join(''));
    const blobs = join(this.#folder, 'blobs');
    for (const name of await readdir(blobs).catch(() => [])) {
      if (!used.has(name)) await rm(join(blobs, name), { force: true });
    }
  }

  async #inTurn(act: () => Promise<void>): Promise<void> {
    const turn = this.#queue.then(act);
    this.#queue = turn.catch(() => undefined);
    await turn;
  }
}

/** A bucket without its objects, and without what lives only as long as the process. */
function settingsOf(bucket: Bucket): Bucket {
  return { ...bucket, objects: new Map(), racing: new Map(), sortedKeys: undefined };
}

/** The journal's entries; a last line that a crash cut short was never answered, and is left out. */
function entriesOf(journal: string): readonly ObjectEntry[] {
  const lines = journal.split('\n');
  lines.pop();
  return lines.map((line) => readJson(line) as ObjectEntry);
}

async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.new`;
  await writeFile(temporary, text, { mode: 0o600 });
  await rename(temporary, path);
}

async function readIfThere(path: string): Promise<string | undefined> {
  return await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
}
