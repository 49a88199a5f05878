import type { Agent as HttpsAgent } from 'node:https';
import { NodeHttpHandler } from '@smithy/node-http-handler';
import type { HttpHandler, HttpRequest, HttpResponse } from '@smithy/core/protocols';
import { Routes } from '../net/routes.ts';

/** A connection that is not made in this time, or that is silent for so long, counts as failed. */
const connectionMs = 10_000;
const usualSilenceMs = 30_000;

type Options = Parameters<HttpHandler<object>['handle']>[1];

/**
 * Sends the requests of the SDK's clients, each by the way of the host that it goes to: the SDK itself reads neither
 * HTTPS_PROXY, HTTP_PROXY and NO_PROXY nor AWS_CA_BUNDLE. One for all clients of a kind, those of the credential chain
 * included.
 */
export class RoutedHandler implements HttpHandler<object> {
  readonly metadata = { handlerProtocol: 'http/1.1' };
  /** What the last request failed with that got no answer. */
  lastFailure: unknown;
  readonly #routes: Routes;
  readonly #silenceMs: number;
  readonly #handlers = new Map<string, Promise<NodeHttpHandler>>();

  /** `ca`: certificates to trust, in PEM; a connection that is silent for `silenceMs` fails. */
  constructor(ca: string | undefined, silenceMs = usualSilenceMs) {
    this.#routes = new Routes(ca);
    this.#silenceMs = silenceMs;
  }

  async handle(request: HttpRequest, options?: Options): Promise<{ response: HttpResponse }> {
    try {
      const handler = await this.#handlerFor(request);
      return await handler.handle(request, options);
    } catch (error) {
      this.lastFailure = error;
      throw error;
    }
  }

  destroy(): void {
    this.#routes.close();
  }

  /** The SDK asks for nothing here: there is nothing of ours that it may change. */
  updateHttpClientConfig(): void {}

  httpHandlerConfigs(): object {
    return {};
  }

  #handlerFor({ protocol, hostname, port }: HttpRequest): Promise<NodeHttpHandler> {
    const origin = `${protocol}//${hostname}${port === undefined ? '' : `:${port}`}`;
    const handler = this.#handlers.get(origin) ?? this.#open(new URL(origin));
    this.#handlers.set(origin, handler);
    return handler;
  }

  async #open(url: URL): Promise<NodeHttpHandler> {
    const agent = await this.#routes.agentFor(url);
    return new NodeHttpHandler({
      httpAgent: agent,
      httpsAgent: agent as HttpsAgent,
      connectionTimeout: connectionMs,
      socketTimeout: this.#silenceMs,
    });
  }
}
