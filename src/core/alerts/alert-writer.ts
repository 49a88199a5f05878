import type { AuditExportError } from '../../errors.ts';
import { isAuditExportError } from '../../errors.ts';
import type { ObjectStore } from '../../ports/store/object-store.ts';
import type { ClassifiedChunk } from '../../ports/classifier.ts';
import { parseLine } from '../readers/columns/read-row.ts';
import type { EventRow } from '../readers/columns/standard-columns.ts';
import { alertObject } from './alert-object.ts';
import type { AlertMatcher } from './alert-rules.ts';

/** Alert objects that were stored, that were there already, and that the store did not take. */
export interface AlertCounts {
  stored: number;
  alreadyThere: number;
  failed: number;
  /** What the first of those failed with. */
  failure: AuditExportError | undefined;
}

export interface AlertWriterOptions {
  matcher: AlertMatcher;
  /** By audit type. */
  readers: ReadonlyMap<string, (event: unknown) => EventRow>;
  store: Pick<ObjectStore, 'prefix' | 'put'>;
  now: () => number;
  /** Counted on, from run to run of a process. */
  counts: AlertCounts;
}

/** Alerts stored at once. */
const atOnce = 8;

/**
 * Writes the events of delivered lines that rules make alerts, each as an object of its own, as soon as they are read: before the objects that
 * they lie in are delivered. One that the store does not take is counted, and the delivery goes on: events weigh more than
 * alerts. The same event again is the same object.
 */
export class AlertWriter {
  readonly #options: AlertWriterOptions;

  constructor(options: AlertWriterOptions) {
    this.#options = options;
  }

  /** Looks at the good lines of a chunk. */
  async take(chunk: ClassifiedChunk, types: readonly string[]): Promise<void> {
    const { store, matcher, readers, now } = this.#options;
    let from = 0;
    let waiting: Promise<void>[] = [];
    for (const [index, end] of chunk.lineEnds.entries()) {
      const line = chunk.content.toString('utf8', from, end - 1);
      from = end;
      const type = types[chunk.lineTypes[index] ?? -1] ?? '';
      const row = readers.get(type)?.(parseLine(line));
      const rules = row === undefined ? [] : matcher(type, row);
      if (row === undefined || rules.length === 0) continue;
      waiting.push(this.#put(store.put(alertObject(store.prefix, { type, rules, row, line, nowMs: now() }))));
      if (waiting.length === atOnce) {
        await Promise.all(waiting);
        waiting = [];
      }
    }
    await Promise.all(waiting);
  }

  async #put(status: ReturnType<ObjectStore['put']>): Promise<void> {
    const { counts } = this.#options;
    try {
      if ((await status) === 'stored') counts.stored++;
      else counts.alreadyThere++;
    } catch (error) {
      if (!isAuditExportError(error)) throw error;
      counts.failed++;
      counts.failure ??= error;
    }
  }
}
