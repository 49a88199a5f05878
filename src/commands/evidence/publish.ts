import type { EvidenceReport } from '../../core/accounting/push-report.ts';
import { isAuditExportError } from '../../errors.ts';
import type { ObjectStore } from '../../ports/store/object-store.ts';
import type { StoreReader } from '../../ports/store/store-reader.ts';
import { storeAddress } from '../push/plan/check-request.ts';
import type { EvidenceRequest } from './open-log.ts';
import { withLog } from './open-log.ts';
import type { ReadingHost } from './read-whole.ts';
import { readWhole } from './read-whole.ts';

/**
 * Publishes what is kept of the log, shows its newest checkpoint to witnesses that have missed it (which takes the right to read
 * the log), and puts it where other tools look for it, which takes the right to overwrite. Returns how the log stands then; throws
 * what fails.
 */
export async function publishLog(request: EvidenceRequest, host: ReadingHost): Promise<EvidenceReport> {
  const reader = await host.openReader(storeAddress(request));
  try {
    return await withLog(request, host, async ({ log, store }) => {
      await log.publishAll(readable(store, reader));
      return log.report();
    });
  } finally {
    await reader.close();
  }
}

/** A store that reads as well, where that is allowed. */
function readable(store: ObjectStore, reader: StoreReader): ObjectStore {
  const { location, prefix } = store;
  const begin = prefix === '' ? 0 : prefix.length + 1;
  return {
    location,
    prefix,
    put: (object) => store.put(object),
    ...(store.replace === undefined ? {} : { replace: store.replace.bind(store) }),
    read: (key) =>
      readWhole(reader, key.slice(begin)).catch((error: unknown) => {
        if (isAuditExportError(error)) return undefined;
        throw error;
      }),
    close: () => store.close(),
  };
}
