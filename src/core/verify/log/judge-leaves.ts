import { imbalance } from '../../accounting/balance.ts';
import type { Balance } from '../../../ports/state/run-history.ts';
import type { EndLeaf, Leaf, ObjectLeaf } from '../../log/leaf.ts';
import { isEndOfKilled } from '../../log/leaf.ts';
import type { Layout } from '../../layout/layout.ts';
import { folderOf } from '../../layout/layout.ts';
import { Layouts } from '../../layout/layouts.ts';
import { logFolder } from '../../log/log-keys.ts';
import type { FindingBook, FindingCode } from '../finding.ts';
import { Heartbeat } from './heartbeat.ts';
import type { Descent, OpenRun } from './lineage.ts';
import { Lineage } from './lineage.ts';

/** Clocks are set by NTP, a little each time: a step back of less is no finding. */
const clockToleranceMs = 10_000;

/** A run that may have stored what no leaf tells of: it was killed, or has no end. */
export interface LostRun {
  run: string;
  /** When it began. */
  time: string;
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
  /** The last run that was killed. */
  lost: LostRun | undefined;
}

/**
 * Judges the leaves of one log, in their order: runs that never ended, books that do not add up, a clock that went back, silence.
 * Memory depends on the number of runs that are open at once.
 */
export class LeafJudge {
  readonly #log: string;
  readonly #book: FindingBook;
  readonly #lineage: Lineage;
  readonly #children: readonly Descent[];
  readonly #open: Map<string, OpenRun>;
  readonly #heart: Heartbeat;
  readonly #layouts = new Layouts();
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
    lost: undefined,
  };

  /**
   * `lineage` tells of runs that began in the log before, and learns of those that end in the next; `silentMs`: how long it may
   * say nothing, if not as long as it has recorded itself.
   */
  constructor(log: string, book: FindingBook, lineage = new Lineage(), silentMs?: number) {
    this.#log = log;
    this.#book = book;
    this.#lineage = lineage;
    this.#children = lineage.children(log);
    this.#open = lineage.inheritedBy(log);
    this.#heart = new Heartbeat((leaf, message) => this.#add('log-silent', leaf, message), {
      cure: this.#cure,
      asked: silentMs,
    });
  }

  take(leaf: Leaf, index: number): void {
    this.sums.leaves++;
    const time = 'time' in leaf ? leaf.time : undefined;
    // Whoever was killed was not at work until the next run said so.
    const isDead = leaf.kind === 'end' && isEndOfKilled(leaf) && this.#open.has(leaf.run);
    const busy = this.#open.size > (isDead ? 1 : 0);
    if (time !== undefined) this.#tick(time, index);
    this.#note(leaf, index);
    for (const child of this.#children) if (child.size === index + 1) this.#lineage.handOn(child, this.#open);
    if (leaf.kind !== 'quiet' && time !== undefined) this.#heart.spoke(Date.parse(time), index, busy);
    if (leaf.kind === 'begin') this.#heart.expect(leaf.expect);
  }

  /** By which layout a run that has not ended files its objects; undefined for one that has recorded none. */
  layoutOf(run: string): Layout | undefined {
    return this.#layouts.parsed(this.#open.get(run)?.begin?.layout);
  }

  #note(leaf: Leaf, index: number): void {
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
      case 'retire':
        this.#lineage.retire(leaf.keys);
        break;
      case 'close':
        this.sums.closed = true;
        break;
      default:
    }
  }

  /** All logs were read; `nowMs` is up to when this one should have spoken, `workingMs` since when its writer is at work. */
  end(nowMs: number, workingMs = Infinity): void {
    if (this.#lineage.isRetired(this.#log)) return;
    for (const [run, { leaf, begin, isInherited }] of this.#open) {
      const isUnderWay = begin !== undefined && Date.parse(begin.time) >= workingMs;
      if (isInherited === true || isUnderWay || this.#lineage.hasEnded(run)) continue;
      if (begin !== undefined) this.sums.lost = { run, time: begin.time };
      const what =
        begin === undefined
          ? 'has leaves, but no beginning and no end'
          : `began at ${begin.time} and has no end`;
      this.#add(
        'run-unfinished',
        leaf,
        `Run ${run} ${what}. If it is under way, verify again when it has ended. If it was killed, the next run that goes on with this log says so. ${this.#cure}`,
      );
    }
    if (this.sums.closed || workingMs !== Infinity) return;
    // Where another log goes on, it owes what is said from then on.
    const openings = this.#children.map(({ openedMs }) => openedMs).filter((ms) => ms >= this.#latestMs);
    this.#heart.end(Math.min(nowMs, ...openings), this.sums.leaves - 1);
  }

  /** For a log whose state is lost. */
  get #cure(): string {
    return `If nobody can go on with it any more, write that down: audit-export evidence retire ${logFolder}${this.#log}/ --reason TEXT`;
  }

  #close(run: string): void {
    this.#lineage.noteEnded(run, this.#open.get(run)?.isInherited === true);
    this.#open.delete(run);
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
    const detail = misplaced(leaf, this.layoutOf(leaf.run));
    if (detail !== undefined)
      this.#book.add({
        code: 'line-misplaced',
        key: leaf.key,
        log: this.#log,
        leaf: index,
        message: 'Its leaf names another folder than its types and times do.',
        detail,
      });
  }

  #end(leaf: EndLeaf, index: number): void {
    const run = this.#runOf(leaf.run, index);
    this.#close(leaf.run);
    if (isEndOfKilled(leaf) && run.begin !== undefined)
      this.sums.lost = { run: leaf.run, time: run.begin.time };
    this.sums.runs++;
    this.sums.quarantined += leaf.balance['quarantined'] ?? 0;
    // A try at a batch that was cut short is ended by the next one.
    const batch = run.begin?.batch;
    if (batch !== undefined)
      for (const [other, { begin }] of this.#open) if (begin?.batch === batch) this.#close(other);
    for (const why of offBooks(leaf, run)) this.#add('balance-off', index, `Run ${leaf.run}: ${why}.`);
  }

  #add(code: FindingCode, leaf: number, message: string): void {
    this.#book.add({ code, log: this.#log, leaf, message });
  }
}

/** What does not add up at the end of a run. */
function offBooks(end: EndLeaf, run: OpenRun): string[] {
  const { balance, objects, sources, ended } = end;
  const off = isEndOfKilled(end) ? 0 : imbalance(balance as Balance);
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

/** Why lines of an object can't belong where its key is; undefined where they do, or where no layout was recorded. */
function misplaced({ key, first, last, types }: ObjectLeaf, layout: Layout | undefined): string | undefined {
  if (layout === undefined) return undefined;
  const folder = key.slice(0, key.lastIndexOf('/'));
  for (const type of Object.keys(types))
    for (const time of [first, last]) {
      const home = folderOf(layout, type, time);
      if (home !== folder)
        return `It has a line of type ${type} and of ${time}, which belongs in ${home} (layout ${layout.template}).`;
    }
  return undefined;
}
