import type { PutStatus } from '../../ports/store/object-store.ts';

/** What `compact` did; `--json` prints it as it is. Shape: schemas/compact-report.schema.json. */
export interface CompactReport {
  report: 'compact';
  version: 1;
  store: string;
  target: string;
  /** Days with events, counted for each type, or for each class of OCSF. */
  days: number;
  /** Of those, the days of which everything was in files already. */
  upToDate: number;
  files: {
    /** Below the prefix of the target. */
    key: string;
    /** The audit type, or the class of OCSF. */
    of: string;
    date: string;
    sources: number;
    lines: number;
    /** Stored bytes of the sources, and of the file. */
    sourceBytes: number;
    bytes: number;
    status: PutStatus;
  }[];
  /** What could not be done: an object, a file, or a day of a type or class. */
  failures: { key: string; message: string }[];
}
