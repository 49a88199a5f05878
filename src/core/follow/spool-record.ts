import { crc32 } from 'node:zlib';
import type { Place, SourcePosition } from '../ledger/source-position.ts';
import type { CutSettings } from './cut-settings.ts';

/** Lines of one source that lie together in the spool, and where they stood. */
export interface LinesRecord {
  kind: 'lines';
  /** How reports and the quarantine name the source. */
  name: string;
  /** SHA-256 (32 hex digits) of the beginning of the source, as the quarantine keeps it. */
  sourceHead: string;
  from: Place;
  to: Place;
  /** Said of files: what tells the file from another; the hashes are over the stored bytes before `to`. */
  file?: FileIdentity;
}

/** What the ledger keeps of a file beside how far it was read. */
export type FileIdentity = Pick<
  SourcePosition,
  'id' | 'path' | 'inode' | 'plain' | 'headHash' | 'tailHash' | 'checksum' | 'modifiedMs'
>;

/** The last record of a segment: nothing comes behind it, and this is how its lines are cut into objects. */
export interface ClosingRecord {
  kind: 'closing';
  cut: CutSettings;
}

export type SpoolRecord = LinesRecord | ClosingRecord;

/** A segment begins with these bytes, which also name the version of the format. */
export const segmentMagic = Buffer.from('AESPOOL1', 'latin1');

/** Lengths of record and payload, then the CRC-32 of all of it but itself; little endian. */
const headerBytes = 12;
/** More than any record has: a length beyond is no length. */
const maxPartBytes = 2 ** 31 - 1;

/** The bytes of a record, in two pieces so that the payload is not copied. */
export function encodeRecord(record: SpoolRecord, payload: Buffer): [Buffer, Buffer] {
  const json = Buffer.from(JSON.stringify(record));
  const front = Buffer.allocUnsafe(headerBytes + json.length);
  front.writeUInt32LE(json.length, 0);
  front.writeUInt32LE(payload.length, 4);
  json.copy(front, headerBytes);
  front.writeUInt32LE(checksum(front, payload), 8);
  return [front, payload];
}

/** A record that was read back, and where in the segment it ends. */
export interface StoredRecord {
  record: SpoolRecord;
  payload: Buffer;
  end: number;
}

/** Bytes of a segment from a place on; fewer where it ends before. */
export type ReadAt = (at: number, bytes: number) => Promise<Buffer>;

/**
 * Reads the records of a segment up to the first that is not whole: what a kill or a power cut left behind it was never
 * confirmed. Holds one record in memory.
 */
export async function* readRecords(readAt: ReadAt): AsyncGenerator<StoredRecord> {
  if (!(await readAt(0, segmentMagic.length)).equals(segmentMagic)) return;
  for (let at = segmentMagic.length; ;) {
    const header = await readAt(at, headerBytes);
    if (header.length < headerBytes) return;
    const jsonBytes = header.readUInt32LE(0);
    const payloadBytes = header.readUInt32LE(4);
    if (jsonBytes > maxPartBytes || payloadBytes > maxPartBytes) return;
    const rest = await readAt(at + headerBytes, jsonBytes + payloadBytes);
    if (rest.length < jsonBytes + payloadBytes) return;
    const json = rest.subarray(0, jsonBytes);
    const payload = rest.subarray(jsonBytes);
    if (checksum(Buffer.concat([header, json]), payload) !== header.readUInt32LE(8)) return;
    at += headerBytes + rest.length;
    yield { record: JSON.parse(json.toString('utf8')) as SpoolRecord, payload, end: at };
  }
}

function checksum(front: Buffer, payload: Buffer): number {
  return crc32(payload, crc32(front.subarray(headerBytes), crc32(front.subarray(0, 8))));
}
