import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { SimulatedAccount, SimulatedUser } from './account.ts';
import { authenticate, Refused } from './authenticate.ts';
import type { Fault, Operation } from './faults.ts';
import { Faults } from './faults.ts';
import type { StatementRecord, SubmitBody } from './statement-queue.ts';
import { StatementQueue } from './statement-queue.ts';

export interface SnowflakeServerOptions {
  account: SimulatedAccount;
  /** Simulated time, in milliseconds since 1970. */
  now: () => number;
  rowsPerPartition?: number;
}

/** What came in. Tokens are not kept. */
export interface RequestLine {
  operation: Operation | 'other';
  method: string;
  path: string;
  status: number;
}

/** A running server. */
export interface SnowflakeServer {
  /** `http://127.0.0.1:PORT`. */
  url: string;
  account: SimulatedAccount;
  faults: Faults;
  requests: RequestLine[];
  statements: () => readonly StatementRecord[];
  /** What may be changed while it runs. */
  tuning: {
    rowsPerPartition: number;
    /** For how many looks a statement is still running, by its text. */
    looks: (text: string) => number;
    /** How many looks a POST without `async=true` waits for: 45 seconds in Snowflake. */
    patientLooks: number;
    /** By which time tokens are judged, in milliseconds since 1970. */
    tokenNow: () => number;
  };
  close: () => Promise<void>;
}

interface Reply {
  status: number;
  /** Bytes are compressed already. */
  body: object | string | Buffer;
}

interface Route {
  operation: Operation;
  handle?: string;
  query: URLSearchParams;
}

const base = '/api/v2/statements';
const handlePattern = /^\/api\/v2\/statements\/([0-9a-f-]{36})(\/cancel)?$/;

