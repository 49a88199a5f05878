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

/** What is not as it should be, in as many places as it is so. */
export interface Finding {
  code: FindingCode;
  /** In words. */
  message: string;
  count: number;
  /** The first of them. */
  examples: FindingPlace[];
}

/** Where something is not as it should be. */
export interface FindingPlace {
  /** The object or the file of the log, below the prefix. */
  key?: string;
  /** Id of the log, and which leaf of it tells. */
  log?: string;
  leaf?: number;
  /** What is known of this one place. */
  detail?: string;
}

/** One thing that is found. */
export interface Found extends FindingPlace {
  code: FindingCode;
  message: string;
}

/** What could not be looked at, and what is not proven for that. */
export interface Unproven {
  what: string;
  why: string;
  /** The permission that is missing, where that is it. */
  permission?: string;
}

/** Findings of each code, and examples of each, that are kept; of more, the number is known. */
const mostKept = 100;
const mostExamples = 100;

/** Collects what a verification finds. Memory is bounded: what is said in the same words is one finding with its first examples. */
export class FindingBook {
  readonly #kept = new Map<FindingCode, Map<string, Finding>>();
  readonly #counts = new Map<FindingCode, number>();
  readonly #unproven = new Map<string, Unproven & { times: number }>();

  add({ code, message, ...place }: Found): void {
    this.#count(code, 1);
    this.#keep({ code, message, count: 1, examples: [place] });
  }

  /** Takes all of another book over. */
  addAll(other: FindingBook): void {
    for (const finding of other.findings) this.#keep(finding);
    for (const [code, count] of other.#counts) this.#count(code, count);
  }

  #count(code: FindingCode, count: number): void {
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + count);
  }

  #keep({ code, message, count, examples }: Finding): void {
    const kept = this.#kept.get(code) ?? new Map<string, Finding>();
    this.#kept.set(code, kept);
    const known = kept.get(message);
    if (known === undefined) {
      if (kept.size < mostKept) kept.set(message, { code, message, count, examples: [...examples] });
      return;
    }
    known.count += count;
    known.examples.push(...examples.slice(0, mostExamples - known.examples.length));
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
    return findingCodes.flatMap((code) => [...(this.#kept.get(code)?.values() ?? [])]);
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

/** Each example of findings, with all that is said of it. */
export function placesOf(findings: readonly Finding[]): Found[] {
  return findings.flatMap(({ code, message, examples }) =>
    examples.map((place) => ({
      ...place,
      code,
      message: place.detail === undefined ? message : `${message} ${place.detail}`,
    })),
  );
}
