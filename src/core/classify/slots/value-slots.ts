/**
 * The places in an event that schemas and JSON Pointers look at, each with a number. A reader notes what it finds at
 * them; everything else in an event is only passed over.
 */
export interface Slot {
  readonly number: number;
  readonly members: Map<string, Slot>;
  /** Whether the items of an array here are looked at. */
  items: boolean;
}

export class SlotTree {
  readonly root: Slot;
  #count = 0;

  constructor() {
    this.root = this.#make();
  }

  get count(): number {
    return this.#count;
  }

  /** The place of a member, numbered if it is new. */
  memberOf(slot: Slot, key: string): Slot {
    let member = slot.members.get(key);
    if (member === undefined) {
      member = this.#make();
      slot.members.set(key, member);
    }
    return member;
  }

  /** The place that a path of keys leads to. */
  at(path: readonly string[]): Slot {
    let slot = this.root;
    for (const key of path) slot = this.memberOf(slot, key);
    return slot;
  }

  #make(): Slot {
    return { number: this.#count++, members: new Map(), items: false };
  }
}
