/** A place in a file, in three measures. */
export interface Place {
  /** Bytes of the file as it is stored. */
  stored: number;
  /** Bytes of its lines: the same, unless the file is compressed or holds JSON that is not one event a line. */
  offset: number;
  lines: number;
}

/**
 * How far a file has been delivered (its place is behind the last line that was), and what tells the file from another,
 * whatever it is called now.
 */
export interface SourcePosition extends Place {
  /** Given when the file was first seen; stays with it when it is renamed. */
  id: string;
  /** Absolute path, when it was last seen. */
  path: string;
  /** `device:inode`. */
  inode: string;
  /** SHA-256 (32 hex digits) of the first and of the last `hashedBytes` of the stored bytes before its place. */
  headHash: string;
  tailHash: string;
  /** CRC-32 of the stored bytes before its place, of a plain file; and when the file was last written then. */
  checksum: number;
  modifiedMs: number;
  /** Whether stored bytes are the bytes of its lines, so that reading can begin anywhere. */
  plain: boolean;
  /** SHA-256 (32 hex digits) of its first 4 KiB uncompressed, as the quarantine keeps it. */
  sourceHead: string;
  /** Whether the last line that was delivered had no line ending yet. */
  unterminated: boolean;
  /** Lines that were delivered, by audit type. */
  delivered: Readonly<Record<string, number>>;
  /** When it was last written here (epoch milliseconds). */
  seenMs: number;
}

/** How much of a file is hashed at either end. */
export const hashedBytes = 4096;

export const beginning: Place = { stored: 0, offset: 0, lines: 0 };
