import { isAuditExportError } from '../../errors.ts';
import type { PushReport } from '../../core/accounting/push-report.ts';
import type { Source } from '../../ports/source.ts';
import type { PushRequest } from './check-request.ts';
import { noInput, storeAddress } from './check-request.ts';
import { metered } from './metered.ts';
import type { PushHost } from './push-host.ts';
import { recorded } from './recorded.ts';
import { nameShard, shardOf } from './scale-settings.ts';
import { pushThroughLedger } from './through-ledger.ts';
import { withRun } from './with-run.ts';

export type { PushRequest } from './check-request.ts';

/**
 * Delivers lines of JSON to a store. Returns the report of the run, failed or not; throws what is wrong before anything
 * is read: `usage`, `schema-invalid`, `source-unreadable`, `busy`, and what opening the store fails with.
 */
export async function push(request: PushRequest, host: PushHost): Promise<PushReport> {
  storeAddress(request);
  return recorded('push', request, host, (kept) =>
    metered(request, kept, (watched) => pushAsAsked(request, watched)),
  );
}

async function pushAsAsked(request: PushRequest, host: PushHost): Promise<PushReport> {
  const { inputs, options } = request;
  if (options.fromSqs !== undefined) {
    const { pushFromQueue } = await import('./from-queue.ts');
    return pushFromQueue(request, options.fromSqs, host);
  }
  const shard = shardOf(request, host.jobIndex);
  if (options.follow) {
    const { follow } = await import('./follow.ts');
    return follow(request, host);
  }
  if (inputs.length === 0 && host.stdinIsTerminal) throw noInput();
  return unlessRotated(host, () =>
    withRun(request, host, async (run) => {
      const openSources = (): Promise<Source[]> => host.openSources(inputs, run.written, shard);
      return pushThroughLedger(openSources, run, nameShard(request, shard), host);
    }),
  );
}

const rotatedAtMost = 3;

/** A log that is rotated while it is read is looked for again, and the run begun anew: the ledger knows what was begun. */
async function unlessRotated(host: PushHost, run: () => Promise<PushReport>): Promise<PushReport> {
  for (let rotated = 0; rotated < rotatedAtMost; rotated++) {
    try {
      const report = await run();
      if (report.error?.code !== 'source-moved') return report;
    } catch (error) {
      if (!isAuditExportError(error) || error.code !== 'source-moved') throw error;
    }
    if (host.signal.aborted) break;
  }
  return run();
}

/**
 * The same for sources that are opened in another way and of which there is no ledger; `written` are the places that the
 * run writes to.
 */
export async function pushFrom(
  openSources: (written: readonly string[]) => Promise<readonly Source[]>,
  request: PushRequest,
  host: PushHost,
): Promise<PushReport> {
  return withRun(request, host, async (run) => {
    const sources = await openSources(run.written);
    const result = await run.push({
      parts: sources.map((source) => ({ source })),
      objectBytes: request.options.objectSize,
      seen: host.seen,
    });
    if (result.ended === 'complete') await host.keepWitnesses?.(run.store.takeWitnesses());
    return result;
  });
}
