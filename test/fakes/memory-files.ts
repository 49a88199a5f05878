import { dirname } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { FileSource } from '../../src/core/files/look-at-content.ts';
import { AuditExportError } from '../../src/errors.ts';
import type { FilesPort } from '../../src/ports/sources/files.ts';

interface MemoryFile {
  inode: string;
  stored: Buffer;
}

/** A disk in memory: files have an inode, that goes with them when they are renamed. */
export class MemoryFiles implements FilesPort {
  readonly #files = new Map<string, MemoryFile>();
  readonly #links = new Map<string, string>();
  #inodes = 0;
  /** Stored bytes that were asked for, in all. */
  bytesRead = 0;
  /** Paths of files that can't be read. */
  readonly unreadable = new Set<string>();
  /** What happens, once, when the files beside one were listed. */
  afterListing: (() => void) | undefined;

  /** Writes a file; one that is there keeps its inode. */
  write(path: string, content: string | Buffer): void {
    const stored = Buffer.from(content);
    const file = this.#files.get(this.#real(path));
    if (file === undefined) this.#files.set(this.#real(path), { inode: `1:${++this.#inodes}`, stored });
    else file.stored = stored;
  }

  append(path: string, content: string): void {
    this.write(path, Buffer.concat([this.#file(path).stored, Buffer.from(content)]));
  }

  rename(from: string, to: string): void {
    const file = this.#file(from);
    this.#files.delete(from);
    this.#files.set(to, file);
  }

  copy(from: string, to: string): void {
    this.write(to, this.#file(from).stored);
  }

  /** As gzip does: the archive is another file, and the original is gone. */
  gzip(path: string): void {
    this.write(`${path}.gz`, gzipSync(this.#file(path).stored));
    this.#files.delete(path);
  }

  remove(path: string): void {
    this.#files.delete(path);
  }

  /** A name that stands for another. */
  link(path: string, target: string): void {
    this.#links.set(path, target);
  }

  /** Appends to the file at a path, whatever becomes of its name. */
  writer(path: string): (content: string) => void {
    const file = this.#file(path);
    return (content) => {
      file.stored = Buffer.concat([file.stored, Buffer.from(content)]);
    };
  }

  /** The files at these paths, as inputs. */
  given(...paths: readonly string[]): FileSource[] {
    return paths.map((path) => this.#source(path, this.#file(path)));
  }

  /** The file at a path, held open: whatever becomes of its name, it can be read, and says that it is away. */
  hold(path: string): () => FileSource {
    const file = this.#file(path);
    return () => {
      const source = this.#source(path, file, true);
      return { ...source, file: { ...source.file, isAway: true } };
    };
  }

  async at(path: string): Promise<FileSource | undefined> {
    const file = this.#files.get(this.#real(path));
    return file && this.#source(path, file);
  }

  async beside(path: string): Promise<FileSource[]> {
    const folder = dirname(path);
    const found = [...this.#files]
      .filter(([name]) => dirname(name) === folder || dirname(dirname(name)) === folder)
      .map(([name, file]) => this.#source(name, file));
    const happens = this.afterListing;
    this.afterListing = undefined;
    happens?.();
    return found;
  }

  #real(path: string): string {
    return this.#links.get(path) ?? path;
  }

  #file(path: string): MemoryFile {
    const file = this.#files.get(this.#real(path));
    if (file === undefined) throw new Error(`no ${path}`);
    return file;
  }

  #source(path: string, file: MemoryFile, isHeld = false): FileSource {
    const { inode, stored: before } = file;
    const bytes = async (start: number, end: number): Promise<Buffer> => {
      if (!isHeld && this.#files.get(this.#real(path)) !== file) throw moved(path);
      if (this.unreadable.has(path))
        throw new AuditExportError('source-unreadable', `${path} can't be read.`);
      const found = Buffer.from(file.stored.subarray(start, Math.min(end, before.length)));
      this.bytesRead += found.length;
      return found;
    };
    const isCompressed = async (): Promise<boolean> => file.stored.subarray(0, 2).toString('hex') === '1f8b';
    return {
      name: path,
      storedBytes: before.length,
      file: {
        path,
        real: this.#real(path),
        inode,
        storedBytes: before.length,
        modifiedMs: 0,
        bytes,
        isCompressed,
        stands: async () =>
          (isHeld || this.#files.get(this.#real(path)) === file) && file.stored.length >= before.length,
        grew: async () => file.stored.length > before.length,
      },
      async *read(onStoredBytes, range) {
        const stored = await bytes(range?.start ?? 0, range?.end ?? file.stored.length);
        onStoredBytes(stored.length);
        yield (await isCompressed()) ? unpacked(path, stored) : stored;
      },
    };
  }
}

function moved(path: string): AuditExportError {
  return new AuditExportError('source-moved', `${path} was rotated.`);
}

function unpacked(path: string, stored: Buffer): Buffer {
  try {
    return gunzipSync(stored);
  } catch (error) {
    throw new AuditExportError('source-broken', `${path} is damaged.`, { cause: error });
  }
}
