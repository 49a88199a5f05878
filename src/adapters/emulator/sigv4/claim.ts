import { queryValue, type WireRequest } from '../wire/wire-request.ts';
import { algorithm, type CredentialScope } from './signature.ts';

/** Who a request says signed it, and how: from the Authorization header or from a presigned query. */
export interface Claim {
  readonly form: 'header' | 'query';
  readonly accessKeyId: string;
  readonly scope: CredentialScope;
  readonly signedHeaders: readonly string[];
  readonly signature: string;
  /** X-Amz-Date as sent. */
  readonly timestamp: string;
  /** The same as epoch milliseconds. */
  readonly signedAt: number;
  readonly token: string | undefined;
  /** Presigned requests only: how long the signature is good for. */
  readonly validSeconds: number | undefined;
}

/** The claim can't be read: what is wrong, in AWS's words. */
export class ClaimError extends Error {
  readonly form: Claim['form'];

  constructor(form: Claim['form'], message: string) {
    super(message);
    this.form = form;
  }
}

const longestPresign = 604_800;

/** Reads the claim of a request; undefined for an anonymous one. Throws `ClaimError`. */
export function readClaim(request: WireRequest): Claim | undefined {
  const header = request.headers.get('authorization');
  if (header !== undefined) return headerClaim(request, header);
  if (queryValue(request, 'X-Amz-Algorithm') !== undefined) return queryClaim(request);
  return undefined;
}

function headerClaim(request: WireRequest, header: string): Claim {
  const fail = (message: string): ClaimError => new ClaimError('header', message);
  if (!header.startsWith(`${algorithm} `)) throw fail('Unsupported authorization type.');
  const fields = new Map<string, string>();
  for (const part of header.slice(algorithm.length).split(',')) {
    const [name = '', ...rest] = part.trim().split('=');
    fields.set(name, rest.join('='));
  }
  const [credential, signedHeaders, signature] = ['Credential', 'SignedHeaders', 'Signature'].map((n) =>
    fields.get(n),
  );
  if (!credential || !signedHeaders || !signature) {
    throw fail(
      'The authorization header requires three components: Credential, SignedHeaders, and Signature.',
    );
  }
  const timestamp = request.headers.get('x-amz-date') ?? basicDate(request.headers.get('date')) ?? '';
  return {
    form: 'header',
    ...readCredential('header', credential),
    signedHeaders: signedHeaders.toLowerCase().split(';'),
    signature,
    timestamp,
    signedAt: readTimestamp('header', timestamp),
    token: request.headers.get('x-amz-security-token'),
    validSeconds: undefined,
  };
}

function queryClaim(request: WireRequest): Claim {
  const value = (name: string): string => queryValue(request, `X-Amz-${name}`) ?? '';
  const fail = (message: string): ClaimError => new ClaimError('query', message);
  if (value('Algorithm') !== algorithm) throw fail('X-Amz-Algorithm only supports "AWS4-HMAC-SHA256"');
  const validSeconds = Number(value('Expires') || Number.NaN);
  if (!Number.isInteger(validSeconds)) throw fail('X-Amz-Expires should be a number');
  if (validSeconds < 0) throw fail('X-Amz-Expires must be non-negative');
  if (validSeconds > longestPresign) {
    throw fail(
      `X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than ${longestPresign} seconds`,
    );
  }
  return {
    form: 'query',
    ...readCredential('query', value('Credential')),
    signedHeaders: value('SignedHeaders').toLowerCase().split(';'),
    signature: value('Signature'),
    timestamp: value('Date'),
    signedAt: readTimestamp('query', value('Date')),
    token: queryValue(request, 'X-Amz-Security-Token'),
    validSeconds,
  };
}

function readCredential(form: Claim['form'], text: string): { accessKeyId: string; scope: CredentialScope } {
  const parts = text.split('/');
  const [accessKeyId, date, region, service, end] = parts;
  if (parts.length !== 5 || !accessKeyId || !date || !region || !service || end !== 'aws4_request') {
    throw new ClaimError(
      form,
      `Error parsing the Credential; expecting "<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request".`,
    );
  }
  return { accessKeyId, scope: { date, region, service } };
}

function readTimestamp(form: Claim['form'], text: string): number {
  const match = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(text);
  const parsed =
    match === null ? Number.NaN : Date.parse(text.replace(/^(.{4})(..)(..T..)(..)(..Z)$/, '$1-$2-$3:$4:$5'));
  if (Number.isNaN(parsed)) {
    throw new ClaimError(form, "X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
  }
  return parsed;
}

/** A Date header as X-Amz-Date writes it. */
function basicDate(date: string | undefined): string | undefined {
  const parsed = date === undefined ? Number.NaN : Date.parse(date);
  return Number.isNaN(parsed) ? undefined : formatTimestamp(parsed);
}

/** Epoch milliseconds as X-Amz-Date writes them: YYYYMMDDTHHMMSSZ. */
export function formatTimestamp(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replaceAll(/[-:]|\.\d{3}/g, '');
}
