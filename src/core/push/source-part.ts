import { crc32 } from 'node:zlib';
import type { AuditExportError } from '../../errors.ts';
import type { Source } from '../../ports/source.ts';
import type { SourceFormat } from '../lines/detect-format.ts';
import type { Place, SourcePosition } from '../ledger/source-position.ts';
import { beginning } from '../ledger/source-position.ts';

/** What a run reads of a source: all of it, or of a file the part between two places. */
export interface SourcePart {
  source: Source;
  part?: FilePart;
  /**
   * Whoever asks keeps the place up to which the source was read (that of files is always kept): what comes before a break is
   * delivered then, and the other sources follow. Without it a break ends the run, so that no object is left that the whole
   * source would be cut otherwise than.
   */
  keepsPlace?: boolean;
  /**
   * The source may go on later: where its last line came in parts of which the last is missing, they are not taken for a
   * line, and the account says where they begin (`unjoinedBytes`).
   */
  mayGoOn?: boolean;
}

export interface FilePart {
  from: Place;
  /** Stored bytes of the file at the part's end: what was written behind since is not read. */
  to: number;
  /** Where the file was read before: whether reading can begin in its middle, and the hash of its head. */
  known: Pick<SourcePosition, 'plain' | 'sourceHead' | 'checksum'> | undefined;
}

/** What is known of one source while it is read. */
export class SourceAccount {
  readonly name: string;
  readonly from: Place;
  readonly placeOf: Source['placeOf'];
  format: SourceFormat = 'lines';
  headHash = '';
  /** Bytes read as stored, and bytes of lines read, byte order mark included. */
  storedBytes = 0;
  lineBytes = 0;
  /** Lines up to here, counted from the beginning of the source. */
  lines: number;
  /** Lines taken on for delivery, by type index. */
  readonly accepted = new Map<number, number>();
  /** Bytes of lines behind the last line ending: a line that has none yet. */
  tailBytes = 0;
  /** CRC-32 of the source's line bytes from its beginning, up to the last line ending and in all; for the ledger. */
  checksum: { lines: number; all: number } | undefined;
  /** Whether the last line was bad. */
  endsBadly = false;
  /** Lines that earlier runs delivered, and this one did not read. */
  known = 0;
  /** Events behind the first on a line that holds several. */
  extraEvents = 0;
  /** What ended the reading before the source's end. What was read before counts, up to its last whole line. */
  failure: AuditExportError | undefined;
  /**
   * Bytes at the end (counted in `lineBytes`) that begin with a line that came in parts and whose end is not in this source; none
   * of them was taken for a line.
   */
  unjoinedBytes = 0;

  constructor({ source, part }: SourcePart) {
    this.name = source.name;
    this.placeOf = source.placeOf;
    this.from = part?.from ?? beginning;
    this.lines = this.from.lines;
    const before = part?.known?.checksum ?? 0;
    if (part !== undefined) this.checksum = { lines: before, all: before };
  }

  /** Offset in the (uncompressed) source up to which its lines were taken, whatever came of each. */
  get readTo(): number {
    return this.from.offset + this.lineBytes - this.unjoinedBytes;
  }

  /** The source broke off: half a line at the end was not taken for one, nor what waits for the end of a line in parts. */
  breakOff(failure: AuditExportError, heldBytes: number): void {
    this.failure = failure;
    this.lineBytes -= this.tailBytes;
    this.unjoinedBytes = Math.max(0, heldBytes);
    this.tailBytes = 0;
    if (this.checksum !== undefined) this.checksum.all = this.checksum.lines;
  }

  /** Notes line bytes as they pass. */
  addLineBytes(bytes: Buffer): void {
    this.lineBytes += bytes.length;
    const lines = bytes.lastIndexOf(0x0a) + 1;
    this.tailBytes = lines === 0 ? this.tailBytes + bytes.length : bytes.length - lines;
    if (this.checksum === undefined) return;
    if (lines > 0) this.checksum.lines = crc32(bytes.subarray(0, lines), this.checksum.all);
    const before = lines > 0 ? this.checksum.lines : this.checksum.all;
    this.checksum.all = crc32(bytes.subarray(lines), before);
  }

  addAccepted(typeIndexes: Uint8Array): void {
    for (const index of typeIndexes) this.accepted.set(index, (this.accepted.get(index) ?? 0) + 1);
  }
}
