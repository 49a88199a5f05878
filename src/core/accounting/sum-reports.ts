import { emptyBalance } from './balance.ts';
import type { PushReport, ReportEnd, RunFacts } from './push-report.ts';
import { buildPushReport, endOf } from './push-report.ts';
import { boundWarning, RunAccount } from './run-account.ts';
import type { Balance } from '../../ports/state/run-history.ts';

/** Adds up the reports of jobs of one session: one sum of the books. A source that is in many of them is listed once. */
export class ReportSum {
  readonly #first: PushReport;
  readonly #balance: Balance;
  readonly #types = new Map<string, PushReport['types'][number]>();
  readonly #partitions = new Map<string, PushReport['partitions'][number]>();
  readonly #reasons = new Map<string, PushReport['quarantine']['reasons'][number]>();
  readonly #ignored = new Map<string, PushReport['quarantine']['reasons'][number]>();
  readonly #warnings = new Map<string, PushReport['warnings'][number]>();
  readonly #lateness = new Map<string, number>();
  readonly #sources = new Map<string, PushReport['sources'][number]>();
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

  readonly #mostListed: number;

  /** Of more sources and objects than `mostListed` it only has the numbers, so that memory has a bound. */
  constructor(mostListed: number, facts: Omit<RunFacts, 'endedMs'>) {
    this.#mostListed = mostListed;
    const { startedMs } = facts;
    const account = new RunAccount([], startedMs);
    const nothing = { account, sources: [], types: [], quarantineFile: undefined, error: undefined };
    this.#first = buildPushReport({ ...nothing, ended: 'complete' }, { ...facts, endedMs: startedMs });
    this.#balance = emptyBalance();
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
  report(end: ReportEnd, endedMs: number): PushReport {
    const first = this.#first;
    const seconds = (endedMs - Date.parse(first.startedAt)) / 1000;
    const [file, ...moreFiles] = this.#quarantineFiles;
    return {
      ...first,
      ...endOf(end, { balance: this.#balance, balanced: this.#balanced, dryRun: first.dryRun }),
      endedAt: new Date(endedMs).toISOString(),
      seconds,
      sources: [...this.#sources.values()],
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
      waiting: [...(end.waiting ?? [])],
      problems: [...(end.problems ?? [])],
      lateness: [...this.#lateness].map(([age, lines]) => ({ age, lines })),
      throughput: {
        linesPerSecond: rate(this.#balance.read, seconds),
        bytesPerSecond: rate(this.#contentBytes, seconds),
      },
    };
  }

  /** Lines read so far, those that earlier runs delivered included. */
  get lines(): number {
    return this.#balance.read;
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
    const kept = boundWarning(row, this.#warnings);
    const name = `${kept.type} ${kept.warning}`;
    const known = this.#warnings.get(name);
    if (known === undefined) this.#warnings.set(name, { ...kept });
    else known.lines += row.lines;
  }

  #addLists({ sources, objects }: PushReport): void {
    for (const source of sources) {
      const isListed = this.#sources.has(source.name) || this.#sources.size < this.#mostListed;
      if (isListed) addRow(this.#sources, source.name, source);
      else this.unlisted.sources++;
    }
    const room = Math.max(0, this.#mostListed - this.#objects.length);
    for (const object of objects.slice(0, room)) this.#objects.push(object);
    this.unlisted.objects += Math.max(0, objects.length - room);
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
