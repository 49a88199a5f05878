import type { LinesRecord } from '../core/follow/spool-record.ts';

/** Lines that came, with the record to keep of them. The payload is good until the next are asked for. */
export interface TailedLines {
  record: LinesRecord;
  payload: Buffer;
}

/** An endless source of lines: files that grow, or a pipe. */
export interface Tail {
  /** How notes name it. */
  name: string;
  /**
   * Yields lines as they come, until the signal is aborted or a pipe has ended. Asking for the next says that the ones
   * before are kept: only then the reading goes on behind them.
   */
  read: (signal: AbortSignal) => AsyncIterable<TailedLines>;
  close: () => Promise<void>;
}

/** What happens to followed files, to tell those who want to know. */
export interface TailEvent {
  kind: 'found' | 'moved' | 'gone' | 'cut' | 'copy' | 'compressed' | 'unreadable' | 'waiting';
  name: string;
  detail: string;
}
