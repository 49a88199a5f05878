import { setTimeout as sleep } from 'node:timers/promises';
import type * as sdkTypes from '@aws-sdk/client-athena';
import type { AthenaClient, NamedQuery, QueryExecution, Row } from '@aws-sdk/client-athena';
import { AuditExportError } from '../../../errors.ts';
import type { QueryAnswer, QueryEngine } from '../../../ports/query-engine.ts';
import type { Upkeep } from '../../../ports/aws/table-catalogue.ts';
import { checkAnswers } from '../answers.ts';
import { fromAwsError } from '../errors/aws-errors.ts';
import { clientConfig } from '../client-config.ts';
import { optionalClient } from '../optional-client.ts';

type Sdk = typeof sdkTypes;

/** Where queries run and where their results go; a workgroup may have a place of its own for these. */
export interface AthenaPlace {
  region: string | undefined;
  workgroup: string;
  /** `s3://BUCKET/PREFIX`. */
  results: string | undefined;
}

const firstPauseMs = 200;
const longestPauseMs = 3000;

/** Athena, by StartQueryExecution and what follows. */
class AthenaEngine implements QueryEngine {
  readonly #sdk: Sdk;
  readonly #client: AthenaClient;
  readonly #place: AthenaPlace;

  constructor(sdk: Sdk, client: AthenaClient, place: AthenaPlace) {
    this.#sdk = sdk;
    this.#client = client;
    this.#place = place;
  }

  async run(sql: string, database: string, signal: AbortSignal): Promise<QueryAnswer> {
    const { StartQueryExecutionCommand } = this.#sdk;
    const { workgroup, results } = this.#place;
    const command = new StartQueryExecutionCommand({
      QueryString: sql,
      QueryExecutionContext: { Database: database },
      WorkGroup: workgroup,
      ...(results === undefined ? {} : { ResultConfiguration: { OutputLocation: results } }),
    });
    const { QueryExecutionId: id = '' } = await this.#tell(
      this.#client.send(command),
      'athena:StartQueryExecution',
    );
    const ended = await this.#ended(id, signal);
    const { DataScannedInBytes = 0, TotalExecutionTimeInMillis = 0 } = ended.Statistics ?? {};
    return {
      id,
      ...(await this.#rows(id, ended.StatementType === 'DML')),
      scannedBytes: DataScannedInBytes,
      milliseconds: TotalExecutionTimeInMillis,
    };
  }

  async save(
    { name, description, sql }: { name: string; description: string; sql: string },
    database: string,
  ): Promise<Upkeep> {
    const { CreateNamedQueryCommand, UpdateNamedQueryCommand } = this.#sdk;
    const live = await this.#saved(name, database);
    const query = { Name: name, Description: description, QueryString: sql };
    if (live === undefined) {
      const command = new CreateNamedQueryCommand({
        ...query,
        Database: database,
        WorkGroup: this.#place.workgroup,
      });
      await this.#tell(this.#client.send(command), 'athena:CreateNamedQuery');
      return 'created';
    }
    if (live.QueryString === sql && live.Description === description) return 'unchanged';
    const command = new UpdateNamedQueryCommand({ ...query, NamedQueryId: live.NamedQueryId });
    await this.#tell(this.#client.send(command), 'athena:UpdateNamedQuery');
    return 'updated';
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  async #ended(id: string, signal: AbortSignal): Promise<QueryExecution> {
    const { GetQueryExecutionCommand } = this.#sdk;
    for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(pauseMs * 1.5, longestPauseMs)) {
      const { QueryExecution: execution } = await this.#tell(
        this.#client.send(new GetQueryExecutionCommand({ QueryExecutionId: id })),
        'athena:GetQueryExecution',
      );
      const state = execution?.Status?.State;
      if (execution !== undefined && state === 'SUCCEEDED') return execution;
      if (state === 'FAILED' || state === 'CANCELLED') throw failed(id, execution?.Status?.StateChangeReason);
      if (signal.aborted) await this.#stop(id);
      await sleep(pauseMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Nobody waits for it any more, so nobody should pay for it. */
  async #stop(id: string): Promise<never> {
    const { StopQueryExecutionCommand } = this.#sdk;
    await this.#client.send(new StopQueryExecutionCommand({ QueryExecutionId: id })).catch(() => undefined);
    throw new AuditExportError('interrupted', `The query ${id} was stopped.`);
  }

  /** Of a SELECT, the first row of the first page is the names of the columns. */
  async #rows(id: string, isSelect: boolean): Promise<Pick<QueryAnswer, 'columns' | 'rows'>> {
    const { GetQueryResultsCommand } = this.#sdk;
    const rows: (string | null)[][] = [];
    let columns: string[] = [];
    let next: string | undefined;
    do {
      const command: InstanceType<Sdk['GetQueryResultsCommand']> = new GetQueryResultsCommand({
        QueryExecutionId: id,
        ...(next === undefined ? {} : { NextToken: next }),
      });
      const page = await this.#tell(this.#client.send(command), 'athena:GetQueryResults');
      const { ResultSetMetadata, Rows = [] } = page.ResultSet ?? {};
      columns = (ResultSetMetadata?.ColumnInfo ?? []).map(({ Name = '' }) => Name);
      const cells = Rows.map(cellsOf);
      const hasHead = isSelect && next === undefined && cells[0]?.join() === columns.join();
      rows.push(...(hasHead ? cells.slice(1) : cells));
      next = page.NextToken;
    } while (isText(next));
    return { columns, rows };
  }

  async #saved(name: string, database: string): Promise<NamedQuery | undefined> {
    const { ListNamedQueriesCommand, GetNamedQueryCommand } = this.#sdk;
    let next: string | undefined;
    do {
      const command: InstanceType<Sdk['ListNamedQueriesCommand']> = new ListNamedQueriesCommand({
        WorkGroup: this.#place.workgroup,
        ...(next === undefined ? {} : { NextToken: next }),
      });
      const page = await this.#tell(this.#client.send(command), 'athena:ListNamedQueries');
      for (const NamedQueryId of page.NamedQueryIds ?? []) {
        const { NamedQuery: query } = await this.#tell(
          this.#client.send(new GetNamedQueryCommand({ NamedQueryId })),
          'athena:GetNamedQuery',
        );
        if (query?.Name === name && query.Database === database) return query;
      }
      next = page.NextToken;
    } while (isText(next));
    return undefined;
  }

  async #tell<T>(answer: Promise<T>, action: string): Promise<T> {
    return answer.catch((error: unknown) => {
      throw fromAwsError(error, { action, target: `the workgroup ${this.#place.workgroup}` });
    });
  }
}

const isText = (text: string | undefined): boolean => text !== undefined && text !== '';

function cellsOf({ Data = [] }: Row): (string | null)[] {
  return Data.map(({ VarCharValue }) => VarCharValue ?? null);
}

function failed(id: string, reason = 'it does not say why'): AuditExportError {
  return new AuditExportError('query-failed', `Athena could not run the query ${id}: ${reason}.`, {
    cure: 'Correct the query, or make the tables and views that are missing: audit-export consumers athena --apply',
    details: { queryId: id },
  });
}

/** Connects Athena. Throws `package-missing` where its client is not installed. */
export async function openAthenaEngine(
  place: AthenaPlace,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<QueryEngine> {
  const sdk = await optionalClient('@aws-sdk/client-athena', () => import('@aws-sdk/client-athena'));
  const config = await clientConfig('ATHENA', { region: place.region, attempts: 6 }, environment);
  return new AthenaEngine(sdk, checkAnswers(new sdk.AthenaClient(config), 'ATHENA'), place);
}
