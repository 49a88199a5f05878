import { unwrapBlock } from '../lines/unwrap-block.ts';
import type { Wrapping } from '../lines/unwrap-line.ts';

const lf = 0x0a;
const lineEnd = Buffer.from([lf]);
const lineEndingBytes = 2;

/** Whole lines from the front of what there is to read. */
export interface LineBlock {
  /** Bytes to go on behind, as they are stored. */
  stored: number;
  /** What they come to as lines: bytes and number. The same bytes, unless they were unwrapped. */
  offset: number;
  lines: number;
  /** The lines, each closed by LF. */
  payload: Buffer;
}

export interface LineRules {
  maxLineBytes: number;
  wrapping: Wrapping | undefined;
}

/** So many bytes must be looked at before a line can be said to be too long. */
export function longestLook({ maxLineBytes }: LineRules): number {
  return 2 * pieceBytes(maxLineBytes);
}

/**
 * Takes the whole lines at the front of `bytes`; undefined where there are none yet. An end that is not whole stays for
 * later, with `final` it is a line. A line that is too long is taken in pieces, each closed by LF and each too long
 * itself, so that all of it is set aside and no line without an end can block what is behind it.
 */
export function takeWholeLines(bytes: Buffer, rules: LineRules, final = false): LineBlock | undefined {
  const whole = bytes.lastIndexOf(lf) + 1;
  if (whole > 0) return wholeBlock(bytes.subarray(0, whole), rules, final);
  if (bytes.length >= longestLook(rules)) return piece(bytes.subarray(0, pieceBytes(rules.maxLineBytes)));
  if (!final || bytes.length === 0) return undefined;
  const line = Buffer.concat([bytes, lineEnd]);
  const block = wholeBlock(line, rules, final);
  return block === undefined ? undefined : { ...block, stored: bytes.length };
}

/** One byte more than a line may have, behind which even CRLF does not make it shorter. */
function pieceBytes(maxLineBytes: number): number {
  return maxLineBytes + 1 + lineEndingBytes;
}

function piece(bytes: Buffer): LineBlock {
  return { stored: bytes.length, offset: bytes.length, lines: 0, payload: Buffer.concat([bytes, lineEnd]) };
}

function wholeBlock(bytes: Buffer, rules: LineRules, final: boolean): LineBlock | undefined {
  if (rules.wrapping === undefined) return asItIs(bytes);
  const { stored, payload } = unwrapBlock(bytes, rules.wrapping, final);
  if (stored > 0) return { stored, offset: payload.length, lines: countLines(payload), payload };
  // A line in parts that is longer than any may be: as it came, it will be set aside.
  return bytes.length >= longestLook(rules) ? asItIs(bytes) : undefined;
}

function asItIs(bytes: Buffer): LineBlock {
  return { stored: bytes.length, offset: bytes.length, lines: countLines(bytes), payload: bytes };
}

export function countLines(bytes: Buffer): number {
  let lines = 0;
  for (let at = bytes.indexOf(lf); at !== -1; at = bytes.indexOf(lf, at + 1)) lines++;
  return lines;
}
