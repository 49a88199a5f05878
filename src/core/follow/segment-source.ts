import type { LinePlace, Source } from '../../ports/source.ts';
import type { SpooledLines } from '../../ports/write-ahead-spool.ts';
import type { LinesRecord } from './spool-record.ts';

const lf = 0x0a;

/** Lines of a record, and which lines of the segment they are (counted from 0). */
interface Laid {
  record: LinesRecord;
  payload: Buffer;
  firstLine: number;
  lines: number;
}

/** A batch to be pushed, and what is known of it once it was read. */
export interface SegmentSource {
  source: Source;
  books: SegmentBooks;
}

/**
 * A segment of the spool as a source: its lines in the order in which they were read, each knowing where it first stood.
 * `read` opens the segment.
 */
export function segmentSource(
  name: string,
  storedBytes: number,
  read: () => AsyncIterable<SpooledLines>,
): SegmentSource {
  const laid: Laid[] = [];
  const books = new SegmentBooks();
  let lines = 0;
  const source: Source = {
    name,
    storedBytes,
    format: 'lines',
    // Asked for in rising order: what lies before is never asked for again.
    placeOf: (line) => {
      while (laid[0] !== undefined && laid[0].firstLine + laid[0].lines < line) laid.shift();
      return laid[0] === undefined ? undefined : placeIn(laid[0], line - 1 - laid[0].firstLine);
    },
    async *read(onStoredBytes) {
      for await (const { record, payload, lines: count } of read()) {
        laid.push({ record, payload, firstLine: lines, lines: count });
        books.add(record, lines);
        lines += count;
        onStoredBytes(payload.length);
        yield payload;
      }
    },
  };
  return { source, books };
}

/** What a batch was made of, by the sources that its lines came from. */
export class SegmentBooks {
  readonly #sources = new Map<string, { storedBytes: number; lines: number }>();
  readonly #places: { first: number; name: string; before: number }[] = [];

  /** `first` is the number of lines before the record. */
  add({ name, from, to }: LinesRecord, first: number): void {
    const source = this.#sources.get(name) ?? { storedBytes: 0, lines: 0 };
    source.storedBytes += to.stored - from.stored;
    source.lines += to.lines - from.lines;
    this.#sources.set(name, source);
    this.#places.push({ first, name, before: from.lines });
  }

  /** By the name of the source. */
  get sources(): ReadonlyMap<string, { storedBytes: number; lines: number }> {
    return this.#sources;
  }

  /** Where a line of the batch (counted from 1) first stood. */
  placeOf(line: number): { source: string; line: number } | undefined {
    const place = this.#places.findLast(({ first }) => first < line);
    return place === undefined ? undefined : { source: place.name, line: place.before + line - place.first };
  }
}

/** The place of a line of a record; `index` counts from 0. */
function placeIn({ record, payload }: Laid, index: number): LinePlace {
  let start = 0;
  for (let line = 0; line < index; line++) start = payload.indexOf(lf, start) + 1;
  return {
    source: record.name,
    sourceHead: record.sourceHead,
    line: record.from.lines + index + 1,
    offset: record.from.offset + start,
  };
}
