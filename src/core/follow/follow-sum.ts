import type { PushReport } from '../accounting/push-report.ts';
import { ReportSum } from '../queue/sum-reports.ts';

/** Sources that are listed one by one: a folder may see new files for months. */
const mostSources = 10_000;

/** Adds up the reports of batches; a source that is in many of them is listed once. */
export class FollowSum {
  readonly #sum: ReportSum;
  readonly #sources = new Map<string, PushReport['sources'][number]>();
  readonly #retries = new Map<string, number>();

  /** `first` is the report of a run without sources: it says whither, and from when on. */
  constructor(first: PushReport) {
    this.#sum = new ReportSum(first);
  }

  add(report: PushReport): void {
    this.#sum.add({ ...report, sources: [] });
    for (const source of report.sources) this.#addSource(source);
    for (const [cause, count] of Object.entries(report.retries))
      this.#retries.set(cause, (this.#retries.get(cause) ?? 0) + count);
  }

  /** Lines set aside so far. */
  get quarantined(): number {
    return this.#sum.quarantined;
  }

  /** Whether every batch's balance came out right. */
  get balanced(): boolean {
    return this.#sum.balanced;
  }

  /** The sum, as the report of one run that ended like this at `endedMs`. */
  report(ended: Pick<PushReport, 'outcome' | 'exitCode' | 'error'>, endedMs: number): PushReport {
    return {
      ...this.#sum.report(ended, endedMs),
      sources: [...this.#sources.values()],
      retries: Object.fromEntries(this.#retries),
    };
  }

  #addSource(source: PushReport['sources'][number]): void {
    const known = this.#sources.get(source.name);
    if (known !== undefined) {
      known.lines += source.lines;
      known.storedBytes += source.storedBytes;
    } else if (this.#sources.size < mostSources) this.#sources.set(source.name, { ...source });
  }
}
