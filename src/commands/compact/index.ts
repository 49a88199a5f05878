import type { CompiledAuditType } from '../../core/audit-types/audit-type.ts';
import type { LakePlace } from '../../core/ocsf/lake.ts';
import { lakeDays } from '../../core/ocsf/lake.ts';
import { buildOcsfReader } from '../../core/ocsf/read-source.ts';
import type { ChosenObject } from '../../core/readers/find/choose-objects.ts';
import { chooseObjects } from '../../core/readers/find/choose-objects.ts';
import type { SourceDay, TableDay, TypedObject } from '../../core/readers/compaction.ts';
import { groupByDay, hashOfSources, splitSources } from '../../core/readers/compaction.ts';
import { curatedFolder, isParquetName, parquetName } from '../../core/readers/curated-object.ts';
import { buildEventReader } from '../../core/readers/columns/known-types.ts';
import type { WantedObjects } from '../../core/readers/stored-object.ts';
import type { PlaceInLog } from '../../core/verify/places-in-log.ts';
import { placesInLogs } from '../../core/verify/places-in-log.ts';
import { AuditExportError, isAuditExportError } from '../../errors.ts';
import type { ObjectStore, PutStatus } from '../../ports/store/object-store.ts';
import type { StoreReader } from '../../ports/store/store-reader.ts';
import { ClaimBook, keyBelow } from './claim-book.ts';
import type { CompactReport } from './compact-report.ts';
import type { MadeFile, TableHost } from './read-sources.ts';
import { writeOcsf } from './write-ocsf.ts';
import { writeTable } from './write-table.ts';

/** A place to write to, and to read what is there. */
export interface Place {
  store: ObjectStore;
  reader: StoreReader;
}

/** What `compact` needs of the world. */
export interface CompactHost {
  /** Where the events are. */
  reader: StoreReader;
  open: (object: ChosenObject) => AsyncIterable<Buffer>;
  types: readonly CompiledAuditType[];
  /** Where the files go. */
  target: Place;
  /** Where claims are kept if not there; `folder` tells targets apart. */
  claims?: Place & { folder: string };
  /** `audit-export 1.2.3` */
  createdBy: string;
  signal: AbortSignal;
  /** Told of each file that is stored. */
  onFile: (file: CompactReport['files'][number]) => void;
}

export interface CompactRequest extends WantedObjects {
  layout: string;
  withRaw: boolean;
  /** Where Security Lake looks, for files of OCSF; the standard columns by type if missing. */
  lake?: LakePlace;
}

/**
 * Writes the events of a store as Parquet: files for each type and day, or for each class of OCSF and day, each source object in exactly
 * one of a table. What is in a file already is left out; objects that came later make a further file. Any number of processes may do it
 * at once: sources are claimed before they are read. A file that can't be made is named in the report, the others are. Throws what
 * listing throws.
 */
export async function compact(request: CompactRequest, host: CompactHost): Promise<CompactReport> {
  const { reader, target } = host;
  const objects: ChosenObject[] = [];
  for await (const object of chooseObjects(reader, request.layout, request)) objects.push(object);
  // A day counts as a whole: one that is not over by --until is left.
  const { days, unclear } = groupByDay(objects);
  const failures = unclear.map(({ key }) => ({
    key,
    message:
      'its key does not say its type and day by the layout: name the one it was delivered with (--layout)',
  }));
  const work = workOf(days, request, { host, failures });
  const report: CompactReport = {
    report: 'compact',
    version: 1,
    store: reader.location,
    target: target.store.location,
    days: work.length,
    upToDate: 0,
    files: [],
    failures,
  };
  for (const { day, make } of work) {
    if (host.signal.aborted) break;
    try {
      await compactDay({ day, make }, { host, report });
    } catch (error) {
      report.failures.push({ key: `${day.of} ${day.date}`, message: (error as Error).message });
    }
  }
  return report;
}

/** A day of a table, and what makes a file of some of its sources. */
interface DayWork {
  day: TableDay;
  make: (objects: readonly TypedObject[], places: TableHost['places']) => Promise<MadeFile>;
}

