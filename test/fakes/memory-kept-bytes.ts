import type { KeptBytes, KeptSegment, KeptWriter } from '../../src/ports/state/kept-bytes.ts';

interface Segment extends KeptSegment {
  pieces: Buffer[];
  isOpen: boolean;
}

/** As a disk does, but in promises alone: virtual time knows when nobody has anything to do. */
async function later(): Promise<void> {
  for (let turns = 0; turns < 20; turns++) await Promise.resolve();
}

/** Kept bytes in memory. It can be told to have no room, and each thing that is asked of it is done a little later. */
export class MemoryKeptBytes implements KeptBytes {
  /** Nothing can be written. */
  isFull = false;
  readonly #segments: Segment[] = [];
  #names = 0;

  get bytes(): number {
    return this.#segments.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get segments(): readonly KeptSegment[] {
    return this.#segments
      .filter(({ isOpen }) => !isOpen)
      .map(({ name, source, bytes }) => ({ name, source, bytes }));
  }

  /** What each segment holds, in the order in which they were begun. */
  get texts(): string[] {
    return this.#segments.map(({ pieces }) => Buffer.concat(pieces).toString());
  }

  async begin(source: string): Promise<KeptWriter> {
    await this.#act();
    const segment: Segment = { name: String(++this.#names), source, bytes: 0, pieces: [], isOpen: true };
    this.#segments.push(segment);
    return {
      get bytes() {
        return segment.isOpen ? segment.bytes : 0;
      },
      append: async (bytes) => {
        if (!segment.isOpen) throw new Error('EBADF: it is closed');
        await this.#act();
        segment.pieces.push(Buffer.from(bytes));
        segment.bytes += bytes.length;
      },
      sync: () => this.#act(),
      close: async () => {
        segment.isOpen = false;
        await later();
        if (segment.bytes > 0) return { name: segment.name, source, bytes: segment.bytes };
        await this.remove(segment.name);
        return undefined;
      },
      abandon: () => this.remove(segment.name),
    };
  }

  async *read(name: string): AsyncGenerator<Buffer> {
    const segment = this.#segments.find((one) => one.name === name);
    if (segment === undefined) throw new Error(`no segment ${name}`);
    await later();
    yield* segment.pieces;
  }

  async remove(name: string): Promise<void> {
    await later();
    const index = this.#segments.findIndex((one) => one.name === name);
    if (index !== -1) this.#segments.splice(index, 1);
  }

  async close(): Promise<void> {
    for (const segment of this.#segments) segment.isOpen = false;
  }

  async #act(): Promise<void> {
    await later();
    if (this.isFull) throw new Error('ENOSPC: no space left on device');
  }
}
