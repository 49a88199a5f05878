import type { PushReport, ReportProblem } from '../../../core/accounting/push-report.ts';
import { formatBytes, formatCount, formatCounted } from '../../../core/report/format.ts';
import { printable } from '../../../core/report/printable.ts';
import { isAuditExportError } from '../../../errors.ts';
import type { Clock } from '../../../ports/clock.ts';
import type { Log } from '../../../ports/terminal/log.ts';

/** What was delivered is told so often, unless everything is to be told. */
const summaryMs = 60_000;

export interface FollowNotesOptions {
  log: Log;
  clock: Clock;
  quiet: boolean;
  verbose: boolean;
  /** Bytes that wait on disk. */
  keptBytes: () => number;
}

/** Tells on stderr what following is about: seldom, and each thing once. */
export class FollowNotes {
  readonly #options: FollowNotesOptions;
  #toldMs = Number.NEGATIVE_INFINITY;
  #since = { batches: 0, lines: 0, delivered: 0, quarantined: 0, objects: 0 };
  readonly #told = new Set<string>();

  constructor(options: FollowNotesOptions) {
    this.#options = options;
  }

  started(inputs: readonly string[]): void {
    const keptBytes = this.#options.keptBytes();
    const before = keptBytes > 0 ? `; ${formatBytes(keptBytes)} wait in the spool from before` : '';
    const names = inputs.length === 0 ? ['stdin'] : inputs;
    this.#note('follow-started', `Following ${names.map(printable).join(', ')}${before}.`, {
      inputs: names,
      spoolBytes: keptBytes,
    });
  }

  /** Something about a source that somebody should know; each is told once. */
  trouble(source: string, error: unknown): void {
    const message = error instanceof Error ? error.message : String(error);
    this.#warnOnce(
      `source-unreadable ${source}`,
      message,
      isAuditExportError(error) ? error.cure : undefined,
    );
  }

  absent(source: string): void {
    const message = `${printable(source)} is not there yet: it is read from its beginning when it is.`;
    this.#warnOnce(`not-there-yet ${source}`, message, 'Check the path, if it should be there by now.');
  }

  problem({ kind, source, message, cure }: ReportProblem): void {
    this.#warnOnce(`${kind} ${source}`, message, cure);
  }

  delivered({ balance, objects }: PushReport): void {
    const { clock, verbose } = this.#options;
    const sum = this.#since;
    sum.batches++;
    sum.lines += balance.read;
    sum.delivered += balance.delivered + balance.alreadyDelivered;
    sum.quarantined += balance.quarantined;
    sum.objects += objects.length;
    const nowMs = clock.now();
    if (!verbose && nowMs - this.#toldMs < summaryMs) return;
    this.#toldMs = nowMs;
    this.#tellSum();
  }

  failed(error: unknown): void {
    const message = `A batch can't be delivered: ${(error as Error).message} It is tried again until it works.`;
    this.#options.log.error('batch-failed', message);
  }

  reloaded(): void {
    this.#note('reloaded', 'The configuration was read again.');
  }

  notReloaded(error: unknown): void {
    const { message } = error as Error;
    const cure = isAuditExportError(error) && error.cure !== undefined ? `\n  → ${error.cure}` : '';
    const text = `The configuration can't be used; the one from before stays in use. ${message}`;
    this.#options.log.error('not-reloaded', text, {}, `${text}${cure}\n`);
  }

  /** Something waits for the next start. */
  left(): void {
    const bytes = this.#options.keptBytes();
    const what = bytes > 0 ? `${formatBytes(bytes)} wait in the spool` : 'Not all that was read is delivered';
    this.#options.log.warn('spool-left', `${what}: delivered at the next start.`, { spoolBytes: bytes });
  }

  #warnOnce(event: string, message: string, cure: string | undefined): void {
    if (this.#told.has(`${event} ${message}`)) return;
    this.#told.add(`${event} ${message}`);
    const shown = cure === undefined || cure === '' ? undefined : `${message}\n  → ${cure}\n`;
    this.#options.log.warn(event.split(' ')[0] ?? 'problem', message, { cure: cure ?? null }, shown);
  }

  #tellSum(): void {
    const { batches, lines, delivered, quarantined, objects } = this.#since;
    const aside = quarantined > 0 ? `, ${formatCount(quarantined)} quarantined` : '';
    const spoolBytes = this.#options.keptBytes();
    const spool = spoolBytes === 0 ? '' : `, ${formatBytes(spoolBytes)} in the spool`;
    const message = `${formatCounted(lines, 'line', 'lines')} in ${formatCounted(batches, 'batch', 'batches')}: ${formatCount(delivered)} delivered${aside}, ${formatCounted(objects, 'object', 'objects')}${spool}.`;
    this.#note('delivered', message, { ...this.#since, spoolBytes });
    this.#since = { batches: 0, lines: 0, delivered: 0, quarantined: 0, objects: 0 };
  }

  #note(event: string, message: string, facts: Record<string, unknown> = {}): void {
    if (!this.#options.quiet) this.#options.log.note(event, message, facts);
  }
}
