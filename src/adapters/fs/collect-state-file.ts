import { createReadStream } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { open, readdir, readFile, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { AuditExportError } from '../../errors.ts';
import type {
  BatchJournal,
  BatchWriter,
  Checkpoint,
  CollectState,
  LedgerPart,
  SeenQuery,
} from '../../ports/collect-state.ts';
import { replaceFile } from './replace-file.ts';
import { makeFolder } from './make-folder.ts';

const checkpointName = 'checkpoint.json';
const journalName = 'batch.json';
const recordsName = (batch: number): string => `batch-${batch}.jsonl`;
const seenName = (batch: number): string => `seen-${batch}.txt`;
const numberedName = /^(?:batch|seen)-(\d+)\.(?:jsonl|txt)$/;
/** Lines of the ledger that are handed on at a time. */
const seenAtOnce = 10_000;
const bufferBytes = 256 * 1024;

/** The state of a collector in a folder that only its owner can read: what queries say is in it. */
export class CollectStateFolder implements CollectState {
  readonly location: string;

  constructor(folder: string) {
    this.location = folder;
  }

  readCheckpoint(): Promise<Checkpoint | undefined> {
    return this.#readJson<Checkpoint>(checkpointName);
  }

  readJournal(): Promise<BatchJournal | undefined> {
    return this.#readJson<BatchJournal>(journalName);
  }

  async *seen({ batch }: LedgerPart): AsyncGenerator<SeenQuery[]> {
    const file = this.#path(seenName(batch));
    const text = await readFile(file, 'latin1').catch((error: unknown) => {
      throw unreadable(file, error);
    });
    for (let at = 0; at < text.length;) {
      const queries: SeenQuery[] = [];
      while (at < text.length && queries.length < seenAtOnce) {
        const end = text.indexOf('\n', at);
        const [queryId = '', endNs = '', access] = text.slice(at, end).split(' ');
        queries.push({ queryId, endNs, hasAccess: access === 'access' });
        at = end + 1;
      }
      yield queries;
    }
  }

  async beginBatch(batch: number): Promise<BatchWriter> {
    return this.#written(async () => {
      await makeFolder(this.location, 0o700);
      const records = await BufferedFile.open(this.#path(recordsName(batch)));
      const seen = await BufferedFile.open(this.#path(seenName(batch)));
      return this.#writerOf(records, seen);
    });
  }

  #writerOf(records: BufferedFile, seen: BufferedFile): BatchWriter {
    return {
      addRecords: (text) => this.#written(() => records.add(text)),
      addSeen: (queries) =>
        this.#written(() =>
          seen.add(
            queries
              .map(
                ({ queryId, endNs, hasAccess }) => `${queryId} ${endNs} ${hasAccess ? 'access' : 'open'}\n`,
              )
              .join(''),
          ),
        ),
      finish: () =>
        this.#written(async () => {
          await seen.finish();
          const bytes = await records.finish();
          await syncFolder(this.location);
          return bytes;
        }),
      abandon: async () => {
        await Promise.all([records.close(), seen.close()]);
      },
    };
  }

  saveJournal(journal: BatchJournal): Promise<void> {
    return this.#saveJson(journalName, journal);
  }

  saveCheckpoint(checkpoint: Checkpoint): Promise<void> {
    return this.#saveJson(checkpointName, checkpoint);
  }

  async *records({ batch, bytes }: BatchJournal): AsyncGenerator<Buffer> {
    const file = this.#path(recordsName(batch));
    const found = await stat(file).catch((error: unknown) => {
      throw unreadable(file, error);
    });
    if (found.size !== bytes)
      throw unreadable(file, new Error(`it has ${found.size} bytes, and was written with ${bytes}`));
    for await (const piece of createReadStream(file, { highWaterMark: bufferBytes })) yield piece as Buffer;
  }

  async tidy({ batches, ledger }: Checkpoint): Promise<void> {
    const kept = new Set(ledger.map(({ batch }) => seenName(batch)));
    await this.#written(async () => {
      // The journal first: without its records it must not be found.
      await rm(this.#path(journalName), { force: true });
      for (const name of await readdir(this.location)) {
        const batch = numberedName.exec(name)?.[1];
        if (batch === undefined || Number(batch) > batches || kept.has(name)) continue;
        await rm(this.#path(name), { force: true });
      }
    });
  }

  #path(name: string): string {
    return join(this.location, name);
  }

  async #readJson<T extends { version: number }>(name: string): Promise<T | undefined> {
    const file = this.#path(name);
    const text = await readFile(file, 'utf8').catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
      throw unreadable(file, error);
    });
    if (text === undefined) return undefined;
    let document: T;
    try {
      document = JSON.parse(text) as T;
    } catch (error) {
      throw unreadable(file, error);
    }
    if (document.version === 1) return document;
    throw unreadable(file, new Error('another version of this tool wrote it'));
  }

  #saveJson(name: string, document: Checkpoint | BatchJournal): Promise<void> {
    return this.#written(async () => {
      await replaceFile(this.#path(name), `${JSON.stringify(document, null, 2)}\n`);
      await syncFolder(this.location);
    });
  }

  async #written<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      const isFull = (error as NodeJS.ErrnoException).code === 'ENOSPC';
      throw new AuditExportError(
        'state-not-written',
        `The state of the collector could not be written in ${this.location}: ${(error as Error).message}.`,
        {
          cure: isFull
            ? 'Free disk there and run it again.'
            : 'Give this user the right to write there, or set XDG_STATE_HOME to a folder where it may.',
          cause: error,
        },
      );
    }
  }
}

/** A file that is written from its beginning, some text at a time. */
class BufferedFile {
  readonly #file: FileHandle;
  #buffered: string[] = [];
  #length = 0;
  #bytes = 0;
  #closed = false;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  static async open(path: string): Promise<BufferedFile> {
    return new BufferedFile(await open(path, 'w', 0o600));
  }

  async add(text: string): Promise<void> {
    this.#buffered.push(text);
    this.#length += text.length;
    if (this.#length > bufferBytes) await this.#flush();
  }

  async #flush(): Promise<void> {
    const bytes = Buffer.from(this.#buffered.join(''));
    this.#buffered = [];
    this.#length = 0;
    await this.#file.writeFile(bytes);
    this.#bytes += bytes.length;
  }

  /** Makes it durable, and says how many bytes it has. */
  async finish(): Promise<number> {
    await this.#flush();
    await this.#file.sync();
    await this.close();
    return this.#bytes;
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    await this.#file.close();
  }
}

/** A new name in a folder outlives a power cut once the folder is synced; where the system can't, it needs not. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync().catch(() => undefined);
  } finally {
    await handle?.close();
  }
}

function unreadable(file: string, error: unknown): AuditExportError {
  return new AuditExportError(
    'document-invalid',
    `The state file ${file} can't be read: ${(error as Error).message}.`,
    {
      cure: 'Restore its folder from a copy, or remove the folder and begin anew with --since: what is stored already is mostly not stored twice.',
      cause: error,
    },
  );
}
