import type { QuarantinedLine } from './quarantine.ts';

/** A line that waits in the quarantine. */
export interface ShelvedLine {
  line: QuarantinedLine;
  /** The line's bytes, exactly; undefined where they lie in a file of their own. */
  bytes: Buffer | undefined;
  /** Path of that file. */
  rawFile: string | undefined;
}

/** Reads what runs have set aside, and clears what has been dealt with. */
export interface QuarantineShelf {
  folder: string;
  /** The lists of the folder, by path, in the order of their names. */
  lists: () => Promise<string[]>;
  /** The lines of a list. Throws `quarantine-failed` for a list that can't be read. */
  lines: (list: string) => AsyncIterable<ShelvedLine>;
  /** The bytes of a line that has a file of its own. */
  rawBytes: (rawFile: string) => AsyncIterable<Buffer>;
  /** Removes lists, and the files of their own that no remaining list names. */
  remove: (lists: readonly string[]) => Promise<void>;
}
