import { createHash } from 'node:crypto';
import type { ChosenObject } from '../../core/readers/choose-objects.ts';
import type { SourceDay } from '../../core/readers/compaction.ts';
import type { EventReader } from '../../core/readers/known-types.ts';
import { ParquetTable } from '../../core/readers/parquet-table.ts';
import { parseOrText, readRow } from '../../core/readers/read-row.ts';
import type { ScannedLine } from '../../core/readers/scan-lines.ts';
import { buildLineScanner } from '../../core/readers/scan-lines.ts';
import { standardColumns } from '../../core/readers/standard-columns.ts';
import type { PlaceInLog } from '../../core/verify/places-in-log.ts';
import { AuditExportError } from '../../errors.ts';

/** What a table is made with. */
export interface TableHost {
  open: (object: ChosenObject) => AsyncIterable<Buffer>;
  events: EventReader;
  createdBy: string;
  /** By key. */
  places: ReadonlyMap<string, PlaceInLog>;
}

/** One source, as the metadata of the file names it. */
interface NamedSource {
  key: string;
  sha256: string;
  lines: number;
  /** Where the transparency log tells of it; missing where it does not, or could not be read. */
  log?: PlaceInLog;
}

/**
 * Reads the sources of a day and makes the Parquet file of them, in the order of keys and lines. Its metadata names each source with the
 * SHA-256 of its content and its place in the transparency log. Throws `source-broken` for a source whose content is not what its name says.
 */
export async function writeTable(
  { type, date, objects }: SourceDay,
  { withRaw }: { withRaw: boolean },
  { open, events, createdBy, places }: TableHost,
): Promise<{ body: Buffer; lines: number }> {
  const columns = withRaw ? [...standardColumns, { name: 'line', kind: 'text' } as const] : standardColumns;
  const table = new ParquetTable(columns, createdBy);
  const readers = events.columnsOf(type);
  const scan = buildLineScanner('');
  const sources: NamedSource[] = [];
  let lines = 0;
  for (const object of objects.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    const hash = createHash('sha256');
    let ofSource = 0;
    const add = ({ bytes }: ScannedLine): undefined => {
      const text = bytes.toString();
      table.add({ ...readRow(readers, parseOrText(text)), ...(withRaw ? { line: text } : {}) });
      ofSource++;
    };
    // Nothing is made of a line but its row: the scan yields nothing, and ends at once.
    await scan(hashed(open(object), hash), add).next();
    const sha256 = hash.digest('hex');
    refuseOther(object, sha256);
    const log = places.get(object.key);
    sources.push({ key: object.key, sha256, lines: ofSource, ...(log === undefined ? {} : { log }) });
    lines += ofSource;
  }
  const body = table.finish({
    'audit-export.type': type,
    'audit-export.date': date,
    'audit-export.sources': JSON.stringify(sources),
  });
  return { body, lines };
}

async function* hashed(
  pieces: AsyncIterable<Buffer>,
  hash: ReturnType<typeof createHash>,
): AsyncGenerator<Buffer> {
  for await (const piece of pieces) {
    hash.update(piece);
    yield piece;
  }
}

function refuseOther({ key, hash }: ChosenObject, sha256: string): void {
  if (sha256.startsWith(hash)) return;
  throw new AuditExportError(
    'source-broken',
    `${key} does not hold what its name says: its SHA-256 is ${sha256}.`,
    {
      cure: 'It was replaced after it was delivered, or is damaged: audit-export verify tells more.',
      details: { key, sha256 },
    },
  );
}
