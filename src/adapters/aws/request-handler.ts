import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { AuditExportError } from '../../errors.ts';

/** Sockets to one host: more than are ever busy at once. */
const maxSockets = 64;

/** A connection that is not made in this time, or that is silent for so long, counts as failed. */
const connectionMs = 10_000;
const silenceMs = 30_000;

/** The agents to talk through, as the SDK's request handler takes them. */
export interface RequestAgents {
  httpAgent: HttpAgent;
  httpsAgent: HttpsAgent;
  connectionTimeout: number;
  socketTimeout: number;
}

/**
 * Agents that keep connections, and that honour what users of the AWS CLI expect: `HTTPS_PROXY`, `HTTP_PROXY` and
 * `NO_PROXY`, and `AWS_CA_BUNDLE` (the SDK for JavaScript reads none of them). `url` is where requests will go; a
 * socket that is silent for `socketTimeout` milliseconds fails.
 */
export async function buildRequestAgents(
  url: string,
  environment: NodeJS.ProcessEnv,
  socketTimeout = silenceMs,
): Promise<RequestAgents> {
  const ca = await readCaBundle(environment['AWS_CA_BUNDLE']);
  const options = { keepAlive: true, maxSockets, ...(ca === undefined ? {} : { ca }) };
  const timeouts = { connectionTimeout: connectionMs, socketTimeout };
  const { getProxyForUrl } = await import('proxy-from-env');
  const proxy = getProxyForUrl(url);
  if (proxy === '')
    return { httpAgent: new HttpAgent(options), httpsAgent: new HttpsAgent(options), ...timeouts };
  const { HttpsProxyAgent } = await import('https-proxy-agent');
  const agent = new HttpsProxyAgent<'https:'>(proxyUrl(proxy), options);
  return {
    httpAgent: agent as unknown as HttpAgent,
    httpsAgent: agent as unknown as HttpsAgent,
    ...timeouts,
  };
}

async function readCaBundle(path: string | undefined): Promise<string | undefined> {
  if (path === undefined || path === '') return undefined;
  return readFile(path, 'utf8').catch((error: unknown) => {
    throw new AuditExportError(
      'config-invalid',
      `The certificates that AWS_CA_BUNDLE names can't be read: ${(error as Error).message}.`,
      {
        cure: 'Correct the path in AWS_CA_BUNDLE, or unset it.',
        cause: error,
      },
    );
  });
}

/** Throws `config-invalid` for what is no address; it is not repeated, for it may hold a password. */
function proxyUrl(proxy: string): URL {
  if (URL.canParse(proxy)) return new URL(proxy);
  throw new AuditExportError(
    'config-invalid',
    'HTTPS_PROXY or HTTP_PROXY does not hold the address of a proxy.',
    {
      cure: 'Write it as http://HOST:PORT, or unset it.',
    },
  );
}
