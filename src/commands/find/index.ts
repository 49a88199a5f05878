import type { CompiledAuditType } from '../../core/audit-types/audit-type.ts';
import type { ChosenObject } from '../../core/readers/choose-objects.ts';
import { chooseObjects } from '../../core/readers/choose-objects.ts';
import type { Criteria } from '../../core/readers/criteria.ts';
import { buildMatcher, needleOf } from '../../core/readers/criteria.ts';
import type { EventReader } from '../../core/readers/known-types.ts';
import { buildEventReader } from '../../core/readers/known-types.ts';
import { readInOrder } from '../../core/readers/read-ahead.ts';
import { parseOrText } from '../../core/readers/read-row.ts';
import { buildLineScanner } from '../../core/readers/scan-lines.ts';
import type { EventRow } from '../../core/readers/standard-columns.ts';
import type { StoreReader } from '../../ports/store-reader.ts';

/** What `find` needs of the world. */
export interface FindHost {
  reader: StoreReader;
  /** The content of an object, its compression undone. */
  open: (object: ChosenObject) => AsyncIterable<Buffer>;
  types: readonly CompiledAuditType[];
  /** Told whenever an object was read. */
  onProgress: (progress: FindProgress) => void;
}

export interface FindProgress {
  objects: number;
  /** As stored. */
  bytes: number;
  hits: number;
}

/** An event that was asked for. */
export interface FindHit {
  /** Below the store's prefix. */
  key: string;
  /** In the object, counted from 1. */
  line: number;
  type: string | undefined;
  row: EventRow;
  /** As it is stored, without its line end. */
  text: string;
}

/** What a search has to tell beside its hits. */
export interface FindSummary extends FindProgress {
  /** Objects that could not be read, or not to their end. */
  failures: { key: string; error: unknown }[];
}

/** Objects that are read at once. */
const atOnce = 4;

/**
 * Finds the events that fulfil all criteria, in the order of keys and lines, in batches; the return value is the summary. An object
 * that can't be read is noted there, and the others are searched all the same. Throws what listing throws.
 */
export async function* find(
  criteria: Criteria,
  layout: string,
  { reader, open, types, onProgress }: FindHost,
): AsyncGenerator<FindHit[], FindSummary> {
  const summary: FindSummary = { objects: 0, bytes: 0, hits: 0, failures: [] };
  const scanLines = buildLineScanner(needleOf(criteria));
  const search = { matches: buildMatcher(criteria), events: buildEventReader(types) };
  const { types: wantedTypes, sinceMs, untilMs } = criteria;
  const objects = chooseObjects(reader, layout, { types: wantedTypes, sinceMs, untilMs });
  async function* hitsOf(object: ChosenObject): AsyncGenerator<FindHit[]> {
    try {
      for await (const lines of scanLines(open(object))) {
        const hits = lines.flatMap((scanned) => hitOf(scanned, object, { ...search, wantedTypes }));
        if (hits.length > 0) yield hits;
      }
    } catch (error) {
      summary.failures.push({ key: object.key, error });
    }
    summary.objects++;
    summary.bytes += object.size;
    onProgress(summary);
  }
  for await (const hits of readInOrder(objects, hitsOf, atOnce)) {
    summary.hits += hits.length;
    yield hits;
  }
  return summary;
}

interface Search {
  matches: (row: EventRow, event: unknown) => boolean;
  events: EventReader;
  wantedTypes: readonly string[] | undefined;
}

function hitOf(
  { line, text }: { line: number; text: string },
  { key, type: ofKey }: ChosenObject,
  { matches, events, wantedTypes }: Search,
): FindHit[] {
  const event = parseOrText(text);
  const type = events.typeOf(event, ofKey);
  if (wantedTypes !== undefined && (type === undefined || !wantedTypes.includes(type))) return [];
  const row = events.rowOf(event, type);
  return matches(row, event) ? [{ key, line, type, row, text }] : [];
}
