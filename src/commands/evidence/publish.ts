import type { EvidenceReport } from '../../core/accounting/push-report.ts';
import type { EvidenceHost, EvidenceRequest } from './open-log.ts';
import { withLog } from './open-log.ts';

/**
 * Publishes what is kept of the log, and puts its newest checkpoint where other tools look for it, which takes the right to
 * overwrite. Returns how the log stands then; throws what fails.
 */
export async function publishLog(request: EvidenceRequest, host: EvidenceHost): Promise<EvidenceReport> {
  return withLog(request, host, async ({ log, store }) => {
    await log.publishAll(store);
    return log.report();
  });
}
