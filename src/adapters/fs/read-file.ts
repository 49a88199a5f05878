import { open } from 'node:fs/promises';
import { AuditExportError } from '../../errors.ts';

const readBytes = 256 * 1024;

/** Reads a file from its beginning, always into the same buffer. Throws `source-unreadable` or `source-broken`. */
export async function* readFile(
  path: string,
  onStoredBytes: (bytes: number) => void,
): AsyncGenerator<Buffer> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw unreadable(path, error);
  });
  try {
    const buffer = Buffer.allocUnsafeSlow(readBytes);
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, readBytes, null);
      if (bytesRead === 0) return;
      onStoredBytes(bytesRead);
      yield buffer.subarray(0, bytesRead);
    }
  } catch (error) {
    if (error instanceof AuditExportError) throw error;
    throw new AuditExportError(
      'source-broken',
      `${path} could not be read to its end: ${(error as Error).message}.`,
      {
        cure: 'Push it again once it can be read: what is stored already will not be stored twice.',
        cause: error,
      },
    );
  } finally {
    await file.close();
  }
}

const meanings: Record<string, string> = {
  ENOENT: 'there is no such file or folder',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'it is a folder',
};

/** What to say of a file that can't be opened or looked at. */
export function unreadable(path: string, error: unknown): AuditExportError {
  const code = (error as NodeJS.ErrnoException).code ?? '';
  return new AuditExportError(
    'source-unreadable',
    `${path} can't be read: ${meanings[code] ?? (error as Error).message}.`,
    {
      cure: 'Check the path, and that this user may read it.',
      cause: error,
    },
  );
}
