/** What went wrong between us and the proxy: the host behind it was never asked. */
export class ProxyError extends Error {
  /** What the network calls it, where there was no answer. */
  readonly code: string | undefined;
  /** What the proxy answered with; undefined where it gave no answer. */
  readonly status: number | undefined;
  /** Host and port of the proxy. */
  readonly proxy: string;
  /** Host and port that it was asked for. */
  readonly host: string;
  /** What it says of itself and of the reason, in headers. */
  readonly said: string | undefined;

  constructor(
    { proxy, host }: { proxy: string; host: string },
    { status, said, cause }: { status?: number; said?: string | undefined; cause?: unknown },
  ) {
    const what =
      status === undefined
        ? `could not be used: ${cause instanceof Error ? cause.message : 'no answer'}`
        : `answered HTTP ${status}`;
    super(`the proxy ${proxy}, asked for ${host}, ${what}`, cause === undefined ? undefined : { cause });
    this.name = 'ProxyError';
    this.code = (cause as { code?: string } | undefined)?.code;
    this.status = status;
    this.said = said;
    this.proxy = proxy;
    this.host = host;
  }
}

/** Finds it in an error or in what that came from. */
export function proxyErrorIn(error: unknown): ProxyError | undefined {
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++)
    if (at instanceof ProxyError) return at;
  return undefined;
}

/** Its trouble in words: why, what cures it, and whether another try may help. */
export function proxyTrouble({ status, proxy, host, said, code }: ProxyError): {
  why: string;
  cure: string;
  passes: boolean;
} {
  const by = said === undefined ? '' : `, ${said.slice(0, 100)}`;
  const unasked = 'the host behind it was not asked';
  if (status === undefined)
    return {
      why: `the proxy ${proxy} ${code === undefined ? 'gave no answer' : 'could not be used'}; ${unasked}`,
      cure: 'Check HTTPS_PROXY and the proxy, or name the host in NO_PROXY.',
      passes: true,
    };
  if (status === 407)
    return {
      why: `the proxy ${proxy} asks for a log-in (HTTP 407${by}); ${unasked}`,
      cure: 'Put it into HTTPS_PROXY: http://USER:PASSWORD@HOST:PORT',
      passes: false,
    };
  return {
    why: `the proxy ${proxy} does not let us through to ${host} (HTTP ${status}${by}); ${unasked}`,
    cure: `Have the proxy allow CONNECT to ${host}, or name the host in NO_PROXY if it can be reached without it.`,
    passes: status >= 500 || status === 429,
  };
}
