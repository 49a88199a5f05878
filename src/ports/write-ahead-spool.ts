import type { CutSettings } from '../core/follow/cut-settings.ts';
import type { LinesRecord } from '../core/follow/spool-record.ts';
import type { LatestRecords } from '../core/follow/spooled-positions.ts';

/** Lines as they lie in the spool; `lines` is the number of LFs in the payload. */
export interface SpooledLines {
  record: LinesRecord;
  payload: Buffer;
  lines: number;
}

/** A closed segment: one batch, whose borders and settings will not change any more. */
export interface ReadySegment {
  name: string;
  /** Size of its file. */
  bytes: number;
  cut: CutSettings;
  latest: LatestRecords;
  /** Reads it from its beginning, as often as it is asked. Throws `spool-failed` where it is damaged. */
  read: () => AsyncIterable<SpooledLines>;
}

/**
 * Where lines wait that were read and are not delivered yet. They are appended to the one open segment; when it is closed
 * it becomes a batch. Everything confirmed survives a kill at any moment, and a power cut once it was synced.
 */
export interface WriteAheadSpool {
  /** Bytes on disk, of all segments. */
  readonly bytes: number;
  /** Bytes of the open segment; 0 where there are no lines in it. */
  readonly openBytes: number;
  /** Closed segments, oldest first. */
  readonly ready: readonly ReadySegment[];
  /** Keeps lines. Throws `spool-failed` and keeps nothing, as when the disk is full. */
  append: (record: LinesRecord, payload: Buffer) => Promise<void>;
  /** Makes what was appended survive a power cut. */
  sync: () => Promise<void>;
  /** Closes the open segment, if there are lines in it: durable, with the settings it will be cut by. */
  closeSegment: (cut: CutSettings) => Promise<void>;
  /** Lets go of a segment that was delivered. */
  remove: (segment: ReadySegment) => Promise<void>;
  close: () => Promise<void>;
}
