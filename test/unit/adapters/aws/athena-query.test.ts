import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished, expect, test, vi } from 'vitest';
import { run } from '../../../../src/cli/run.ts';
import { capturedTerminal } from '../../../fakes/captured-terminal.ts';
import { scratchFolder } from '../../../fakes/scratch-folder.ts';

interface Call {
  action: string;
  body: Record<string, unknown>;
}

/** Athena as far as one query needs it: it runs for one look, and answers in two pages. Returns what it was asked. */
async function startAthena(end: Record<string, unknown>): Promise<Call[]> {
  const calls: Call[] = [];
  const row = (...cells: (string | null)[]): object => ({
    Data: cells.map((cell) => (cell === null ? {} : { VarCharValue: cell })),
  });
  const columns = {
    ResultSetMetadata: { ColumnInfo: ['actor', 'n'].map((Name) => ({ Name, Type: 'varchar' })) },
  };
  const answers: Record<string, (body: Record<string, unknown>) => object> = {
    StartQueryExecution: () => ({ QueryExecutionId: 'query-1' }),
    GetQueryExecution: () => {
      const looks = calls.filter(({ action }) => action === 'GetQueryExecution').length;
      return { QueryExecution: looks === 1 ? { Status: { State: 'RUNNING' } } : end };
    },
    GetQueryResults: ({ NextToken }) =>
      NextToken === undefined
        ? { ResultSet: { ...columns, Rows: [row('actor', 'n'), row('ADA', '2')] }, NextToken: 'more' }
        : { ResultSet: { ...columns, Rows: [row(null, '1')] } },
  };
  const server = createServer((request, response) => {
    let text = '';
    request.on('data', (piece: Buffer) => (text += piece.toString()));
    request.on('end', () => {
      const action = String(request.headers['x-amz-target']).split('.')[1] ?? '';
      const body = JSON.parse(text) as Record<string, unknown>;
      calls.push({ action, body });
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.1', 'x-amzn-requestid': 'id' });
      response.end(JSON.stringify(answers[action]?.(body) ?? {}));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    vi.unstubAllEnvs();
  });
  for (const [name, value] of Object.entries(environmentFor((server.address() as AddressInfo).port)))
    vi.stubEnv(name, value);
  return calls;
}

const environmentFor = (port: number): Record<string, string> => ({
  AWS_ENDPOINT_URL: `http://127.0.0.1:${port}`,
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'AKIAIOSFODNN7EXAMPLE',
  AWS_SECRET_ACCESS_KEY: 'not-a-secret',
  AWS_EC2_METADATA_DISABLED: 'true',
});

async function ask(...words: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const folder = scratchFolder();
  const environment = { HOME: folder, XDG_STATE_HOME: `${folder}/state`, ...process.env };
  const { context, stdout, stderr } = capturedTerminal('', { environment, workingFolder: folder });
  const code = await run(['query', '--engine', 'athena', ...words], context);
  return { code, stdout: stdout(), stderr: stderr() };
}

const succeeded = {
  Status: { State: 'SUCCEEDED' },
  StatementType: 'DML',
  Statistics: { DataScannedInBytes: 2_000_000_000_000, TotalExecutionTimeInMillis: 1500 },
};

test('Athena answers: it is waited for, pages are put together, and bytes and price are told', async () => {
  const calls = await startAthena(succeeded);
  const { code, stdout, stderr } = await ask('--csv', '--athena-results', 's3://acme/results', 'SELECT 1');
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'actor,n\r\nADA,2\r\n,1\r\n' });
  expect(stderr).toContain('1.5 s: 10.00000 USD');
  expect(calls[0]).toMatchObject({
    action: 'StartQueryExecution',
    body: {
      QueryString: 'SELECT 1',
      QueryExecutionContext: { Database: 'audit_export' },
      WorkGroup: 'primary',
      ResultConfiguration: { OutputLocation: 's3://acme/results' },
    },
  });
});

test('what Athena refuses is told in its words', async () => {
  await startAthena({ Status: { State: 'FAILED', StateChangeReason: 'TABLE_NOT_FOUND: events' } });
  const { code, stdout, stderr } = await ask('SELECT * FROM events');
  expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
  expect(stderr).toContain('TABLE_NOT_FOUND: events');
  expect(stderr).toContain('consumers athena --apply');
});

test('options that Athena does not know are refused before it is asked', async () => {
  const calls = await startAthena(succeeded);
  const { code, stderr } = await ask('--since', '7d', 'SELECT 1');
  expect(code).toBe(2);
  expect(stderr).toContain('--since says nothing to Athena');
  expect(calls).toEqual([]);
});

test('without a region it says so, and nothing of a bucket', async () => {
  const calls = await startAthena(succeeded);
  for (const name of ['AWS_REGION', 'AWS_DEFAULT_REGION']) vi.stubEnv(name, undefined);
  const { code, stderr } = await ask('SELECT 1');
  expect(code).toBe(2);
  expect(stderr).toContain('no region is named');
  expect(stderr).not.toContain('bucket');
  expect(calls).toEqual([]);
});
