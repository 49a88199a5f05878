import { hash } from 'node:crypto';

/** What a leaf says of an object; its key is known by its hash, and from the leaf. */
export interface Claim {
  sha256: Buffer;
  bytes: number;
  lines: number;
  /** Number of the log, and index of the leaf. */
  log: number;
  leaf: number;
  /** Number of the layout that it was filed by; 0 where none is known. */
  layout: number;
}

const keyBytes = 16;
const shaBytes = 32;
/** Key hash, content hash, bytes, leaf, lines, log, flags, layout. */
const at = { sha: 16, bytes: 48, leaf: 56, lines: 64, log: 68, flags: 70, layout: 71 } as const;
const recordBytes = 72;
const chunkRecords = 16_384;
/** Flags. `known`: a leaf tells what it holds; one that was retired before it was claimed is not. */
const flag = { known: 1, seen: 2, retired: 4, outside: 8 } as const;

/**
 * What the leaves of all logs say of objects, 80 bytes each whatever the length of their keys. A million take about 80 MB; the
 * caller takes no more at once than it has memory for.
 */
export class Claims {
  readonly #chunks: Buffer[] = [];
  #count = 0;
  /** Open addressing by key hash; 0 is free, else record + 1. */
  #table = new Uint32Array(1024);

  /** The first 16 bytes of the SHA-256 of a key. */
  static keyHash(key: string): Buffer {
    return hash('sha256', key, 'buffer').subarray(0, keyBytes);
  }

  get count(): number {
    return this.#count;
  }

  /**
   * Takes what a leaf says, and answers whether it is the first to tell of its key. One that was claimed before is claimed anew;
   * `outside`: not among those that are to be looked at.
   */
  claim(keyHash: Buffer, { sha256, bytes, lines, log, leaf, layout }: Claim, outside: boolean): boolean {
    const record = this.#find(keyHash) ?? this.#add(keyHash);
    const { chunk, start } = this.#place(record);
    const flags = chunk[start + at.flags] as number;
    // A removal that another log tells of may have come before or after: it stands.
    const isRetired = (flags & flag.retired) !== 0 && chunk.readUInt16LE(start + at.log) !== log;
    sha256.copy(chunk, start + at.sha, 0, shaBytes);
    chunk.writeDoubleLE(bytes, start + at.bytes);
    chunk.writeDoubleLE(leaf, start + at.leaf);
    chunk.writeUInt32LE(lines, start + at.lines);
    chunk.writeUInt16LE(log, start + at.log);
    chunk[start + at.layout] = layout;
    chunk[start + at.flags] =
      flag.known | (flags & flag.seen) | (isRetired ? flag.retired : 0) | (outside ? flag.outside : 0);
    return (flags & flag.known) === 0;
  }

  /** The object of a key was removed lawfully, or may be. */
  retire(keyHash: Buffer, log: number): void {
    const record = this.#find(keyHash) ?? this.#add(keyHash);
    const { chunk, start } = this.#place(record);
    chunk[start + at.flags] = (chunk[start + at.flags] as number) | flag.retired;
    if (((chunk[start + at.flags] as number) & flag.known) === 0) chunk.writeUInt16LE(log, start + at.log);
  }

  /** What was claimed of a key that is there; undefined where nobody claimed it. It counts as seen. */
  see(keyHash: Buffer): { record: number; claim: Claim } | undefined {
    const record = this.#find(keyHash);
    if (record === undefined) return undefined;
    const { chunk, start } = this.#place(record);
    const flags = chunk[start + at.flags] as number;
    if ((flags & flag.known) === 0) return undefined;
    chunk[start + at.flags] = flags | flag.seen;
    return { record, claim: this.read(record) };
  }

  /** Whether a leaf says that the object of a key is gone, or is to go. */
  isRetired(keyHash: Buffer): boolean {
    const record = this.#find(keyHash);
    return record !== undefined && this.#has(record, flag.retired);
  }

  /** Counts as seen from now on. */
  markSeen(record: number): void {
    const { chunk, start } = this.#place(record);
    chunk[start + at.flags] = (chunk[start + at.flags] as number) | flag.seen;
  }

  /** Whether the claim may be looked at, and was not retired. */
  isOutside(record: number): boolean {
    return this.#has(record, flag.outside);
  }

  /** Records that were claimed, are to be looked at, were not retired, and not seen. */
  *missing(): Generator<number> {
    for (let record = 0; record < this.#count; record++) {
      const { chunk, start } = this.#place(record);
      if (((chunk[start + at.flags] as number) & 0x0f) === flag.known) yield record;
    }
  }

  read(record: number): Claim {
    const { chunk, start } = this.#place(record);
    return {
      sha256: chunk.subarray(start + at.sha, start + at.sha + shaBytes),
      bytes: chunk.readDoubleLE(start + at.bytes),
      lines: chunk.readUInt32LE(start + at.lines),
      log: chunk.readUInt16LE(start + at.log),
      leaf: chunk.readDoubleLE(start + at.leaf),
      layout: chunk[start + at.layout] as number,
    };
  }

  #has(record: number, one: number): boolean {
    const { chunk, start } = this.#place(record);
    return ((chunk[start + at.flags] as number) & one) !== 0;
  }

  #place(record: number): { chunk: Buffer; start: number } {
    const chunk = this.#chunks[Math.floor(record / chunkRecords)] as Buffer;
    return { chunk, start: (record % chunkRecords) * recordBytes };
  }

  #find(keyHash: Buffer): number | undefined {
    const mask = this.#table.length - 1;
    for (let slot = keyHash.readUInt32LE(0) & mask; ; slot = (slot + 1) & mask) {
      const entry = this.#table[slot] as number;
      if (entry === 0) return undefined;
      const { chunk, start } = this.#place(entry - 1);
      if (keyHash.compare(chunk, start, start + keyBytes) === 0) return entry - 1;
    }
  }

  #add(keyHash: Buffer): number {
    if (this.#count % chunkRecords === 0) this.#chunks.push(Buffer.alloc(chunkRecords * recordBytes));
    const record = this.#count++;
    const { chunk, start } = this.#place(record);
    keyHash.copy(chunk, start);
    if (this.#count * 2 > this.#table.length) this.#grow();
    else this.#enter(record, keyHash.readUInt32LE(0));
    return record;
  }

  #grow(): void {
    this.#table = new Uint32Array(this.#table.length * 4);
    for (let record = 0; record < this.#count; record++) {
      const { chunk, start } = this.#place(record);
      this.#enter(record, chunk.readUInt32LE(start));
    }
  }

  #enter(record: number, hash: number): void {
    const mask = this.#table.length - 1;
    let slot = hash & mask;
    while (this.#table[slot] !== 0) slot = (slot + 1) & mask;
    this.#table[slot] = record + 1;
  }
}
