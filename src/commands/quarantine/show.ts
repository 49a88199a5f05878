import { reasons } from '../../core/classify/reasons.ts';
import type { LaidOutLine } from '../../core/quarantine/lay-out-line.ts';
import { layOutLine } from '../../core/quarantine/lay-out-line.ts';
import { shownIdentity } from '../../core/quarantine/line-identity.ts';
import type { QuarantineReader, KeptLine } from '../../ports/store/quarantine-reader.ts';
import type { WaitingLine } from './waiting-lines.ts';
import { distinctLines, listsOf, NamedLines } from './waiting-lines.ts';
import type { ReasonCode } from '../../ports/store/quarantine.ts';

/** Of a line that has a file of its own so much is shown. */
const longestBytes = 64 * 1024;

/** Lines that wait, each with its content. `--json` prints it: schemas/quarantine-lines.schema.json. */
export interface QuarantineLines {
  report: 'quarantine-lines';
  version: 1;
  lines: ShownLine[];
  /** Lines that wait beside. */
  more: number;
}

export interface ShownLine {
  id: string;
  destination: string;
  source: string;
  line: number;
  offset: number;
  reason: ReasonCode;
  means: string;
  detail: string;
  cure: string;
  type: string | null;
  /** JSON Pointer to the value at fault. */
  instancePath: string | null;
  schemaPath: string | null;
  bytes: number;
  /** The line laid out; the beginning of one that is very long. */
  content: LaidOutLine;
}

/** Shows the lines that are named, else the first of all. Throws `usage` for one that does not wait. */
export async function showQuarantine(
  quarantines: readonly QuarantineReader[],
  { ids, limit }: { ids: readonly string[]; limit: number },
): Promise<QuarantineLines> {
  const named = new NamedLines(ids);
  const lines: ShownLine[] = [];
  let more = 0;
  for await (const waiting of distinctLines(await listsOf(quarantines))) {
    if (ids.length > 0 && !named.has(waiting.id)) continue;
    if (ids.length === 0 && lines.length >= limit) more += 1;
    else lines.push(await shownLine(waiting));
  }
  named.demandAll();
  return { report: 'quarantine-lines', version: 1, lines, more };
}

async function shownLine({ id, quarantine, kept }: WaitingLine): Promise<ShownLine> {
  const { source, line, offset, reason, detail, type, instancePath, schemaPath } = kept.line;
  const { head, bytes } = await contentOf(kept, quarantine);
  return {
    id: id.slice(0, shownIdentity),
    destination: kept.destination.text,
    source,
    line,
    offset,
    reason,
    ...reasons[reason],
    detail,
    type: type ?? null,
    instancePath: instancePath ?? null,
    schemaPath: schemaPath ?? null,
    bytes,
    content:
      head.length < bytes
        ? { lines: [head.toString('utf8')], fault: undefined }
        : layOutLine(head.toString('utf8'), instancePath),
  };
}

async function contentOf(
  { bytes, rawFile }: KeptLine,
  quarantine: QuarantineReader,
): Promise<{ head: Buffer; bytes: number }> {
  if (bytes !== undefined) return { head: bytes, bytes: bytes.length };
  const pieces: Buffer[] = [];
  let length = 0;
  if (rawFile !== undefined)
    for await (const piece of quarantine.rawBytes(rawFile)) {
      if (length < longestBytes) pieces.push(piece);
      length += piece.length;
    }
  return { head: Buffer.concat(pieces).subarray(0, longestBytes), bytes: length };
}
