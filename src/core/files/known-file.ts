import type { KnownFile, Place } from '../../ports/sources/known-file.ts';

export const beginning: Place = { stored: 0, offset: 0, lines: 0 };

/** How much is looked at of either end of a file, in bytes. */
export const windowBytes = 4096;

/** Whether somebody has to be told if it is nowhere: there may be lines in it that were not delivered. */
export function mayHoldMore({ grew, seen, waiting }: KnownFile): boolean {
  return grew || seen === 0 || waiting > 0;
}
