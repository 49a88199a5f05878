import { fstatSync, statSync, writeSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { AuditExportError } from '../../../errors.ts';

/**
 * Why stdin can't be read, where it is that of the process. Node reads a folder as an empty stream, and puts /dev/null in the
 * place of a descriptor that was closed when it started: neither is an input that has ended.
 */
export function unusableStdin(stdin: Readable): AuditExportError | undefined {
  const { fd } = stdin as Readable & { fd?: number };
  const why = fd === 0 ? whyUnusable() : undefined;
  if (why === undefined) return undefined;
  return new AuditExportError('source-unreadable', `stdin can't be read: ${why}.`, {
    cure: 'Name files or folders, or pipe lines in: audit-export push < events.jsonl',
  });
}

function whyUnusable(): string | undefined {
  try {
    const found = fstatSync(0);
    if (found.isDirectory()) return 'it is a folder';
    const isNothing = found.isCharacterDevice() && found.rdev === statSync('/dev/null').rdev;
    return isNothing && isWritable() ? 'it is closed' : undefined;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EBADF' ? 'it is closed' : undefined;
  }
}

/** What Node opens in place of a closed descriptor can be written to, other than what a shell opens for `< /dev/null`. */
function isWritable(): boolean {
  try {
    writeSync(0, Buffer.alloc(0));
    return true;
  } catch {
    return false;
  }
}
