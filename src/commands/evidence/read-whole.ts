import type { StoreAddress } from '../../core/config/store-address.ts';
import type { StoreReader } from '../../ports/store/store-reader.ts';
import type { EvidenceHost } from './open-log.ts';

/** What a command needs that reads the log as well. */
export interface ReadingHost extends EvidenceHost {
  openReader: (address: StoreAddress) => Promise<StoreReader>;
}

/** A small object as one buffer. Throws what reading it throws. */
export async function readWhole(reader: StoreReader, key: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of reader.read(key)) pieces.push(Buffer.from(piece));
  return Buffer.concat(pieces);
}
