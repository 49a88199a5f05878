// @ts-check
/** Counts lines and sums their checksums: two exports that hold the same lines have the same tally, whatever their order. */
import { crc32 } from 'node:zlib';

/** @typedef {{ lines: number, sum: number }} Tally `sum`: of the CRC-32 of all lines without their LF, modulo 2^48 */

const LF = 0x0a;
const MODULUS = 2 ** 48;

/**
 * @param {AsyncIterable<Buffer> | Iterable<Buffer>} pieces of one text; a last line without LF counts
 * @returns {Promise<Tally>}
 */
export async function tallyLines(pieces) {
  let lines = 0;
  let sum = 0;
  /** The checksum of the line that a piece's border cuts, and whether there is one. */
  let begun = 0;
  let isOpen = false;
  for await (const piece of pieces) {
    for (let start = 0; start < piece.length;) {
      const newline = piece.indexOf(LF, start);
      const end = newline === -1 ? piece.length : newline;
      begun = crc32(piece.subarray(start, end), begun);
      isOpen = newline === -1;
      if (!isOpen) {
        lines += 1;
        sum = (sum + begun) % MODULUS;
        begun = 0;
      }
      start = end + 1;
    }
  }
  return isOpen ? { lines: lines + 1, sum: (sum + begun) % MODULUS } : { lines, sum };
}

/** @param {readonly Tally[]} tallies @returns {Tally} */
export function addTallies(tallies) {
  return {
    lines: tallies.reduce((total, { lines }) => total + lines, 0),
    sum: tallies.reduce((total, { sum }) => (total + sum) % MODULUS, 0),
  };
}
