import type { Fault } from '../../../ports/aws/emulator.ts';

/** What a fault can be aimed at. */
export interface FaultTarget {
  readonly service: string;
  readonly operation: string;
  readonly bucket: string | undefined;
  readonly key: string | undefined;
}

/** Whether a request is one that a fault is aimed at: all given parts must match, without regard to case but for keys. */
export function isAimedAt(match: Fault['match'], target: FaultTarget): boolean {
  if (match === undefined) return true;
  return (
    fits(match.service, target.service, 'i') &&
    fits(match.operation, target.operation, 'i') &&
    fits(match.bucket, target.bucket, 'i') &&
    fits(match.key, target.key, '')
  );
}

function fits(pattern: string | undefined, value: string | undefined, flags: '' | 'i'): boolean {
  if (pattern === undefined) return true;
  if (value === undefined) return false;
  const source = pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, String.raw`\$&`)
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
  return new RegExp(`^${source}$`, `su${flags}`).test(value);
}
