import type { CsvError } from 'csv-parse/sync';
import { AuditExportError } from '../../../errors.ts';
import { closest } from '../../config/closest.ts';

/** One entry of a mapping file, and where it stands there: `line 3`, `entry 2`. */
export interface MappingEntry {
  place: string;
  values: Readonly<Record<string, string | number | null>>;
}

/** What a mapping file is to hold. */
export interface MappingForm {
  /** The flag that names it, for messages. */
  flag: string;
  /** The member that is looked up. */
  key: string;
  /** The other members, and whether they are whole numbers. */
  members: Readonly<Record<string, 'integer' | 'text'>>;
}

/**
 * Reads a mapping file: CSV with a line of column names, or JSON: an array of objects, or one object with a member for
 * each key. Throws `document-invalid`, naming the file, the line and what is wrong.
 */
export async function parseMapping(file: string, text: string, form: MappingForm): Promise<MappingEntry[]> {
  const content = text.replace(/^\uFEFF/, '');
  const problem = (what: string, cause?: unknown): AuditExportError => invalid(file, what, form, cause);
  const rows = /^\s*[[{]/.test(content)
    ? readJson(content, form, problem)
    : await readCsv(content, form, problem);
  return rows.map(({ place, values }) => ({
    place,
    values: checkValues(values, form, (what) => problem(`${place}: ${what}`)),
  }));
}

type Problem = (what: string, cause?: unknown) => AuditExportError;

interface RawEntry {
  place: string;
  values: Record<string, unknown>;
}

async function readCsv(text: string, form: MappingForm, problem: Problem): Promise<RawEntry[]> {
  const { parse } = await import('csv-parse/sync');
  let rows: { record: string[]; info: { lines: number } }[];
  try {
    // With `info`, each record comes with its line.
    rows = parse(text, {
      info: true,
      trim: true,
      skip_empty_lines: true,
      relax_quotes: true,
    }) as unknown as typeof rows;
  } catch (error) {
    throw problem(csvProblem(error as CsvError), error);
  }
  const [head, ...rest] = rows;
  if (head === undefined) throw problem('it is empty');
  checkColumns(head.record, form, (what) => problem(`line ${head.info.lines}: ${what}`));
  return rest.map(({ record, info }) => ({
    place: `line ${info.lines}`,
    values: Object.fromEntries(head.record.map((name, index) => [name, record[index]])),
  }));
}

function csvProblem({ message, code, ...more }: CsvError & { lines?: number }): string {
  if (code === 'CSV_RECORD_INCONSISTENT_FIELDS_LENGTH')
    return `line ${more.lines ?? 0} has not as many fields as there are column names`;
  return message;
}

function checkColumns(columns: readonly string[], form: MappingForm, problem: Problem): void {
  const known = [form.key, ...Object.keys(form.members)];
  for (const column of columns) {
    if (known.includes(column)) continue;
    const meant = closest(column, known);
    throw problem(
      `there is no column ${JSON.stringify(column)}${meant === undefined ? '' : ` (did you mean ${meant}?)`}`,
    );
  }
  const missing = known.find((column) => !columns.includes(column));
  if (missing !== undefined) throw problem(`the column ${missing} is missing`);
}

function readJson(text: string, form: MappingForm, problem: Problem): RawEntry[] {
  let document: unknown;
  try {
    document = JSON.parse(text);
  } catch (error) {
    throw problem(`it is not JSON: ${(error as Error).message}`, error);
  }
  if (Array.isArray(document))
    return document.map((values: unknown, index) => ({
      place: `entry ${index + 1}`,
      values: membersOf(values, `entry ${index + 1}`, form, problem),
    }));
  return Object.entries(document as object).map(([key, values]) => ({
    place: JSON.stringify(key),
    values: { [form.key]: key, ...membersOf(values, JSON.stringify(key), form, problem) },
  }));
}

function membersOf(
  values: unknown,
  place: string,
  form: MappingForm,
  problem: Problem,
): Record<string, unknown> {
  if (typeof values !== 'object' || values === null || Array.isArray(values))
    throw problem(`${place}: it is not an object`);
  for (const name of Object.keys(values)) {
    if (name !== form.key && !Object.hasOwn(form.members, name))
      throw problem(`${place}: there is no member ${JSON.stringify(name)}`);
  }
  return values as Record<string, unknown>;
}

function checkValues(
  values: Record<string, unknown>,
  form: MappingForm,
  problem: Problem,
): MappingEntry['values'] {
  const key = values[form.key];
  if (typeof key !== 'string' || key === '') throw problem(`${form.key} is missing`);
  const others = Object.entries(form.members).map(([name, kind]) => {
    const value = values[name];
    if (value === undefined || value === null || value === '') return [name, null];
    const text = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
    if (kind === 'text' && text !== '') return [name, text];
    if (kind === 'integer' && /^\d{1,15}$/.test(text)) return [name, Number(text)];
    throw problem(
      `${name} is ${JSON.stringify(value)}, which is ${kind === 'text' ? 'no text' : 'no whole number'}`,
    );
  });
  return { [form.key]: key, ...(Object.fromEntries(others) as MappingEntry['values']) };
}

function invalid(
  file: string,
  what: string,
  { flag, key, members }: MappingForm,
  cause: unknown,
): AuditExportError {
  return new AuditExportError('document-invalid', `The file ${file} of --${flag} can't be used: ${what}.`, {
    cure: `Write CSV that begins with the line ${[key, ...Object.keys(members)].join(',')}, or JSON with these members.`,
    ...(cause === undefined ? {} : { cause }),
  });
}
