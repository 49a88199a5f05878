import type { Expectation, GeneratorOptions } from '../../bench/generator/events.mjs';
import { describeEvents } from '../../bench/generator/events.mjs';

/** A line of an input, and what must become of it. */
export interface InputLine extends Pick<
  Expectation,
  'line' | 'kind' | 'type' | 'eventTimeMs' | 'date' | 'hour'
> {
  readonly damage?: Expectation['damage'];
  readonly byteOffset?: number;
  /** Without the line end. */
  readonly bytes: Buffer;
}

export interface GeneratedInput {
  readonly bytes: Buffer;
  readonly lines: readonly InputLine[];
}

/** Events of the seeded generator, and for each line what was drawn for it. */
export function generateInput(options: GeneratorOptions): GeneratedInput {
  const chunks = [...describeEvents(options)];
  const bytes = Buffer.concat(chunks.map((chunk) => chunk.bytes));
  const lines = chunks
    .flatMap((chunk) => chunk.expectations)
    .map((line) =>
      Object.assign({}, line, { bytes: bytes.subarray(line.byteOffset, line.byteOffset + line.byteLength) }),
    );
  return { bytes, lines };
}

/** The lines that are to be delivered. */
export function eventsOf({ lines }: Pick<GeneratedInput, 'lines'>): InputLine[] {
  return lines.filter(({ kind }) => kind === 'event');
}

/** How `examples/events.jsonl` was made, as its README says. */
export const exampleOptions: GeneratorOptions = {
  seed: 2039,
  lines: 64,
  fromMs: Date.UTC(2026, 10, 9),
  hours: 96,
  types: { query: 18, system: 10, custom: 10, alert: 7, tokenization: 6, 'native-query': 9 },
  late: 0.08,
  place: [
    'truncated-json',
    'not-an-object',
    'unknown-type',
    'no-event-time',
    'impossible-event-time',
    'schema-violation',
    'blank',
  ],
};

/** Yields the bytes in pieces of odd sizes, with pauses, as a slow writer at the other end of a pipe. */
export async function* inOddPieces(bytes: Buffer, seed: number, longest = 70_000): AsyncGenerator<Buffer> {
  let state = seed;
  for (let at = 0; at < bytes.length;) {
    state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0;
    const length = 1 + ((state >>> 8) % longest);
    yield bytes.subarray(at, at + length);
    at += length;
    if (state % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}
