import type { SourceFormat } from './source.ts';

/** A place in a file, in three measures. */
export interface Place {
  /** Bytes of the file as it is stored. */
  stored: number;
  /** Bytes of its content: the same, unless the file is compressed. */
  offset: number;
  lines: number;
}

/** The first bytes of some content, and their SHA-256 (32 hex digits). */
export interface Window {
  bytes: number;
  hash: string;
}

/**
 * A file of which something was seen, and how far it was delivered: the journal's one fact about files. It is told from
 * others by its content; path and inode only say where to look first.
 */
export interface KnownFile {
  /** Given when the file was first seen; stays with its content, whatever it is called. */
  id: string;
  /** Absolute path under which it was last seen, and the same with all links followed. */
  path: string;
  real: string;
  /** `device:inode`. */
  inode: string;
  /** Behind the last line that was delivered. */
  at: Place;
  /** Whether stored bytes are content bytes: it is not compressed. */
  plain: boolean;
  /** CRC-32 of the content before `at`. */
  checksum: number;
  /** The beginning of the content that was seen, delivered or not; no bytes of a file that was empty. */
  head: Window;
  /** The first line of the content, without its line ending; no bytes where it was not seen whole. */
  firstLine: Window;
  /** SHA-256 (32 hex digits) of the first and last `windowBytes` of the stored bytes before `at`. */
  ends: { head: string; tail: string };
  /** Whether the last line that was delivered had no line ending yet. */
  unterminated: boolean;
  /** Bytes of content that it had when it was last read, and those of them that wait for their end. */
  seen: number;
  waiting: number;
  /** How it holds its events, so that reading can begin in its middle. */
  format: SourceFormat;
  /** Whether it was seen longer than before: it is a log, not a file that is written once. */
  grew: boolean;
  /** Whether its name held other content when it was last looked for: it was rotated away, and may still be written to. */
  left: boolean;
  /** Id of the file that all of it was a copy of when it was last seen; missing where it is a file of its own. */
  copyOf?: string;
  /** Whether reading broke off at `at`. */
  broken: boolean;
  /** Lines that were delivered, by audit type. */
  delivered: Readonly<Record<string, number>>;
  /** Since when what is left of it can't be found (epoch milliseconds); missing where it is not looked for. */
  lostMs?: number;
  /** When it was last seen (epoch milliseconds). */
  seenMs: number;
}
