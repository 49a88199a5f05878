import type { Source } from '../../ports/source.ts';
import type { SourceFormat } from '../lines/detect-format.ts';

/** What is known of one source while it is read. */
export interface SourceAccount {
  name: string;
  format: SourceFormat;
  headHash: string;
  storedBytes: number;
  lines: number;
  placeOf: Source['placeOf'];
}
