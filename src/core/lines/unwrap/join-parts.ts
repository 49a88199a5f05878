import type { Wrapping } from './unwrap-line.ts';
import { unwrapLine } from './unwrap-line.ts';

const lineEnd = Buffer.from('\n');

/**
 * The parts of lines that have begun and not ended, by stream (`stdout`, `stderr`). Plain data: it can be kept, and gone on with
 * where the log goes on, in another file as well.
 */
export type OpenParts = Readonly<Record<string, readonly Buffer[]>>;

export const noParts: OpenParts = Object.freeze({});

export function isWithinLine(open: OpenParts): boolean {
  return open !== noParts;
}

/**
 * Takes a wrapped line (without its line end): the pieces of what it comes to, closed by LF, or none where a line goes on in
 * the next; and what is open then. A line that is not wrapped comes as it is.
 */
export function joinPart(
  open: OpenParts,
  line: Buffer,
  wrapping: Wrapping,
): { open: OpenParts; pieces: readonly Buffer[] } {
  const unwrapped = unwrapLine(line, wrapping);
  if (unwrapped === undefined) return { open, pieces: [line, lineEnd] };
  const { stream, content, partial } = unwrapped;
  const parts = open[stream] ?? [];
  // A copy, for the parts outlive the buffer that the line is in.
  if (partial) return { open: { ...open, [stream]: [...parts, Buffer.from(content)] }, pieces: [] };
  return { open: without(open, stream), pieces: [...parts, content, lineEnd] };
}

/** What there is of lines that have not ended, each closed by LF. */
export function closeParts(open: OpenParts): readonly Buffer[] {
  return Object.values(open).flatMap((parts) => parts.concat(lineEnd));
}

function without(open: OpenParts, stream: string): OpenParts {
  if (open[stream] === undefined) return open;
  const rest = Object.entries(open).filter(([name]) => name !== stream);
  return rest.length === 0 ? noParts : Object.fromEntries(rest);
}
