import { close, constants, open } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { FollowedPipe } from '../../../ports/sources/followed-inputs.ts';
import { AuditExportError } from '../../../errors.ts';
import { unreadable } from '../read-file.ts';

/** Stdin to its end. What was read when the signal comes is kept. Throws `source-broken` where it can't be read on. */
export function streamPipe(name: string, stream: Readable): FollowedPipe {
  return {
    name,
    read: (signal) => readPieces(name, stream, signal),
    close: async () => {
      stream.destroy();
    },
  };
}

/** A named pipe: when its writer goes it waits for the next one. Throws `source-unreadable` and `source-broken`. */
export function fifoPipe(path: string): FollowedPipe {
  let current: Readable | undefined;
  // What lies in a pipe that nobody has open is gone, and a stream that has ended closes its own descriptor.
  let keeper: number | undefined;
  const keep = async (next: number | undefined): Promise<void> => {
    const before = keeper;
    keeper = next;
    if (before !== undefined) await closeDescriptor(before);
  };
  return {
    name: path,
    async *read(signal) {
      while (!signal.aborted) {
        const fd = await openFifo(path);
        await keep(await openFifo(path));
        current?.destroy();
        current = new Socket({ fd, readable: true, writable: false });
        yield* readPieces(path, current, signal);
      }
    },
    close: async () => {
      current?.destroy();
      await keep(undefined);
    },
  };
}

/** A plain descriptor: a `FileHandle` that nobody holds closes what it was opened for. */
const openDescriptor = promisify(open);
const closeDescriptor = promisify(close);

/** Without blocking: opened as a file it would wait for a writer, deaf to signals. */
async function openFifo(path: string): Promise<number> {
  return openDescriptor(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) => {
    throw unreadable(path, error);
  });
}

async function* readPieces(name: string, stream: Readable, signal: AbortSignal): AsyncGenerator<Buffer> {
  let hasEnded = stream.readableEnded || stream.destroyed;
  let failure = stream.errored;
  let wake: () => void = () => undefined;
  const onEnd = (): void => {
    hasEnded = true;
    wake();
  };
  const onReadable = (): void => wake();
  const onError = (error: Error): void => {
    failure = error;
    onEnd();
  };
  const ends = ['end', 'close'] as const;
  for (const event of ends) stream.on(event, onEnd);
  stream.on('error', onError);
  stream.on('readable', onReadable);
  signal.addEventListener('abort', onReadable, { once: true });
  try {
    for (;;) {
      // Asked before reading: what is buffered then is taken once more, and a pipe that always has more ends as well.
      const isLast = signal.aborted;
      const piece = stream.read() as Buffer | null;
      if (piece !== null) yield piece;
      if (isLast || (piece === null && hasEnded)) break;
      if (piece === null && !signal.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    if (failure !== null) throw broken(name, failure);
  } finally {
    for (const event of ends) stream.off(event, onEnd);
    stream.off('readable', onReadable);
    stream.on('error', () => undefined);
    stream.off('error', onError);
    signal.removeEventListener('abort', onReadable);
  }
}

function broken(name: string, error: Error): AuditExportError {
  return new AuditExportError('source-broken', `${name} could not be read to its end: ${error.message}.`, {
    cure: 'Start it again together with what writes to it: its whole lines up to there are kept.',
    cause: error,
  });
}
