import { AuditExportError } from '../../errors.ts';
import type { SourceDay, TableDay, TypedObject } from '../readers/compaction.ts';
import type { OcsfClassName } from './classes.ts';
import { ocsfClasses } from './classes.ts';
import { classesOfType } from './mappings.ts';

/** Where Security Lake looks for a source's events. */
export interface LakePlace {
  /** What the names of the sources begin with; the number of the class follows. */
  source: string;
  /** The region of the lake's bucket. */
  region: string;
  /** The account that the events are of: 12 digits, or `external` for those of no account of AWS. */
  account: string;
}

/** A day of a class. */
export interface OcsfDay extends TableDay {
  readonly of: OcsfClassName;
}

/** The source of a class: one for each, since a table holds one class ("Custom sources", Security Lake User Guide). */
export const lakeSource = (source: string, name: OcsfClassName): string =>
  `${source}-${ocsfClasses[name].uid}`;

const rules: readonly [keyof LakePlace, string, RegExp, string][] = [
  // A name is no longer than 64 (CreateCustomLogSource, Security Lake API Reference); five are the class's.
  ['source', '--ocsf-source', /^[A-Za-z0-9][\w.-]{0,58}$/, 'up to 59 letters, digits, - . and _'],
  ['region', '--region', /^[a-z0-9-]+$/, 'the region of the bucket, as in us-east-1'],
  ['account', '--ocsf-account', /^[\w.-]{1,100}$/, '12 digits, external or external_NAME'],
];

/** Throws `usage` for names that Security Lake's path can't hold. */
export function checkLakePlace(place: LakePlace): void {
  for (const [name, flag, form, words] of rules)
    if (!form.test(place[name]))
      throw new AuditExportError('usage', `${flag}: ${JSON.stringify(place[name])} can't be used.`, {
        cure: `Use ${words}.`,
      });
}

/** The days of each class, of all objects whose events may come to it, in the order of classes and days. */
export function lakeDays(days: readonly SourceDay[], { source, region, account }: LakePlace): OcsfDay[] {
  return (Object.keys(ocsfClasses) as OcsfClassName[]).flatMap((name) => {
    const table = `ext/${lakeSource(source, name)}/region=${region}/accountId=${account}`;
    const byDate = new Map<string, TypedObject[]>();
    for (const { type, date, objects } of days)
      if (classesOfType(type).includes(name)) byDate.set(date, [...(byDate.get(date) ?? []), ...objects]);
    return [...byDate].map(([date, objects]) => ({
      table,
      of: name,
      date,
      objects,
      folder: `${table}/eventDay=${date.replaceAll('-', '')}`,
    }));
  });
}
