import { close, constants, open } from 'node:fs';
import { Socket } from 'node:net';
import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import type { Place } from '../../core/ledger/source-position.ts';
import { beginning, hashedBytes } from '../../core/ledger/source-position.ts';
import { hashOf } from '../../core/follow/tailed-stream.ts';
import type { LineBlock, LineRules } from '../../core/follow/whole-lines.ts';
import { takeWholeLines } from '../../core/follow/whole-lines.ts';
import type { Tail, TailedLines } from '../../ports/tail.ts';
import { AuditExportError } from '../../errors.ts';
import { unreadable } from './read-file.ts';

/**
 * Follows stdin to its end. What was read when the signal comes is kept, the end of a line too. Throws `source-broken`
 * behind the last whole line where it can't be read on.
 */
export function pipeTail(name: string, stream: Readable, rules: LineRules): Tail {
  return {
    name,
    read: (signal) => readLines(stream, new PipeLines(name, rules), signal),
    close: async () => {
      stream.destroy();
    },
  };
}

/** Follows a named pipe: when its writer goes it waits for the next one. Throws `source-unreadable` and `source-broken`. */
export function fifoTail(path: string, rules: LineRules): Tail {
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
      const lines = new PipeLines(path, rules);
      while (!signal.aborted) {
        const fd = await openFifo(path);
        await keep(await openFifo(path));
        current?.destroy();
        current = new Socket({ fd, readable: true, writable: false });
        yield* readLines(current, lines, signal);
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

async function* readLines(
  stream: Readable,
  lines: PipeLines,
  signal: AbortSignal,
): AsyncGenerator<TailedLines> {
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
      if (piece !== null) yield* lines.add(piece);
      if (isLast || (piece === null && hasEnded)) break;
      if (piece === null && !signal.aborted)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    }
    if (failure !== null) throw broken(lines.name, failure);
    yield* lines.end();
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

/** Cuts what comes from a pipe into whole lines. */
class PipeLines {
  readonly name: string;
  readonly #rules: LineRules;
  #rest: Buffer[] = [];
  #restBytes = 0;
  #at: Place = beginning;
  #sourceHead = '';

  constructor(name: string, rules: LineRules) {
    this.name = name;
    this.#rules = rules;
  }

  *add(piece: Buffer): Generator<TailedLines> {
    this.#rest.push(piece);
    this.#restBytes += piece.length;
    // Without a line end there is nothing new to be had, unless the line is too long.
    const isLong = this.#restBytes > this.#rules.maxLineBytes;
    if (piece.includes(0x0a) || isLong) yield* this.#take(false);
  }

  /** The pipe has ended: what there is of a line is a line. */
  *end(): Generator<TailedLines> {
    yield* this.#take(true);
  }

  *#take(final: boolean): Generator<TailedLines> {
    let bytes = Buffer.concat(this.#rest);
    for (;;) {
      const block = takeWholeLines(bytes, this.#rules, final);
      if (block === undefined) break;
      const raw = bytes.subarray(0, block.stored);
      bytes = bytes.subarray(block.stored);
      this.#rest = [bytes];
      this.#restBytes = bytes.length;
      yield this.#lines(block, raw);
    }
    this.#rest = [bytes];
    this.#restBytes = bytes.length;
  }

  #lines(block: LineBlock, raw: Buffer): TailedLines {
    const from = this.#at;
    if (this.#sourceHead === '') this.#sourceHead = hashOf(raw.subarray(0, hashedBytes));
    this.#at = {
      stored: from.stored + block.stored,
      offset: from.offset + block.offset,
      lines: from.lines + block.lines,
    };
    const record = {
      kind: 'lines' as const,
      name: this.name,
      sourceHead: this.#sourceHead,
      from,
      to: this.#at,
    };
    return { record, payload: block.payload };
  }
}
