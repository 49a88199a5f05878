import { gunzip } from 'node:zlib';
import { promisify } from 'node:util';
import { AuditExportError } from '../../errors.ts';
import type { AccountAddress } from './account-address.ts';
import { fromAnswer, fromNetwork, isPassing } from './snowflake-errors.ts';
import type { SaidFailure } from './snowflake-errors.ts';
import type { TokenSource } from './tokens.ts';
import type { Answer, Transport } from './transport.ts';

/** Time and chance, so that tests can hold them. */
export interface Pace {
  /** Milliseconds since 1970. */
  now: () => number;
  /** From 0 up to 1. */
  random: () => number;
  /** Waits; throws where the signal fires. */
  sleep: (ms: number, signal: AbortSignal | undefined) => Promise<void>;
}

/** One call of the SQL API. */
export interface Call {
  /** What it is for, for messages: `The statement`. */
  what: string;
  method: 'GET' | 'POST';
  /** Path and query of the first try, and of those after it. */
  path: string;
  retryPath?: string;
  body?: string;
  signal?: AbortSignal | undefined;
  /** Bytes come as they are sent, compressed or not: for what is decoded later. */
  raw?: boolean;
}

/** How long a call is tried again all in all where nothing else is said, and the bounds of the pauses between. */
export const usualPatienceMs = 180_000;
const firstPauseMs = 500;
const longestPauseMs = 20_000;
/** Trouble that lasts is told: at the fourth failure in a row, after some seconds. */
const toldAtPause = 3;
/** A token that is refused is replaced so many times in a row. */
const renewals = 2;

const unzip = promisify(gunzip);

/**
 * Statuses that a second try may cure ("Response codes for all operations"). 408 is a statement that took too long, but of
 * a request that does not wait for one it is a server or proxy in trouble.
 */
function isBusy({ status }: Answer, { raw = false }: Call): boolean {
  return status === 429 || status >= 500 || (status === 408 && raw);
}

/** A try that another one may better, and how long the server asks to wait before it. */
interface Trouble {
  failure: AuditExportError;
  afterMs: number;
}

/** What a caller works with. */
export interface CallerParts {
  transport: Transport;
  tokens: TokenSource;
  address: AccountAddress;
  /** Name and version of this program, for `User-Agent`, which the API requires. */
  agent: string;
  pace: Pace;
  /** How long a call is tried again all in all, in milliseconds. */
  patienceMs: number;
  /** Told once a call whose trouble lasts, with what it failed with. */
  onTrouble?: ((failure: AuditExportError) => void) | undefined;
}

/** Sends calls with a token, again where it helps. */
export class Caller {
  readonly #parts: CallerParts;

  constructor(parts: CallerParts) {
    this.#parts = parts;
  }

  /**
   * Sends a call until there is an answer that is not about a token, too many requests, or a server in trouble. 401 is
   * answered with a new token; 429, 5xx and lost connections with a pause: what the server asks for, else of full jitter ("Exponential Backoff And
   * Jitter", AWS Architecture Blog). Throws `snowflake-denied`, `snowflake-throttled`, `snowflake-unreachable`,
   * `snowflake-failed` and `interrupted`.
   */
  async call(call: Call): Promise<Answer> {
    const { tokens, pace, patienceMs } = this.#parts;
    const endMs = pace.now() + patienceMs;
    let renewed = 0;
    for (let pauses = 0, tries = 0; ; tries++) {
      const token = await tokens.token();
      const tried = await this.#try(call, token, tries > 0);
      if ('failure' in tried) {
        if (pauses === toldAtPause) this.#parts.onTrouble?.(tried.failure);
        await this.#pause(call, tried, { endMs, pauses: pauses++ });
        continue;
      }
      if (tried.status === 401 && renewed < renewals && (await tokens.renew(token))) {
        renewed++;
        continue;
      }
      return call.raw === true && tried.status === 200 ? tried : this.#settle(call, tried);
    }
  }

