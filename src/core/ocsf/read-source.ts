import type { CompiledAuditType } from '../audit-types/audit-type.ts';
import { buildEventReader } from '../readers/columns/known-types.ts';
import { parseOrText, readRow } from '../readers/columns/read-row.ts';
import type { OcsfSource } from './map-event.ts';

/**
 * Builds what reads an event to be mapped from its line; the key of its object may say the type. Undefined for a line that is no event
 * of these types.
 */
export function buildOcsfReader(
  types: readonly CompiledAuditType[],
): (line: string, ofKey?: string) => OcsfSource | undefined {
  const events = buildEventReader(types);
  const vendors = new Map(types.map(({ descriptor: { type, vendor } }) => [type, vendor]));
  return (line, ofKey) => {
    const event = parseOrText(line);
    const type = events.typeOf(event, ofKey);
    if (type === undefined) return undefined;
    return { type, vendor: vendors.get(type) ?? type, row: readRow(events.columnsOf(type), event), line };
  };
}
