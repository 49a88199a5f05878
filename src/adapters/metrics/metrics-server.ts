import { once } from 'node:events';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { AuditExportError } from '../../errors.ts';

/** What the pages show. */
export interface MetricsPages {
  metrics: () => Promise<{ contentType: string; text: string }>;
  /** Why nothing can be delivered at the moment; undefined if it can. */
  notReady: () => string | undefined;
}

export interface MetricsServer {
  /** Where it listens: `http://127.0.0.1:9464`. */
  url: string;
  close: () => Promise<void>;
}

interface Page {
  status: number;
  contentType: string;
  text: string;
}

const plain = (status: number, text: string): Page => ({
  status,
  contentType: 'text/plain; charset=utf-8',
  text: `${text}\n`,
});

/** The pages by path. Alive is who answers; ready is who has begun and can deliver (Kubernetes: "Configure probes"). */
const pages: Readonly<Record<string, (pages: MetricsPages) => Page | Promise<Page>>> = {
  '/metrics': async ({ metrics }) => ({ status: 200, ...(await metrics()) }),
  '/healthz': () => plain(200, 'alive'),
  '/readyz': ({ notReady }) => {
    const why = notReady();
    return why === undefined ? plain(200, 'ready') : plain(503, why);
  },
};

/** Serves metrics and probes over HTTP; port 0 is a free one. Throws `port-in-use`, and `usage` for a host that is none of ours. */
export async function startMetricsServer(
  shown: MetricsPages,
  { host, port }: { host: string; port: number },
): Promise<MetricsServer> {
  const server = createServer({ requestTimeout: 10_000 }, (request, response) => {
    answer(shown, request, response).catch(() => response.destroy());
  });
  server.listen(port, host);
  await once(server, 'listening').catch((error: unknown) => {
    throw notListening(error as NodeJS.ErrnoException, host, port);
  });
  // A run that has ended is not kept alive by whoever watches it.
  server.unref();
  const address = server.address() as AddressInfo;
  return {
    url: `http://${address.family === 'IPv6' ? `[${address.address}]` : address.address}:${address.port}`,
    close: async () => {
      server.close();
      server.closeAllConnections();
      await once(server, 'close');
    },
  };
}

async function answer(
  shown: MetricsPages,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { status, contentType, text } = await pageOf(shown, request);
  response.writeHead(status, {
    'content-type': contentType,
    'content-length': Buffer.byteLength(text),
    'cache-control': 'no-store',
    ...(status === 405 ? { allow: 'GET, HEAD' } : {}),
  });
  response.end(request.method === 'HEAD' ? undefined : text);
}

async function pageOf(shown: MetricsPages, { method, url = '' }: IncomingMessage): Promise<Page> {
  const path = url.split('?')[0] ?? '';
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (page === undefined) return plain(404, `There are ${Object.keys(pages).join(', ')}.`);
  if (method !== 'GET' && method !== 'HEAD') return plain(405, 'Only GET and HEAD.');
  return page(shown);
}

function notListening(error: NodeJS.ErrnoException, host: string, port: number): AuditExportError {
  if (error.code === 'EADDRINUSE')
    return new AuditExportError('port-in-use', `--metrics-port ${port}: the port is taken on ${host}.`, {
      cure: 'Name another port with --metrics-port, or 0 for a free one.',
      details: { host, port },
      cause: error,
    });
  return new AuditExportError(
    'usage',
    `--metrics-port ${port} on ${host} can't be listened on: ${error.message}.`,
    {
      cure: 'Name an address of this machine with --metrics-host, and a port above 1023.',
      details: { host, port, code: error.code },
      cause: error,
    },
  );
}
