import { AuditExportError } from '../../../errors.ts';
import type { Layout } from '../../layout/layout.ts';
import { dayLayout, parseLayout } from '../../layout/layout.ts';
import { storeUrl } from '../../setup/desired/desired-access.ts';
import type { Place } from '../../setup/reader-access.ts';
import { standardColumns } from '../../readers/columns/standard-columns.ts';

/** A column of a table, with its type in Hive's words. */
export interface TableColumn {
  name: string;
  type: string;
}

/** One table of the Glue Data Catalog, from which its DDL and its entry are made alike. */
export interface TableModel {
  name: string;
  auditType: string;
  comment: string;
  columns: TableColumn[];
  /** Partitions are projected, never added: "Partition projection with Amazon Athena", Athena User Guide. */
  partitions: TableColumn[];
  location: string;
  format: TableFormat;
  properties: Record<string, string>;
}

/** How Hive reads the objects of a table. */
export interface TableFormat {
  serde: string;
  serdeProperties: Record<string, string>;
  inputFormat: string;
  outputFormat: string;
}

/**
 * A line as it was delivered, in one column: a control character can't stand in JSON, so nothing divides it. Neither JSON SerDe will do:
 * Hive's fails where a text meets an object, and AWS itself says that OpenX's may lose rows ("OpenX JSON SerDe", Athena User Guide).
 */
const wholeLines: TableFormat = {
  serde: 'org.apache.hadoop.hive.serde2.lazy.LazySimpleSerDe',
  serdeProperties: { 'field.delim': '\u0001', 'serialization.format': '\u0001' },
  inputFormat: 'org.apache.hadoop.mapred.TextInputFormat',
  outputFormat: 'org.apache.hadoop.hive.ql.io.HiveIgnoreKeyTextOutputFormat',
};

const parquet: TableFormat = {
  serde: 'org.apache.hadoop.hive.ql.io.parquet.serde.ParquetHiveSerDe',
  serdeProperties: { 'serialization.format': '1' },
  inputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetInputFormat',
  outputFormat: 'org.apache.hadoop.hive.ql.io.parquet.MapredParquetOutputFormat',
};

export interface TableRequest {
  /** Where the lines lie. */
  store: Place;
  layout: string;
  /** Where `compact` writes. */
  curated: Place;
  types: readonly string[];
  /** The first and the last year that partitions are looked for in. */
  since: string;
  lastYear: number;
}

/** The name that a type has in SQL. */
export function sqlName(type: string): string {
  return type.replaceAll('-', '_');
}

/**
 * The tables of the lines, one a type, and those of Parquet, one a type. Throws `usage` where types share folders: a table would read what
 * it is not about.
 */
export function tablesOf({ store, layout, curated, types, since, lastYear }: TableRequest): {
  lines: TableModel[];
  parquet: TableModel[];
} {
  const written = parseLayout(layout);
  if (!written.byType)
    throw new AuditExportError(
      'usage',
      `The layout ${JSON.stringify(layout)} puts all types into one folder.`,
      {
        cure: `Tables are made for each type: deliver with {type} in the layout, such as --layout '${dayLayout}'.`,
      },
    );
  const years = { since, lastYear };
  const columns = standardColumns.map(({ name, kind }) => ({ name, type: hiveTypes[kind] }));
  return {
    lines: types.map((type) => ({
      name: `${sqlName(type)}_lines`,
      auditType: type,
      comment: `Events of the type ${type}, a line each, as they were delivered`,
      columns: [{ name: 'line', type: 'string' }],
      format: wholeLines,
      ...projected({ type, store, layout: written, years }),
    })),
    parquet: types.map((type) => ({
      name: `${sqlName(type)}_parquet`,
      auditType: type,
      comment: `Events of the type ${type} with the standard columns, as audit-export compact writes them`,
      columns,
      format: parquet,
      ...projected({ type, store: curated, layout: parseLayout(dayLayout), years }),
    })),
  };
}

const hiveTypes: Record<(typeof standardColumns)[number]['kind'], string> = {
  time: 'timestamp',
  text: 'string',
  list: 'array<string>',
  integer: 'bigint',
  json: 'string',
};

