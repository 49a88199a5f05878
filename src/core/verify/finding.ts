/** Every kind of finding, and what it says of the store. The codes are the contract; exit code 7 means that there is one. */
export const findingMeanings = {
  'object-missing': 'an object that was delivered is not there',
  'object-altered': 'an object holds something else than what was delivered',
  'object-unclaimed': 'an object that no log knows',
  'object-renamed': 'an object that was delivered lies under another key',
  'line-misplaced': 'a line lies in a partition that is not its own',
  'count-off': 'an object has another number of lines or bytes than its leaf says',
  'entry-altered': 'a leaf of the log was changed, or a bundle of leaves is missing',
  'tile-missing': 'a tile, a bundle or a checkpoint of the log is not there',
  'tile-altered': 'a tile of the log was changed',
  'checkpoint-bad-signature': 'a checkpoint was changed, or its signature is forged',
  'foreign-key': 'a log is signed by a key that is not its own, or not one of yours',
  'log-rolled-back': 'a log is shorter than it was when it was last seen',
  'log-forked': 'the same key has signed two histories',
  'log-silent': 'a log says nothing of a time in which it should speak',
  'run-unfinished': 'a run began and never ended',
  'balance-off': 'the books of a run do not add up',
  'clock-back': 'the clock of the writer went back',
  'event-twice': 'an event was delivered twice',
} as const;

export type FindingCode = keyof typeof findingMeanings;

export const findingCodes = Object.keys(findingMeanings) as FindingCode[];

/** One thing that is not as it should be. */
export interface Finding {
  code: FindingCode;
  /** In words, with what is known of it. */
  message: string;
  /** The object or the file of the log, below the prefix. */
  key?: string;
  /** Id of the log, and which leaf of it tells. */
  log?: string;
  leaf?: number;
}

/** What could not be looked at, and what is not proven for that. */
export interface Unproven {
  what: string;
  why: string;
  /** The permission that is missing, where that is it. */
  permission?: string;
}

/** Findings that are kept of each code; of more, the number is known. */
const mostKept = 1000;

/** Collects what a verification finds. Memory is bounded: of each code the first 1,000 are kept, all are counted. */
export class FindingBook {
  readonly #kept = new Map<FindingCode, Finding[]>();
  readonly #counts = new Map<FindingCode, number>();
  readonly #unproven = new Map<string, Unproven & { times: number }>();

  add(finding: Finding): void {
    const kept = this.#kept.get(finding.code) ?? [];
    if (kept.length < mostKept) kept.push(finding);
    this.#kept.set(finding.code, kept);
    this.#counts.set(finding.code, (this.#counts.get(finding.code) ?? 0) + 1);
  }

  /** Takes all of another book over. */
  addAll(other: FindingBook): void {
    for (const finding of other.findings) this.add(finding);
    for (const [code, count] of other.#counts) {
      const kept = other.#kept.get(code)?.length ?? 0;
      this.#counts.set(code, (this.#counts.get(code) ?? 0) + count - kept);
    }
  }

  /** The same thing again only counts. */
  addUnproven(unproven: Unproven): void {
    const name = `${unproven.what}\n${unproven.why}`;
    const known = this.#unproven.get(name);
    if (known === undefined) this.#unproven.set(name, { ...unproven, times: 1 });
    else known.times++;
  }

  /** In the order of the codes. */
  get findings(): Finding[] {
    return findingCodes.flatMap((code) => this.#kept.get(code) ?? []);
  }

  /** How often each code was found, in the order of the codes. */
  get counts(): Partial<Record<FindingCode, number>> {
    return Object.fromEntries(
      findingCodes.flatMap((code) => {
        const count = this.#counts.get(code);
        return count === undefined ? [] : [[code, count]];
      }),
    );
  }

  get unproven(): (Unproven & { times: number })[] {
    return [...this.#unproven.values()];
  }
}
