import { AuditExportError } from '../../errors.ts';
import { hashBytes } from './tree-hash.ts';

/** What a log says of itself: so many leaves, and this root (C2SP tlog-checkpoint). */
export interface Checkpoint {
  /** Which log it is; the name of the key that signs it. */
  origin: string;
  /** Leaves. */
  size: number;
  /** 32 bytes. */
  root: Buffer;
}

/** The text of a checkpoint, as it is signed; it ends with a line end. */
export function formatCheckpoint({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`;
}

/** Reads the text of a checkpoint; extension lines are left out. Throws `log-damaged` for what is none. */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', size = '', base64 = '', ...rest] = text.split('\n');
  const root = Buffer.from(base64, 'base64');
  const isWhole = rest.length > 0 && rest.at(-1) === '' && !rest.slice(0, -1).includes('');
  if (
    origin === '' ||
    !/^(?:0|[1-9]\d{0,15})$/.test(size) ||
    !Number.isSafeInteger(Number(size)) ||
    root.length !== hashBytes ||
    root.toString('base64') !== base64 ||
    !isWhole
  )
    throw new AuditExportError('log-damaged', 'The text of a checkpoint is malformed.');
  return { origin, size: Number(size), root };
}
