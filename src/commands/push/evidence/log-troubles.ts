import type { EvidenceReport } from '../../../core/accounting/push-report.ts';
import { isAuditExportError } from '../../../errors.ts';
import type { PushHost } from '../session/push-host.ts';

/** What can go wrong beside a delivery: with the log itself, or with those who are shown its checkpoints. */
type Concern = 'log' | 'outside';

/** Tells what goes wrong with a log, each thing once; the last of it is in the report. */
export class LogTroubles {
  readonly #host: Pick<PushHost, 'log' | 'progress'>;
  readonly #told = new Set<string>();
  /** Why the log is not the one that was written before. */
  #lasting: EvidenceReport['problem'] = null;
  last: EvidenceReport['problem'] = null;
  /** Whether what was to be delivered was not: then nothing is said of it. */
  hasDeliveryFailed = false;

  constructor(host: Pick<PushHost, 'log' | 'progress'>) {
    this.#host = host;
  }

  tell(error: unknown, concern: Concern = 'log'): void {
    const known = isAuditExportError(error) ? error : undefined;
    const why = error instanceof Error ? error.message : String(error);
    const code = known?.code ?? 'unexpected';
    const cure = known?.cure ?? 'The next run catches up with it.';
    const message = this.#worded(why, concern);
    this.last = { code, message, cure };
    if (this.#told.has(why)) return;
    this.#told.add(why);
    this.#host.progress.end();
    this.#host.log.warn('evidence', message, { code, cure }, `${message}\n  → ${cure}\n`);
  }

  /** What was told so far lasts as long as the session. */
  keep(): void {
    this.#lasting = this.last;
  }

  /** What is tried anew may go well now. */
  forget(): void {
    this.last = this.#lasting;
  }

  #worded(why: string, concern: Concern): string {
    if (concern === 'outside') return `${why} The log goes on without it.`;
    return this.hasDeliveryFailed
      ? `The log of what was delivered could not be written either: ${why}`
      : `The log of what was delivered could not be written: ${why} The delivery is not touched by it.`;
  }
}
