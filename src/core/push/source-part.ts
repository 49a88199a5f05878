import { crc32 } from 'node:zlib';
import type { Source } from '../../ports/source.ts';
import type { Place } from '../files/known-file.ts';
import { beginning } from '../files/known-file.ts';
import type { SourceFormat } from '../lines/detect-format.ts';

/** What a run reads of a source: all of it, or what lies between two places. */
export interface SourcePart {
  source: Source;
  part?: PartRange;
}

export interface PartRange {
  from: Place;
  /** Stored bytes at the part's end: what was written behind since is not read. */
  to: number;
  /** Bytes of content at the part's end; missing: it ends with what is stored. */
  toOffset?: number;
  /** Whether stored bytes are content bytes, so that reading can begin in the middle. */
  plain: boolean;
  /** CRC-32 of the content before the part. */
  checksum: number;
  /** SHA-256 (32 hex digits) of the source's first bytes, as the quarantine keeps it. */
  headHash: string;
  /** How the source holds its events; looked for where the part begins at the beginning. */
  format: SourceFormat;
  /** Whether the line before the part had no line ending yet: one that comes first belongs to it. */
  skipEnding: boolean;
  /** Whether the end of the part is the end of its last line; else one that is not whole waits. */
  isFinal: boolean;
}

/** What is known of one source while it is read. */
export class SourceAccount {
  readonly name: string;
  readonly from: Place;
  readonly placeOf: Source['placeOf'];
  /** Whether an end that is not whole waits for more, instead of being a bad line. */
  readonly mayWait: boolean;
  format: SourceFormat;
  headHash: string;
  /** Bytes read as stored. */
  storedBytes = 0;
  /** Lines up to here, counted from the beginning of the source. */
  lines: number;
  /** Lines taken on for delivery, by type index. */
  readonly accepted = new Map<number, number>();
  /** Lines that earlier runs delivered, and this one did not read. */
  known = 0;
  /** What reading broke off with. */
  broken: unknown;
  /** Whether the last line or document is not whole, and waits. */
  waits = false;
  /** Whether what is read behind the last whole document closes a list of them. */
  isClosed = false;
  /** Content bytes read, and their CRC-32 from the beginning of the source; both up to the last end, and in all. */
  #ended: Progress;
  #all: Progress;

  constructor({ source, part }: SourcePart) {
    this.name = source.name;
    this.placeOf = source.placeOf;
    this.from = part?.from ?? beginning;
    this.lines = this.from.lines;
    this.mayWait = part !== undefined && !part.isFinal;
    this.format = part?.format ?? 'lines';
    this.headHash = part?.headHash ?? '';
    this.#all = { bytes: 0, checksum: part?.checksum ?? 0 };
    this.#ended = this.#all;
  }

  /** Notes content as it passes; `end` is behind the last line or document that is whole in it, 0 where there is none. */
  addContent(bytes: Buffer, end: number): void {
    if (end > 0) this.#ended = behind(this.#all, bytes.subarray(0, end));
    this.#all = behind(end > 0 ? this.#ended : this.#all, bytes.subarray(end));
  }

  addAccepted(typeIndexes: Uint8Array): void {
    for (const index of typeIndexes) this.accepted.set(index, (this.accepted.get(index) ?? 0) + 1);
  }

  get contentBytes(): number {
    return this.#all.bytes;
  }

  /** Content bytes that were taken: not those that wait, or that come again with what is added to a list. */
  get takenBytes(): number {
    return this.#taken.bytes;
  }

  /** CRC-32 of the content before the end of what was taken. */
  get checksum(): number {
    return this.#taken.checksum;
  }

  get waitingBytes(): number {
    return this.isClosed || this.broken !== undefined ? 0 : this.#all.bytes - this.#taken.bytes;
  }

  /** Whether the last line that was taken has no line ending yet. */
  get isUnterminated(): boolean {
    return this.format === 'lines' && this.#taken.bytes > this.#ended.bytes;
  }

  get #taken(): Progress {
    const isOpen = this.waits || this.broken !== undefined || (this.format !== 'lines' && this.mayWait) || this.isClosed;
    return isOpen ? this.#ended : this.#all;
  }
}

interface Progress {
  readonly bytes: number;
  readonly checksum: number;
}

function behind({ bytes, checksum }: Progress, passed: Buffer): Progress {
  return { bytes: bytes + passed.length, checksum: crc32(passed, checksum) };
}
