import { createHash } from 'node:crypto';
import { readPointer } from '../audit-types/json-pointer.ts';
import type { PointerPath } from '../audit-types/json-pointer.ts';

/** Bytes of a key: the first half of a SHA-256. */
export const eventKeyBytes = 16;

/**
 * The id that an event has at the first of these places that holds one, as text; undefined where none does. A number that
 * JavaScript can't tell from its neighbours (beyond 2^53) is none: two events must never be taken for one.
 */
export function readEventId(event: object, places: readonly PointerPath[]): string | undefined {
  for (const place of places) {
    const id = idText(readPointer(event, place));
    if (id !== undefined) return id;
  }
  return undefined;
}

/** The text of a value that can be an id; undefined where it can't. */
export function idText(value: unknown): string | undefined {
  // JSON text keeps apart what UTF-8 would not, such as halves of surrogate pairs; and "1" from 1.
  if (typeof value === 'string' && value !== '') return JSON.stringify(value);
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** What a key is made of. */
export interface KeyedEvent {
  /** Name of its audit type. */
  type: string;
  /** As `readEventId` gives it. */
  id: string | undefined;
  /** Its event time, epoch milliseconds: two tenants may number their events alike, but not at one moment. */
  timeMs: number;
  /** Bytes of its line, without the line end. */
  line: Uint8Array;
}

/**
 * The key by which an event is known again: 16 bytes of the SHA-256 of its type, its id and its event time, or of its
 * type and its whole line where it has no id. That two of n events share one by chance has a probability of n² / 2^129: 4 in 10^26 for five
 * million.
 */
export function eventKey({ type, id, timeMs, line }: KeyedEvent): Uint8Array {
  const hash = createHash('sha256');
  if (id === undefined) hash.update(`${type}\0line\0`).update(line);
  else hash.update(`${type}\0id\0${timeMs}\0${id}`);
  return hash.digest().subarray(0, eventKeyBytes);
}
