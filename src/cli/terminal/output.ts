import type { Writable } from 'node:stream';
import { AuditExportError } from '../../errors.ts';

/** A reader that has seen enough (`| head`) closes the pipe: no error of ours. */
function isClosed({ code }: NodeJS.ErrnoException): boolean {
  return code === 'EPIPE' || code === 'ERR_STREAM_DESTROYED';
}

/** The result could not be written: the disk behind stdout is full, for instance. What was done is done. */
function outputFailed(cause: Error): AuditExportError {
  return new AuditExportError('output-failed', `stdout can't be written: ${cause.message}.`, {
    cure: 'Make room where stdout goes to, and run it again: what is stored already will not be stored twice.',
    cause,
  });
}

/** Keeps what writing to stdout fails with, and lets nothing that stderr fails with end the process. */
export function watchOutput(
  stdout: Writable,
  stderr: Writable,
): { failure: () => Promise<AuditExportError | undefined> } {
  let failure: AuditExportError | undefined;
  stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (!isClosed(error)) failure ??= outputFailed(error);
  });
  stderr.on('error', () => undefined);
  return {
    failure: async () => {
      // An error of the last write is told behind it.
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      return failure;
    },
  };
}

/** Writes, and waits until it is taken. Throws `output-failed`. */
export function writeOut(stdout: Writable, bytes: Uint8Array | string): Promise<void> {
  return new Promise((resolve, reject) => {
    stdout.write(bytes, (error) => {
      if (error === null || error === undefined || isClosed(error)) resolve();
      else reject(outputFailed(error));
    });
  });
}
