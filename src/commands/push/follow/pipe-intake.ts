import { beginning } from '../../../core/files/known-file.ts';
import type { Wrapping } from '../../../core/lines/unwrap/unwrap-line.ts';
import { findWrapping } from '../../../core/lines/unwrap/unwrap-line.ts';
import { longestWrapped } from '../../../core/lines/unwrap/unwrap-lines.ts';
import { endOfWhole } from '../../../core/lines/whole-lines.ts';
import { formatBytes, formatDuration } from '../../../core/report/format.ts';
import type { Timer } from '../../../ports/clock.ts';
import type { FollowedPipe } from '../../../ports/sources/followed-inputs.ts';
import type { KeptBytes, KeptWriter } from '../../../ports/state/kept-bytes.ts';
import type { Log } from '../../../ports/terminal/log.ts';
import { Condition, Mutex } from '../plan/condition.ts';
import type { Place } from '../../../ports/sources/known-file.ts';
import type { Cut, KeptPart } from '../../../ports/state/batch.ts';

export interface PipeIntakeOptions {
  kept: KeptBytes;
  /** Disk that may be used; an empty spool takes anything. */
  mostBytes: () => number;
  /** A line that is longer is kept in pieces. */
  longestLine: number;
  /** What lines are taken out of: one that comes in parts is kept when it has ended. */
  unwrap: () => Cut['unwrap'];
  clock: Timer;
  log: Log;
  /** Told how many bytes were kept. */
  onKept: (bytes: number) => void;
}

const retryMs = 1000;
const lf = 0x0a;

/**
 * Brings what comes out of pipes to the disk, whatever the store does: it can't be read again. When the spool or the disk is
 * full it waits, and nothing more is read.
 */
export class PipeIntake {
  readonly #options: PipeIntakeOptions;
  readonly #pumps = new Map<FollowedPipe, Pump>();
  readonly #freed = new Condition();
  #stalledMs: number | undefined;

  constructor(options: PipeIntakeOptions) {
    this.#options = options;
  }

  /**
   * Reads all pipes until they end or `stop` is aborted. What was read is kept in any case, until `deadline`. Throws what a
   * pipe throws.
   */
  async run(pipes: readonly FollowedPipe[], stop: AbortSignal, deadline: AbortSignal): Promise<void> {
    const failed = new AbortController();
    const either = AbortSignal.any([stop, failed.signal]);
    await Promise.all(
      pipes.map(async (pipe) => {
        const pump = new Pump(pipe.name);
        this.#pumps.set(pipe, pump);
        try {
          for await (const piece of pipe.read(either)) {
            await this.#waitForRoom(piece.length, either);
            await this.#keep(pump, pump.whole(piece, this.#options), deadline);
          }
          await this.#keep(pump, pump.rest(), deadline);
        } catch (error) {
          failed.abort();
          throw error;
        }
      }),
    );
  }

  /** Closes what was kept so far: the parts of a batch. What can't be closed now is closed another time. */
  async closeSegments(): Promise<void> {
    for (const pump of this.#pumps.values())
      await pump.close().catch((error: unknown) => this.#tellStall((error as Error).message));
  }

  /** All that is closed, as parts. */
  parts(): KeptPart[] {
    const places = new Map<string, Place>();
    for (const pump of this.#pumps.values())
      for (const [segment, place] of pump.places) places.set(segment, place);
    return this.#options.kept.segments.map(({ name, source, bytes }) => ({
      kind: 'kept',
      segment: name,
      source,
      bytes,
      from: places.get(name) ?? beginning,
    }));
  }

  /** There is room again. */
  freed(): void {
    this.#freed.notifyAll();
  }

  async #waitForRoom(bytes: number, stop: AbortSignal): Promise<void> {
    const { kept, mostBytes } = this.#options;
    while (kept.bytes > 0 && kept.bytes + bytes > mostBytes() && !stop.aborted) {
      this.#tellStall(`The spool is full (${formatBytes(kept.bytes)}): reading waits until there is room.`);
      await this.#pause(stop);
    }
  }

  async #keep(pump: Pump, bytes: Buffer, deadline: AbortSignal): Promise<void> {
    if (bytes.length === 0) return;
    for (;;) {
      try {
        await pump.append(bytes, this.#options.kept);
        break;
      } catch (error) {
        if (deadline.aborted) {
          const message = `${bytes.length} bytes of ${pump.source} could not be kept: there was no room until the end.`;
          this.#options.log.error('lines-lost', message, { source: pump.source, bytes: bytes.length });
          throw error;
        }
        this.#tellStall(`${(error as Error).message} Reading waits until it can be written again.`);
        await this.#pause(deadline);
      }
    }
    this.#tellGoingOn();
    this.#options.onKept(bytes.length);
  }

  /** Until a batch was delivered, or a while: a disk may have room again without anybody saying so. */
  async #pause(signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    await Promise.race([this.#options.clock.sleep(retryMs, either), this.#freed.wait(either)]);
    over.abort();
  }

  #tellStall(message: string): void {
    if (this.#stalledMs !== undefined) return;
    this.#stalledMs = this.#options.clock.now();
    this.#options.log.warn('intake-waits', message);
  }

  #tellGoingOn(): void {
    if (this.#stalledMs === undefined) return;
    const lastedMs = this.#options.clock.now() - this.#stalledMs;
    this.#stalledMs = undefined;
    const message = `Reading goes on, after ${formatDuration(lastedMs)}.`;
    this.#options.log.note('intake-goes-on', message, { lastedSeconds: lastedMs / 1000 });
  }
}

