import { icebergStatements, s3TablesStatements } from '../../../core/consumers/athena/iceberg.ts';
import { tableStatements } from '../../../core/consumers/athena/ddl.ts';
import type { SavedQuery } from '../../../core/consumers/athena/queries.ts';
import { savedQueries } from '../../../core/consumers/athena/queries.ts';
import type { TableModel } from '../../../core/consumers/athena/tables.ts';
import { tablesOf } from '../../../core/consumers/athena/tables.ts';
import type { View } from '../../../core/consumers/athena/views.ts';
import { viewsOf } from '../../../core/consumers/athena/views.ts';
import type { CompiledAuditType } from '../../../core/audit-types/audit-type.ts';
import { parseLayout } from '../../../core/layout/layout.ts';
import { columnsOfTypes } from '../../../core/readers/columns/type-columns.ts';
import { scanPrice } from '../../../core/report/prices.ts';
import type { RenderedFile } from '../../../core/setup/render/render-access.ts';
import { AuditExportError } from '../../../errors.ts';
import type { QueryEngine } from '../../../ports/query-engine.ts';
import type { TableCatalogue, Upkeep } from '../../../ports/aws/table-catalogue.ts';
import type { AthenaOptions } from './athena-settings.ts';
import type { ConsumersHost } from '../consumers-host.ts';
import { measuredBytes } from '../measure.ts';
import { curatedPlace, targetOf } from '../target.ts';

/** One thing that was made, or was there. */
export interface Applied {
  kind: 'database' | 'table' | 'view' | 'query';
  name: string;
  change: Upkeep;
}

/** What `consumers athena --json` prints. Shape: schemas/consumers-athena.schema.json. */
export interface AthenaReport {
  report: 'consumers-athena';
  version: 1;
  database: string;
  files: RenderedFile[];
  tables: { name: string; auditType: string; location: string; template: string }[];
  /** Bytes that a query reads, and their price in USD; null where they were not measured. */
  queries: {
    name: string;
    question: string;
    days: number | null;
    bytes: number | null;
    usd: number | null;
  }[];
  /** What --apply did; null without it. */
  applied: Applied[] | null;
}

/** All that Athena is told, as data. */
interface Artefacts {
  database: string;
  tables: TableModel[];
  views: View[];
  queries: SavedQuery[];
}

/** Makes the tables, views and queries as text, and with --apply in AWS. Throws `usage`, `name-taken`, `query-failed` and what AWS says. */
export async function consumersAthena(options: AthenaOptions, host: ConsumersHost): Promise<AthenaReport> {
  checkNames(options);
  const target = await targetOf(options, host.readOwnTypes);
  const { database } = options;
  const curated = curatedPlace(options.curated, target.store);
  const columns = columnsOfTypes(target.types.map(({ descriptor }) => descriptor));
  const lastYear = new Date(host.clock.now()).getUTCFullYear() + 5;
  const types = columns.map(({ type }) => type);
  const made = tablesOf({ ...target, curated, types, since: options.since, lastYear });
  const viewed = columns.map((type, index) => ({
    columns: type,
    members: membersOf(target.types, type.type),
    table: made.lines[index] as TableModel,
  }));
  const artefacts = {
    database,
    tables: [...made.lines, ...made.parquet],
    views: viewsOf(database, viewed),
    queries: savedQueries(database, parseLayout(target.layout)),
  };
  const bytes = options.measure ? await measuredBytes(artefacts.queries, target, host) : undefined;
  return {
    report: 'consumers-athena',
    version: 1,
    database,
    files: filesOf(artefacts, [
      ['iceberg.sql', icebergStatements(database, curated)],
      ['s3-tables.sql', s3TablesStatements(database, options.tableBucket)],
    ]),
    tables: artefacts.tables.map(({ name, auditType, location, properties }) => ({
      name,
      auditType,
      location,
      template: properties['storage.location.template'] ?? '',
    })),
    queries: artefacts.queries.map(({ name, question, days = null }) => {
      const read = bytes?.get(name) ?? null;
      return { name, question, days, bytes: read, usd: read === null ? null : scanPrice(read) };
    }),
    applied: options.apply ? await apply(artefacts, options, host) : null,
  };
}

function checkNames({ database, since, tableBucket }: AthenaOptions): void {
  const rules: readonly [string, string, RegExp, string][] = [
    ['--database', database, /^[a-z][a-z0-9_]{0,127}$/, 'lower-case letters, digits and _'],
    ['--since', since, /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/, 'a day, as in 2024-01-31'],
    ['--table-bucket', tableBucket, /^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]$/, 'lower-case letters, digits and -'],
  ];
  for (const [flag, value, form, words] of rules)
    if (!form.test(value))
      throw new AuditExportError('usage', `${flag}: ${JSON.stringify(value)} can't be used.`, {
        cure: `Use ${words}.`,
      });
}

/** Names of the members of a type's events, over all versions of its schema. */
function membersOf(types: readonly CompiledAuditType[], type: string): string[] {
  return types
    .filter(({ descriptor }) => descriptor.type === type)
    .flatMap(({ rules }) => Object.keys((rules?.validate as { properties?: object })?.properties ?? {}));
}

function filesOf(
  { database, tables, views, queries }: Artefacts,
  others: readonly (readonly [string, readonly string[]])[],
): RenderedFile[] {
  const files: readonly (readonly [string, readonly string[]])[] = [
    ['tables.sql', tableStatements(database, tables)],
    ['views.sql', views.map(({ sql }) => sql)],
    ['queries.sql', queries.map(({ question, sql }) => `-- ${question}\n${sql}`)],
    ...others,
  ];
  return files.map(([file, statements]) => ({
    file,
    text: statements.map((statement) => `${statement};\n`).join('\n'),
  }));
}

async function apply(
  { database, tables, views, queries }: Artefacts,
  options: AthenaOptions,
  host: ConsumersHost,
): Promise<Applied[]> {
  const applied: Applied[] = [];
  const note = (kind: Applied['kind'], name: string, change: Upkeep): void => {
    applied.push({ kind, name, change });
    host.say(`${change.padEnd(9)} ${kind} ${name}`);
  };
  const catalogue: TableCatalogue = await host.openCatalogue();
  const engine: QueryEngine = await host.openEngine({
    workgroup: options.workgroup,
    results: options.athenaResults,
  });
  try {
    note('database', database, await catalogue.ensureDatabase(database));
    const known = new Set((await catalogue.tables(database)).map(({ name }) => name));
    for (const table of tables) note('table', table.name, await catalogue.ensureTable(database, table));
    for (const { name, sql } of views) {
      await engine.run(sql, database, host.signal);
      note('view', name, known.has(name) ? 'updated' : 'created');
    }
    for (const { name, question, sql } of queries)
      note('query', name, await engine.save({ name, description: question, sql }, database));
  } finally {
    await engine.close();
    await catalogue.close();
  }
  return applied;
}
