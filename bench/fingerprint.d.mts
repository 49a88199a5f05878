/** `sum`: of the CRC-32 of all lines without their LF, modulo 2^48. */
export interface Tally {
  lines: number;
  sum: number;
}

/** Counts the lines of one text, which may come in pieces of any size; a last line without LF counts. */
export function tallyLines(pieces: AsyncIterable<Buffer> | Iterable<Buffer>): Promise<Tally>;

export function addTallies(tallies: readonly Tally[]): Tally;
