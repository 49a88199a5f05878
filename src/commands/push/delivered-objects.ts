import { createHash } from 'node:crypto';
import type { SettledPart } from '../../core/batches/deliver-files.ts';
import type { SourceAccount, SourcePart } from '../../core/push/source-part.ts';
import type { SeenEvents } from '../../ports/state/seen-events.ts';
import type { Source } from '../../ports/sources/source.ts';
import type { HeldJournal } from './push-host.ts';
import type { Place } from '../../ports/sources/known-file.ts';
import type { ObjectPart } from '../../ports/state/batch.ts';

const keyBytes = 16;
const dayMs = 86_400_000;

/** Which objects of buckets were delivered: by name, ETag and size. */
export class DeliveredObjects {
  readonly #held: Pick<HeldJournal, 'openObjects'>;
  readonly #given: ReadonlyMap<string, ObjectPart>;
  #index: SeenEvents | undefined;

  /** `sources` are those of the run; what is no object of a bucket is left out. */
  constructor(held: Pick<HeldJournal, 'openObjects'>, sources: readonly Source[]) {
    this.#held = held;
    this.#given = new Map(
      sources.flatMap(({ name, object }) =>
        object === undefined ? [] : [[name, { kind: 'object', source: name, ...object }] as const],
      ),
    );
  }

  isGiven({ source, etag, size }: ObjectPart): boolean {
    const given = this.#given.get(source);
    return given?.etag === etag && given.size === size;
  }

  /** Those of the given objects that were not delivered yet, each from where reading broke off before. */
  async fresh(cursors: ReadonlyMap<string, unknown>): Promise<ObjectPart[]> {
    const parts = [...this.#given.values()];
    if (parts.length === 0) return [];
    const asked = this.#open().begin();
    const flags = asked.note(keysOf(parts));
    await asked.abandon();
    return parts
      .filter((_, index) => flags[index] !== 1)
      .map((part) => begunAt(part, cursors.get(part.source)));
  }

  /**
   * Keeps that objects were delivered; answers with how far those were read that broke off, by their names, and null for
   * those that are whole now.
   */
  async settle(parts: readonly SettledPart[], nowMs: number): Promise<Record<string, ObjectCursor | null>> {
    const cursors: Record<string, ObjectCursor | null> = {};
    const whole: ObjectPart[] = [];
    for (const { part, account } of parts) {
      if (part.kind !== 'object') continue;
      if (account?.failure !== undefined) cursors[part.source] = cursorOf(part, account);
      else {
        whole.push(part);
        if (part.from !== undefined) cursors[part.source] = null;
      }
    }
    if (whole.length > 0) {
      const settled = this.#open().begin();
      settled.note(keysOf(whole));
      await settled.commit(Math.floor(nowMs / dayMs));
    }
    return cursors;
  }

  async close(): Promise<void> {
    await this.#index?.close();
  }

  #open(): SeenEvents {
    this.#index ??= this.#held.openObjects();
    return this.#index;
  }
}

/** How far an object was read that broke off. */
interface ObjectCursor {
  etag: string;
  offset: number;
  lines: number;
}

function cursorOf({ etag }: ObjectPart, { readTo, lines }: SourceAccount): ObjectCursor {
  return { etag, offset: readTo, lines };
}

function begunAt(part: ObjectPart, cursor: unknown): ObjectPart {
  const { etag, offset = 0, lines = 0 } = (cursor ?? {}) as Partial<ObjectCursor>;
  return etag === part.etag && offset > 0 ? { ...part, from: { stored: 0, offset, lines } } : part;
}

/** An object as a part of a batch; undefined where it is gone. */
export function objectSource(
  { size, from }: { size: number; from?: Place },
  source: Source | undefined,
): SourcePart | undefined {
  if (source === undefined) return undefined;
  if (from === undefined) return { source };
  const range = { from, to: size, plain: false, checksum: 0, headHash: '' };
  return { source, part: { ...range, format: 'lines', skipEnding: false, isFinal: true } };
}

function keysOf(parts: readonly ObjectPart[]): Buffer {
  return Buffer.concat(
    parts.map(({ source, etag, size }) =>
      createHash('sha256')
        .update(JSON.stringify([source, etag, size]))
        .digest()
        .subarray(0, keyBytes),
    ),
  );
}
