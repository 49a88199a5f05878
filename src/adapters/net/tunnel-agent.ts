import type { ClientRequest, OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { ProxyError } from './proxy-error.ts';

/** How connections are made, to the proxy and through it. */
export interface TunnelOptions {
  keepAlive: boolean;
  maxSockets: number;
  /** Certificates to trust instead of the usual ones, in PEM. */
  ca?: string;
}

/**
 * Requests through a proxy, whatever it is: with the certificates for both legs (a proxy that opens TLS speaks for the host
 * behind it), and with its refusals told as its own. The package would hand them on as answers of the host.
 */
export class TunnelAgent extends HttpsProxyAgent<string> {
  readonly #ca: { ca?: string };

  constructor(proxy: URL, options: TunnelOptions) {
    super(proxy.href, options);
    this.#ca = options.ca === undefined ? {} : { ca: options.ca };
  }

  override async connect(
    request: ClientRequest,
    options: Parameters<HttpsProxyAgent<string>['connect']>[1],
  ): Promise<Socket> {
    const parties = { proxy: this.proxy.host, host: `${options.host ?? ''}:${options.port ?? ''}` };
    let answer: { statusCode: number; headers: OutgoingHttpHeaders } | undefined;
    request.once('proxyConnect', (given: typeof answer) => {
      answer = given;
    });
    const socket = await super.connect(request, { ...options, ...this.#ca }).catch((cause: unknown) => {
      throw new ProxyError(parties, { cause });
    });
    if (answer === undefined || answer.statusCode === 200) return socket;
    socket.destroy();
    const { statusCode: status, headers } = answer;
    const said = headers['x-squid-error'] ?? headers['server'];
    throw new ProxyError(parties, { status, said: typeof said === 'string' ? said : undefined });
  }
}
