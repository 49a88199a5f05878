import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { AuditExportError } from '../../errors.ts';
import { sqlText } from '../../core/readers/duckdb/sql-words.ts';
import type { SqlAnswer, SqlEngine } from '../../ports/sql-engine.ts';

/** The version that `query` is tested with. */
const testedVersion = '1.5.6-r.1';

/** DuckDB in this process, in memory. Extensions are never loaded from the network. */
class DuckDbEngine implements SqlEngine {
  readonly #instance: DuckDBInstance;
  readonly #connection: DuckDBConnection;

  constructor(instance: DuckDBInstance, connection: DuckDBConnection) {
    this.#instance = instance;
    this.#connection = connection;
  }

  async run(statements: readonly string[]): Promise<void> {
    for (const statement of statements) await this.#connection.run(statement);
  }

  async confine(folders: readonly string[]): Promise<void> {
    await this.run([
      `SET allowed_directories = [${folders.map(sqlText).join(', ')}]`,
      'SET enable_external_access = false',
      'SET lock_configuration = true',
    ]);
  }

  async ask(question: string): Promise<SqlAnswer> {
    const result = await this.#connection.stream(question).catch((error: unknown) => {
      throw refused(error);
    });
    async function* rows(): AsyncGenerator<readonly (readonly unknown[])[]> {
      try {
        for await (const batch of result.yieldRowsJson()) yield batch;
      } catch (error) {
        throw refused(error);
      }
    }
    return { columns: result.deduplicatedColumnNames(), rows: rows() };
  }

  close(): void {
    this.#connection.closeSync();
    this.#instance.closeSync();
  }
}

function refused(error: unknown): AuditExportError {
  const { message } = error as Error;
  return new AuditExportError(
    'usage',
    `DuckDB refused the question: ${message.trim().replaceAll(/\s*\n\s*/g, ' ')}`,
    {
      cure: 'The views are events and one for each audit type; to see their columns: audit-export query "DESCRIBE events"',
      cause: error,
    },
  );
}

/** Opens DuckDB, which is loaded only now. Throws `source-unsupported` where it is not installed. */
export async function openDuckDb(): Promise<SqlEngine> {
  const { DuckDBInstance } = await import('@duckdb/node-api').catch((error: unknown) => {
    throw new AuditExportError('source-unsupported', 'query needs DuckDB, which is not installed.', {
      cure: `npm install @duckdb/node-api@${testedVersion} (beside audit-export: with --global where that is); find needs nothing.`,
      cause: error,
    });
  });
  const settings = { autoinstall_known_extensions: 'false', autoload_known_extensions: 'false' };
  const instance = await DuckDBInstance.create(':memory:', settings);
  return new DuckDbEngine(instance, await instance.connect());
}
