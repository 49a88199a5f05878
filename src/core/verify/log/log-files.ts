import { gunzipSync } from 'node:zlib';
import type { Tile } from '../../log/tile-path.ts';
import { tileKey } from '../../log/log-keys.ts';
import { decodeBundle } from '../../log/entry-bundle.ts';
import { isAuditExportError } from '../../../errors.ts';
import type { StoreReader } from '../../../ports/store/store-reader.ts';
import type { FindingBook } from '../finding.ts';

/** No file of a log is longer: 256 entries of at most 65,535 bytes. */
const mostBytes = 256 * 65_537 + 1024;

/** A file of a log, or why there is none. */
export type LogFile = { bytes: Buffer } | { bytes: undefined; why: 'gone' | 'unread' | 'too-long' };

/** Reads the small files of one log. What can't be read goes to the book as not proven; what is not there does not. */
export class LogFiles {
  readonly id: string;
  readonly #reader: StoreReader;
  readonly #book: FindingBook;

  constructor(id: string, reader: StoreReader, book: FindingBook) {
    this.id = id;
    this.#reader = reader;
    this.#book = book;
  }

  async read(key: string): Promise<LogFile> {
    const pieces: Buffer[] = [];
    let length = 0;
    try {
      for await (const piece of this.#reader.read(key)) {
        length += piece.length;
        if (length > mostBytes) return { bytes: undefined, why: 'too-long' };
        pieces.push(Buffer.from(piece));
      }
      return { bytes: Buffer.concat(pieces) };
    } catch (error) {
      if (!isAuditExportError(error)) throw error;
      if (error.details['gone'] === true) return { bytes: undefined, why: 'gone' };
      this.#book.addUnproven(unprovenOf(error, `what the log ${this.id} says`));
      return { bytes: undefined, why: 'unread' };
    }
  }

  /** Whether there is no such file now. */
  async isGone(key: string): Promise<boolean> {
    const file = await this.read(key);
    return file.bytes === undefined && file.why === 'gone';
  }

  /** The hashes of a tile as one buffer. */
  hashes(tile: Tile): Promise<LogFile> {
    return this.read(tileKey(this.id, tile));
  }

  /** The entries of a bundle; `entries` is undefined where they can't be read, with why. */
  async entries(tile: Tile): Promise<{ entries: Buffer[] | undefined; why: string; isGone: boolean }> {
    const file = await this.read(tileKey(this.id, tile));
    if (file.bytes === undefined) return { entries: undefined, why: file.why, isGone: file.why === 'gone' };
    try {
      const entries = decodeBundle(uncompressed(file.bytes));
      if (entries.length === tile.width) return { entries, why: '', isGone: false };
      return { entries: undefined, why: `it has ${entries.length} entries`, isGone: false };
    } catch (error) {
      return { entries: undefined, why: (error as Error).message, isGone: false };
    }
  }
}

/**
 * A bundle as it was before gzip, if it is gzip: its first bytes tell, since stores and copies keep or drop Content-Encoding.
 * Throws where it is not one whole member with nothing behind it and no time or name in its header.
 */
export function uncompressed(bytes: Buffer): Buffer {
  // A bundle that begins like gzip would have a first entry of 8,075 bytes; leaves are shorter.
  if (bytes[0] !== 0x1f || bytes[1] !== 0x8b) return bytes;
  if (!bytes.subarray(2, 8).equals(Buffer.from([8, 0, 0, 0, 0, 0])))
    throw new Error('its gzip header was changed');
  const { buffer, engine } = gunzipSync(bytes, { info: true, maxOutputLength: mostBytes }) as unknown as {
    buffer: Buffer;
    engine: { bytesWritten: number };
  };
  if (engine.bytesWritten !== bytes.length) throw new Error('there are bytes behind its end');
  return buffer;
}

/** How a read that failed is told. */
export function unprovenOf(
  error: { code: string; message: string; details: Readonly<Record<string, unknown>> },
  what: string,
): { what: string; why: string; permission?: string } {
  const { action } = error.details;
  const permission =
    typeof action === 'string' && error.code === 'access-denied' ? { permission: action } : {};
  return { what, why: error.code === 'access-denied' ? 'access denied' : error.message, ...permission };
}
