/** What can be wrong between a store and those who read it, and what cures it. */
export const checkKinds = {
  'outside-tables': {
    means: 'lie in folders where no table looks',
    cure: 'Name the layout that they were delivered with (--layout, --partition), and make the tables anew: audit-export consumers athena.',
  },
  'before-tables': {
    means: 'are of days before the first that the tables look for',
    cure: 'Make the tables with an earlier --since: audit-export consumers athena --since DATE.',
  },
  'no-object-of-events': {
    means: 'are no objects of events, and tables read them as such',
    cure: 'Move them out of the prefix, or below a folder that begins with _, which readers skip.',
  },
  'type-nobody-reads': {
    means: 'are of an audit type that no table is made for',
    cure: 'Name its schema (--schema FILE), or add the type to --types, and make the tables anew.',
  },
  'shadowed-field': {
    means: 'have a field that a partition of the same name hides from readers',
    cure: 'Deliver with a layout that names the partition otherwise: --layout.',
  },
  unreadable: {
    means: 'could not be read',
    cure: 'See the reason; the role of those who read is printed by: audit-export iam show --for reader.',
  },
  'table-missing': {
    means: 'tables are not in the catalogue',
    cure: 'Make them: audit-export consumers athena --apply.',
  },
  'table-differs': {
    means: 'tables are not those that the profile asks for',
    cure: 'Mend them: audit-export consumers athena --apply.',
  },
  'not-in-parquet': {
    means: 'are in no Parquet file, though their day is over',
    cure: 'Run audit-export compact.',
  },
  'in-several-files': {
    means: 'are in more than one Parquet file: queries count their events twice',
    cure: 'Look who wrote them; compact claims each object once. Move the whole folder away and run audit-export compact again.',
  },
  'file-missing': {
    means: 'Parquet files were claimed, and are not there',
    cure: 'Run audit-export compact, which ends what was begun; a file that was removed comes back with its claim removed.',
  },
  'unclaimed-file': {
    means: 'Parquet files are there that no run of compact claimed',
    cure: 'Move them away: their events may be in other files too.',
  },
} as const satisfies Readonly<Record<string, { means: string; cure: string }>>;

export type CheckKind = keyof typeof checkKinds;

/** All findings of one kind. */
export interface CheckFinding {
  kind: CheckKind;
  count: number;
  means: string;
  cure: string;
  /** The first of them: a key or a name, and what there is to say of it. */
  examples: string[];
}

const mostExamples = 10;

/** Counts findings by kind, and keeps the first of each. */
export class CheckBook {
  readonly #found = new Map<CheckKind, CheckFinding>();

  add(kind: CheckKind, example: string): void {
    const known = this.#found.get(kind) ?? { kind, count: 0, ...checkKinds[kind], examples: [] };
    known.count++;
    if (known.examples.length < mostExamples) known.examples.push(example);
    this.#found.set(kind, known);
  }

  get findings(): CheckFinding[] {
    return [...this.#found.values()];
  }
}
