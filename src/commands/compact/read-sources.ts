import { createHash } from 'node:crypto';
import type { ChosenObject } from '../../core/readers/find/choose-objects.ts';
import type { TypedObject } from '../../core/readers/compaction.ts';
import type { ScannedLine } from '../../core/readers/find/scan-lines.ts';
import { buildLineScanner } from '../../core/readers/find/scan-lines.ts';
import type { PlaceInLog } from '../../core/verify/places-in-log.ts';
import { AuditExportError } from '../../errors.ts';

/** What a table is made with. */
export interface TableHost {
  open: (object: ChosenObject) => AsyncIterable<Buffer>;
  createdBy: string;
  /** By key. */
  places: ReadonlyMap<string, PlaceInLog>;
}

/** One source, as the metadata of the file names it. */
interface NamedSource {
  key: string;
  sha256: string;
  /** Those that are in the file. */
  lines: number;
  /** Where the transparency log tells of it; missing where it does not, or could not be read. */
  log?: PlaceInLog;
}

/** A file that was made; undefined for one without a line, which nobody needs. */
export interface MadeFile {
  body: Buffer | undefined;
  lines: number;
}

/**
 * Reads sources in the order of their keys and hands over each line; `take` says whether the file gets it. Throws `source-broken` for a
 * source whose content is not what its name says.
 */
export async function readSources(
  objects: readonly TypedObject[],
  { open, places }: TableHost,
  take: (line: string, object: TypedObject) => boolean,
): Promise<NamedSource[]> {
  const scan = buildLineScanner('');
  const sources: NamedSource[] = [];
  for (const object of objects.toSorted((a, b) => (a.key < b.key ? -1 : 1))) {
    const hash = createHash('sha256');
    let lines = 0;
    const hand = ({ bytes }: ScannedLine): undefined => {
      if (take(bytes.toString(), object)) lines++;
    };
    // Nothing else is made of a line: the scan yields nothing, and ends at once.
    await scan(hashed(open(object), hash), hand).next();
    const sha256 = hash.digest('hex');
    refuseOther(object, sha256);
    const log = places.get(object.key);
    sources.push({ key: object.key, sha256, lines, ...(log === undefined ? {} : { log }) });
  }
  return sources;
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
      cure: 'It was replaced after it was delivered, or is damaged. To know more: audit-export verify',
      details: { key, sha256 },
    },
  );
}

/** What the metadata of a file says of it. */
export function metadataOf(
  of: Readonly<Record<string, string>>,
  sources: readonly NamedSource[],
): Record<string, string> {
  const named = Object.entries(of).map(([name, value]) => [`audit-export.${name}`, value]);
  return { ...Object.fromEntries(named), 'audit-export.sources': JSON.stringify(sources) };
}