function workOf(
  days: readonly SourceDay[],
  { withRaw, lake }: CompactRequest,
  { host, failures }: { host: CompactHost; failures: CompactReport['failures'] },
): DayWork[] {
  if (lake === undefined) {
    const events = buildEventReader(host.types);
    return days.map(tableDay).map((day) => ({
      day,
      make: (objects, places) => writeTable({ ...day, objects }, { events, withRaw }, { ...host, places }),
    }));
  }
  const read = buildOcsfReader(host.types);
  const onLeftOut = ({ key }: TypedObject, lines: number): void =>
    void failures.push({
      key,
      message: `${lines === 1 ? '1 line has' : `${lines} lines have`} no time of event that is known, and came to no class: name the schema of its type (--schema)`,
    });
  return lakeDays(days, lake).map((day) => ({
    day,
    make: (objects, places) => writeOcsf({ ...day, objects }, { ...host, places, read, onLeftOut }),
  }));
}

function tableDay({ type, date, objects }: SourceDay): TableDay {
  return { table: `audit_type=${type}`, of: type, date, objects, folder: curatedFolder(type, date) };
}

/** More claims at once than a day can need. */
const mostClaims = 1000;

async function compactDay(
  { day, make }: DayWork,
  { host, report }: { host: CompactHost; report: CompactReport },
): Promise<void> {
  const { target, claims = { ...target, folder: '' } } = host;
  const book = await ClaimBook.open(`${claims.folder}${day.table}`, day.date, claims);
  const all = day.objects.map(({ hash }) => hash);
  if (book.isDoneWith(hashOfSources(all))) {
    report.upToDate++;
    return;
  }
  // A lake that may only be written to is not looked at.
  if (host.claims === undefined) await refuseOthers(day.folder, target.reader);
  await book.read();
  await claimRest(day, book);
  const places = await placesOf(day, host);
  // What was claimed and not ended: just now, or by a run that was killed, or by one that is at it; the same content gets the same name.
  for (const { number, claim } of book.open()) {
    const objects = day.objects.filter(({ hash }) => claim.sources.includes(hash));
    const missing = claim.sources.filter((hash) => !objects.some((object) => object.hash === hash));
    if (missing.length > 0 && !(await isStored(claim.file, target.reader))) {
      report.failures.push({
        key: claim.file,
        message: `${missing.length} of its sources are gone from the store`,
      });
      continue;
    }
    if (missing.length === 0) {
      const file = await storeFile(claim.file, await make(objects, places), target.store);
      if (file !== undefined) {
        const sourceBytes = objects.reduce((sum, { size }) => sum + size, 0);
        const row = { ...file, of: day.of, date: day.date, sources: objects.length, sourceBytes };
        report.files.push(row);
        host.onFile(row);
      }
    }
    await book.end(number);
  }
}

/** Files of somebody else may hold the same events, as those of Athena's UNLOAD do. Throws `name-taken`. */
async function refuseOthers(folder: string, reader: StoreReader): Promise<void> {
  for await (const { key } of reader.list(`${folder}/`))
    if (!isParquetName(key))
      throw new AuditExportError(
        'name-taken',
        `${key} is there, which compact did not write, and may hold the same events: move it away, or name another place after --to`,
      );
}

/** Claims what nobody has claimed yet. */
async function claimRest({ objects, folder }: TableDay, book: ClaimBook): Promise<void> {
  for (let tries = 0; tries < mostClaims; tries++) {
    const [part] = splitSources(objects.filter(({ hash }) => !book.isClaimed(hash)));
    if (part === undefined) return;
    const sources = part.map(({ hash }) => hash);
    const earliestMs = Math.min(...part.map((object) => object.earliestMs));
    const file = `${folder}/${parquetName(earliestMs, hashOfSources(sources))}`;
    await book.claim({ claim: 'audit-export-compact', version: 1, file, sources });
  }
}

async function storeFile(
  key: string,
  { body, lines }: MadeFile,
  store: ObjectStore,
): Promise<{ key: string; lines: number; bytes: number; status: PutStatus } | undefined> {
  if (body === undefined) return undefined;
  const contentType = 'application/vnd.apache.parquet';
  const status = await store.put({ key: keyBelow(store, key), body, contentType });
  return { key, lines, bytes: body.length, status };
}

/** Whether a file is there: a run that was killed may have stored it and not said so. */
async function isStored(file: string, reader: StoreReader): Promise<boolean> {
  for await (const { key } of reader.list(file)) if (key === file) return true;
  return false;
}

/** The places of a day's objects in the log. Where it can't be read the events can: their table is made all the same. */
async function placesOf({ objects }: TableDay, { reader }: CompactHost): Promise<Map<string, PlaceInLog>> {
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
