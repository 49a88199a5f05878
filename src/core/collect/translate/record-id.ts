import { createHash } from 'node:crypto';

/** The namespace of RFC 9562 for names that are URIs (appendix C). */
const uriNamespace = '6ba7b811-9dad-11d1-80b4-00c04fd430c8';

/** A UUID made of a name within a namespace (RFC 9562, version 5): the same name, the same id. */
export function nameBasedUuid(namespace: string, name: string): string {
  const hash = createHash('sha1')
    .update(Buffer.from(namespace.replaceAll('-', ''), 'hex'))
    .update(name)
    .digest();
  hash.writeUInt8((hash.readUInt8(6) & 0x0f) | 0x50, 6);
  hash.writeUInt8((hash.readUInt8(8) & 0x3f) | 0x80, 8);
  const hex = hash.toString('hex', 0, 16);
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-');
}

const recordNamespace = nameBasedUuid(uriNamespace, 'urn:audit-export:native-query');

/** The id of the record of a query and an object; `object` is '' where no object is known. */
export function recordId(queryId: string, object: string): string {
  return nameBasedUuid(recordNamespace, `${queryId}/${object}`);
}

/** The id of the record of a log-in: numbers of events begin anew in each account, so its time is in it as well. */
export function loginId(eventId: string, atNs: bigint): string {
  return nameBasedUuid(recordNamespace, `login/${eventId}/${atNs}`);
}
