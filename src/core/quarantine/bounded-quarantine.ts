import { AuditExportError } from '../../errors.ts';
import type { Timer } from '../../ports/clock.ts';
import type { Log } from '../../ports/terminal/log.ts';
import type { Quarantine, QuarantinedLine } from '../../ports/store/quarantine.ts';

/** How much a quarantine may hold, and what is done when it does. */
export interface QuarantineBounds {
  /** How notes name it. */
  folder: string;
  /** Bytes on disk; undefined: no limit. */
  limit: number | undefined;
  /** Whether the run ends when it is full; else it waits for room. */
  stops: boolean;
}

interface Ports {
  clock: Timer;
  log: Log;
  signal: AbortSignal;
}

/** What a record has beside the bytes of its line, about. */
const recordBytes = 512;
const lookEveryMs = 1000;

/**
 * A quarantine with a limit. A line for which there is no room is never dropped: it waits until somebody makes room, or it ends the
 * run. Throws `quarantine-full`, and `interrupted` where the signal is aborted while it waits.
 */
export class BoundedQuarantine implements Quarantine {
  readonly #inner: Quarantine;
  readonly #bounds: QuarantineBounds;
  readonly #ports: Ports;
  /** Bytes that there is room for, since it was last looked. */
  #room = 0;
  /** Whether parts of a line are kept that has not ended. */
  #isWithinLine = false;
  #sealed: string | undefined;

  constructor(inner: Quarantine, bounds: QuarantineBounds, ports: Ports) {
    this.#inner = inner;
    this.#bounds = bounds;
    this.#ports = ports;
  }

  async add(line: QuarantinedLine, bytes: Buffer): Promise<void> {
    await this.#takeRoom(bytes.length + recordBytes);
    await this.#inner.add(line, bytes);
    this.#isWithinLine = false;
  }

  async addPart(bytes: Buffer): Promise<void> {
    await this.#takeRoom(bytes.length);
    await this.#inner.addPart(bytes);
    this.#isWithinLine = true;
  }

  async dropParts(): Promise<void> {
    await this.#inner.dropParts();
    this.#isWithinLine = false;
  }

  async seal(): Promise<string | undefined> {
    return (await this.#inner.seal()) ?? this.#sealed;
  }

  size(): Promise<number> {
    return this.#inner.size();
  }

  async #takeRoom(bytes: number): Promise<void> {
    const { limit } = this.#bounds;
    if (limit === undefined) return;
    if (this.#room < bytes) this.#room = limit - (await this.#inner.size());
    if (this.#room < bytes) await this.#waitForRoom(bytes, limit);
    this.#room -= bytes;
  }

  async #waitForRoom(bytes: number, limit: number): Promise<void> {
    const { folder, stops } = this.#bounds;
    const { clock, log, signal } = this.#ports;
    const message = `The quarantine ${folder} is full: it holds what --quarantine-size allows, ${limit} bytes.`;
    const cure =
      'Make room: audit-export quarantine replay, or audit-export quarantine drop. Or allow more with --quarantine-size.';
    if (stops) throw new AuditExportError('quarantine-full', message, { cure });
    // What this run has set aside can be dealt with as well, once its list is whole.
    if (!this.#isWithinLine) this.#sealed = (await this.#inner.seal()) ?? this.#sealed;
    log.warn(
      'quarantine-full',
      `${message} Reading waits for room.`,
      { folder, limit },
      `${message} Reading waits for room.\n  → ${cure}\n`,
    );
    while (this.#room < bytes) {
      if (signal.aborted)
        throw new AuditExportError('interrupted', `Interrupted while waiting: ${message}`, { cure });
      await clock.sleep(lookEveryMs, signal);
      this.#room = limit - (await this.#inner.size());
    }
    log.note('quarantine-room', `There is room in the quarantine ${folder} again: reading goes on.`);
  }
}
