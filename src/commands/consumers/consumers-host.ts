import type { OwnTypeFile } from '../../core/audit-types/compile-own-type.ts';
import type { StoreAddress } from '../../core/config/store-address.ts';
import type { Clock } from '../../ports/clock.ts';
import type { QueryEngine } from '../../ports/query-engine.ts';
import type { StoreReader } from '../../ports/store/store-reader.ts';
import type { TableCatalogue } from '../../ports/aws/table-catalogue.ts';

/** What `consumers` needs of the world; a client of AWS is loaded when it is opened. */
export interface ConsumersHost {
  clock: Pick<Clock, 'now'>;
  /** Aborted: stop. */
  signal: AbortSignal;
  /** Tells what is done, as it is done. */
  say: (line: string) => void;
  readOwnTypes: (files: readonly string[]) => Promise<OwnTypeFile[]>;
  openReader: (address: StoreAddress) => Promise<StoreReader>;
  openCatalogue: () => Promise<TableCatalogue>;
  openEngine: (place: { workgroup: string; results: string | undefined }) => Promise<QueryEngine>;
}
