import { parseStoreAddress } from '../../core/config/store-address.ts';
import type { SeenObject } from '../../core/consumers/check/check-keys.ts';
import { buildKeyCheck, shadowedFields } from '../../core/consumers/check/check-keys.ts';
import { checkParquet } from '../../core/consumers/check/check-parquet.ts';
import type { CheckFinding } from '../../core/consumers/check/findings.ts';
import { CheckBook } from '../../core/consumers/check/findings.ts';
import { tablesOf } from '../../core/consumers/athena/tables.ts';
import { partitionNames } from '../../core/layout/layout.ts';
import type { Claim } from '../../core/readers/compaction.ts';
import { parseOrText } from '../../core/readers/columns/read-row.ts';
import { buildLineScanner } from '../../core/readers/find/scan-lines.ts';
import { AuditExportError, isAuditExportError } from '../../errors.ts';
import type { StoredObject, StoreReader } from '../../ports/store/store-reader.ts';
import type { TableCatalogue } from '../../ports/aws/table-catalogue.ts';
import type { CheckOptions } from './check-settings.ts';
import type { ConsumersHost } from './consumers-host.ts';
import { curatedPlace, filingOf } from './target.ts';

/** What `consumers check --json` prints. Shape: schemas/consumers-check.schema.json. */
export interface CheckReport {
  report: 'consumers-check';
  version: 1;
  store: string;
  /** Objects of events, by audit type; `unclear` where their keys don't say it. */
  objects: Record<string, number>;
  /** Parquet files; null where it was not said where they are. */
  parquetFiles: number | null;
  findings: CheckFinding[];
}

export interface CheckHost extends Pick<
  ConsumersHost,
  'clock' | 'readOwnTypes' | 'openReader' | 'openCatalogue'
> {
  /** The content of an object, its compression undone. */
  open: (reader: StoreReader, object: Pick<StoredObject, 'key' | 'size'>) => AsyncIterable<Buffer>;
}

const dayMs = 86_400_000;

/**
 * Holds a store against what is made for its readers. Reads the list, the first object of each type, and the claims of `compact`.
 * Throws `missing-answer` where no store is named, `usage`, and what listing throws.
 */
export async function consumersCheck(options: CheckOptions, host: CheckHost): Promise<CheckReport> {
  const { from, curated } = options;
  if (from === undefined)
    throw new AuditExportError('missing-answer', 'It is not said which store is read.', {
      cure: 'Name it with --from s3://BUCKET/PREFIX or --from FOLDER, or the profile with --profile.',
      details: { missing: '--from' },
    });
  const filing = await filingOf(options, host.readOwnTypes);
  const types = new Set(filing.types.map(({ descriptor }) => descriptor.type));
  const sinceMs = Date.parse(`${options.since}T00:00:00Z`);
  const book = new CheckBook();
  const reader = await host.openReader(parseStoreAddress(from));
  const objects: SeenObject[] = [];
  const firsts = new Map<string, StoredObject>();
  try {
    const check = buildKeyCheck({ layout: filing.layout, types, sinceMs }, book);
    for await (const object of reader.list('')) {
      const seen = check(object.key);
      if (seen === undefined) continue;
      objects.push(seen);
      const type = seen.type ?? 'unclear';
      if (!firsts.has(type)) firsts.set(type, object);
    }
    const partitions = partitionNames(filing.layout);
    for (const object of firsts.values()) await checkFields(object, partitions, { reader, host, book });
  } finally {
    await reader.close();
  }
  const written = curated === undefined ? undefined : await readCurated(curated, host);
  const todayMs = Math.floor(host.clock.now() / dayMs) * dayMs;
  if (written !== undefined) checkParquet(objects, written, { todayMs, book });
  if (options.catalogue)
    await checkCatalogue([...types], { ...options, from, layout: filing.layout }, { host, book });
  return {
    report: 'consumers-check',
    version: 1,
    store: reader.location,
    objects: countedByType(objects),
    parquetFiles: written?.files.size ?? null,
    findings: book.findings,
  };
}

function countedByType(objects: readonly SeenObject[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const { type = 'unclear' } of objects) counts.set(type, (counts.get(type) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

/** Whether a partition hides a field of the events in an object. */
async function checkFields(
  object: StoredObject,
  partitions: readonly string[],
  { reader, host, book }: { reader: StoreReader; host: CheckHost; book: CheckBook },
): Promise<void> {
  const hidden = new Set<string>();
  try {
    const scanned = buildLineScanner('')(host.open(reader, object), ({ bytes }) => {
      for (const field of shadowedFields(parseOrText(bytes.toString()), partitions)) hidden.add(field);
    });
    await scanned.next();
  } catch (error) {
    if (!isAuditExportError(error)) throw error;
    book.add('unreadable', `${object.key}: ${error.message}`);
  }
  for (const field of hidden) book.add('shadowed-field', `${object.key}: ${field}`);
}

/** Of the files by audit type; those of OCSF hold the same events once more. */
const claimName = /^_audit-export\/compact\/audit_type=.*\/\d{6}\.json$/;
const notByType = /(?:^|\/)_|^ext\//;

/** The Parquet files in a place, and what was claimed there. */
async function readCurated(place: string, host: CheckHost): Promise<{ files: Set<string>; claims: Claim[] }> {
  const reader = await host.openReader(parseStoreAddress(place));
  try {
    const files = new Set<string>();
    const claims: Claim[] = [];
    for await (const { key } of reader.list('')) {
      if (claimName.test(key)) claims.push(await readClaim(reader, key));
      else if (key.endsWith('.parquet') && !notByType.test(key)) files.add(key);
    }
    return { files, claims };
  } finally {
    await reader.close();
  }
}

async function readClaim(reader: StoreReader, key: string): Promise<Claim> {
  const pieces: Buffer[] = [];
  for await (const piece of reader.read(key)) pieces.push(Buffer.from(piece));
  return JSON.parse(Buffer.concat(pieces).toString('utf8')) as Claim;
}

/** Whether the catalogue has the tables that are made for the store. */
async function checkCatalogue(
  types: readonly string[],
  { from, curated, since, layout, database }: CheckOptions & { from: string; layout: string },
  { host, book }: { host: CheckHost; book: CheckBook },
): Promise<void> {
  const store = curatedPlace(from, { bucket: '', prefix: '' });
  const lastYear = new Date(host.clock.now()).getUTCFullYear() + 5;
  const made = tablesOf({ store, layout, curated: curatedPlace(curated, store), types, since, lastYear });
  const catalogue: TableCatalogue = await host.openCatalogue();
  try {
    const live = new Map((await catalogue.tables(database)).map((table) => [table.name, table]));
    for (const { name, columns, partitions, location, properties } of [...made.lines, ...made.parquet]) {
      const found = live.get(name);
      const template = 'storage.location.template';
      if (found === undefined) book.add('table-missing', `${database}.${name}`);
      else if (
        found.location !== location ||
        found.properties[template] !== properties[template] ||
        JSON.stringify([found.columns, found.partitions]) !== JSON.stringify([columns, partitions])
      )
        book.add('table-differs', `${database}.${name}`);
    }
  } finally {
    await catalogue.close();
  }
}
