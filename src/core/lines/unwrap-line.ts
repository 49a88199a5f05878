/** How a container runtime wraps lines: `auto` tells it line by line. */
export const wrappings = ['docker', 'cri', 'auto'] as const;
export type Wrapping = (typeof wrappings)[number];

/** What a wrapped line holds. */
export interface Unwrapped {
  /** `stdout` or `stderr`: parts of one line come on one stream. */
  stream: string;
  /** The bytes inside, without the line end. */
  content: Buffer;
  /** Whether the line goes on in the next wrapped line of the stream. */
  partial: boolean;
}

/** Longer than the time, the stream and the tag of any CRI line. */
const criHeadBytes = 96;
/**
 * Time, stream, tag (`F`ull or `P`artial, whatever else behind a colon), and the line. Kubernetes CRI log format:
 * https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
 */
const criHead =
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d) (stdout|stderr) ([FP])(?::\S*)?(?: |$)/;
const dockerHead = Buffer.from('{"');

/** Unwraps one line (without its line end); undefined for a line that is not wrapped in this way. */
export function unwrapLine(line: Buffer, wrapping: Wrapping): Unwrapped | undefined {
  if (wrapping === 'cri') return unwrapCri(line);
  if (wrapping === 'docker') return unwrapDocker(line);
  return unwrapDocker(line) ?? unwrapCri(line);
}

function unwrapCri(line: Buffer): Unwrapped | undefined {
  const match = criHead.exec(line.toString('latin1', 0, criHeadBytes));
  if (match === null) return undefined;
  const [head, stream = '', tag] = match;
  return { stream, content: line.subarray(head.length), partial: tag === 'P' };
}

/**
 * The json-file driver writes one object a line; a log without a line feed at its end goes on in the next (Docker cuts at
 * 16 KiB). https://docs.docker.com/engine/logging/drivers/json-file/
 */
function unwrapDocker(line: Buffer): Unwrapped | undefined {
  if (!line.subarray(0, dockerHead.length).equals(dockerHead)) return undefined;
  const wrapped = parse(line);
  if (wrapped === undefined) return undefined;
  const { log, stream, time } = wrapped;
  if (typeof log !== 'string' || typeof stream !== 'string' || typeof time !== 'string') return undefined;
  const partial = !log.endsWith('\n');
  return { stream, content: Buffer.from(partial ? log : log.slice(0, -1)), partial };
}

function parse(line: Buffer): Record<string, unknown> | undefined {
  try {
    return JSON.parse(line.toString('utf8')) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
