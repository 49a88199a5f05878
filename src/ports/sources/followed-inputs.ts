import type { FilesPort } from './files.ts';
import type { Source, SourceFile } from './source.ts';
import type { KnownFile } from './known-file.ts';

/** A pipe: what comes out of it comes once. */
export interface FollowedPipe {
  /** How reports name it. */
  name: string;
  /**
   * Yields bytes as they come, until the pipe has ended or the signal is aborted; a named pipe waits for its next writer.
   * A yielded buffer is good until the next one is asked for. Throws `source-broken`.
   */
  read: (signal: AbortSignal) => AsyncIterable<Buffer>;
  close: () => Promise<void>;
}

/** What a look at the followed files found since the look before. */
export interface ScanChange {
  /** Bytes that came to the files. */
  bytes: number;
  /** Files whose content was never noted: they are new, were written anew, or have their first bytes. */
  fresh: (Source & { file: SourceFile })[];
  /** Says that the fresh ones are noted: until then they are told at each look. */
  noted: () => void;
  /** Files that were named themselves, and are not there. */
  absent: readonly string[];
}

/**
 * Inputs that are followed. Their files are held open, so that one that is renamed or deleted is read to its end; `at` and
 * `beside` find those as well.
 */
export interface FollowedInputs extends FilesPort {
  readonly pipes: readonly FollowedPipe[];
  /** Whether there may be files: else only pipes are followed. */
  readonly hasFiles: boolean;
  /** Looks which files there are, and how large. What can't be looked at is told by `onTrouble`. */
  scan: (onTrouble: (path: string, error: unknown) => void) => Promise<ScanChange>;
  /** Takes the files that changed since they were last delivered, or all of them. */
  take: (all: boolean) => TakenFiles;
  close: () => Promise<void>;
}

/** Files that are to be delivered. */
export interface TakenFiles {
  /** As they are now: looks which there are. */
  files: () => Promise<(Source & { file: SourceFile })[]>;
  /** Says that what was new in them is durable: what is gone and was read to its end is let go. */
  settle: (known: ReadonlyMap<string, KnownFile>) => Promise<void>;
}
