import { createHash } from 'node:crypto';
import type { KeptLine } from '../../ports/store/quarantine-reader.ts';

/** So much of an identity is shown: enough to tell lines apart, short enough to type. */
export const shownIdentity = 12;

/**
 * What makes a quarantined line the one it is: where it was to go, its source, its place there and its bytes (of a long
 * line the name of their file, which is their hash); 32 hex digits. A run that was interrupted and run again sets the
 * same line aside twice; it is still one line.
 */
export function lineIdentity({ destination, line, bytes, rawFile = '' }: KeptLine): string {
  const { source, sourceHead, offset } = line;
  return createHash('sha256')
    .update(JSON.stringify([destination.id, source, sourceHead, offset]))
    .update(bytes ?? rawFile.slice(rawFile.lastIndexOf('/') + 1))
    .digest('hex')
    .slice(0, 32);
}
