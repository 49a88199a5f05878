import type { CompiledAuditType } from '../../core/audit-types/audit-type.ts';
import type { ChosenObject } from '../../core/readers/choose-objects.ts';
import { chooseObjects } from '../../core/readers/choose-objects.ts';
import type { SourceDay } from '../../core/readers/compaction.ts';
import { groupByDay, hashOfSources, splitSources } from '../../core/readers/compaction.ts';
import { curatedKey } from '../../core/readers/curated-object.ts';
import { buildEventReader } from '../../core/readers/known-types.ts';
import type { WantedObjects } from '../../core/readers/stored-object.ts';
import type { PlaceInLog } from '../../core/verify/places-in-log.ts';
import { placesInLogs } from '../../core/verify/places-in-log.ts';
import { isAuditExportError } from '../../errors.ts';
import type { ObjectStore } from '../../ports/store/object-store.ts';
import type { StoreReader } from '../../ports/store/store-reader.ts';
import { ClaimBook } from './claim-book.ts';
import type { CompactReport } from './compact-report.ts';
import { writeTable } from './write-table.ts';

/** What `compact` needs of the world. */
export interface CompactHost {
  /** Where the events are. */
  reader: StoreReader;
  open: (object: ChosenObject) => AsyncIterable<Buffer>;
  types: readonly CompiledAuditType[];
  /** Where the files go, for writing and for reading. */
  target: ObjectStore;
  targetReader: StoreReader;
  /** `audit-export 1.2.3` */
  createdBy: string;
  signal: AbortSignal;
  /** Told of each file that is stored. */
  onFile: (file: CompactReport['files'][number]) => void;
}

export interface CompactRequest extends WantedObjects {
  layout: string;
  withRaw: boolean;
}

/**
 * Writes the events of a store as Parquet: files for each type and day, each source object in exactly one. What is in a file already
 * is left out; objects that came later make a further file. Any number of processes may do it at once: sources are claimed before they
 * are read. A file that can't be made is named in the report, the others are. Throws what listing throws.
 */
export async function compact(request: CompactRequest, host: CompactHost): Promise<CompactReport> {
  const { reader, target } = host;
  const objects: ChosenObject[] = [];
  for await (const object of chooseObjects(reader, request.layout, request)) objects.push(object);
  // A day counts as a whole: one that is not over by --until is left.
  const { days, unclear } = groupByDay(objects);
  const report: CompactReport = {
    report: 'compact',
    version: 1,
    store: reader.location,
    target: target.location,
    days: days.length,
    upToDate: 0,
    files: [],
    failures: unclear.map(({ key }) => ({
      key,
      message:
        'its key does not say its type and day by the layout: name the one it was delivered with (--layout)',
    })),
  };
  for (const day of days) {
    if (host.signal.aborted) break;
    try {
      await compactDay(day, request, { host, report });
    } catch (error) {
      report.failures.push({ key: `${day.type} ${day.date}`, message: (error as Error).message });
    }
  }
  return report;
}

/** More claims at once than a day can need. */
const mostClaims = 1000;

interface Work {
  host: CompactHost;
  report: CompactReport;
}

async function compactDay(day: SourceDay, request: CompactRequest, { host, report }: Work): Promise<void> {
  const { target, targetReader } = host;
  const book = await ClaimBook.open(`audit_type=${day.type}`, day.date, { target, reader: targetReader });
  const all = day.objects.map(({ hash }) => hash);
  if (book.isDoneWith(hashOfSources(all))) {
    report.upToDate++;
    return;
  }
  await book.read();
  for (let tries = 0; tries < mostClaims; tries++) {
    const rest = day.objects.filter(({ hash }) => !book.isClaimed(hash));
    const [part] = splitSources(rest);
    if (part === undefined) break;
    const sources = part.map(({ hash }) => hash);
    const earliestMs = Math.min(...part.map((object) => object.earliestMs));
    const file = curatedKey({ type: day.type, date: day.date, earliestMs, hash: hashOfSources(sources) });
    await book.claim({ claim: 'audit-export-compact', version: 1, file, sources });
  }
  const places = await placesOf(day, host);
  // What was claimed and not ended: just now, or by a run that was killed, or by one that is at it; the same content gets the same name.
  for (const { number, claim } of book.open()) {
    const objects = day.objects.filter(({ hash }) => claim.sources.includes(hash));
    const missing = claim.sources.filter((hash) => !objects.some((object) => object.hash === hash));
    if (missing.length > 0 && (await isStored(claim.file, targetReader))) {
      await book.end(number);
      continue;
    }
    if (missing.length > 0) {
      report.failures.push({
        key: claim.file,
        message: `${missing.length} of its sources are gone from the store`,
      });
      continue;
    }
    const made = await writeTable({ ...day, objects }, request, {
      ...host,
      events: buildEventReader(host.types),
      places,
    });
    const status = await target.put({
      key: book.keyOf(claim.file),
      body: made.body,
      contentType: 'application/vnd.apache.parquet',
    });
    await book.end(number);
    const { type, date } = day;
    const facts = { key: claim.file, type, date, lines: made.lines, bytes: made.body.length, status };
    const row = {
      ...facts,
      sources: objects.length,
      sourceBytes: objects.reduce((sum, { size }) => sum + size, 0),
    };
    report.files.push(row);
    host.onFile(row);
  }
}

/** Whether a file is there: a run that was killed may have stored it and not said so. */
async function isStored(file: string, reader: StoreReader): Promise<boolean> {
  for await (const { key } of reader.list(file)) if (key === file) return true;
  return false;
}

/** The places of a day's objects in the log. Where it can't be read the events can: their table is made all the same. */
async function placesOf({ objects }: SourceDay, { reader }: CompactHost): Promise<Map<string, PlaceInLog>> {
  try {
    return await placesInLogs(
      reader,
      objects.map(({ key }) => key),
    );
  } catch (error) {
    if (isAuditExportError(error)) return new Map();
    throw error;
  }
}