  /** An answer, or what is thrown if no better one comes in time. */
  async #try(call: Call, token: string, again: boolean): Promise<Answer | Trouble> {
    const { what, method, path, retryPath = path, body, signal } = call;
    try {
      const answer = await this.#parts.transport.send({
        method,
        path: again ? retryPath : path,
        headers: this.#headers(token, body),
        body,
        signal,
      });
      if (!isBusy(answer, call)) return answer;
      return {
        failure: await this.#failure(what, answer),
        afterMs: retryAfterMs(answer, this.#parts.pace.now()),
      };
    } catch (error) {
      if (signal?.aborted === true) throw interrupted(what, error);
      const failure = fromNetwork(error, what, this.#parts.address.host);
      if (isPassing(error)) return { failure, afterMs: 0 };
      throw failure;
    }
  }

  #headers(token: string, body: string | undefined): Record<string, string> {
    const { tokens, agent } = this.#parts;
    const { kind } = tokens;
    return {
      authorization: `Bearer ${token}`,
      ...(kind === undefined ? {} : { 'x-snowflake-authorization-token-type': kind }),
      'user-agent': agent,
      accept: 'application/json',
      'accept-encoding': 'gzip',
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    };
  }

  /** Waits for the next try, as long as the server asks for; throws `failure` where the time for it is over. */
  async #pause(
    { what, signal }: Call,
    { failure, afterMs }: Trouble,
    { endMs, pauses }: { endMs: number; pauses: number },
  ): Promise<void> {
    const ceiling = Math.min(longestPauseMs, firstPauseMs * 2 ** Math.min(pauses, 10));
    const { pace } = this.#parts;
    const pauseMs = Math.max(afterMs, pace.random() * ceiling);
    if (pace.now() + pauseMs > endMs) throw failure;
    await pace.sleep(pauseMs, signal).catch((error: unknown) => {
      throw interrupted(what, error);
    });
  }

  async #settle({ what }: Call, answer: Answer): Promise<Answer> {
    const { status } = answer;
    if (status !== 200 && status !== 202) throw await this.#failure(what, answer);
    try {
      return { ...answer, body: await plainBody(answer) };
    } catch (error) {
      throw fromNetwork(error, what, this.#parts.address.host);
    }
  }

  async #failure(what: string, answer: Answer): Promise<AuditExportError> {
    const { address, pace } = this.#parts;
    const theirMs = Date.parse(answer.headers.date ?? '');
    return fromAnswer({
      what,
      account: address.account,
      status: answer.status,
      said: await saidBy(answer),
      aheadMs: Number.isNaN(theirMs) ? 0 : pace.now() - theirMs,
    });
  }
}

/** The body without compression. */
export async function plainBody(answer: Answer): Promise<Buffer> {
  return isGzip(answer) ? unzip(answer.body) : answer.body;
}

/** Whether a body is compressed, said or not: no JSON begins with the two bytes of gzip (RFC 1952). */
export function isGzip({ headers, body }: Pick<Answer, 'headers' | 'body'>): boolean {
  return headers['content-encoding'] === 'gzip' || (body[0] === 0x1f && body[1] === 0x8b);
}

/** How long the server asks to wait (RFC 9110, Retry-After: seconds or a date); 0 where it does not say. */
function retryAfterMs({ headers }: Answer, nowMs: number): number {
  const { 'retry-after': said = '' } = headers;
  if (/^\d+$/.test(said)) return Number(said) * 1000;
  const untilMs = Date.parse(said);
  return Number.isNaN(untilMs) ? 0 : Math.max(0, untilMs - nowMs);
}

/** What a failure says of itself; a proxy or a server in trouble may answer with anything. */
async function saidBy(answer: Answer): Promise<SaidFailure> {
  try {
    const said = JSON.parse((await plainBody(answer)).toString('utf8')) as unknown;
    return typeof said === 'object' && said !== null ? textsOf(said as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function textsOf(said: Record<string, unknown>): SaidFailure {
  const texts: SaidFailure = {};
  for (const name of ['code', 'sqlState', 'message', 'statementHandle'] as const) {
    const value = said[name];
    if (typeof value === 'string') texts[name] = value;
  }
  return texts;
}

/** The run was stopped while `what` was under way. */
export function interrupted(what: string, cause: unknown): AuditExportError {
  return new AuditExportError('interrupted', `${what} was stopped.`, {
    cure: 'Run it again.',
    cause,
  });
}
