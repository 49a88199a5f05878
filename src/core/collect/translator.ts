import type { BatchKind } from './batch.ts';
import type { MadeBy, MadeHistory } from './made-by.ts';
import { isSame, madeAt, madeWithin } from './made-by.ts';
import type { TimeRange } from './statement/statement.ts';
import type { QueryRow } from './translate/query-row.ts';
import type {
  Maps,
  TranslateOptions,
  TranslationBooks,
  TranslationRules,
} from './translate/translate-query.ts';
import { newBooks, translateRow } from './translate/translate-query.ts';

/** What rows are translated by. */
export interface TranslatorParts {
  /** The files of now, and by what records are made with them. */
  rules: TranslationRules;
  now: MadeBy;
  /** By what the records of before were made. */
  history: MadeHistory;
  /** Whether this run reads once more what was read. */
  again: boolean;
  /** The files of then; undefined where they are gone. */
  load: (by: MadeBy) => Promise<Maps | undefined>;
}

/**
 * Makes records of rows: of what is read for the first time by the files of now; of what came late to a window by those that
 * the window was read by, so that all of it is made alike; of what is read once more only those that were not made before.
 */
export class Translator {
  readonly #parts: TranslatorParts;
  #loaded = new Map<MadeBy, Maps>();

  constructor(parts: TranslatorParts) {
    this.#parts = parts;
  }

  /** Loads what rows of a range are translated by. */
  async prepare(range: TimeRange): Promise<void> {
    const { history, load } = this.#parts;
    const loaded = new Map<MadeBy, Maps>();
    for (const by of madeWithin(history, range)) {
      const maps = this.#loaded.get(by) ?? (await load(by));
      if (maps !== undefined) loaded.set(by, maps);
    }
    this.#loaded = loaded;
  }

  /** The records of a row, as lines; writes into the books what became of it. */
  linesOf(kind: BatchKind, row: QueryRow, books: TranslationBooks, options: TranslateOptions): string[] {
    const { rules, again } = this.#parts;
    if (again) return translateRow(row, { ...rules, before: this.#madeBefore(row.placeNs) }, books, options);
    const [first = rules, ...others] = kind === 'late' ? this.#rulesOfThen(row.placeNs) : [];
    const lines = translateRow(row, first, books, options);
    for (const more of others) {
      // The query itself is counted; only what it comes to besides is new.
      const besides = newBooks();
      lines.push(...translateRow(row, more, besides, options));
      books.records += besides.records;
    }
    return lines;
  }

  /** By what the same records were made; what was made by the very files of now comes out as it was. */
  #madeBefore(placeNs: bigint): Maps[] {
    const { history, now } = this.#parts;
    const alike = madeAt(history, placeNs).filter(
      ({ form, redact, client }) => form === now.form && redact === now.redact && client === now.client,
    );
    return alike.length === 1 && isSame(alike[0], now) ? [] : this.#mapsOf(alike);
  }

  #rulesOfThen(placeNs: bigint): TranslationRules[] {
    const { history, rules } = this.#parts;
    const then = madeAt(history, placeNs);
    return then.flatMap((by, index) => {
      const maps = this.#loaded.get(by);
      const { form, redact } = by;
      const earlier = then.slice(0, index).filter((one) => one.form === form && one.redact === redact);
      return maps === undefined ? [] : [{ ...rules, ...maps, form, redact, before: this.#mapsOf(earlier) }];
    });
  }

  #mapsOf(made: readonly MadeBy[]): Maps[] {
    return made.flatMap((by) => this.#loaded.get(by) ?? []);
  }
}
