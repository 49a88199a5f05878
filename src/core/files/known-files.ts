import type { SourceFile } from '../../ports/sources/source.ts';
import { hashOf } from './look-at-content.ts';
import type { KnownFile, Window } from '../../ports/sources/known-file.ts';

/** The known files, by what a file may be known again: inode, path and the beginning of its content. */
export class KnownFiles {
  readonly #all = new Map<string, KnownFile>();
  readonly #byInode = new Map<string, KnownFile[]>();
  readonly #byPath = new Map<string, KnownFile[]>();
  /** By length and hash of the head; and which lengths there are. */
  readonly #byHead = new Map<string, KnownFile[]>();
  readonly #lengths = new Set<number>();
  readonly #byFirstLine = new Map<string, KnownFile[]>();

  constructor(known: Iterable<KnownFile>) {
    for (const file of known) this.add(file);
  }

  /** What was known of it before is not known any more. */
  add(file: KnownFile): void {
    this.#all.set(file.id, file);
    add(this.#byInode, file.inode, file);
    add(this.#byPath, file.path, file);
    if (file.firstLine.bytes > 0) add(this.#byFirstLine, file.firstLine.hash, file);
    if (file.head.bytes === 0) return;
    add(this.#byHead, `${file.head.bytes} ${file.head.hash}`, file);
    this.#lengths.add(file.head.bytes);
  }

  get(id: string): KnownFile | undefined {
    return this.#all.get(id);
  }

  all(): Iterable<KnownFile> {
    return this.#all.values();
  }

  /** Those that were last seen with this inode; the furthest first. */
  withInode(inode: string): KnownFile[] {
    return furthestFirst(this.#there(this.#byInode.get(inode)));
  }

  /** Those that were last seen at this file's path or with its inode. */
  standingAt({ path, inode }: SourceFile): KnownFile[] {
    const found = [...(this.#byInode.get(inode) ?? []), ...(this.#byPath.get(path) ?? [])];
    return this.#there([...new Set(found)]);
  }

  /** Those whose beginning a content shares, given its first bytes; the furthest first. */
  alike(head: Buffer): KnownFile[] {
    const found: KnownFile[] = [];
    for (const length of this.#lengths)
      if (length <= head.length)
        found.push(...(this.#byHead.get(`${length} ${hashOf(head.subarray(0, length))}`) ?? []));
    return furthestFirst(this.#there(found));
  }

  /** Those that begin with this line. */
  beginningWith(firstLine: Window): KnownFile[] {
    return firstLine.bytes === 0 ? [] : furthestFirst(this.#there(this.#byFirstLine.get(firstLine.hash)));
  }

  remove(id: string): void {
    this.#all.delete(id);
  }

  #there(files: readonly KnownFile[] = []): KnownFile[] {
    return files.filter((file) => this.#all.get(file.id) === file);
  }
}

/** Those of which the most was delivered first. */
export function furthestFirst(files: readonly KnownFile[]): KnownFile[] {
  return files.toSorted((a, b) => b.at.offset - a.at.offset);
}

function add(map: Map<string, KnownFile[]>, key: string, file: KnownFile): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [file]);
  else list.push(file);
}
