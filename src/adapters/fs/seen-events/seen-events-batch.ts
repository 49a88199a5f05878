import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { KeySet } from './seen-events-keys.ts';
import { KeySegment, writeSegment } from './seen-events-segment.ts';
import type { SortedKeys } from './seen-events-segment.ts';

export interface SeenEventsBounds {
  /** Days after which an event may come again. */
  days: number;
  /** Keys that are kept at most: the oldest go first. */
  maxKeys: number;
  /** Keys of an open batch that are held in memory; the others wait in files. */
  memoryKeys: number;
}

/** One open batch: its keys in memory, and in files of its own where there are too many. */
export class KeyBatch {
  /** Begins the paths of its files. */
  readonly #name: string;
  readonly #bounds: SeenEventsBounds;
  #memory = new KeySet();
  #staged: KeySegment[] = [];
  #written = 0;
  crowdedOut = 0;

  constructor(folder: string, bounds: SeenEventsBounds) {
    this.#name = join(folder, `${process.pid}-${randomBytes(6).toString('hex')}`);
    this.#bounds = bounds;
  }

  get size(): number {
    return this.#staged.reduce((sum, { keys }) => sum + keys, this.#memory.size);
  }

  /** Sets the flag of each key that is there to 1. */
  mark(keys: Uint32Array, flags: Uint8Array): void {
    for (const segment of this.#staged) segment.mark(keys, flags);
    for (let key = 0; key < flags.length; key++) if (this.#memory.has(keys, key)) flags[key] = 1;
  }

  /** Takes the keys whose flag is 0; the flag of one that came a moment before is set to 1. */
  take(keys: Uint32Array, flags: Uint8Array): void {
    for (let key = 0; key < flags.length; key++) {
      if (flags[key] === 1) continue;
      if (this.#memory.has(keys, key)) flags[key] = 1;
      else this.#memory.add(keys, key);
    }
    if (this.#memory.size >= this.#bounds.memoryKeys) this.#stage();
  }

  sorted(): SortedKeys[] {
    return [[this.#memory.sorted()], ...this.#staged.map((segment) => segment.sorted())];
  }

  close(): void {
    for (const segment of this.#staged) discard(segment);
    this.#staged = [];
    this.#memory = new KeySet();
  }

  #stage(): void {
    const path = `${this.#name}-${this.#written++}.staged`;
    writeSegment(path, [this.#memory.sorted()], this.#memory.size);
    this.#staged.push(KeySegment.open(path));
    this.#memory = new KeySet();
    const oldest = this.#staged[0];
    if (oldest === undefined || this.size <= this.#bounds.maxKeys) return;
    this.crowdedOut += oldest.keys;
    discard(oldest);
    this.#staged.shift();
  }
}

function discard(segment: KeySegment): void {
  segment.close();
  rmSync(segment.path, { force: true });
}
