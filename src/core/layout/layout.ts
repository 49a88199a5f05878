import { AuditExportError } from '../../errors.ts';

/** How fine a layout divides time. */
export type Granularity = 'year' | 'month' | 'day' | 'hour';

type Piece = { text: string } | { placeholder: Placeholder };

type Placeholder = 'type' | 'yyyy' | 'MM' | 'dd' | 'date' | 'HH';

interface PlaceholderRule {
  granularity?: Granularity;
  needs: readonly Placeholder[];
  write: (type: string, iso: string) => string;
}

/** Each placeholder of a layout: the time it stands for, what has to stand there as well, and how it is written. */
const placeholders: Record<Placeholder, PlaceholderRule> = {
  type: { needs: [], write: (type) => type },
  yyyy: { granularity: 'year', needs: [], write: (_, iso) => iso.slice(0, 4) },
  MM: { granularity: 'month', needs: ['yyyy'], write: (_, iso) => iso.slice(5, 7) },
  dd: { granularity: 'day', needs: ['yyyy', 'MM'], write: (_, iso) => iso.slice(8, 10) },
  date: { granularity: 'day', needs: [], write: (_, iso) => iso.slice(0, 10) },
  HH: { granularity: 'hour', needs: ['dd'], write: (_, iso) => iso.slice(11, 13) },
};

const finestFirst: Granularity[] = ['hour', 'day', 'month', 'year'];

/** A parsed layout template: the folders below the prefix that an event's type and time lead to. */
export interface Layout {
  template: string;
  granularity: Granularity;
  /** Whether events of different types lie in different folders. */
  byType: boolean;
  pieces: readonly Piece[];
}

export const dayLayout = 'audit_type={type}/event_date={date}';
export const hourLayout = 'audit_type={type}/event_date={date}/event_hour={HH}';

/** The names of a layout's partitions: what stands before the `=` of its folders, as Hive reads them. */
export function partitionNames(template: string): string[] {
  return template.split('/').flatMap((folder) => /^([^={}]+)=.*\{/.exec(folder)?.[1] ?? []);
}

function invalid(template: string, why: string): AuditExportError {
  return new AuditExportError('usage', `The layout ${JSON.stringify(template)} can't be used: ${why}.`, {
    cure: `Use a template of {type} {yyyy} {MM} {dd} {HH} {date}, such as --layout '${dayLayout}'.`,
  });
}

/**
 * Parses a layout template such as `audit_type={type}/event_date={date}`. The result can't lead outside the prefix, and different
 * partitions can't meet in one folder: a finer unit of time needs the coarser ones. Throws `usage` for anything else.
 */
export function parseLayout(template: string): Layout {
  checkText(template);
  const pieces = splitTemplate(template);
  const used = new Set(pieces.flatMap((piece) => ('placeholder' in piece ? [piece.placeholder] : [])));
  checkTime(template, used);
  const granularities = new Set([...used].map((name) => placeholders[name].granularity));
  const granularity = finestFirst.find((unit) => granularities.has(unit));
  if (granularity === undefined)
    throw invalid(template, 'it has no time in it, and events are filed by the time they happened');
  return { template, granularity, byType: used.has('type'), pieces };
}

/** File systems allow 255 bytes; what placeholders stand for is longer than they are. */
const longestFolder = 200;

function checkText(template: string): void {
  const folders = template.split('/');
  if (folders.some((folder) => folder === '' || folder === '.' || folder === '..')) {
    throw invalid(template, 'a folder in it is empty, "." or ".."');
  }
  if (folders.some((folder) => folder.length > longestFolder))
    throw invalid(template, `a folder in it is longer than ${longestFolder} characters`);
  if (!/^[A-Za-z0-9!_.*'()=,:@+ {}/-]+$/.test(template))
    throw invalid(template, 'it has a character that is not safe in an S3 key');
  if (folders.some((folder) => /^[_.]/.test(folder))) {
    throw invalid(
      template,
      'readers skip folders that begin with "_" or ".", and those with "_" are the tool\'s own',
    );
  }
}

function splitTemplate(template: string): Piece[] {
  return template.split(/(\{[^{}]*\})/).flatMap((part): Piece[] => {
    if (part === '') return [];
    const name = /^\{(.*)\}$/.exec(part)?.[1];
    if (name === undefined) {
      if (/[{}]/.test(part)) throw invalid(template, 'a brace is not closed');
      return [{ text: part }];
    }
    if (!Object.hasOwn(placeholders, name)) throw invalid(template, `there is no {${name}}`);
    return [{ placeholder: name as Placeholder }];
  });
}

function checkTime(template: string, used: ReadonlySet<Placeholder>): void {
  const hasDay = used.has('date') || (used.has('yyyy') && used.has('MM') && used.has('dd'));
  for (const name of used) {
    if (!hasDay && !placeholders[name].needs.every((need) => used.has(need)))
      throw invalid(template, `{${name}} alone would put different days into one folder`);
  }
}

/** Writes the folder (no slash at either end) of an event type and a time in milliseconds since 1970. */
export function renderLayout(layout: Layout, type: string, timeMs: number): string {
  return folderOf(layout, type, new Date(timeMs).toISOString());
}

/** The same for a time that is written as ISO 8601, in UTC. */
export function folderOf(layout: Layout, type: string, iso: string): string {
  return layout.pieces
    .map((piece) => ('text' in piece ? piece.text : placeholders[piece.placeholder].write(type, iso)))
    .join('');
}