/** What a partition is called where its folder has no name of its own, and what is projected for it. */
const projections: Record<
  string,
  { name: string; projection: (years: { since: string; lastYear: number }) => Record<string, string> }
> = {
  date: {
    name: 'event_date',
    projection: ({ since }) => ({
      type: 'date',
      format: 'yyyy-MM-dd',
      range: `${since},NOW+1DAYS`,
      interval: '1',
      'interval.unit': 'DAYS',
    }),
  },
  yyyy: {
    name: 'event_year',
    projection: ({ since, lastYear }) => ({
      type: 'integer',
      range: `${since.slice(0, 4)},${lastYear}`,
      digits: '4',
    }),
  },
  MM: { name: 'event_month', projection: () => ({ type: 'integer', range: '1,12', digits: '2' }) },
  dd: { name: 'event_day', projection: () => ({ type: 'integer', range: '1,31', digits: '2' }) },
  HH: { name: 'event_hour', projection: () => ({ type: 'integer', range: '0,23', digits: '2' }) },
};

/** The partitions of a layout: one for each unit of time in it, under the name that its folder has. */
function projected({
  type,
  store,
  layout,
  years,
}: {
  type: string;
  store: Place;
  layout: Layout;
  years: { since: string; lastYear: number };
}): Pick<TableModel, 'partitions' | 'location' | 'properties'> {
  const names = partitionColumns(layout);
  const folder = layout.template.replaceAll(/\{(\w+)\}/g, (_, placeholder: string) =>
    placeholder === 'type' ? type : `\${${names.get(placeholder) ?? ''}}`,
  );
  const base = storeUrl(store.bucket, store.prefix);
  const fixed = folder.split('/').findIndex((part) => part.includes('${'));
  return {
    partitions: [...names.values()].map((name) => ({ name, type: 'string' })),
    location: `${base}${folder
      .split('/')
      .slice(0, fixed)
      .map((part) => `${part}/`)
      .join('')}`,
    properties: {
      'projection.enabled': 'true',
      ...Object.fromEntries(
        [...names].flatMap(([placeholder, name]) =>
          Object.entries(projections[placeholder]?.projection(years) ?? {}).map(([key, value]) => [
            `projection.${name}.${key}`,
            value,
          ]),
        ),
      ),
      'storage.location.template': `${base}${folder}/`,
      'created-by': 'audit-export',
    },
  };
}

/** By placeholder: the name of the folder where it stands alone as NAME={placeholder}, in lower case, as Hive has them. */
export function partitionColumns(layout: Layout): Map<string, string> {
  const names = new Map<string, string>();
  const placed = layout.template.split('/').flatMap(placeholdersOf);
  for (const { placeholder, name } of placed.toSorted((a, b) => Number(b.isOwn) - Number(a.isOwn)))
    if (!names.has(placeholder)) names.set(placeholder, name);
  const order = placed.map(({ placeholder }) => placeholder);
  return new Map([...names].toSorted(([a], [b]) => order.indexOf(a) - order.indexOf(b)));
}

function placeholdersOf(folder: string): { placeholder: string; name: string; isOwn: boolean }[] {
  const [, own] = /^([A-Za-z]\w*)=\{\w+\}$/.exec(folder) ?? [];
  return [...folder.matchAll(/\{(\w+)\}/g)]
    .map(([, placeholder = '']) => placeholder)
    .filter((placeholder) => placeholder !== 'type')
    .map((placeholder) => ({
      placeholder,
      name: own?.toLowerCase() ?? projections[placeholder]?.name ?? placeholder,
      isOwn: own !== undefined,
    }));
}

/** The day of a row, by its partitions, as SQL makes `2026-09-01` of them; undefined for a layout without days. */
export function dayExpression(layout: Layout): string | undefined {
  const names = partitionColumns(layout);
  const date = names.get('date');
  if (date !== undefined) return date;
  const [year, month, day] = ['yyyy', 'MM', 'dd'].map((placeholder) => names.get(placeholder));
  if (year === undefined || month === undefined || day === undefined) return undefined;
  return `${year} || '-' || ${month} || '-' || ${day}`;
}
