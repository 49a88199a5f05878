import type { CompiledAuditType } from '../../core/audit-types/audit-type.ts';
import type { ChosenObject } from '../../core/readers/find/choose-objects.ts';
import { chooseObjects } from '../../core/readers/find/choose-objects.ts';
import type { Criteria } from '../../core/readers/find/criteria.ts';
import { buildMatcher, buildQuickMatcher, needleOf } from '../../core/readers/find/criteria.ts';
import { buildEventReader } from '../../core/readers/columns/known-types.ts';
import { readInOrder } from '../../core/readers/read-ahead.ts';
import { parseOrText, readRow } from '../../core/readers/columns/read-row.ts';
import type { ScannedLine } from '../../core/readers/find/scan-lines.ts';
import { buildLineScanner } from '../../core/readers/find/scan-lines.ts';
import type { EventRow } from '../../core/readers/columns/standard-columns.ts';
import type { StoreReader } from '../../ports/store/store-reader.ts';

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
  /** As it is stored, without its line end. */
  bytes: Buffer;
  /** Reads its columns, which not all who ask want. */
  row: () => EventRow;
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
  const judge = buildJudge(criteria, types);
  const scanLines = buildLineScanner(needleOf(criteria));
  const { types: wantedTypes, sinceMs, untilMs } = criteria;
  const objects = chooseObjects(reader, layout, { types: wantedTypes, sinceMs, untilMs });
  async function* hitsOf(object: ChosenObject): AsyncGenerator<FindHit[]> {
    try {
      yield* scanLines(open(object), (line) => judge(line, object));
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

type Judge = (line: ScannedLine, object: ChosenObject) => FindHit | undefined;

/** Builds what makes hits of lines. A line is parsed only where its bytes do not say enough, or who asks wants its columns. */
function buildJudge(criteria: Criteria, types: readonly CompiledAuditType[]): Judge {
  const isHit = buildMatcher(criteria);
  const isHitForCertain = buildQuickMatcher(criteria);
  const events = buildEventReader(types);
  const { types: wantedTypes } = criteria;
  const isWanted = (type: string | undefined): boolean =>
    wantedTypes === undefined || (type !== undefined && wantedTypes.includes(type));
  return ({ number, bytes, at }, { key, type: ofKey }) => {
    // The type is known: where it is not asked for, the object would not be read.
    const isCertain = ofKey !== undefined && at !== undefined && isHitForCertain(bytes, at);
    const event = isCertain ? undefined : parseOrText(bytes.toString());
    const type = isCertain ? ofKey : events.typeOf(event, ofKey);
    if (!isWanted(type)) return undefined;
    const readers = events.columnsOf(type);
    if (!isCertain && !isHit((name) => readers[name](event), event)) return undefined;
    const kept = Buffer.from(bytes);
    const row = (): EventRow => readRow(readers, event ?? parseOrText(kept.toString()));
    return { key, line: number, type, bytes: kept, row };
  };
}
