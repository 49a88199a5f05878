import type { CompiledAuditType } from '../../core/audit-types/audit-type.ts';
import { mapToOcsf } from '../../core/ocsf/map-event.ts';
import { buildOcsfReader } from '../../core/ocsf/read-source.ts';
import type { ScannedLine } from '../../core/readers/find/scan-lines.ts';
import { buildLineScanner } from '../../core/readers/find/scan-lines.ts';

/** What was read, and what was made of it. */
export interface OcsfSummary {
  events: number;
  /** Lines that are no event of a known type, or one without a time; they are left out. */
  leftOut: number;
  /** The first of those, counted from 1. */
  firstLeftOut: number | undefined;
}

/** Maps lines to OCSF as they come, in their order, a line each; the return value is the summary. Blank lines do not count. */
export async function* mapLines(
  content: AsyncIterable<Buffer>,
  types: readonly CompiledAuditType[],
): AsyncGenerator<string, OcsfSummary> {
  const summary: OcsfSummary = { events: 0, leftOut: 0, firstLeftOut: undefined };
  const read = buildOcsfReader(types);
  const map = ({ bytes, number }: ScannedLine): string | undefined => {
    const line = bytes.toString().trim();
    if (line === '') return undefined;
    const source = read(line);
    const mapped = source === undefined ? undefined : mapToOcsf(source);
    if (mapped === undefined) {
      summary.leftOut++;
      summary.firstLeftOut ??= number;
      return undefined;
    }
    summary.events++;
    return `${JSON.stringify(mapped)}\n`;
  };
  for await (const lines of buildLineScanner('')(content, map)) yield lines.join('');
  return summary;
}