/** Starts a server that speaks the SQL API on loopback. What it does is written down in README.md beside it. */
export async function startSnowflake(options: SnowflakeServerOptions): Promise<SnowflakeServer> {
  const { account, now } = options;
  const tuning: SnowflakeServer['tuning'] = {
    rowsPerPartition: options.rowsPerPartition ?? 1000,
    looks: () => 0,
    patientLooks: 3,
    tokenNow: () => Date.now(),
  };
  const queue = new StatementQueue({
    account,
    now,
    rowsPerPartition: () => tuning.rowsPerPartition,
    looks: (text) => tuning.looks(text),
  });
  const faults = new Faults();
  const requests: RequestLine[] = [];
  const http = createServer((request, response) => {
    answer({ account, queue, tuning, faults, requests }, request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    account,
    faults,
    requests,
    statements: () => queue.statements,
    tuning,
    close: () => close(http),
  };
}

async function close(http: Server): Promise<void> {
  http.closeAllConnections();
  await new Promise<void>((resolve) => {
    http.close(() => resolve());
  });
}

type Parts = Pick<SnowflakeServer, 'account' | 'tuning' | 'faults' | 'requests'> & { queue: StatementQueue };

async function answer(parts: Parts, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await textOf(request);
  response.setHeader('date', new Date(parts.tuning.tokenNow()).toUTCString());
  const { method = '', url = '' } = request;
  const route = routeOf(method, url);
  const line: RequestLine = { operation: route?.operation ?? 'other', method, path: url, status: 0 };
  parts.requests.push(line);
  const fault = route === undefined ? undefined : parts.faults.next(route.operation);
  if (fault?.kind === 'silence') return;
  const reply = sparesWork(fault) ? undefined : await replyTo(parts, { request, route, body });
  if (fault?.kind === 'hold') await fault.until;
  line.status = deliver(response, reply, fault);
}

async function textOf(request: IncomingMessage): Promise<string> {
  const parts: Buffer[] = [];
  for await (const part of request as AsyncIterable<Buffer>) parts.push(part);
  return Buffer.concat(parts).toString('utf8');
}

function routeOf(method: string, url: string): Route | undefined {
  const { pathname, searchParams: query } = new URL(url, 'http://snowflake');
  if (method === 'POST' && pathname.replace(/\/$/, '') === base) return { operation: 'submit', query };
  const [, handle, cancel] = handlePattern.exec(pathname) ?? [];
  if (handle === undefined) return undefined;
  if (cancel !== undefined) return method === 'POST' ? { operation: 'cancel', handle, query } : undefined;
  if (method !== 'GET') return undefined;
  return { operation: query.has('partition') ? 'partition' : 'status', handle, query };
}

/** Sends a reply, or what a fault makes of it. Gives the status that was sent, 0 for none. */
function deliver(response: ServerResponse, reply: Reply | undefined, fault: Fault | undefined): number {
  if (fault?.kind === 'status') return sendFault(response, fault);
  if (reply === undefined || (fault?.kind === 'reset' && fault.when !== 'midway')) {
    response.destroy();
    return 0;
  }
  const { status, body } = reply;
  const bytes = Buffer.isBuffer(body)
    ? body
    : Buffer.from(typeof body === 'string' ? body : JSON.stringify(body));
  response.writeHead(status, {
    'content-type': 'application/json',
    'content-length': String(bytes.length),
    ...(Buffer.isBuffer(body) ? { 'content-encoding': 'gzip' } : {}),
  });
  if (fault?.kind !== 'reset') response.end(bytes);
  else response.write(bytes.subarray(0, bytes.length >> 1), () => response.destroy());
  return status;
}

function sendFault(
  response: ServerResponse,
  { status, code, message, html = false }: Fault & { kind: 'status' },
): number {
  response.writeHead(status, { 'content-type': html ? 'text/html' : 'application/json' });
  response.end(html ? '<html>busy</html>' : JSON.stringify({ code, message }));
  return status;
}

/** Whether a fault comes before the request is carried out. */
function sparesWork(fault: Fault | undefined): boolean {
  if (fault?.kind === 'status') return fault.executed !== true;
  return fault?.kind === 'reset' && fault.when === 'before';
}

async function replyTo(
  { account, queue, tuning }: Parts,
  { request, route, body }: { request: IncomingMessage; route: Route | undefined; body: string },
): Promise<Reply> {
  const { headers, socket } = request;
  if (route === undefined) return { status: 404, body: { code: '390404', message: 'Not found' } };
  if ((headers['user-agent'] ?? '') === '')
    return failure(400, '391903', 'The request does not specify the User-Agent header.');
  try {
    const user = authenticate(
      account,
      {
        authorization: headers.authorization,
        kind: headers['x-snowflake-authorization-token-type'] as string | undefined,
        address: socket.remoteAddress ?? '',
      },
      tuning.tokenNow(),
    );
    return route.operation === 'submit'
      ? await submit({ queue, tuning }, user, { route, body, type: headers['content-type'] })
      : onStatement(queue, route);
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return failure(error.status, error.code, error.message);
  }
}

function failure(status: number, code: string, message: string): Reply {
  return { status, body: { code, message } };
}

async function submit(
  { queue, tuning }: Pick<Parts, 'queue' | 'tuning'>,
  user: SimulatedUser,
  { route, body, type }: { route: Route; body: string; type: string | undefined },
): Promise<Reply> {
  if (type?.startsWith('application/json') !== true)
    return failure(415, '391910', 'The Content-Type of the request is not supported.');
  const parsed = parseBody(body);
  if (parsed === undefined) return failure(400, '391902', 'Unable to parse request body as JSON.');
  const requestId = route.query.get('requestId') ?? crypto.randomUUID();
  const record = await queue.submit(user, parsed, requestId);
  if (route.query.get('async') === 'true') return running(record);
  for (let looks = 0; looks <= tuning.patientLooks && record.state === 'running'; looks++)
    queue.look(record.handle);
  return stateOf(record);
}

function parseBody(body: string): SubmitBody | undefined {
  try {
    const parsed = JSON.parse(body) as unknown;
    return typeof parsed === 'object' && parsed !== null ? parsed : undefined;
  } catch {
    return undefined;
  }
}

function onStatement(queue: StatementQueue, { operation, handle = '', query }: Route): Reply {
  if (operation === 'cancel') {
    const record = queue.cancel(handle);
    if (record === undefined) return unknownHandle(handle);
    if (record.state !== 'cancelled')
      return { status: 422, body: { ...idsOf(record), code: '000709', message: 'Statement not found' } };
    return {
      status: 200,
      body: { ...idsOf(record), code: '000604', sqlState: '57014', message: 'successfully canceled' },
    };
  }
  const record = queue.look(handle);
  if (record === undefined) return unknownHandle(handle);
  return operation === 'partition' ? partition(record, Number(query.get('partition'))) : stateOf(record);
}

function unknownHandle(handle: string): Reply {
  return failure(404, '391918', `Statement handle ${handle} was not found.`);
}

function idsOf({ handle, requestId, createdMs }: StatementRecord): Record<string, unknown> {
  return {
    statementHandle: handle,
    createdOn: createdMs,
    statementStatusUrl: `${base}/${handle}?requestId=${requestId}`,
  };
}

function running(record: StatementRecord): Reply {
  return {
    status: 202,
    body: {
      ...idsOf(record),
      code: '333334',
      message:
        'Asynchronous execution in progress. Use provided query id to perform query monitoring and management.',
    },
  };
}

function stateOf(record: StatementRecord): Reply {
  const { state, problem, result } = record;
  if (state === 'running') return running(record);
  if (problem !== undefined)
    return {
      status: 422,
      body: { ...idsOf(record), code: problem.code, sqlState: problem.sqlState, message: problem.message },
    };
  if (result === undefined) return unknownHandle(record.handle);
  const { rowType, numRows, partitionInfo, pages } = result;
  const rest = {
    ...idsOf(record),
    resultSetMetaData: { numRows, format: 'jsonv2', partitionInfo, rowType },
    code: '090001',
    sqlState: '00000',
    message: 'Statement executed successfully.',
  };
  return { status: 200, body: `{"data":${pages[0] ?? '[]'},${JSON.stringify(rest).slice(1)}` };
}

/** Partitions after the first come compressed, and without the metadata. */
function partition(record: StatementRecord, index: number): Reply {
  const { result, handle } = record;
  if (index === 0 && result !== undefined) return stateOf(record);
  const body = result?.bodies[index - 1];
  if (body === undefined)
    return failure(400, '391904', `There is no partition ${index} of statement ${handle}.`);
  return { status: 200, body };
}
