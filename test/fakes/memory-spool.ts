import { setTimeout as wait } from 'node:timers/promises';
import type { Extent, Spool } from '../../src/ports/spool.ts';

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

  async write(bytes: Buffer): Promise<Extent> {
    const segment = this.writes++;
    const copy = Buffer.from(bytes);
    await wait(0);
    if (segment >= this.#failFrom) throw new Error('no space left on the disk of the spool');
    this.#segments.set(segment, copy);
    this.#liveBytes.set(segment, bytes.length);
    return { segment, offset: 0, length: bytes.length };
  }

  async read({ segment, offset, length }: Extent, into: Buffer): Promise<void> {
    const bytes = this.#segments.get(segment);
    await wait(0);
    if (bytes === undefined || offset + length > bytes.length || into.length < length)
      throw new Error(`there is no extent ${segment}:${offset}+${length}`);
    bytes.copy(into, 0, offset, offset + length);
  }

  release({ segment, length }: Extent): void {
    const left = (this.#liveBytes.get(segment) ?? -1) - length;
    if (left < 0) throw new Error(`segment ${segment} was given back twice`);
    this.#liveBytes.set(segment, left);
    if (left === 0) this.#segments.delete(segment);
  }

  async close(): Promise<void> {
    this.#segments.clear();
  }
}
