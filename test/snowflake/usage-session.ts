import type { SnowflakeResult, SnowflakeSession, SnowflakeStatement } from '../../src/ports/snowflake.ts';
import type { AccountUsage } from './account-usage.ts';
import { pageResult } from './result-pages.ts';

export interface UsageSessionParts {
  nowMs: () => number;
  user: string;
  rowsPerBatch?: number;
  /** Takes the statements that are asked. */
  statements?: SnowflakeStatement[];
}

/** A session without HTTP: statements run on the views as they are. */
export function usageSession(
  usage: () => Promise<AccountUsage>,
  { nowMs, user, rowsPerBatch = 500, statements = [] }: UsageSessionParts,
): SnowflakeSession {
  return {
    host: 'acme-prod.snowflakecomputing.com',
    account: 'ACME-PROD',
    query: async (statement): Promise<SnowflakeResult> => {
      statements.push(statement);
      const { text, binds = [] } = statement;
      const views = await usage();
      const context = {
        CURRENT_USER: user,
        CURRENT_ORGANIZATION_NAME: 'ACME',
        CURRENT_ACCOUNT_NAME: 'PROD',
      };
      const table = await views.run(text, { binds, nowMs: nowMs(), context });
      const { pages } = pageResult(table, rowsPerBatch);
      return {
        statementId: String(statements.length),
        columns: table.columns,
        rowCount: table.rows.length,
        batches: (async function* batches() {
          for (const page of pages) yield JSON.parse(page) as (string | null)[][];
        })(),
      };
    },
    close: async () => undefined,
  };
}
