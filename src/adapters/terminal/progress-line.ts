import type { Writable } from 'node:stream';
import type { Progress, ProgressSnapshot } from '../../ports/terminal/progress.ts';
import type { TextProgress } from '../../ports/terminal/text-progress.ts';
import { formatBytes, formatCount, formatCounted, formatDuration } from '../../core/report/format.ts';

/** On a terminal the line is redrawn this often; elsewhere a plain line is written now and then. */
const redrawMs = 100;
const plainMs = 10_000;

/** Shows progress on stderr: one line that is redrawn on a terminal, a plain line every ten seconds elsewhere. */
export class ProgressLine implements Progress, TextProgress {
  readonly #stream: Writable & { isTTY?: boolean; columns?: number };
  readonly #quiet: boolean;
  /** Whether the line can be drawn again in its place. */
  readonly #redraws: boolean;
  readonly #now: () => number;
  readonly #startedMs: number;
  #shownMs: number;
  #drawn = false;

  constructor(
    stream: Writable & { isTTY?: boolean; columns?: number },
    { quiet, redraws, now }: { quiet: boolean; redraws: boolean; now: () => number },
  ) {
    this.#stream = stream;
    this.#quiet = quiet;
    this.#redraws = redraws;
    this.#now = now;
    this.#startedMs = now();
    this.#shownMs = this.#startedMs;
  }

  update(snapshot: ProgressSnapshot): void {
    this.show((elapsedMs) => describeProgress(snapshot, elapsedMs));
  }

  show(describe: (elapsedMs: number) => string): void {
    if (this.#quiet) return;
    const now = this.#now();
    const terminal = this.#redraws;
    if (now - this.#shownMs < (terminal ? redrawMs : plainMs)) return;
    this.#shownMs = now;
    const text = describe(now - this.#startedMs);
    if (terminal)
      this.#stream.write(`\r\u001b[2K${text.slice(0, Math.max(20, (this.#stream.columns ?? 80) - 1))}`);
    else this.#stream.write(`${text}\n`);
    this.#drawn = terminal;
  }

  end(): void {
    if (this.#drawn) this.#stream.write('\r\u001b[2K');
    this.#drawn = false;
  }
}

/** One line that says how far a run has come; the time left is known where all sizes are. */
export function describeProgress(snapshot: ProgressSnapshot, elapsedMs: number): string {
  const { storedBytes, totalStoredBytes, lines, quarantined, openPartitions, objects } = snapshot;
  const bytesPerMs = storedBytes / Math.max(1, elapsedMs);
  const known = totalStoredBytes !== undefined && totalStoredBytes > 0;
  const share = known
    ? ` of ${formatBytes(totalStoredBytes)} (${Math.min(100, Math.floor((storedBytes / totalStoredBytes) * 100))}%)`
    : '';
  const left =
    known && bytesPerMs > 0 ? `, ${formatDuration((totalStoredBytes - storedBytes) / bytesPerMs)} left` : '';
  const bad = quarantined === 0 ? '' : `, ${formatCount(quarantined)} set aside`;
  return `${formatBytes(storedBytes)}${share}, ${formatCounted(lines, 'line', 'lines')}, ${formatBytes(bytesPerMs * 1000)}/s${left}, ${formatCounted(openPartitions, 'partition', 'partitions')} open, ${formatCounted(objects, 'object', 'objects')}${bad}`;
}
