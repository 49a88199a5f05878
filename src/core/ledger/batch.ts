import type { Compression } from '../delivery/codec.ts';
import type { Place, SourcePosition } from './source-position.ts';

/** A part of a file that belongs to a batch. `path` and `inode` as they were when the batch was begun. */
export interface BatchPart extends Pick<SourcePosition, 'id' | 'path' | 'inode' | 'headHash' | 'tailHash'> {
  from: Place;
  /** Stored bytes at its end; the hashes are over what is before. */
  to: number;
  /** Lines delivered from it, by audit type, once that is done. */
  delivered?: Readonly<Record<string, number>>;
}

/**
 * What one run makes objects of: these parts of files, in this order, cut at this size. The same batch gives the same
 * objects whenever it is done, so one that was begun and not ended can be done again.
 */
export interface Batch {
  id: string;
  objectBytes: number;
  compression: Compression;
  parts: readonly BatchPart[];
  /** Lines of it that were dropped as duplicates: whoever does it again does not know which. */
  dropped?: number;
}
