import { WireError } from '../../wire/wire-error.ts';

/** Positions of the first and last byte, both inclusive. */
export interface ByteRange {
  readonly first: number;
  readonly last: number;
}

/**
 * Reads a Range header for content of `size` bytes. Undefined where all is to be sent: without the header, with one that is
 * not understood, and with several ranges, which S3 does not serve. Throws `WireError` 416 for a range outside the content.
 */
export function readRange(header: string | undefined, size: number): ByteRange | undefined {
  const match = /^bytes=(?:(\d+)-(\d*)|-(\d+))$/.exec(header?.trim() ?? '');
  if (match === null) return undefined;
  const [, from, to, suffix] = match;
  const range = from === undefined ? lastBytes(Number(suffix), size) : bytesFrom(Number(from), to, size);
  // A range that ends before it begins is not understood, and so not there.
  if (range.last < range.first && Number(from) < size) return undefined;
  if (range.first < size && range.last >= range.first) return range;
  throw new WireError(416, 'InvalidRange', 'The requested range is not satisfiable', {
    fields: { RangeRequested: header, ActualObjectSize: size },
  });
}

function bytesFrom(first: number, to: string | undefined, size: number): ByteRange {
  return { first, last: to === undefined || to === '' ? size - 1 : Math.min(Number(to), size - 1) };
}

function lastBytes(count: number, size: number): ByteRange {
  return { first: count === 0 ? size : Math.max(size - count, 0), last: size - 1 };
}
