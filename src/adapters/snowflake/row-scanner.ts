import type { SnowflakeRow } from '../../ports/snowflake.ts';

const quote = 0x22;
const backslash = 0x5c;
const openBracket = 0x5b;
const closeBracket = 0x5d;
const openBrace = 0x7b;
const closeBrace = 0x7d;

/** Depth of brackets inside of `{"data":[`, and inside of a row. */
const dataDepth = 2;
const rowDepth = 3;

/**
 * Finds the rows in the JSON of a partition, `{"data":[[…],…]}`, while it arrives: only the row that is not complete yet
 * is kept. What stands beside `data` is skipped.
 */
export class RowScanner {
  #bytes: Buffer = Buffer.alloc(0);
  /** Where to look on; what lies before is known. */
  #at = 0;
  #depth = 0;
  #stringStart = -1;
  #key = '';
  #inData = false;
  #seenData = false;
  /** First byte of the first row not handed out yet, and the end of the last complete one. */
  #rowsStart = -1;
  #rowsEnd = -1;

  /** Takes the next bytes and gives the rows that are complete now. Throws SyntaxError for what is no JSON. */
  push(bytes: Buffer): SnowflakeRow[] {
    this.#bytes = this.#bytes.length === 0 ? bytes : Buffer.concat([this.#bytes, bytes]);
    this.#scan();
    return this.#takeRows();
  }

  /** After the last bytes. Throws SyntaxError where the JSON is cut short, or has no `data`. */
  end(): void {
    if (this.#depth !== 0 || this.#stringStart >= 0 || !this.#seenData)
      throw new SyntaxError(
        this.#seenData ? 'the JSON of the partition is cut short' : 'the partition has no rows',
      );
  }

  #scan(): void {
    const bytes = this.#bytes;
    while (this.#at < bytes.length) {
      if (this.#stringStart >= 0 && !this.#closeString()) return;
      const byte = bytes[this.#at];
      if (byte === quote) this.#stringStart = this.#at;
      else if (byte === openBracket || byte === openBrace) this.#open();
      else if (byte === closeBracket || byte === closeBrace) this.#close();
      this.#at++;
    }
  }

  /** Goes to the byte after the string's end, if the end has come. */
  #closeString(): boolean {
    const bytes = this.#bytes;
    for (let from = Math.max(this.#at, this.#stringStart + 1); ;) {
      const end = bytes.indexOf(quote, from);
      if (end < 0) {
        this.#at = bytes.length;
        return false;
      }
      let slashes = 0;
      while (bytes[end - 1 - slashes] === backslash) slashes++;
      if (slashes % 2 === 0) {
        if (this.#depth === 1) this.#key = bytes.toString('utf8', this.#stringStart + 1, end);
        this.#stringStart = -1;
        this.#at = end + 1;
        return this.#at < bytes.length;
      }
      from = end + 1;
    }
  }

  #open(): void {
    this.#depth++;
    if (this.#depth === dataDepth && this.#key === 'data' && this.#bytes[this.#at] === openBracket) {
      this.#inData = true;
      this.#seenData = true;
    } else if (this.#inData && this.#depth === rowDepth && this.#rowsStart < 0) this.#rowsStart = this.#at;
  }

  #close(): void {
    this.#depth--;
    if (!this.#inData) return;
    if (this.#depth === dataDepth) this.#rowsEnd = this.#at + 1;
    else if (this.#depth < dataDepth) this.#inData = false;
  }

  #takeRows(): SnowflakeRow[] {
    const rows =
      this.#rowsEnd < 0
        ? []
        : (JSON.parse(`[${this.#bytes.toString('utf8', this.#rowsStart, this.#rowsEnd)}]`) as SnowflakeRow[]);
    this.#forget();
    return rows;
  }

  /** Lets go of what will not be looked at again. */
  #forget(): void {
    const openRow = this.#inData && this.#depth >= rowDepth;
    const keep = this.#firstNeeded(openRow);
    this.#bytes = Buffer.from(this.#bytes.subarray(keep));
    this.#at -= keep;
    if (this.#stringStart >= 0) this.#stringStart -= keep;
    this.#rowsStart = openRow ? 0 : -1;
    this.#rowsEnd = -1;
  }

  #firstNeeded(openRow: boolean): number {
    if (openRow) return this.#rowsEnd >= 0 ? this.#openRowStart() : this.#rowsStart;
    if (this.#stringStart >= 0) return this.#stringStart;
    return this.#at;
  }

  /** After complete rows: where the one begins that is still open. */
  #openRowStart(): number {
    return this.#bytes.indexOf(openBracket, this.#rowsEnd);
  }
}
