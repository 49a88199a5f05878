import { createHash } from 'node:crypto';
import type { SettledPart } from '../../../core/batches/deliver-files.ts';
import { difference, sum } from '../../../core/batches/lines-by-type.ts';
import type { SourceAccount, SourcePart } from '../../../core/push/source-part.ts';
import type { DeliveredObject, DeliveredObjects } from '../../../ports/state/delivered-objects.ts';
import type { Source } from '../../../ports/sources/source.ts';
import type { Place } from '../../../ports/sources/known-file.ts';
import type { ObjectPart } from '../../../ports/state/batch.ts';

type Lines = Readonly<Record<string, number>>;

/** The objects of buckets that a run is given, and what of them was delivered before: by name, ETag and size. */
export class BucketObjects {
  readonly #delivered: DeliveredObjects;
  readonly #again: readonly string[];
  readonly #given: ReadonlyMap<string, ObjectPart>;
  /** What was delivered of the given ones before, by their names; and which of them are whole. */
  readonly #known = new Map<string, Lines>();
  readonly #whole = new Set<string>();

  /** `sources` are those of the run; what is no object of a bucket is left out. `again`: what is to be read from its beginning. */
  constructor(delivered: DeliveredObjects, sources: readonly Source[] = [], again: readonly string[] = []) {
    this.#delivered = delivered;
    this.#again = again;
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
    const asked = new Map(
      [...this.#given.values()].filter((part) => !this.#isAgain(part)).map((part) => [keyOf(part), part]),
    );
    this.#known.clear();
    this.#whole.clear();
    if (asked.size > 0)
      for await (const { key, lines } of this.#delivered.all()) {
        const { source } = asked.get(key) ?? {};
        if (source === undefined) continue;
        this.#known.set(source, lines);
        this.#whole.add(source);
      }
    const fresh: ObjectPart[] = [];
    for (const part of this.#given.values()) {
      if (this.#whole.has(part.source)) continue;
      const begun = this.#isAgain(part) ? part : begunAt(part, cursors.get(part.source));
      if (begun.delivered !== undefined) this.#known.set(part.source, begun.delivered);
      fresh.push(begun);
    }
    return fresh;
  }

  /**
   * Keeps that objects were delivered; answers with how far those were read that broke off, by their names, and null for
   * those that are whole now.
   */
  async settle(parts: readonly SettledPart[]): Promise<Record<string, ObjectCursor | null>> {
    const cursors: Record<string, ObjectCursor | null> = {};
    const whole: DeliveredObject[] = [];
    for (const { part, account, lines } of parts) {
      if (part.kind !== 'object') continue;
      const delivered = sum(part.delivered ?? {}, lines);
      if (account?.failure !== undefined) cursors[part.source] = cursorOf(part, account, delivered);
      else {
        whole.push({ key: keyOf(part), lines: delivered });
        // It may have been begun before, and is read from its beginning now.
        cursors[part.source] = null;
      }
    }
    if (whole.length > 0) await this.#delivered.add(whole);
    return cursors;
  }

  /** What was delivered of the given objects before, and not read now, by the folders that they lie in. */
  known(read: ReadonlyMap<string, Lines>): { name: string; delivered: Lines }[] {
    const folders = new Map<string, Lines>();
    for (const [source, lines] of this.#known) {
      const name = source.slice(0, source.lastIndexOf('/') + 1);
      folders.set(name, sum(folders.get(name) ?? {}, difference(lines, read.get(source) ?? {})));
    }
    return [...folders].map(([name, delivered]) => ({ name, delivered }));
  }

  /** Those of the given objects that were delivered as a whole before, and not read now. */
  unread(read: ReadonlyMap<string, Lines>): string[] {
    return [...this.#whole].filter((source) => !read.has(source));
  }

  #isAgain({ source }: ObjectPart): boolean {
    return this.#again.some(
      (input) => source === input || source.startsWith(input.endsWith('/') ? input : `${input}/`),
    );
  }
}

/** How far an object was read that broke off, and what was delivered of it. */
interface ObjectCursor {
  etag: string;
  offset: number;
  lines: number;
  delivered: Lines;
}

function cursorOf({ etag }: ObjectPart, { readTo, lines }: SourceAccount, delivered: Lines): ObjectCursor {
  return { etag, offset: readTo, lines, delivered };
}

function begunAt(part: ObjectPart, cursor: unknown): ObjectPart {
  const { etag, offset = 0, lines = 0, delivered = {} } = (cursor ?? {}) as Partial<ObjectCursor>;
  if (etag !== part.etag || offset === 0) return part;
  return { ...part, from: { stored: 0, offset, lines }, delivered };
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

const keyDigits = 32;

function keyOf({ source, etag, size }: ObjectPart): string {
  return createHash('sha256')
    .update(JSON.stringify([source, etag, size]))
    .digest('hex')
    .slice(0, keyDigits);
}
