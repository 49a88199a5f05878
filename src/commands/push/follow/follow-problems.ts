import type { ReportProblem } from '../../../core/accounting/push-report.ts';
import type { DeliveryProblem } from '../../../core/batches/delivery-problem.ts';
import type { JournalView } from '../../../ports/state/journal.ts';

/** What follower and report have to tell, as long as it lasts: a process that follows sees things break and mended again. */
export class FollowProblems {
  readonly #problems = new Map<string, { problem: ReportProblem; id: string }>();
  /** What was told since the last look at files began. */
  #fresh = new Set<string>();

  add(problem: ReportProblem, { id }: Pick<DeliveryProblem, 'id'> = { id: '' }): void {
    const key = `${problem.kind} ${problem.source}`;
    this.#fresh.add(key);
    this.#problems.set(key, { problem, id });
  }

  /** Files are looked at anew: what was told before is told again if it still is so. */
  looking(): void {
    this.#fresh = new Set();
  }

  /** These files (names and paths) were looked at and delivered: what was not told of them now is over. */
  looked(files: ReadonlySet<string>): void {
    for (const [key, { problem }] of this.#problems)
      if (isOfFile(problem) && files.has(problem.source) && !this.#fresh.has(key)) this.#problems.delete(key);
  }

  /** What is to be told at the end: what was missing and is found is not. */
  left({ files }: JournalView): ReportProblem[] {
    return [...this.#problems.values()]
      .filter(({ problem: { kind }, id }) => kind !== 'missing' || files.get(id)?.lostMs !== undefined)
      .map(({ problem }) => problem);
  }
}

function isOfFile({ kind }: ReportProblem): boolean {
  return kind === 'broken' || kind === 'unreadable' || kind === 'edited';
}
