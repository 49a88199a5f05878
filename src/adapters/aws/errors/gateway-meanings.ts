import type { UnexpectedAnswer } from '../answers.ts';
import { again } from './aws-error-meaning.ts';
import type { AwsMeaning } from './aws-error-meaning.ts';
import { elsewhere } from './aws-error-meanings.ts';
import { proxyTrouble } from '../../net/proxy-error.ts';
import type { ProxyError } from '../../net/proxy-error.ts';

/** What it means that the proxy would not, or could not, connect us. */
export function proxyMeaning(error: ProxyError): AwsMeaning {
  const { why, cure, passes } = proxyTrouble(error);
  const cause = error.status === undefined ? 'network' : passes ? 'server' : 'denied';
  return { code: 'unreachable', cause, why, cure };
}

const tooLarge: AwsMeaning = {
  code: 'store-failed',
  cause: 'final',
  why: 'the object is too large for a gateway in between (HTTP 413)',
  cure: 'Use a smaller --object-size, or let the gateway take more (nginx: client_max_body_size).',
};

const between =
  'Check --endpoint-url, HTTPS_PROXY and NO_PROXY, and what stands between here and the store. ';

/** What a status means that came without an error of the service. `from`: who gave it, as far as it says. */
const byStatus: Readonly<Record<number, (from: string) => AwsMeaning>> = {
  400: (from) => ({
    code: 'store-failed',
    cause: 'final',
    why: `the request was taken for malformed (HTTP 400${from})`,
    cure: `${between}A server of your own may not know a header: try AWS_REQUEST_CHECKSUM_CALCULATION=WHEN_REQUIRED.`,
  }),
  408: (from) => ({
    code: 'unreachable',
    cause: 'network',
    why: `the request did not arrive in time (HTTP 408${from})`,
    cure: again,
  }),
  411: (from) => ({
    code: 'store-failed',
    cause: 'final',
    why: `the length of the body was taken away on the way (HTTP 411${from})`,
    cure: 'Have the gateway pass Content-Length on.',
  }),
  413: () => tooLarge,
  417: (from) => ({
    code: 'store-failed',
    cause: 'final',
    why: `a gateway in between asks for what no request of ours holds (HTTP 417${from})`,
    cure: `${between}Have it leave "Expect: 100-continue" alone.`,
  }),
  507: (from) => ({
    code: 'store-failed',
    cause: 'server',
    why: `the store is full (HTTP 507${from})`,
    cure: 'Make room in the store. ' + again,
  }),
};

/** What a status means without an error of the service; undefined where the status alone says it. */
export function meaningOfStatus(status: number, headers: Headers): AwsMeaning | undefined {
  const from = fromWhom(headers);
  if (status === 412)
    return {
      code: 'store-failed',
      cause: 'server',
      why: `the answer was HTTP 412${from} without S3's PreconditionFailed, so nothing says that the object is there`,
      cure: between + again,
    };
  if (status >= 300 && status < 400) return meaningOfRedirect(status, headers);
  return byStatus[status]?.(from);
}

/** S3 names the region of the bucket with each of its own (Amazon S3 API Reference, "HeadBucket"). */
function meaningOfRedirect(status: number, headers: Headers): AwsMeaning {
  if (headers?.['x-amz-bucket-region'] !== undefined) return elsewhere;
  const location = headers?.['location'];
  const to = location === undefined ? '' : ` to ${hostOf(location)}`;
  return {
    code: 'unreachable',
    cause: 'server',
    why: `the request was sent on${to} (HTTP ${status}${fromWhom(headers)}), as log-in pages do and S3 does not`,
    cure: between + again,
  };
}

/** What an answer means that is not in the form of the service. */
export function meaningOfUnexpected(answer: UnexpectedAnswer, service: string): AwsMeaning | undefined {
  const { message, saidError, $metadata, $response } = answer;
  const { httpStatusCode: status } = $metadata;
  const from = fromWhom($response.headers);
  if (saidError !== undefined)
    return {
      code: 'store-failed',
      cause: 'server',
      why: `the answer was HTTP ${status} with the error ${saidError} in its body`,
      cure: again,
    };
  if (status < 300)
    return {
      code: 'store-failed',
      cause: 'server',
      why: `the answer, HTTP ${status}${from}, is none of ${service}: ${message}`,
      cure:
        'A log-in page of the network or a gateway may have answered: check HTTPS_PROXY, NO_PROXY and --endpoint-url. ' +
        again,
    };
  const known = meaningOfStatus(status, $response.headers);
  if (known !== undefined) return known;
  if (status >= 500 || [407, 429, 405].includes(status)) return undefined;
  return {
    code: 'unreachable',
    cause: 'denied',
    why: `something in between refused the request (HTTP ${status}${from}): ${message}, and no error of ${service}`,
    cure: between + again,
  };
}

type Headers = Readonly<Record<string, string | undefined>> | undefined;

/** Who answered, as far as the headers say; what the service answered itself has an id. */
function fromWhom(headers: Headers): string {
  if (headers?.['x-amz-request-id'] !== undefined) return '';
  const server = headers?.['server'] ?? headers?.['via'];
  return server === undefined ? '' : ` from ${server.slice(0, 60)}`;
}

function hostOf(location: string): string {
  return URL.canParse(location) ? new URL(location).host : location.slice(0, 60);
}
