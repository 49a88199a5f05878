import type { CompiledAuditType } from '../../core/audit-types/audit-type.ts';
import type { StoreAddress } from '../../core/config/store-address.ts';
import type { Clock } from '../../ports/clock.ts';
import type { StoreReader } from '../../ports/store/store-reader.ts';
import type { TextProgress } from '../../ports/terminal/text-progress.ts';

/** What commands that read evidence need of the world. */
export interface VerifyHost {
  clock: Clock;
  progress: TextProgress;
  openReader: (address: StoreAddress) => Promise<StoreReader>;
  /** Audit types with the user's own. Throws `schema-invalid`. */
  loadTypes: (ownSchemas: readonly string[]) => Promise<CompiledAuditType[]>;
  /** Text of a file; undefined where there is none. Throws `config-invalid` where it can't be read. */
  readText: (file: string) => Promise<string | undefined>;
  /** The bytes of a file, piece by piece. Throws `source-unreadable`. */
  readFile: (file: string) => { size: () => Promise<number>; pieces: () => AsyncIterable<Buffer> };
  /** Writes a file whole or not at all. Throws `output-failed`. */
  writeText: (file: string, text: string) => Promise<void>;
  /** The same for what comes in pieces; answers with its bytes. What making the pieces throws leaves no file. */
  writePieces: (file: string, pieces: AsyncIterable<Buffer>) => Promise<number>;
}
