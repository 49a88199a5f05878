import type { PushReport } from '../../core/accounting/push-report.ts';
import { formatBytes, formatCount, formatCounted } from '../../core/report/format.ts';
import { printable } from '../../core/report/printable.ts';
import type { GlobalOptions } from '../../core/config/global-settings.ts';
import { isAuditExportError } from '../../errors.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Log } from '../../ports/log.ts';
import type { Tail, TailEvent } from '../../ports/tail.ts';
import type { WriteAheadSpool } from '../../ports/write-ahead-spool.ts';

/** What was delivered is told so often, unless everything is to be told. */
const summaryMs = 60_000;
/** Told always; what else happens to files is told with --verbose. */
const alwaysTold: ReadonlySet<TailEvent['kind']> = new Set(['unreadable', 'waiting', 'compressed']);

export interface FollowTellerOptions {
  log: Log;
  clock: Clock;
  options: Pick<GlobalOptions, 'quiet' | 'verbose'>;
  spool: WriteAheadSpool;
}

/** Tells on stderr what following is about: seldom, and each thing once. */
export class FollowTeller {
  readonly #options: FollowTellerOptions;
  #toldMs = Number.NEGATIVE_INFINITY;
  #since = { batches: 0, lines: 0, delivered: 0, quarantined: 0, objects: 0 };
  readonly #told = new Set<string>();

  constructor(options: FollowTellerOptions) {
    this.#options = options;
  }

  started(tails: readonly Tail[]): void {
    const { spool } = this.#options;
    const names = tails.map(({ name }) => printable(name)).join(', ');
    const waiting = spool.ready.length > 0 ? `; ${this.#inSpool()} from before` : '';
    this.#note('follow-started', `Following ${names}${waiting}.`, {
      inputs: tails.map(({ name }) => name),
      spoolBytes: spool.bytes,
      batches: spool.ready.length,
    });
  }

  event({ kind, name, detail }: TailEvent): void {
    const { log, options } = this.#options;
    const message = `${printable(name)}: ${detail}.`;
    if (!alwaysTold.has(kind)) {
      if (options.verbose) log.note(`source-${kind}`, message, { source: name });
      return;
    }
    if (this.#told.has(message)) return;
    this.#told.add(message);
    log.warn(`source-${kind}`, message, { source: name });
  }

  delivered({ balance, objects }: PushReport): void {
    const { clock, options } = this.#options;
    const sum = this.#since;
    sum.batches++;
    sum.lines += balance.read;
    sum.delivered += balance.delivered + balance.alreadyDelivered;
    sum.quarantined += balance.quarantined;
    sum.objects += objects.length;
    const nowMs = clock.now();
    if (!options.verbose && nowMs - this.#toldMs < summaryMs) return;
    this.#toldMs = nowMs;
    this.#tellSum();
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
    const { spool, log } = this.#options;
    log.warn('spool-left', `${this.#inSpool()}: delivered at the next start.`, { spoolBytes: spool.bytes });
  }

  #tellSum(): void {
    const { batches, lines, delivered, quarantined, objects } = this.#since;
    const aside = quarantined > 0 ? `, ${formatCount(quarantined)} set aside` : '';
    const message = `${formatCounted(lines, 'line', 'lines')} in ${formatCounted(batches, 'batch', 'batches')}: ${formatCount(delivered)} delivered${aside}, ${formatCounted(objects, 'object', 'objects')}; ${this.#inSpool()}.`;
    this.#note('delivered', message, { ...this.#since, spoolBytes: this.#options.spool.bytes });
    this.#since = { batches: 0, lines: 0, delivered: 0, quarantined: 0, objects: 0 };
  }

  #inSpool(): string {
    const { bytes } = this.#options.spool;
    return `${formatBytes(bytes)} wait in the spool`;
  }

  #note(event: string, message: string, facts: Record<string, unknown> = {}): void {
    if (!this.#options.options.quiet) this.#options.log.note(event, message, facts);
  }
}
