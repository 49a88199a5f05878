import type { KnownFile, Place } from '../sources/known-file.ts';

/** What decides how lines become objects. With the same bytes and the same cut, the same objects come out. */
export interface Cut {
  /** Uncompressed bytes at which an object is cut. */
  objectBytes: number;
  compression: 'gzip' | 'zstd' | 'none';
  layout: string;
  /** Audit types that were selected; missing: all. */
  types?: readonly string[];
  maxLineBytes: number;
  /** What lines are taken out of. */
  unwrap: 'docker' | 'cri' | 'kubectl' | 'auto' | 'none';
  /** Reasons for which a line is left out instead of being quarantined. */
  ignore?: readonly string[];
  /** Schemas of own audit types: the name of each file, and its text. */
  ownTypes: readonly { file: string; text: string }[];
}

/** What is new in a file. */
export interface FilePart {
  kind: 'file';
  /** The file as it was known when the batch began: the part begins at its place. */
  file: KnownFile;
  /** Stored bytes at the part's end; what was written behind since is not read. */
  to: number;
  /** What the stored bytes before `to` begin and end with. */
  ends: KnownFile['ends'];
  /** Whether the end of the part is the end of its last line, too. */
  isFinal: boolean;
}

/** Bytes that can't be read again, kept on disk. */
export interface KeptPart {
  kind: 'kept';
  /** Name of the segment they are kept in, and where they came from. */
  segment: string;
  /** Which kept bytes of the destination it is among; missing: those of pipes. */
  place?: string;
  source: string;
  bytes: number;
  /** Where the segment begins in what came out of the source. */
  from: Place;
}

/** An object of a bucket. */
export interface ObjectPart {
  kind: 'object';
  /** `s3://bucket/key`. */
  source: string;
  etag: string;
  size: number;
  /** Where reading broke off before; missing: it is read from its beginning. */
  from?: Place;
  /** Lines that were delivered before that, by audit type. */
  delivered?: Readonly<Record<string, number>>;
}

export type Part = FilePart | KeptPart | ObjectPart;

/** An ordered list of parts, and how they are cut. */
export interface Batch {
  id: string;
  cut: Cut;
  parts: readonly Part[];
  /** Where sources that are no files stand once all of it is durable, by their names: true whoever ends it. */
  cursors?: Readonly<Record<string, unknown>>;
}
