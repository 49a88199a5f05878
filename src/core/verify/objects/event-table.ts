import { eventKeyBytes } from '../../classify/event-key.ts';

/** The keys of events, and in which object each was first. */
export class EventTable {
  #keys = Buffer.alloc(1024 * eventKeyBytes);
  #objectOf = new Uint32Array(1024);
  /** Open addressing; 0 is free, else number + 1. */
  #table = new Uint32Array(4096);
  readonly #objects: string[] = [];
  count = 0;

  /** Adds an event; answers with the object that it was in before, if it was. */
  add(event: Uint8Array, object: string): string | undefined {
    const key = Buffer.from(event.buffer, event.byteOffset, eventKeyBytes);
    const mask = this.#table.length - 1;
    let slot = key.readUInt32LE(0) & mask;
    for (let entry = this.#table[slot]; entry !== 0; entry = this.#table[slot]) {
      const at = ((entry as number) - 1) * eventKeyBytes;
      if (key.compare(this.#keys, at, at + eventKeyBytes) === 0)
        return this.#objects[this.#objectOf[(entry as number) - 1] as number];
      slot = (slot + 1) & mask;
    }
    this.#keep(key, object);
    this.#table[slot] = this.count;
    if (this.count * 2 > this.#table.length) this.#grow();
    return undefined;
  }

  #keep(key: Buffer, object: string): void {
    if (this.count === this.#objectOf.length) {
      this.#keys = Buffer.concat([this.#keys, Buffer.alloc(this.#keys.length)]);
      const grown = new Uint32Array(this.#objectOf.length * 2);
      grown.set(this.#objectOf);
      this.#objectOf = grown;
    }
    if (this.#objects.at(-1) !== object) this.#objects.push(object);
    key.copy(this.#keys, this.count * eventKeyBytes);
    this.#objectOf[this.count++] = this.#objects.length - 1;
  }

  #grow(): void {
    const table = new Uint32Array(this.#table.length * 4);
    for (let event = 0; event < this.count; event++) {
      let slot = this.#keys.readUInt32LE(event * eventKeyBytes) & (table.length - 1);
      while (table[slot] !== 0) slot = (slot + 1) & (table.length - 1);
      table[slot] = event + 1;
    }
    this.#table = table;
  }
}
