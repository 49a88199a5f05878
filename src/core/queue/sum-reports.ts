import type { PushReport } from '../accounting/push-report.ts';
import type { Balance } from '../accounting/balance.ts';

/** Sources and objects that a sum lists one by one; of the others it only has the numbers, so that memory has a bound. */
const mostListed = 10_000;

/** What of a queue was worked off. */
export interface QueueSummary {
  url: string;
  messages: {
    received: number;
    /** Taken out of the queue: all that they name is durable, or there is nothing to do about them. */
    removed: number;
    /** Still in the queue, or in its dead-letter queue, when this worker ended, as far as it knows. */
    left: number;
    /** Of those received: not readable as a notification. */
    malformed: number;
    /** Of those removed: what S3 sends when notifications are switched on. */
    test: number;
  };
  objects: {
    /** Read to their end, and everything in them durable. */
    done: number;
    /** Deleted before they could be read. */
    gone: number;
    /** The tool's own, folder markers and empty ones. */
    leftOut: number;
  };
  /** Events that do not say that an object was created. */
  ignoredEvents: number;
  /** Sources and objects that the lists of the report leave out. */
  unlisted: { sources: number; objects: number };
}

/** The report of a worker: the sum of the reports of its runs, and what became of the messages. */
export type QueuePushReport = PushReport & { queue: QueueSummary };

/** Adds up reports of runs to the same store. */
export class ReportSum {
  readonly #first: PushReport;
  readonly #balance: Balance;
  readonly #types = new Map<string, PushReport['types'][number]>();
  readonly #partitions = new Map<string, PushReport['partitions'][number]>();
  readonly #reasons = new Map<string, PushReport['quarantine']['reasons'][number]>();
  readonly #ignored = new Map<string, PushReport['quarantine']['reasons'][number]>();
  readonly #warnings = new Map<string, PushReport['warnings'][number]>();
  readonly #lateness = new Map<string, number>();
  readonly #sources: PushReport['sources'] = [];
  readonly #objects: PushReport['objects'] = [];
  readonly #quarantineFiles = new Set<string>();
  readonly unlisted = { sources: 0, objects: 0 };
  #balanced = true;
  #earliest: string | null = null;
  #latest: string | null = null;
  readonly #retries: PushReport['retries'] = {};
  #puts = 0;
  #contentBytes = 0;
  #compressedBytes = 0;

  /** `first` is the report of a run without sources: it says whither, and from when on. */
  constructor(first: PushReport) {
    this.#first = first;
    this.#balance = { ...first.balance };
  }

  add(report: PushReport): void {
    addNumbers(this.#balance, report.balance);
    this.#balanced &&= report.balanced;
    for (const row of report.types) addRow(this.#types, row.type, row);
    for (const row of report.partitions) addRow(this.#partitions, row.folder, row);
    for (const row of report.quarantine.reasons) addRow(this.#reasons, row.reason, row);
    for (const row of report.ignored ?? []) addRow(this.#ignored, row.reason, row);
    for (const { age, lines } of report.lateness)
      this.#lateness.set(age, (this.#lateness.get(age) ?? 0) + lines);
    for (const row of report.warnings) this.#addWarning(row);
    this.#addLists(report);
    if (report.quarantine.file !== null && this.#quarantineFiles.size < 2)
      this.#quarantineFiles.add(report.quarantine.file);
    // ISO times of one form: their order is that of their text.
    this.#earliest = least(this.#earliest, report.earliest);
    this.#latest = greatest(this.#latest, report.latest);
    this.#puts += report.putRequests;
    addNumbers(this.#retries, report.retries);
    this.#contentBytes += report.contentBytes;
    this.#compressedBytes += report.compressedBytes;
  }

  /** The sum, as the report of one run that ended like this at `endedMs`. */
  report(ended: Pick<PushReport, 'outcome' | 'exitCode' | 'error'>, endedMs: number): PushReport {
    const first = this.#first;
    const seconds = (endedMs - Date.parse(first.startedAt)) / 1000;
    const [file, ...moreFiles] = this.#quarantineFiles;
    return {
      ...first,
      ...ended,
      endedAt: new Date(endedMs).toISOString(),
      seconds,
      sources: this.#sources,
      balance: { ...this.#balance },
      balanced: this.#balanced,
      types: sortedBy([...this.#types.values()], ({ type }) => type),
      partitions: sortedBy([...this.#partitions.values()], ({ folder }) => folder),
      objects: sortedBy(this.#objects, ({ key }) => key),
      earliest: this.#earliest,
      latest: this.#latest,
      putRequests: this.#puts,
      retries: { ...this.#retries },
      contentBytes: this.#contentBytes,
      compressedBytes: this.#compressedBytes,
      quarantine: {
        ...first.quarantine,
        file: moreFiles.length > 0 ? first.quarantine.folder : (file ?? null),
        reasons: [...this.#reasons.values()].sort((a, b) => b.lines - a.lines),
      },
      ...(this.#ignored.size === 0 ? {} : { ignored: [...this.#ignored.values()] }),
      warnings: [...this.#warnings.values()],
      lateness: [...this.#lateness].map(([age, lines]) => ({ age, lines })),
      throughput: {
        linesPerSecond: rate(this.#balance.read, seconds),
        bytesPerSecond: rate(this.#contentBytes, seconds),
      },
    };
  }

  /** Lines set aside so far. */
  get quarantined(): number {
    return this.#balance.quarantined;
  }

  /** Whether every run's balance came out right. */
  get balanced(): boolean {
    return this.#balanced;
  }

  #addWarning(row: PushReport['warnings'][number]): void {
    const name = `${row.type} ${row.warning}`;
    const known = this.#warnings.get(name);
    if (known === undefined) this.#warnings.set(name, { ...row });
    else known.lines += row.lines;
  }

  #addLists({ sources, objects }: PushReport): void {
    this.unlisted.sources += takeUpTo(this.#sources, sources);
    this.unlisted.objects += takeUpTo(this.#objects, objects);
  }
}

/** Adds the numbers of one row to those of another. */
function addNumbers<T extends object>(sum: T, row: T): void {
  for (const [name, value] of Object.entries(row) as [keyof T, unknown][]) {
    if (typeof value === 'number')
      sum[name] = (((sum[name] as number | undefined) ?? 0) + value) as T[keyof T];
  }
}

function addRow<T extends object>(rows: Map<string, T>, name: string, row: T): void {
  const known = rows.get(name);
  if (known === undefined) rows.set(name, { ...row });
  else addNumbers(known, row);
}

/** Appends what there is room for; returns how many there was no room for. */
function takeUpTo<T>(list: T[], more: readonly T[]): number {
  const taken = more.slice(0, Math.max(0, mostListed - list.length));
  list.push(...taken);
  return more.length - taken.length;
}

function sortedBy<T>(rows: readonly T[], keyOf: (row: T) => string): T[] {
  return rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : Number(keyOf(a) > keyOf(b))));
}

function least(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b < a) ? b : a;
}

function greatest(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b > a) ? b : a;
}

function rate(amount: number, seconds: number): number {
  return seconds <= 0 ? 0 : Math.round(amount / seconds);
}
