import type { QuarantinedLine } from './quarantine.ts';
import type { Destination } from './destination.ts';

/** A line that waits in the quarantine. */
export interface KeptLine {
  line: QuarantinedLine;
  /** Where it was to go. */
  destination: Destination;
  /** The line's bytes, exactly; undefined where they lie in a file of their own. */
  bytes: Buffer | undefined;
  /** Path of that file. */
  rawFile: string | undefined;
}

/** Reads what runs have set aside, and clears what has been dealt with. */
export interface QuarantineReader {
  folder: string;
  /** The lists of the folder, by path, in the order of their names. */
  lists: () => Promise<string[]>;
  /** The lines of a list. Throws `quarantine-failed` for a list that can't be read. */
  lines: (list: string) => AsyncIterable<KeptLine>;
  /** The bytes of a line that has a file of its own. */
  rawBytes: (rawFile: string) => AsyncIterable<Buffer>;
  /**
   * Takes lines out of a list and leaves the others; a list without lines goes, and so do the files of their own that no
   * list names any more. Throws `quarantine-failed`.
   */
  takeOut: (list: string, isMeant: (line: KeptLine) => boolean) => Promise<void>;
  /** Writes down for good what was dropped, a record a line; answers with the file. Throws `quarantine-failed`. */
  noteDropped: (records: readonly object[]) => Promise<string>;
}