/** One pipe: what came of its last line, and the segment that is being written. */
class Pump {
  readonly source: string;
  /** Where segments begin in the pipe, by their names. */
  readonly places = new Map<string, Place>();
  #rest: Buffer[] = [];
  #restBytes = 0;
  /** How the first lines were wrapped, once there were any. */
  #wrapping: { first: Wrapping | undefined } | undefined;
  #writer: KeptWriter | undefined;
  #at: Place = beginning;
  #from: Place = beginning;
  /** What comes while a segment is being closed goes into the next one. */
  readonly #turn = new Mutex();

  constructor(source: string) {
    this.source = source;
  }

  /**
   * The whole lines that a piece brings, up to where none is open that comes in parts: these are kept together. What has no end
   * is not waited for once it is too long.
   */
  whole(piece: Buffer, { longestLine, unwrap }: Pick<PipeIntakeOptions, 'longestLine' | 'unwrap'>): Buffer {
    const end = piece.lastIndexOf(lf) + 1;
    const lines = end === 0 ? Buffer.alloc(0) : Buffer.concat([...this.#rest, piece.subarray(0, end)]);
    const wrapping = this.#wrappingOf(lines, unwrap());
    const longest = wrapping === undefined ? longestLine : longestWrapped(longestLine);
    const isLong = this.#restBytes + piece.length > longest;
    const ended = wrapping === undefined ? lines.length : endOfWhole(lines, wrapping);
    if (ended === 0 && !isLong) return this.#hold(piece);
    const all = end === 0 ? Buffer.concat([...this.#rest, piece]) : lines;
    const taken = ended === 0 ? all.length : ended;
    this.rest();
    this.#hold(all.subarray(taken));
    if (end > 0) this.#hold(piece.subarray(end));
    return all.subarray(0, taken);
  }

  /** Holds a copy, for the source uses its buffer again. */
  #hold(bytes: Buffer): Buffer {
    if (bytes.length > 0) this.#rest.push(Buffer.from(bytes));
    this.#restBytes += bytes.length;
    return Buffer.alloc(0);
  }

  /** How lines are wrapped: as it is said, or as the first of them are. */
  #wrappingOf(lines: Buffer, unwrap: Cut['unwrap']): Wrapping | undefined {
    if (unwrap !== 'auto') return unwrap === 'none' ? undefined : unwrap;
    if (lines.length > 0) this.#wrapping ??= { first: findWrapping(lines) };
    return this.#wrapping?.first;
  }

  /** The pipe has ended: what there is of a line is a line. */
  rest(): Buffer {
    const rest = Buffer.concat(this.#rest);
    this.#rest = [];
    this.#restBytes = 0;
    return rest;
  }

  async append(bytes: Buffer, kept: KeptBytes): Promise<void> {
    const leave = await this.#turn.enter();
    try {
      await this.#append(bytes, kept);
    } finally {
      leave();
    }
  }

  async close(): Promise<void> {
    const leave = await this.#turn.enter();
    try {
      const segment = await this.#writer?.close();
      this.#writer = undefined;
      if (segment !== undefined) this.places.set(segment.name, this.#from);
    } finally {
      leave();
    }
  }

  async #append(bytes: Buffer, kept: KeptBytes): Promise<void> {
    if (this.#writer === undefined) {
      this.#writer = await kept.begin(this.source);
      this.#from = this.#at;
    }
    await this.#writer.append(bytes);
    let lines = 0;
    for (const byte of bytes) if (byte === lf) lines++;
    const { stored, offset } = this.#at;
    this.#at = {
      stored: stored + bytes.length,
      offset: offset + bytes.length,
      lines: this.#at.lines + lines,
    };
  }
}
