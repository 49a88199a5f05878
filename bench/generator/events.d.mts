/** The six audit types of the vendors' documents. */
export type AuditType = 'query' | 'system' | 'custom' | 'alert' | 'tokenization' | 'native-query';

/**
 * What is wrong with a line. All but `blank` (skipped) and `crlf` (a good event with another line end) make it a bad
 * line.
 */
export type Damage =
  | 'truncated-json'
  | 'not-an-object'
  | 'unknown-type'
  | 'no-event-time'
  | 'impossible-event-time'
  | 'schema-violation'
  | 'invalid-utf8'
  | 'blank'
  | 'crlf'
  | 'too-long';

export interface GeneratorOptions {
  /** Same seed and options, same bytes. Default 1. */
  readonly seed?: number;
  /** How many lines, damaged ones included. Exactly one of `lines` and `bytes` is given. */
  readonly lines?: number;
  /** As many whole lines as fit. */
  readonly bytes?: number;
  /** Epoch milliseconds at which the range of event times starts. Default 2026-09-01T00:00:00Z. */
  readonly fromMs?: number;
  /** Length of the range. Default 48. */
  readonly hours?: number;
  /** Which audit types occur (with the usual shares), or the share of each. Default: all. */
  readonly types?: readonly AuditType[] | Partial<Record<AuditType, number>>;
  /** Share of events whose time lies 1 to 72 hours before their neighbours', and so perhaps before `fromMs`. Default 0. */
  readonly late?: number;
  /** Share of damaged lines. The first line is never damaged. Default 0. */
  readonly damage?: number;
  /** The kinds of damage that `damage` draws from. Default: all but `too-long`. */
  readonly damages?: readonly Damage[];
  /** Exactly one line for each of these at a place of chance, above what `damage` asks for. Needs `lines`. Default none. */
  readonly place?: readonly Damage[];
  /** Event times rise with jitter (`time`, the default), or come from anywhere in the range (`random`). */
  readonly order?: 'time' | 'random';
  /** A `too-long` line has one byte more than this. Default 16 MiB. */
  readonly tooLongBytes?: number;
  /** Size of a yielded buffer; it changes nothing in the bytes. Default 1 MiB. */
  readonly chunkBytes?: number;
}

/** What must become of a line, known from what was drawn and not from reading it back. */
export interface Expectation {
  /** From 1. */
  readonly line: number;
  /** Of the line's first byte in the stream. */
  readonly byteOffset: number;
  /** Without the line end. */
  readonly byteLength: number;
  readonly lineEnd: '\n' | '\r\n';
  readonly kind: 'event' | 'bad' | 'blank';
  /** The audit type that can be recognised, or null. */
  readonly type: AuditType | null;
  /** Epoch milliseconds (digits below a millisecond cut off), or null where none can be read. */
  readonly eventTimeMs: number | null;
  /** `YYYY-MM-DD` in UTC, or null. */
  readonly date: string | null;
  /** `HH` in UTC, or null. */
  readonly hour: string | null;
  /** Whether the event time lies hours or days before its neighbours'. */
  readonly late: boolean;
  readonly damage: Damage | null;
}

export interface DescribedChunk {
  readonly bytes: Buffer;
  readonly expectations: readonly Expectation[];
}

export const AUDIT_TYPES: readonly AuditType[];
export const DAMAGES: readonly Damage[];

/** Yields buffers of whole lines, each closed by LF. Throws RangeError for options that make no sense. */
export function generateEvents(options: GeneratorOptions): Generator<Buffer, void, undefined>;

/** The same bytes, and for each line what must become of it. Throws RangeError for options that make no sense. */
export function describeEvents(options: GeneratorOptions): Generator<DescribedChunk, void, undefined>;
