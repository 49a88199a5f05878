import { validationError, wholeNumber, type QueryCall } from '../query/query-call.ts';
import type { XmlValue } from '../xml/write-xml.ts';

/** One page of a list, as `MaxItems` and `Marker` ask for it. */
export function pageOfList(
  call: QueryCall,
  name: string,
  items: readonly XmlValue[],
): Record<string, XmlValue> {
  const limit = wholeNumber(call, 'MaxItems', { least: 1, most: 1000, usual: 100 });
  const start = readMarker(call.parameters.get('Marker'));
  const end = start + limit;
  const more = end < items.length;
  return {
    [name]: { member: items.slice(start, end) },
    IsTruncated: more,
    Marker: more ? Buffer.from(`after:${end}`).toString('base64') : undefined,
  };
}

function readMarker(marker: string | undefined): number {
  if (marker === undefined) return 0;
  const match = /^after:(\d+)$/.exec(Buffer.from(marker, 'base64').toString('utf8'));
  if (match === null) throw validationError('Invalid Marker.');
  return Number(match[1]);
}
