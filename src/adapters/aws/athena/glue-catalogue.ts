import type * as sdkTypes from '@aws-sdk/client-glue';
import type { GlueClient, Table, TableInput } from '@aws-sdk/client-glue';
import { AuditExportError } from '../../../errors.ts';
import type { CatalogueTable, TableCatalogue, Upkeep } from '../../../ports/aws/table-catalogue.ts';
import { checkAnswers } from '../answers.ts';
import { fromAwsError } from '../errors/aws-errors.ts';
import { clientConfig } from '../client-config.ts';
import { optionalClient } from '../optional-client.ts';

type Sdk = typeof sdkTypes;

const owner = 'created-by';

/** The Glue Data Catalog. Needs glue:GetDatabase, CreateDatabase, GetTable, GetTables, CreateTable and UpdateTable. */
class GlueCatalogue implements TableCatalogue {
  readonly #sdk: Sdk;
  readonly #client: GlueClient;

  constructor(sdk: Sdk, client: GlueClient) {
    this.#sdk = sdk;
    this.#client = client;
  }

  async ensureDatabase(database: string): Promise<Upkeep> {
    const { GetDatabaseCommand, CreateDatabaseCommand } = this.#sdk;
    const asked = await unlessMissing(
      this.#tell(this.#client.send(new GetDatabaseCommand({ Name: database })), 'glue:GetDatabase', database),
    );
    if (asked !== undefined) return 'unchanged';
    const input = { Name: database, Description: 'Audit events that audit-export delivered' };
    await this.#tell(
      this.#client.send(new CreateDatabaseCommand({ DatabaseInput: input })),
      'glue:CreateDatabase',
      database,
    );
    return 'created';
  }

  async ensureTable(database: string, table: CatalogueTable): Promise<Upkeep> {
    const { GetTableCommand, CreateTableCommand, UpdateTableCommand } = this.#sdk;
    const target = `${database}.${table.name}`;
    const live = await unlessMissing(
      this.#tell(
        this.#client.send(new GetTableCommand({ DatabaseName: database, Name: table.name })),
        'glue:GetTable',
        target,
      ),
    );
    const input = inputOf(table);
    if (live?.Table === undefined) {
      const command = new CreateTableCommand({ DatabaseName: database, TableInput: input });
      await this.#tell(this.#client.send(command), 'glue:CreateTable', target);
      return 'created';
    }
    if (live.Table.Parameters?.[owner] !== 'audit-export') throw taken(target);
    if (JSON.stringify(inputOf(tableOf(live.Table))) === JSON.stringify(input)) return 'unchanged';
    const command = new UpdateTableCommand({ DatabaseName: database, TableInput: input });
    await this.#tell(this.#client.send(command), 'glue:UpdateTable', target);
    return 'updated';
  }

  async tables(database: string): Promise<CatalogueTable[]> {
    const { GetTablesCommand } = this.#sdk;
    const found: CatalogueTable[] = [];
    let next: string | undefined;
    do {
      const command: InstanceType<Sdk['GetTablesCommand']> = new GetTablesCommand({
        DatabaseName: database,
        ...(next === undefined ? {} : { NextToken: next }),
      });
      const page = await unlessMissing(this.#tell(this.#client.send(command), 'glue:GetTables', database));
      found.push(...(page?.TableList ?? []).map(tableOf));
      next = page?.NextToken;
    } while (next !== undefined && next !== '');
    return found;
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  async #tell<T>(answer: Promise<T>, action: string, target: string): Promise<T> {
    return answer.catch((error: unknown) => {
      if (isMissing(error)) throw error;
      throw fromAwsError(error, { action, target });
    });
  }
}

function isMissing(error: unknown): boolean {
  return (error as { name?: string }).name === 'EntityNotFoundException';
}

async function unlessMissing<T>(answer: Promise<T>): Promise<T | undefined> {
  return answer.catch((error: unknown) => {
    if (isMissing(error)) return undefined;
    throw error;
  });
}

function taken(target: string): AuditExportError {
  return new AuditExportError(
    'name-taken',
    `The table ${target} is there, and it was not made by this tool.`,
    {
      cure: 'Use another database: --database NAME',
    },
  );
}

function inputOf({
  name,
  comment,
  columns,
  partitions,
  location,
  format,
  properties,
}: CatalogueTable): TableInput {
  const entries = Object.entries(properties).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return {
    Name: name,
    Description: comment,
    TableType: 'EXTERNAL_TABLE',
    Parameters: { EXTERNAL: 'TRUE', ...Object.fromEntries(entries) },
    PartitionKeys: partitions.map((column) => ({ Name: column.name, Type: column.type })),
    StorageDescriptor: {
      Columns: columns.map((column) => ({ Name: column.name, Type: column.type })),
      Location: location,
      InputFormat: format.inputFormat,
      OutputFormat: format.outputFormat,
      SerdeInfo: { SerializationLibrary: format.serde, Parameters: format.serdeProperties },
    },
  };
}

function tableOf(table: Table): CatalogueTable {
  const { EXTERNAL: _, ...properties } = table.Parameters ?? {};
  const { Columns, Location, InputFormat, OutputFormat, SerdeInfo } = table.StorageDescriptor ?? {};
  return {
    name: textOf(table.Name),
    comment: textOf(table.Description),
    columns: columnsOf(Columns),
    partitions: columnsOf(table.PartitionKeys),
    location: textOf(Location),
    format: {
      serde: textOf(SerdeInfo?.SerializationLibrary),
      serdeProperties: SerdeInfo?.Parameters ?? {},
      inputFormat: textOf(InputFormat),
      outputFormat: textOf(OutputFormat),
    },
    properties,
  };
}

const textOf = (text: string | undefined): string => text ?? '';

function columnsOf(columns: Table['PartitionKeys'] = []): CatalogueTable['columns'] {
  return columns.map(({ Name, Type }) => ({ name: textOf(Name), type: textOf(Type) }));
}

/** Connects the catalogue of an account and region. Throws `package-missing` where its client is not installed. */
export async function openGlueCatalogue(
  region: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<TableCatalogue> {
  const sdk = await optionalClient('@aws-sdk/client-glue', () => import('@aws-sdk/client-glue'));
  const client = new sdk.GlueClient(await clientConfig('GLUE', { region, attempts: 6 }, environment));
  return new GlueCatalogue(sdk, checkAnswers(client, 'GLUE'));
}
