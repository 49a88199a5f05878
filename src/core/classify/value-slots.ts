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

/** A member that is looked at: its key in bytes, and where it belongs. */
export interface KnownMember {
  readonly key: Uint8Array;
  readonly slot: number;
  readonly members: MemberTable | undefined;
  readonly items: boolean;
}

const cellCount = 256;

/** Finds the members of an object that are looked at by the bytes of their keys; those of equal length and ends share a cell. */
export class MemberTable {
  readonly #cells: (KnownMember[] | undefined)[] = Array.from({ length: cellCount }, () => undefined);

  constructor(members: ReadonlyMap<string, Slot>) {
    for (const [text, slot] of members) {
      // Such a key is never written as it is, and whoever meets an escape in a key leaves it to the parser.
      if (/["\\]/.test(text)) continue;
      const key = new Uint8Array(Buffer.from(text));
      const known = {
        key,
        slot: slot.number,
        members: slot.members.size === 0 ? undefined : new MemberTable(slot.members),
        items: slot.items,
      };
      (this.#cells[cellOf(key, 0, key.length)] ??= []).push(known);
    }
  }

  /** The member whose key is `bytes` from `start` to `end`, if it is looked at. */
  find(bytes: Uint8Array, start: number, end: number): KnownMember | undefined {
    const members = this.#cells[cellOf(bytes, start, end)];
    if (members === undefined) return undefined;
    for (let index = 0; index < members.length; index++) {
      const member = members[index] as KnownMember;
      if (isKey(member.key, bytes, start, end)) return member;
    }
    return undefined;
  }
}

function cellOf(bytes: Uint8Array, start: number, end: number): number {
  if (end === start) return 0;
  const first = bytes[start] as number;
  const last = bytes[end - 1] as number;
  return ((end - start) * 29 + first * 7 + last * 13) & (cellCount - 1);
}

function isKey(key: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (key.length !== end - start) return false;
  for (let index = 0; index < key.length; index++) if (key[index] !== bytes[start + index]) return false;
  return true;
}
