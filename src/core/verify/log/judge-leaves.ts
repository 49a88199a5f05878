import { imbalance } from '../../accounting/balance.ts';
import type { Balance } from '../../accounting/balance.ts';
import type { BeginLeaf, EndLeaf, Leaf, ObjectLeaf } from '../../log/leaf.ts';
import { partitionOfKey } from '../objects/partition-of-key.ts';
import type { FindingBook, FindingCode } from '../finding.ts';
import { Heartbeat } from './heartbeat.ts';

/** Clocks are set by NTP, a little each time: a step back of less is no finding. */
const clockToleranceMs = 10_000;

interface OpenRun {
  begin: BeginLeaf | undefined;
  leaf: number;
  objects: number;
  sources: number;
  lines: number;
}

/** What a log says of its runs, summed up. */
export interface LeafSums {
  leaves: number;
  objects: number;
  lines: number;
  runs: number;
  quarantined: number;
  quietMs: number;
  /** Times of the first and the last leaf that has one. */
  first: string | undefined;
  last: string | undefined;
  closed: boolean;
}

/**
 * Judges the leaves of one log, in their order: runs that never ended, books that do not add up, a clock that went back, silence.
 * Memory depends on the number of runs that are open at once.
 */
export class LeafJudge {
  readonly #log: string;
  readonly #book: FindingBook;
  readonly #open = new Map<string, OpenRun>();
  readonly #heart: Heartbeat;
  #latestMs = -Infinity;
  readonly sums: LeafSums = {
    leaves: 0,
    objects: 0,
    lines: 0,
    runs: 0,
    quarantined: 0,
    quietMs: 0,
    first: undefined,
    last: undefined,
    closed: false,
  };

  constructor(log: string, book: FindingBook) {
    this.#log = log;
    this.#book = book;
    this.#heart = new Heartbeat((leaf, message) => this.#add('log-silent', leaf, message));
  }

  take(leaf: Leaf, index: number): void {
    this.sums.leaves++;
    const time = 'time' in leaf ? leaf.time : undefined;
    const busy = this.#open.size > 0;
    if (time !== undefined) this.#tick(time, index);
    switch (leaf.kind) {
      case 'begin':
        this.#open.set(leaf.run, { begin: leaf, leaf: index, objects: 0, sources: 0, lines: 0 });
        break;
      case 'source':
        this.#runOf(leaf.run, index).sources++;
        break;
      case 'object':
        this.#object(leaf, index);
        break;
      case 'end':
        this.#end(leaf, index);
        break;
      case 'quiet':
        this.#tick(leaf.to, index);
        this.#heart.quiet(leaf, index);
        this.sums.quietMs += Math.max(0, Date.parse(leaf.to) - Date.parse(leaf.from));
        break;
      case 'close':
        this.sums.closed = true;
        break;
      default:
    }
    if (leaf.kind !== 'quiet' && time !== undefined) this.#heart.spoke(Date.parse(time), index, busy);
  }

  /** The log has ended; `nowMs` is up to when it should have spoken. */
  end(nowMs: number): void {
    for (const [run, { leaf, begin }] of this.#open) {
      const what =
        begin === undefined
          ? 'has leaves, but no beginning and no end'
          : `began at ${begin.time} and has no end`;
      this.#add(
        'run-unfinished',
        leaf,
        `Run ${run} ${what}. If it is under way, verify again when it has ended.`,
      );
    }
    if (!this.sums.closed) this.#heart.end(nowMs, this.sums.leaves - 1);
  }

  #tick(time: string, index: number): void {
    const ms = Date.parse(time);
    if (Number.isNaN(ms)) return;
    if (ms < this.#latestMs - clockToleranceMs)
      this.#add(
        'clock-back',
        index,
        `Leaf ${index} is of ${time}, but ${new Date(this.#latestMs).toISOString()} was before it.`,
      );
    this.#latestMs = Math.max(this.#latestMs, ms);
    this.sums.first ??= time;
    this.sums.last = time;
  }

  #runOf(run: string, leaf: number): OpenRun {
    const known = this.#open.get(run);
    if (known !== undefined) return known;
    const unknown = { begin: undefined, leaf, objects: 0, sources: 0, lines: 0 };
    this.#open.set(run, unknown);
    return unknown;
  }

  #object(leaf: ObjectLeaf, index: number): void {
    const run = this.#runOf(leaf.run, index);
    run.objects++;
    run.lines += leaf.lines;
    this.sums.objects++;
    this.sums.lines += leaf.lines;
    const why = misplaced(leaf);
    if (why !== undefined)
      this.#book.add({ code: 'line-misplaced', key: leaf.key, log: this.#log, leaf: index, message: why });
  }

  #end(leaf: EndLeaf, index: number): void {
    const run = this.#runOf(leaf.run, index);
    this.#open.delete(leaf.run);
    this.sums.runs++;
    this.sums.quarantined += leaf.balance['quarantined'] ?? 0;
    // A try at a batch that was cut short is ended by the next one.
    const batch = run.begin?.batch;
    if (batch !== undefined)
      for (const [other, { begin }] of this.#open) if (begin?.batch === batch) this.#open.delete(other);
    for (const why of offBooks(leaf, run)) this.#add('balance-off', index, `Run ${leaf.run}: ${why}.`);
  }

  #add(code: FindingCode, leaf: number, message: string): void {
    this.#book.add({ code, log: this.#log, leaf, message });
  }
}

/** What does not add up at the end of a run. */
function offBooks({ balance, objects, sources, ended }: EndLeaf, run: OpenRun): string[] {
  const off = imbalance(balance as Balance);
  const delivered = (balance['delivered'] ?? 0) + (balance['alreadyDelivered'] ?? 0);
  return [
    ...(off === 0 ? [] : [`its sum is off by ${off} lines`]),
    ...(run.begin === undefined ? ['it has no beginning'] : []),
    ...(objects === run.objects
      ? []
      : [`it ended with ${objects} objects, but has leaves of ${run.objects}`]),
    ...(sources === run.sources
      ? []
      : [`it ended with ${sources} sources, but has leaves of ${run.sources}`]),
    ...(ended !== 'complete' || delivered === run.lines
      ? []
      : [`it ended with ${delivered} lines delivered, but its objects have ${run.lines}`]),
  ];
}

/** Why lines of an object can't belong where its key is; undefined where they do, or where the layout is the user's own. */
function misplaced({ key, first, last, types }: ObjectLeaf): string | undefined {
  const partition = partitionOfKey(key);
  if (partition === undefined) return undefined;
  const { type, from, to } = partition;
  const others = type === undefined ? [] : Object.keys(types).filter((one) => one !== type);
  if (others.length > 0)
    return `It has lines of type ${others.join(', ')}, in a partition of ${String(type)}.`;
  const [firstMs, lastMs] = [Date.parse(first), Date.parse(last)];
  return firstMs >= from && lastMs < to ? undefined : `Its lines are from ${first} to ${last}.`;
}
