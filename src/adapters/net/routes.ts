import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { proxyFor } from './proxy-for.ts';

/** Sockets to one host: more than are ever busy at once. */
const maxSockets = 64;

/** The ways out of this machine: straight, or through the proxy that is named for the host. Connections are kept. */
export class Routes {
  readonly #options: { keepAlive: boolean; maxSockets: number; ca?: string };
  readonly #agents = new Map<string, HttpAgent>();

  /** `ca`: certificates to trust instead of the usual ones, in PEM. */
  constructor(ca?: string) {
    this.#options = { keepAlive: true, maxSockets, ...(ca === undefined ? {} : { ca }) };
  }

  /** The agent for requests to an address. Throws `config-invalid` for a proxy that is no address. */
  async agentFor(url: URL): Promise<HttpAgent> {
    const proxy = proxyFor(url);
    const way = `${url.protocol} ${proxy?.href ?? ''}`;
    const agent = this.#agents.get(way) ?? (await this.#open(url.protocol, proxy));
    this.#agents.set(way, agent);
    return agent;
  }

  close(): void {
    for (const agent of this.#agents.values()) agent.destroy();
  }

  async #open(protocol: string, proxy: URL | undefined): Promise<HttpAgent> {
    if (proxy === undefined)
      return protocol === 'https:' ? new HttpsAgent(this.#options) : new HttpAgent(this.#options);
    const { TunnelAgent } = await import('./tunnel-agent.ts');
    return new TunnelAgent(proxy, this.#options);
  }
}
