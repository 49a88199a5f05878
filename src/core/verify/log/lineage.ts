import type { StoreReader } from '../../../ports/store/store-reader.ts';
import type { BeginLeaf } from '../../log/leaf.ts';
import { logFolder } from '../../log/log-keys.ts';
import { tileHolding } from '../../log/tile-path.ts';
import { FindingBook } from '../finding.ts';
import { leafOf } from '../../log/leaf.ts';
import type { ListedLog } from './list-logs.ts';
import { newestSize } from './list-logs.ts';
import { LogFiles } from './log-files.ts';

/** A run that has not ended yet. */
export interface OpenRun {
  begin: BeginLeaf | undefined;
  /** Its first leaf. */
  leaf: number;
  objects: number;
  sources: number;
  lines: number;
  /** It began in a log that this one goes on from. */
  isInherited?: boolean;
}

/** Where a log goes on from another, as its first leaf says. */
export interface Descent {
  log: string;
  /** The log before it, and how many leaves of that it goes on from. */
  parent: string;
  size: number;
  openedMs: number;
}

/**
 * Which log goes on from which (its state was restored from an old copy, or two machines had one): a run that begins in the one
 * may end in the other, and the silence of the one ends where the other begins. And the logs that another says have ended.
 */
export class Lineage {
  readonly #descents: readonly Descent[];
  readonly #handed = new Map<string, ReadonlyMap<string, OpenRun>>();
  readonly #ended = new Set<string>();
  readonly #watched = new Set<string>();
  readonly #retired = new Set<string>();

  constructor(descents: readonly Descent[] = []) {
    this.#descents = descents;
  }

  get descents(): readonly Descent[] {
    return this.#descents;
  }

  /** Those that go on from a log. */
  children(log: string): readonly Descent[] {
    return this.#descents.filter(({ parent }) => parent === log);
  }

  /** Notes which runs are open at the leaf from which a log goes on. */
  handOn({ log }: Descent, open: ReadonlyMap<string, OpenRun>): void {
    this.#handed.set(log, new Map([...open].map(([run, one]) => [run, { ...one, isInherited: true }])));
  }

  /** Runs that were open where a log goes on from another. */
  inheritedBy(log: string): Map<string, OpenRun> {
    return new Map(this.#handed.get(log));
  }

  /** Runs whose end somebody wants to know of, in whichever log it is. */
  watch(runs: Iterable<string>): void {
    for (const run of runs) this.#watched.add(run);
  }

  /** A run has ended; `isInherited`: it began in an earlier log. */
  noteEnded(run: string, isInherited: boolean): void {
    if (isInherited || this.#watched.has(run)) this.#ended.add(run);
  }

  hasEnded(run: string): boolean {
    return this.#ended.has(run);
  }

  /** Takes the keys of a leaf `retire`: a log's own folder stands for the log. */
  retire(keys: readonly string[]): void {
    for (const key of keys)
      if (key.startsWith(logFolder)) this.#retired.add(key.slice(logFolder.length).replace(/\/$/, ''));
  }

  /** Whether another log says that nobody goes on with this one. */
  isRetired(log: string): boolean {
    return this.#retired.has(log);
  }
}

/** Reads the first leaf of each log, and puts the logs in order: those that go on from others behind them. */
export async function traceLogs(
  listed: readonly ListedLog[],
  reader: StoreReader,
): Promise<{ lineage: Lineage; ordered: ListedLog[] }> {
  const descents: Descent[] = [];
  for (const log of listed) {
    const descent = await descentOf(log, reader);
    if (descent !== undefined) descents.push(descent);
  }
  const parents = new Map(descents.map(({ log, parent }) => [log, parent]));
  const depth = (log: string): number => {
    let [at, steps] = [parents.get(log), 0];
    // A ring can't be: whoever forges one is found by the signatures.
    for (; at !== undefined && steps < listed.length; steps++) at = parents.get(at);
    return steps;
  };
  const depths = new Map(listed.map(({ id }) => [id, depth(id)]));
  const ordered = [...listed].sort((a, b) => (depths.get(a.id) ?? 0) - (depths.get(b.id) ?? 0));
  return { lineage: new Lineage(descents), ordered };
}

/** What can't be read here is found when the log is checked. */
async function descentOf(log: ListedLog, reader: StoreReader): Promise<Descent | undefined> {
  const bundle = tileHolding('entries', 0, newestSize(log));
  if (bundle === undefined) return undefined;
  const { entries } = await new LogFiles(log.id, reader, new FindingBook()).entries(bundle);
  const leaf = entries?.[0] === undefined ? undefined : leafOf(entries[0]);
  if (leaf?.kind !== 'open' || leaf.after === undefined) return undefined;
  const { id: parent, size } = leaf.after;
  return { log: log.id, parent, size, openedMs: Date.parse(leaf.time) };
}
