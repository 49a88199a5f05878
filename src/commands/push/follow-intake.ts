import { formatBytes, formatDuration } from '../../core/report/format.ts';
import type { CutSettings } from '../../core/follow/cut-settings.ts';
import type { Timer } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Tail, TailedLines } from '../../ports/tail.ts';
import type { WriteAheadSpool } from '../../ports/write-ahead-spool.ts';
import type { Bell } from './follow-bell.ts';

export interface IntakeOptions {
  spool: WriteAheadSpool;
  /** How lines are cut from now on. */
  cut: () => CutSettings;
  flushMs: () => number;
  spoolBytes: number;
  clock: Timer;
  log: Log;
  /** Called once a second. */
  onTick: () => void;
  /** Rung when a batch is ready. */
  ready: Bell;
  /** Rung when a batch was delivered: there is room again. */
  freed: Bell;
  /** Aborted when there is no time left to keep what was read. */
  deadline: AbortSignal;
}

const syncMs = 1000;
const retryMs = 1000;

/**
 * Brings lines from where they come to the spool, whatever the store does. When the spool or the disk is full it waits,
 * and nothing more is read: the sources keep what they have.
 */
export class Intake {
  readonly #options: IntakeOptions;
  #turn: Promise<unknown> = Promise.resolve();
  #openedMs: number | undefined;
  #stalledMs: number | undefined;

  constructor(options: IntakeOptions) {
    this.#options = options;
  }

  /** Reads all tails until they end or the signal is aborted, then closes the batch. Throws what a tail throws. */
  async run(tails: readonly Tail[], signal: AbortSignal): Promise<void> {
    const ended = new AbortController();
    const stop = AbortSignal.any([signal, ended.signal]);
    const ticking = this.#tick(ended.signal);
    try {
      await Promise.all(
        tails.map((tail) =>
          this.#pump(tail, stop).catch((error: unknown) => {
            ended.abort();
            throw error;
          }),
        ),
      );
    } finally {
      ended.abort();
      await ticking;
      await Promise.all(tails.map((tail) => tail.close().catch(() => undefined)));
      await this.#inTurn(() => this.#close());
    }
  }

  async #pump(tail: Tail, stop: AbortSignal): Promise<void> {
    for await (const lines of tail.read(stop)) {
      const isKept = await this.#inTurn(() => this.#keep(lines, stop));
      if (!isKept) return;
    }
  }

  /** Keeps lines in the spool; false if they were not kept, because there was no room and it was time to stop. */
  async #keep(lines: TailedLines, stop: AbortSignal): Promise<boolean> {
    const { spool, clock, deadline } = this.#options;
    // What came from a pipe is nowhere else: it is kept in any case, and has until the deadline.
    const isLost = lines.record.file === undefined;
    const until = isLost ? deadline : stop;
    while (this.#isFull(lines) && !stop.aborted) {
      await this.#close();
      this.#tellStall(`The spool is full (${formatBytes(spool.bytes)}): reading waits until there is room.`);
      await this.#pause(stop);
    }
    for (;;) {
      if (!isLost && stop.aborted) return false;
      try {
        await spool.append(lines.record, lines.payload);
        break;
      } catch (error) {
        if (until.aborted) {
          if (isLost) this.#tellLost(lines);
          return false;
        }
        this.#tellStall(`${(error as Error).message} Reading waits until it can be written again.`);
        await this.#pause(until);
      }
    }
    this.#openedMs ??= clock.now();
    this.#tellGoingOn();
    if (this.#isLargeEnough()) await this.#close();
    return true;
  }

  /** A spool that is empty takes anything: a limit that is too small must not stop everything. */
  #isFull({ payload }: TailedLines): boolean {
    const { spool, spoolBytes } = this.#options;
    return spool.bytes > 0 && spool.bytes + payload.length > spoolBytes && this.#holdsLines();
  }

  #holdsLines(): boolean {
    const { spool } = this.#options;
    return spool.ready.length > 0 || spool.openBytes > 0;
  }

  #isLargeEnough(): boolean {
    return this.#options.spool.openBytes >= this.#options.cut().objectBytes;
  }

  /** Closes the batch, if there is one; one that can't be closed now is closed later. */
  async #close(): Promise<void> {
    const { spool, cut, ready } = this.#options;
    if (spool.openBytes === 0) return;
    try {
      await spool.closeSegment(cut());
      this.#openedMs = undefined;
      ready.ring();
    } catch (error) {
      this.#tellStall((error as Error).message);
    }
  }

  /** Until a batch was delivered, or a while: a disk may have room again without anybody saying so. */
  async #pause(signal: AbortSignal): Promise<void> {
    const { clock, freed } = this.#options;
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    await Promise.race([clock.sleep(retryMs, either), freed.wait(either)]);
    over.abort();
  }

  /** Makes what was read durable, and closes a batch that has waited long enough. */
  async #tick(signal: AbortSignal): Promise<void> {
    const { clock, spool, flushMs, onTick } = this.#options;
    while (!signal.aborted) {
      await clock.sleep(Math.max(10, Math.min(syncMs, flushMs())), signal);
      onTick();
      const isDue = this.#openedMs !== undefined && clock.now() - this.#openedMs >= flushMs();
      await this.#inTurn(async () => {
        if (isDue || this.#isLargeEnough()) await this.#close();
        else await spool.sync().catch((error: unknown) => this.#tellStall((error as Error).message));
      });
    }
  }

  /** One at a time. While one waits for room, the others wait as well. */
  async #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#turn.then(act);
    this.#turn = turn.catch(() => undefined);
    return turn;
  }

  #tellLost({ record, payload }: TailedLines): void {
    const message = `${payload.length} bytes of ${record.name} could not be kept: there was no room until the end.`;
    this.#options.log.error('lines-lost', message, { source: record.name, bytes: payload.length });
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
