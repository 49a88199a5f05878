import { setImmediate as turn } from 'node:timers/promises';
import type { Spool } from '../../src/ports/store/spool.ts';

/** Each write is a segment of its own. */
const span = 2 ** 32;

/**
 * A spool in memory. Reading or giving back what is not there throws: what was released may be overwritten in a real one.
 * Counts what was written and what has not been given back; fails from write number `failFrom` on.
 */
export class MemorySpool implements Spool {
  readonly #segments = new Map<number, Buffer>();
  readonly #liveBytes = new Map<number, number>();
  readonly #failFrom: number;
  writes = 0;

  constructor(failFrom = Number.POSITIVE_INFINITY) {
    this.#failFrom = failFrom;
  }

  /** Bytes that were written and not released. */
  get live(): number {
    return [...this.#liveBytes.values()].reduce((sum, bytes) => sum + bytes, 0);
  }

  async write(bytes: Buffer): Promise<number> {
    const segment = this.writes++;
    const copy = Buffer.from(bytes);
    await turn();
    if (segment >= this.#failFrom) throw new Error('no space left on the disk of the spool');
    this.#segments.set(segment, copy);
    this.#liveBytes.set(segment, bytes.length);
    return segment * span;
  }

  async read(position: number, into: Buffer): Promise<void> {
    const bytes = this.#segments.get(Math.floor(position / span));
    const offset = position % span;
    await turn();
    if (bytes === undefined || offset + into.length > bytes.length)
      throw new Error(`there is nothing at ${position}, ${into.length} bytes`);
    bytes.copy(into, 0, offset, offset + into.length);
  }

  release(position: number, bytes: number): void {
    const segment = Math.floor(position / span);
    const left = (this.#liveBytes.get(segment) ?? -1) - bytes;
    if (left < 0) throw new Error(`segment ${segment} was given back twice`);
    this.#liveBytes.set(segment, left);
    if (left === 0) this.#segments.delete(segment);
  }

  async close(): Promise<void> {
    this.#segments.clear();
  }
}
