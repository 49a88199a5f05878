import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import type { AuditExportError } from '../../errors.ts';
import type { Source, SourceFormat, StoredRange } from '../../ports/sources/source.ts';
import { checksumBehind } from '../checksum.ts';
import { beginning } from '../files/known-file.ts';
import { isLined } from '../lines/documents/detect-format.ts';
import type { Place } from '../../ports/sources/known-file.ts';

/** What a run reads of a source: all of it, or what lies between two places. */
export interface SourcePart {
  source: Source;
  part?: PartRange;
  /** Where what the source gives begins in what it is a piece of; the beginning if missing. */
  from?: Place;
}

export interface PartRange {
  from: Place;
  /** Stored bytes at the part's end: what was written behind since is not read. */
  to: number;
  /** Whether a file is still the one of the part; missing where only its content tells. */
  isSame?: StoredRange['isSame'];
  /** Bytes of content at the part's end, where it is not the end of what is stored before `to`. */
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

/** A part of a source that need not be read. */
type NamedPart = Omit<SourcePart, 'source'> & { source: Pick<Source, 'name' | 'placeOf'> };

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
  /** Events behind the first on a line that holds several. */
  extraEvents = 0;
  /** What ended the reading before the source's end. What was read before counts, up to its last whole line. */
  failure: AuditExportError | undefined;
  /** Whether the last line is not whole, and waits. */
  waits = false;
  /** Bytes at the end that begin with a line that came in parts and whose end is not in this source. */
  unjoinedBytes = 0;
  /** Content that was read, up to the last end of a line or document, and in all. */
  #ended: Progress;
  #all: Progress;
  /** Stored bytes of the part, as far as they are known; and those that wait with what is before them. */
  readonly #stored: number;
  #behind = 0;
  /** Of all content that was read; missing where nobody asks for it. */
  #hash: Hash | undefined;

  constructor({ source, part, from = part?.from ?? beginning }: NamedPart) {
    this.name = source.name;
    this.placeOf = source.placeOf;
    this.from = from;
    this.lines = from.lines;
    this.#stored = part === undefined ? 0 : part.to - part.from.stored;
    this.mayWait = mayWait({ part });
    this.format = part?.format ?? 'lines';
    this.headHash = part?.headHash ?? '';
    this.#all = { bytes: 0, checksum: part?.checksum ?? 0 };
    this.#ended = this.#all;
  }

  /** From now on the content is hashed. */
  hashContent(): void {
    this.#hash = createHash('sha256');
  }

  /** SHA-256 (64 hex digits) of the content that was read; undefined where it was not to be hashed. */
  get contentHash(): string | undefined {
    return this.#hash?.copy().digest('hex');
  }

  /** Notes content as it passes; `end` is behind the last line or document that is whole in it, 0 where there is none. */
  addContent(bytes: Buffer, end: number): void {
    this.#hash?.update(bytes);
    if (end > 0) this.#ended = behind(this.#all, bytes.subarray(0, end));
    this.#all = behind(end > 0 ? this.#ended : this.#all, bytes.subarray(end));
  }

  /** Nothing of it is read: what is before it in its log waits. */
  waitBehind(): void {
    this.#behind = this.#stored;
  }

  /** All content that was read was taken, whatever it ends with. */
  takeAll(): void {
    this.#ended = this.#all;
  }

  addAccepted(typeIndexes: Uint8Array): void {
    for (const index of typeIndexes) this.accepted.set(index, (this.accepted.get(index) ?? 0) + 1);
  }

  /** The source broke off: half a line at its end was not taken for one, nor what waits for the end of a line in parts. */
  breakOff(failure: AuditExportError, heldBytes: number): void {
    this.failure = failure;
    this.unjoinedBytes = Math.max(0, heldBytes);
  }

  get contentBytes(): number {
    return this.#all.bytes;
  }

  /** Bytes of content whose lines were taken, whatever came of each. */
  get takenBytes(): number {
    const { bytes } = this.#taken;
    return this.unjoinedBytes > 0 ? Math.min(bytes, this.#all.bytes - this.unjoinedBytes) : bytes;
  }

  /** CRC-32 of the content before the end of what was taken; undefined where that is at no end of a line that passed. */
  get checksum(): number | undefined {
    return this.takenBytes === this.#taken.bytes ? this.#taken.checksum : undefined;
  }

  /** Bytes of an end that waits. */
  get waitingBytes(): number {
    if (this.#behind > 0) return this.#behind;
    const isUnjoined = this.failure === undefined && this.unjoinedBytes > 0;
    return this.waits || isUnjoined ? this.#all.bytes - this.takenBytes : 0;
  }

  /** Offset in the (uncompressed) source up to which its lines were taken. */
  get readTo(): number {
    return this.from.offset + this.takenBytes;
  }

  /** Whether the last line that was taken has no line ending yet. */
  get isUnterminated(): boolean {
    return isLined(this.format) && this.takenBytes > this.#ended.bytes;
  }

  /** Behind a list of documents comes what closes it: more may be put before it. */
  get #taken(): Progress {
    return this.waits || this.failure !== undefined || !isLined(this.format) ? this.#ended : this.#all;
  }
}

/** Whether an end that is not whole waits for more. */
export function mayWait({ part }: { part?: PartRange | undefined }): boolean {
  return part !== undefined && !part.isFinal;
}

interface Progress {
  readonly bytes: number;
  readonly checksum: number;
}

function behind({ bytes, checksum }: Progress, passed: Buffer): Progress {
  return { bytes: bytes + passed.length, checksum: checksumBehind(checksum, passed) };
}
