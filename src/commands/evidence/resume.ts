import { KeptLog } from '../../core/log/write/kept-log.ts';
import type { LogReader } from '../../core/log/write/resume.ts';
import { resumeLog } from '../../core/log/write/resume.ts';
import { AuditExportError } from '../../errors.ts';
import type { StoreReader } from '../../ports/store/store-reader.ts';
import { storeAddress } from '../push/plan/check-request.ts';
import type { EvidenceRequest } from './open-log.ts';
import type { ReadingHost } from './read-whole.ts';
import { readWhole } from './read-whole.ts';

/** Where a log was gone on with. */
export interface Resumed {
  log: string;
  /** Leaves that are published, and that wait. */
  leaves: number;
  unpublished: number;
}

/**
 * Makes the state of a destination go on with a log where it stands in the store: `id`, or the one that the state knows. Reads
 * the log; stores nothing. Throws what `resumeLog` throws, `busy`, and what reading fails with.
 */
export async function resume(
  id: string | undefined,
  request: EvidenceRequest,
  host: ReadingHost,
): Promise<Resumed> {
  const { options } = request;
  const address = storeAddress(request);
  const destination = await host.destinationOf(address, options.endpointUrl);
  const { file, signer, isKept, trouble } = await host.openLog(destination, options.evidenceKey);
  const reader = await host.openReader(address);
  try {
    if (trouble !== undefined) throw trouble;
    if (!isKept)
      throw new AuditExportError(
        'busy',
        'The log is being written by another process, or its state can not be kept.',
        {
          cure: 'Run it again when no push --follow is under way, as the user whose state it is.',
        },
      );
    const kept = await KeptLog.open(file);
    const { state } = kept;
    await resumeLog(id ?? state.id, { kept, publicKey: signer.publicKey }, logReader(reader));
    return { log: state.id, leaves: state.edge.size, unpublished: state.unpublished };
  } finally {
    await file.close();
    await reader.close();
  }
}

function logReader(reader: StoreReader): LogReader {
  return {
    async *list(prefix) {
      for await (const { key } of reader.list(prefix)) yield key;
    },
    read: (key) => readWhole(reader, key),
  };
}
