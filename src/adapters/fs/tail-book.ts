import { open } from 'node:fs/promises';
import type { KnownStream } from '../../core/follow/relate-file.ts';
import { hashOf, TailedStream } from '../../core/follow/tailed-stream.ts';
import type { Place, SourcePosition } from '../../core/ledger/source-position.ts';
import { hashedBytes } from '../../core/ledger/source-position.ts';
import type { SourceFile } from '../../ports/source.ts';
import { isCompressed } from './decompress.ts';
import { bytesAt, TailedFile } from './tail-file.ts';
import type { FoundFile } from './tail-scan.ts';

/** What was read once, by a file that is being followed or by one that is no more. */
export interface BookedStream extends KnownStream {
  file: TailedFile | undefined;
}

/** Ended streams that are remembered, to know their copies. */
const keptStreams = 20_000;

/** Keeps what is followed and what was: which file is which stream. */
export class TailBook {
  readonly #files = new Map<string, TailedFile>();
  readonly #ended = new Map<string, BookedStream>();
  readonly #entries = new WeakMap<TailedFile, { at: Place; booked: BookedStream }>();
  readonly #plain: boolean;
  readonly #newId: () => string;
  readonly #now: () => number;

  constructor(
    known: readonly SourcePosition[],
    options: { plain: boolean; newId: () => string; now: () => number },
  ) {
    for (const position of known)
      this.#ended.set(position.id, { position, head: undefined, file: undefined });
    this.#plain = options.plain;
    this.#newId = options.newId;
    this.#now = options.now;
  }

  /** The files that are being followed. */
  get files(): readonly TailedFile[] {
    return [...this.#files.values()];
  }

  byInode(inode: string): TailedFile | undefined {
    return this.#files.get(inode);
  }

  get ended(): readonly BookedStream[] {
    return [...this.#ended.values()];
  }

  /** Everything that was read, of files followed and of others. */
  all(): BookedStream[] {
    return [...this.files.map((file) => this.#booked(file)), ...this.#ended.values()];
  }

  /** Follows a file from its beginning; `path` where it is to be known under another than it has now. */
  begin(found: FoundFile, path = found.path): TailedFile {
    const stream = new TailedStream({ ...found, path, id: this.#newId(), plain: this.#plain });
    return this.#follow(stream, found.path);
  }

  /**
   * Goes on in a file where a stream ended that it continues; `path` as with `begin`. Undefined where the file was rotated
   * or cut since it was looked at: what is remembered of the stream must not be taken from another file.
   */
  async resume(
    found: FoundFile,
    { position }: KnownStream,
    path = found.path,
  ): Promise<TailedFile | undefined> {
    const { id, plain, stored, offset, lines } = position;
    const handle = await open(found.path, 'r').catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return undefined;
      throw error;
    });
    if (handle === undefined) return undefined;
    try {
      const { dev, ino } = await handle.stat({ bigint: true });
      const bytes = Math.min(stored, hashedBytes);
      const head = await bytesAt(handle, 0, Buffer.alloc(bytes));
      const tail = await bytesAt(handle, stored - bytes, Buffer.alloc(bytes));
      const isIt = hashOf(head) === position.headHash && hashOf(tail) === position.tailHash;
      if (`${dev}:${ino}` !== found.inode || !isIt) return undefined;
      this.#ended.delete(id);
      const at = { stored, offset, lines };
      const read = { ...position, at, head, tail };
      const file = this.#follow(new TailedStream({ ...found, path, id, plain }, read), found.path);
      file.isIdentified = true;
      return file;
    } finally {
      await handle.close();
    }
  }

  /** Remembers a stream that was read without being followed. */
  note(stream: TailedStream): void {
    this.#ended.set(stream.id, {
      position: stream.position(this.#now()),
      head: stream.head,
      file: undefined,
    });
  }

  /** Follows a file no longer; what was read of it is remembered. */
  async end(file: TailedFile): Promise<void> {
    this.#files.delete(file.stream.inode);
    await file.close();
    if (file.stream.at.stored === 0) return;
    this.#ended.set(file.stream.id, { ...this.#booked(file), file: undefined });
    for (const id of this.#ended.keys()) {
      if (this.#ended.size <= keptStreams) break;
      this.#ended.delete(id);
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.files.map((file) => file.close()));
  }

  #follow(stream: TailedStream, place: string): TailedFile {
    const file = new TailedFile(stream, place, this.#now());
    this.#files.set(stream.inode, file);
    return file;
  }

  /** Hashes are dear where there are thousands of files: they are made again only for what has changed. */
  #booked(file: TailedFile): BookedStream {
    const { stream } = file;
    const before = this.#entries.get(file);
    if (before !== undefined && before.at === stream.at && before.booked.position.path === stream.path)
      return before.booked;
    const booked = { position: stream.position(this.#now()), head: stream.head, file };
    this.#entries.set(file, { at: stream.at, booked });
    return booked;
  }
}

/** A file as far as it is needed to tell it from others. */
export function sourceFileOf({ path, inode, size, modifiedMs }: FoundFile): SourceFile {
  const bytes = async (start: number, end: number): Promise<Buffer> => {
    const handle = await open(path, 'r');
    try {
      return await bytesAt(handle, start, Buffer.alloc(Math.max(0, end - start)));
    } finally {
      await handle.close();
    }
  };
  return {
    path,
    inode,
    storedBytes: size,
    modifiedMs,
    bytes,
    isCompressed: async () => isCompressed(await bytes(0, 4)),
  };
}
