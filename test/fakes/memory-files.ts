import { gunzipSync } from 'node:zlib';
import type { FileSource } from '../../src/core/ledger/find-parts.ts';

interface MemoryFile {
  inode: number;
  bytes: Buffer;
  modifiedMs: number;
}

/** Regular files in memory, with inodes: a renamed file keeps its own, one that is written anew at a path gets another. */
export class MemoryFiles {
  readonly #files = new Map<string, MemoryFile>();
  #inodes = 0;
  #clockMs = 0;

  get paths(): string[] {
    return [...this.#files.keys()].toSorted();
  }

  /** Appends to a file, which is made if it is not there. */
  append(path: string, text: string): void {
    const file = this.#files.get(path) ?? this.#make(path);
    file.bytes = Buffer.concat([file.bytes, Buffer.from(text)]);
    file.modifiedMs = ++this.#clockMs;
  }

  /** Writes a file anew in its place: the inode stays. Bytes of gzip are an archive, which is read whole. */
  overwrite(path: string, text: string | Buffer): void {
    const file = this.#files.get(path) ?? this.#make(path);
    file.bytes = typeof text === 'string' ? Buffer.from(text) : text;
    file.modifiedMs = ++this.#clockMs;
  }

  rename(from: string, to: string): void {
    const file = this.#files.get(from);
    if (file === undefined) return;
    this.#files.delete(from);
    this.#files.set(to, file);
  }

  copy(from: string, to: string): void {
    this.#files.delete(to);
    this.#make(to).bytes = Buffer.from(this.bytes(from));
  }

  remove(path: string): void {
    this.#files.delete(path);
  }

  bytes(path: string): Buffer {
    return this.#files.get(path)?.bytes ?? Buffer.alloc(0);
  }

  /** A file as a source; undefined where there is none. It is read as it is then, though its size is of now. */
  source(path: string): FileSource | undefined {
    const file = this.#files.get(path);
    if (file === undefined) return undefined;
    return {
      name: path,
      storedBytes: file.bytes.length,
      file: {
        path,
        inode: `1:${file.inode}`,
        storedBytes: file.bytes.length,
        modifiedMs: file.modifiedMs,
        bytes: async (start, end) => file.bytes.subarray(start, end),
        isCompressed: async () => isArchive(file),
      },
      async *read(onStoredBytes, range) {
        const stored = file.bytes.subarray(range?.start ?? 0, range?.end ?? file.bytes.length);
        const bytes = isArchive(file) ? gunzipSync(stored) : stored;
        for (let at = 0; at < bytes.length; at += 100) {
          const piece = Buffer.from(bytes.subarray(at, at + 100));
          onStoredBytes(piece.length);
          yield piece;
        }
      },
    };
  }

  /** A file by its inode, whatever it is called now. */
  findBeside(_path: string, inode: string): FileSource | undefined {
    const found = [...this.#files].find(([, file]) => `1:${file.inode}` === inode);
    return found === undefined ? undefined : this.source(found[0]);
  }

  #make(path: string): MemoryFile {
    const file: MemoryFile = { inode: ++this.#inodes, bytes: Buffer.alloc(0), modifiedMs: ++this.#clockMs };
    this.#files.set(path, file);
    return file;
  }
}

function isArchive({ bytes }: MemoryFile): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b;
}
