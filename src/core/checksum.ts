import { crc32 } from 'node:zlib';

/**
 * CRC-32 of what ends with these bytes, given that of what comes before them. Node's own forgets the latter where the bytes
 * are a view of an empty buffer.
 */
export function checksumBehind(before: number, bytes: Buffer): number {
  return bytes.length === 0 ? before : crc32(bytes, before);
}
