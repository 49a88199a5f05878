import { crc32, inflateRawSync } from 'node:zlib';

/** Reads a gzip file member by member, with no code of the product; throws where a length or a checksum is wrong. */
export function membersOf(file: Buffer): Buffer[] {
  const members: Buffer[] = [];
  for (let at = 0; at < file.length;) {
    if (file.readUInt16BE(at) !== 0x1f8b || file.readUInt8(at + 3) !== 0)
      throw new Error('no plain gzip head');
    const { buffer, engine } = inflateRawSync(file.subarray(at + 10), { info: true }) as unknown as {
      buffer: Buffer;
      engine: { bytesWritten: number };
    };
    at += 10 + engine.bytesWritten;
    if (file.readUInt32LE(at) !== crc32(buffer)) throw new Error('wrong checksum');
    if (file.readUInt32LE(at + 4) !== buffer.length) throw new Error('wrong length');
    at += 8;
    members.push(buffer);
  }
  return members;
}
