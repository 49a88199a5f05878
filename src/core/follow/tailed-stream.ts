import { createHash } from 'node:crypto';
import { crc32 } from 'node:zlib';
import type { Place, SourcePosition } from '../ledger/source-position.ts';
import { beginning, hashedBytes } from '../ledger/source-position.ts';
import type { FileIdentity, LinesRecord } from './spool-record.ts';
import type { LineBlock } from './whole-lines.ts';

/** What is kept in memory of the bytes before the place. */
export interface ReadSoFar {
  at: Place;
  /** The first and the last bytes before the place, as stored. */
  head: Buffer;
  tail: Buffer;
  sourceHead: string;
  checksum: number;
  modifiedMs: number;
  unterminated: boolean;
}

const nothingRead: ReadSoFar = {
  at: beginning,
  head: Buffer.alloc(0),
  tail: Buffer.alloc(0),
  sourceHead: '',
  checksum: 0,
  modifiedMs: 0,
  unterminated: false,
};

/** What is followed of one file, whatever it is called now: how far it has been read, and the bytes that tell it from another. */
export class TailedStream {
  readonly id: string;
  name: string;
  path: string;
  inode: string;
  readonly plain: boolean;
  #at: Place;
  #head: Buffer;
  #tail: Buffer;
  #sourceHead: string;
  #headHash: string | undefined;
  #checksum: number;
  /** When the file was last written, as far as it was read. */
  modifiedMs: number;
  /** Whether the last line that was read had no line ending yet. */
  unterminated: boolean;

  constructor(
    what: Pick<TailedStream, 'id' | 'name' | 'path' | 'inode' | 'plain'>,
    read: ReadSoFar = nothingRead,
  ) {
    this.id = what.id;
    this.name = what.name;
    this.path = what.path;
    this.inode = what.inode;
    this.plain = what.plain;
    this.#at = read.at;
    this.#head = read.head;
    this.#tail = read.tail;
    this.#sourceHead = read.sourceHead;
    this.#checksum = read.checksum;
    this.modifiedMs = read.modifiedMs;
    this.unterminated = read.unterminated;
  }

  get at(): Place {
    return this.#at;
  }

  get head(): Buffer {
    return this.#head;
  }

  get tail(): Buffer {
    return this.#tail;
  }

  /** Goes on behind a block. `raw` are its bytes as stored; the record says what to keep in the spool. */
  advance(block: LineBlock, raw: Buffer): LinesRecord {
    const from = this.#at;
    this.#at = {
      stored: from.stored + block.stored,
      offset: from.offset + block.offset,
      lines: from.lines + block.lines,
    };
    if (this.#sourceHead === '') this.#sourceHead = hashOf(raw.subarray(0, hashedBytes));
    this.#remember(raw);
    this.unterminated = false;
    return this.#record(from);
  }

  /** Passes over bytes that are of no line: a byte order mark, or the ending of a line that was read without it. */
  pass(bytes: Buffer): void {
    const { stored, offset, lines } = this.#at;
    this.#at = { stored: stored + bytes.length, offset: offset + bytes.length, lines };
    this.#remember(bytes);
    this.unterminated = false;
  }

  /** How the ledger knows it. */
  position(nowMs: number): SourcePosition {
    return {
      ...this.#identity(),
      ...this.#at,
      sourceHead: this.#sourceHead,
      unterminated: this.unterminated,
      delivered: {},
      seenMs: nowMs,
    };
  }

  #record(from: Place): LinesRecord {
    const { name } = this;
    return {
      kind: 'lines',
      name,
      sourceHead: this.#sourceHead,
      from,
      to: this.#at,
      file: this.#identity(),
    };
  }

  #identity(): FileIdentity {
    const { id, path, inode, plain, modifiedMs } = this;
    return {
      id,
      path,
      inode,
      plain,
      modifiedMs,
      headHash: this.#hashOfHead(),
      tailHash: hashOf(this.#tail),
      checksum: this.#checksum,
    };
  }

  #remember(raw: Buffer): void {
    this.#checksum = crc32(raw, this.#checksum);
    if (this.#head.length < hashedBytes) {
      this.#head = Buffer.concat([this.#head, raw.subarray(0, hashedBytes - this.#head.length)]);
      this.#headHash = undefined;
    }
    this.#tail =
      raw.length >= hashedBytes
        ? Buffer.from(raw.subarray(raw.length - hashedBytes))
        : Buffer.concat([this.#tail, raw]).subarray(-hashedBytes);
  }

  #hashOfHead(): string {
    this.#headHash ??= hashOf(this.#head);
    return this.#headHash;
  }
}

export function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 32);
}
