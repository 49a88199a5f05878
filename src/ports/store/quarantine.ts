/** Why a line was set aside; what each means is in a table of core. */
export type ReasonCode =
  | 'not-json'
  | 'invalid-utf8'
  | 'not-an-object'
  | 'unknown-type'
  | 'no-event-time'
  | 'impossible-event-time'
  | 'schema-violation'
  | 'too-long';

/** What is known of a line that was set aside. */
export interface QuarantinedLine {
  source: string;
  /** SHA-256 (32 hex digits) of the source's first 4 KiB: tells apart sources that share a name, such as stdin. */
  sourceHead: string;
  /** Counted from 1, blank lines included. */
  line: number;
  /** Of the line's first byte in the uncompressed source. */
  offset: number;
  reason: ReasonCode;
  detail: string;
  type?: string;
  instancePath?: string;
  schemaPath?: string;
}

/** Where bad lines wait, with the reason, for somebody to look at them. */
export interface Quarantine {
  /** Sets a line aside; `bytes` are copied. Throws `quarantine-failed`: a line that can't be kept must stop the run. */
  add: (line: QuarantinedLine, bytes: Buffer) => Promise<void>;
  /** Takes a part of a line too long for memory; `add` of its record, with the last bytes, follows. */
  addPart: (bytes: Buffer) => Promise<void>;
  /** Forgets the parts of a line that came to no end. */
  dropParts: () => Promise<void>;
  /** Bytes on disk of all that waits there, of earlier runs as well. */
  size: () => Promise<number>;
  /** Makes everything durable and names the file, or undefined where nothing was set aside; what comes then is another file. */
  seal: () => Promise<string | undefined>;
}
