import { hash } from 'node:crypto';
import type { KeptBytes } from '../../ports/state/kept-bytes.ts';
import type { SeenEvents } from '../../ports/state/seen-events.ts';
import { nsPerDay } from './windows.ts';

/**
 * What is new of a query: all of it; its access only; or nothing but that a second row of it ends on a later day than the one
 * as of which it is known, and would look new once that day is forgotten.
 */
export type News = 'query' | 'access' | 'later-row';

/** What is known of a query by its row. */
export interface SeenRow {
  queryId: string;
  endNs: bigint;
  hasAccess: boolean;
}

/** Keys of queries that were seen, in a segment of kept bytes, and the day (counted from 1970) as of which they are known. */
export interface SeenPart {
  segment: string;
  day: number;
}

const keyBytes = 16;

/**
 * The queries that were read, as far back as the overlap reaches. What stands for a query in the index is a hash of its id
 * and of whether its access was known: two bytes of memory, and 18 of disk.
 */
export class SeenQueries {
  readonly #index: SeenEvents;

  constructor(index: SeenEvents) {
    this.#index = index;
  }

  /** What is new of each row, in order, and the key that is to be kept of it; undefined where nothing is new. */
  newsOf(rows: readonly SeenRow[]): ({ news: News; key: Buffer } | undefined)[] {
    const keys = keysOf(rows, ({ hasAccess }) => hasAccess);
    const days = this.#index.daysOf(keys);
    const others = rows.filter((_, index) => days[index] === 0);
    const otherKeys = keysOf(others, ({ hasAccess }) => !hasAccess);
    const otherDays = this.#index.daysOf(otherKeys);
    let other = 0;
    return rows.map((row, index) => {
      const key = keyAt(keys, index);
      const day = days[index] ?? 0;
      if (day > 0) return laterRow(row, day, key);
      const otherKey = keyAt(otherKeys, other);
      const otherDay = otherDays[other] ?? 0;
      other += 1;
      if (otherDay === 0) return { news: 'query', key };
      // Access that was known once stays known.
      return row.hasAccess ? { news: 'access', key } : laterRow(row, otherDay, otherKey);
    });
  }

  /** Takes in what was seen in a batch that is done, and lets go of its segment; nothing happens where that is gone. */
  async take({ segment, day }: SeenPart, kept: KeptBytes): Promise<void> {
    if (!kept.segments.some(({ name }) => name === segment)) return;
    const batch = this.#index.begin();
    let rest = Buffer.alloc(0);
    try {
      for await (const piece of kept.read(segment)) {
        const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
        const whole = bytes.length - (bytes.length % keyBytes);
        batch.add(this.#unknown(bytes.subarray(0, whole), day));
        rest = Buffer.from(bytes.subarray(whole));
      }
    } catch (error) {
      await batch.abandon();
      throw error;
    }
    await batch.commit(day);
    await kept.remove(segment);
  }

  /** The keys that are not known as of this day or a later one. */
  #unknown(keys: Buffer, day: number): Buffer {
    const days = this.#index.daysOf(keys);
    const unknown: Buffer[] = [];
    for (const [index, known] of days.entries()) if (known <= day) unknown.push(keyAt(keys, index));
    return Buffer.concat(unknown);
  }

  close(): Promise<void> {
    return this.#index.close();
  }
}

/** `day` is the day as of which the query is known, and 1. */
function laterRow({ endNs }: SeenRow, day: number, key: Buffer): { news: News; key: Buffer } | undefined {
  return Number(endNs / nsPerDay) >= day ? { news: 'later-row', key } : undefined;
}

function keysOf(rows: readonly SeenRow[], access: (row: SeenRow) => boolean): Buffer {
  const keys = Buffer.allocUnsafe(rows.length * keyBytes);
  for (const [index, row] of rows.entries())
    hash('sha1', `${row.queryId} ${access(row) ? 'access' : 'open'}`, 'buffer').copy(
      keys,
      index * keyBytes,
      0,
      keyBytes,
    );
  return keys;
}

function keyAt(keys: Buffer, index: number): Buffer {
  return keys.subarray(index * keyBytes, (index + 1) * keyBytes);
}
