import { createHash } from 'node:crypto';
import type { QuarantinedLine } from '../../ports/quarantine.ts';

/**
 * What makes a quarantined line the one it is: its source, its place there and its bytes. A run that was interrupted and
 * run again sets the same line aside twice; it is still one line.
 */
export function lineIdentity(
  { source, sourceHead, offset }: QuarantinedLine,
  bytes: Buffer | string,
): string {
  return createHash('sha256')
    .update(JSON.stringify([source, sourceHead, offset]))
    .update(bytes)
    .digest('base64')
    .slice(0, 22);
}
