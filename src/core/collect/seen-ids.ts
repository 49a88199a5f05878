import { hash } from 'node:crypto';

/** Tables that grow on their own, so that growing one takes little room beside the others. */
const segmentCount = 64;
const firstSlots = 256;
/** Slots in use before a table grows, and by how much it does. */
const fullest = 0.88;
const growth = 1.25;

/**
 * A map from ids to small numbers that takes about 18 bytes an id: 80 bits of the id's hash stand for it. Among nine million
 * ids, two that share them are met once in ten thousand million cases.
 */
export class SeenIds {
  /** They begin with different sizes, so that they do not all grow at the same moment. */
  readonly #segments = Array.from(
    { length: segmentCount },
    (_, index) => new Segment(Math.ceil(firstSlots * growth ** (index / segmentCount))),
  );
  /** Says of a note that what bears it is forgotten: its slot is free. */
  readonly #isForgotten: (note: number) => boolean;

  constructor(isForgotten: (note: number) => boolean) {
    this.#isForgotten = isForgotten;
  }

  /** Bytes that it takes. */
  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  /** The note of an id, 0 where it is not known. */
  get(id: string): number {
    const key = keyOf(id);
    const segment = this.#segments[key.segment] as Segment;
    const note = segment.noteAt(segment.find(key));
    return note !== 0 && this.#isForgotten(note) ? 0 : note;
  }

  /** Notes an id, from 1 to 2^32 - 1; 0 stands for an empty slot. */
  set(id: string, note: number): void {
    const key = keyOf(id);
    const segment = this.#segments[key.segment] as Segment;
    if (segment.put(key, note)) return;
    const next = segment.grown(this.#isForgotten);
    next.put(key, note);
    this.#segments[key.segment] = next;
  }

  /** Frees the slots of what is forgotten. */
  sweep(): void {
    for (const [index, segment] of this.#segments.entries())
      this.#segments[index] = segment.rebuilt(segment.slots, this.#isForgotten);
  }
}

interface Key {
  segment: number;
  high: number;
  middle: number;
  low: number;
}

function keyOf(id: string): Key {
  const digest = hash('sha1', id, 'buffer');
  return {
    segment: digest.readUInt8(10) % segmentCount,
    high: digest.readUInt32LE(0),
    middle: digest.readUInt32LE(4),
    low: digest.readUInt16LE(8),
  };
}

/** A table with open addressing. */
class Segment {
  readonly slots: number;
  readonly #high: Uint32Array;
  readonly #middle: Uint32Array;
  readonly #low: Uint16Array;
  readonly #notes: Uint32Array;
  #used = 0;

  constructor(slots: number) {
    this.slots = slots;
    this.#high = new Uint32Array(slots);
    this.#middle = new Uint32Array(slots);
    this.#low = new Uint16Array(slots);
    this.#notes = new Uint32Array(slots);
  }

  get bytes(): number {
    return this.slots * 14;
  }

  noteAt(slot: number): number {
    return this.#notes[slot] ?? 0;
  }

  /** The slot of a key, or the empty one where it would stand. */
  find({ high, middle, low }: Omit<Key, 'segment'>): number {
    let slot = Math.floor((high / 0x1_0000_0000) * this.slots);
    while (this.#notes[slot] !== 0) {
      if (this.#high[slot] === high && this.#middle[slot] === middle && this.#low[slot] === low) return slot;
      slot = slot + 1 === this.slots ? 0 : slot + 1;
    }
    return slot;
  }

  /** Whether there was room. */
  put(key: Omit<Key, 'segment'>, note: number): boolean {
    const slot = this.find(key);
    if (this.#notes[slot] === 0) {
      if (this.#used + 1 > this.slots * fullest) return false;
      this.#used += 1;
      this.#high[slot] = key.high;
      this.#middle[slot] = key.middle;
      this.#low[slot] = key.low;
    }
    this.#notes[slot] = note;
    return true;
  }

  grown(isForgotten: (note: number) => boolean): Segment {
    return this.rebuilt(Math.ceil(this.slots * growth) + 1, isForgotten);
  }

  rebuilt(slots: number, isForgotten: (note: number) => boolean): Segment {
    const next = new Segment(slots);
    for (let slot = 0; slot < this.slots; slot++) {
      const note = this.noteAt(slot);
      if (note === 0 || isForgotten(note)) continue;
      const [high = 0, middle = 0, low = 0] = [this.#high[slot], this.#middle[slot], this.#low[slot]];
      next.put({ high, middle, low }, note);
    }
    return next;
  }
}
