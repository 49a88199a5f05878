import type { Agent, ClientRequest, IncomingHttpHeaders, IncomingMessage, RequestOptions } from 'node:http';
import { Agent as HttpAgent, request as requestOverHttp } from 'node:http';
import { Agent as HttpsAgent, request as requestOverHttps } from 'node:https';
import { Routes } from '../net/routes.ts';
import { isLoopback } from './account-address.ts';

/** One HTTP request. */
export interface Exchange {
  method: 'GET' | 'POST';
  /** Path and query. */
  path: string;
  headers: Readonly<Record<string, string>>;
  body?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** What came back, as it came: the body may be compressed. */
export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  body: Buffer;
}

/** A request that is silent for so long has failed. Statements run asynchronously, so no answer is waited for longer. */
const silenceMs = 60_000;

/** No partition comes near it: Snowflake makes chunks of 160 MB at most, before compression. */
const largestBody = 512 * 1024 * 1024;

/** What a failed transfer is called where Node has no code for it. */
export class TransferError extends Error {
  readonly code: string;

  constructor(code: string, message: string) {
    super(message);
    this.code = code;
  }
}

/** Sends requests to one host, over connections that are kept. */
export interface Transport {
  send: (exchange: Exchange) => Promise<Answer>;
  close: () => void;
}

/**
 * Connects to `origin`. It is `node:https` and not `fetch`: up to Node 22 `fetch` has no way through HTTPS_PROXY
 * without a further package, and this takes the same agent as the requests to AWS. Certificates beside the usual ones
 * come from NODE_EXTRA_CA_CERTS. A request that is silent for `patienceMs` fails. Throws `config-invalid` for a proxy that
 * is no address.
 */
export async function openTransport(origin: string, patienceMs = silenceMs): Promise<Transport> {
  const url = new URL(origin);
  const secure = url.protocol === 'https:';
  const agent = await agentFor(url, secure);
  const request = secure ? requestOverHttps : requestOverHttp;
  return {
    send: (exchange) => send((options) => request(url, { ...options, agent, timeout: patienceMs }), exchange),
    close: () => agent.destroy(),
  };
}

/** This machine is never reached through a proxy. */
async function agentFor(url: URL, secure: boolean): Promise<Agent> {
  const options = { keepAlive: true };
  if (isLoopback(url.hostname)) return secure ? new HttpsAgent(options) : new HttpAgent(options);
  // Without certificates of its own: AWS_CA_BUNDLE is about AWS alone.
  return new Routes().agentFor(url);
}

function send(open: (options: RequestOptions) => ClientRequest, exchange: Exchange): Promise<Answer> {
  const { method, path, headers, body, signal } = exchange;
  return new Promise((resolve, reject) => {
    const request = open({
      method,
      path,
      headers: {
        ...headers,
        ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }),
      },
      ...(signal === undefined ? {} : { signal }),
    });
    request.once('timeout', () =>
      request.destroy(new TransferError('ETIMEDOUT', 'no answer came for too long')),
    );
    request.once('error', reject);
    request.once('response', (response) => {
      readBody(response).then((bytes) => {
        const { statusCode: status = 0, headers } = response;
        resolve({ status, headers, body: bytes });
      }, reject);
    });
    request.end(body);
  });
}

async function readBody(response: IncomingMessage): Promise<Buffer> {
  const parts: Buffer[] = [];
  let size = 0;
  for await (const part of response as AsyncIterable<Buffer>) {
    size += part.length;
    if (size > largestBody) {
      response.destroy();
      throw new TransferError('EMSGSIZE', `the answer is larger than ${largestBody} bytes`);
    }
    parts.push(part);
  }
  if (!response.complete)
    throw new TransferError('ECONNRESET', 'the connection ended in the middle of the answer');
  return Buffer.concat(parts);
}
