/**
 * How lines are wrapped: by a container runtime, or by `kubectl logs --timestamps` and `--prefix`; `auto` tells it line by
 * line.
 */
export const wrappings = ['docker', 'cri', 'kubectl', 'auto'] as const;
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
const time = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)`;
/**
 * Time, stream, tag (`F`ull or `P`artial, whatever else behind a colon), and the line. Kubernetes CRI log format:
 * https://github.com/kubernetes/design-proposals-archive/blob/main/node/kubelet-cri-logging.md
 */
const criHead = new RegExp(`^${time} (stdout|stderr) ([FP])(?::\\S*)?(?: |$)`);
/** Names of pods and containers have 253 and 63 characters at most, and no character that is not ASCII. */
const kubectlHeadBytes = 384;
/**
 * `[pod/POD/CONTAINER] ` of --prefix, then the time of --timestamps, one of them at least, and then an event: without that it
 * could be any log that begins with a time. https://kubernetes.io/docs/reference/kubectl/generated/kubectl_logs/
 */
const kubectlHead = new RegExp(`^(?:\\[pod/[a-z0-9.-]+/[a-z0-9.-]+\\] (?:${time} )?|${time} )(?=\\{)`);
/** The json-file driver writes its members in this order; what has read and written them anew may leave spaces. */
const dockerHeads = ['{"log":"', '{"log": "'].map((head) => Buffer.from(head));

const unwrappers: Readonly<Record<Exclude<Wrapping, 'auto'>, (line: Buffer) => Unwrapped | undefined>> = {
  docker: unwrapDocker,
  cri: unwrapCri,
  kubectl: unwrapKubectl,
};

/** Unwraps one line (without its line end); undefined for a line that is not wrapped in this way. */
export function unwrapLine(line: Buffer, wrapping: Wrapping): Unwrapped | undefined {
  if (wrapping !== 'auto') return unwrappers[wrapping](line);
  return unwrapDocker(line) ?? unwrapCri(line) ?? unwrapKubectl(line);
}

const enoughLines = 8;
const lf = 0x0a;

/**
 * How the lines are wrapped that begin with `head`, which may end within a line; undefined where they are not, or in a way
 * that can be mistaken.
 */
export function findWrapping(head: Buffer): Exclude<Wrapping, 'auto'> | undefined {
  let at = 0;
  for (let seen = 0; seen < enoughLines && at < head.length; seen++) {
    const newline = head.indexOf(lf, at);
    const line = head.subarray(at, newline === -1 ? head.length : newline);
    for (const wrapping of ['docker', 'cri', 'kubectl'] as const)
      if (unwrappers[wrapping](line) !== undefined) return wrapping;
    at += line.length + 1;
  }
  return undefined;
}

function unwrapCri(line: Buffer): Unwrapped | undefined {
  if (!isDigit(line[0])) return undefined;
  const match = criHead.exec(line.toString('latin1', 0, criHeadBytes));
  if (match === null) return undefined;
  const [head, stream = '', tag] = match;
  return { stream, content: line.subarray(head.length), partial: tag === 'P' };
}

function unwrapKubectl(line: Buffer): Unwrapped | undefined {
  if (!isDigit(line[0]) && line[0] !== 0x5b) return undefined;
  const head = kubectlHead.exec(line.toString('latin1', 0, kubectlHeadBytes))?.[0];
  return head === undefined
    ? undefined
    : { stream: 'stdout', content: line.subarray(head.length), partial: false };
}

function isDigit(byte: number | undefined): boolean {
  return byte !== undefined && byte >= 0x30 && byte <= 0x39;
}

/**
 * The json-file driver writes one object a line; a log without a line feed at its end goes on in the next (Docker cuts at
 * 16 KiB). https://docs.docker.com/engine/logging/drivers/json-file/
 */
function unwrapDocker(line: Buffer): Unwrapped | undefined {
  if (!dockerHeads.some((head) => line.subarray(0, head.length).equals(head))) return undefined;
  const wrapped = parse(line);
  if (wrapped === undefined) return undefined;
  const { log, stream, time: written } = wrapped;
  if (typeof log !== 'string' || typeof written !== 'string') return undefined;
  if (stream !== 'stdout' && stream !== 'stderr') return undefined;
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
