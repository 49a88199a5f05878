/** A name, and the queries that were left out for it. */
export interface LeftOutName {
  name: string;
  queries: number;
}

/** Names that are counted one by one; those that come later are counted together. */
const mostNames = 10_000;

/** What queries were left out for, by name; in bounded memory. */
export class LeftOutNames {
  readonly #queries = new Map<string, number>();
  /** Queries of names that came when there were too many. */
  #others = 0;

  add(name: string): void {
    const before = this.#queries.get(name);
    if (before === undefined && this.#queries.size >= mostNames) this.#others += 1;
    else this.#queries.set(name, (before ?? 0) + 1);
  }

  /** The names with the most queries, and how many names there are beyond them. */
  top(count: number): { names: LeftOutName[]; more: number } {
    const all = [...this.#queries].map(([name, queries]) => ({ name, queries }));
    const inOrder = all.toSorted((a, b) => b.queries - a.queries || (a.name < b.name ? -1 : 1));
    return {
      names: inOrder.slice(0, count),
      more: Math.max(0, all.length - count) + (this.#others > 0 ? 1 : 0),
    };
  }
}
