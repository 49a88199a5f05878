import { AuditExportError } from '../../errors.ts';

const lengthBytes = 2;
/** Bytes that an entry may have: its length is two bytes in a bundle. */
export const mostEntryBytes = 0xffff;

/** Entries one behind another, each behind its length, two bytes big-endian (C2SP tlog-tiles, "Log entries"). */
export function encodeBundle(entries: readonly Buffer[]): Buffer {
  return Buffer.concat(
    entries.flatMap((entry) => {
      const length = Buffer.alloc(lengthBytes);
      length.writeUInt16BE(entry.length);
      return [length, entry];
    }),
  );
}

/** The entries of a bundle (uncompressed). Throws `log-damaged` where the last one is not whole. */
export function decodeBundle(bundle: Buffer): Buffer[] {
  const entries: Buffer[] = [];
  for (let at = 0; at < bundle.length;) {
    const begin = at + lengthBytes;
    const end = begin > bundle.length ? Infinity : begin + bundle.readUInt16BE(at);
    if (end > bundle.length)
      throw new AuditExportError(
        'log-damaged',
        `A bundle of entries ends in the middle of entry ${entries.length}.`,
      );
    entries.push(bundle.subarray(begin, end));
    at = end;
  }
  return entries;
}
