import type { IncomingMessage } from 'node:http';
import { WireError } from './wire-error.ts';

/** One HTTP request as it came in: nothing decoded that a signature covers. */
export interface WireRequest {
  /** Sent back as the request id. */
  readonly id: string;
  readonly method: string;
  /** The path as sent, still percent-encoded, without the query. */
  readonly path: string;
  /** Query parameters in order, decoded. */
  readonly query: readonly QueryParameter[];
  /** Header names in lower case; repeated headers joined with a comma. */
  readonly headers: ReadonlyMap<string, string>;
  readonly incoming: IncomingMessage;
  /** Tells the client to go on with the body, where it waits for `100 Continue`. */
  readonly proceed: () => void;
}

export type QueryParameter = readonly [name: string, value: string];

/** Takes a request apart. Throws `WireError` 400 where the query is not valid percent-encoding. */
export function parseWireRequest(incoming: IncomingMessage, id: string, proceed: () => void): WireRequest {
  const target = incoming.url ?? '/';
  const mark = target.indexOf('?');
  return {
    id,
    method: incoming.method ?? 'GET',
    path: mark === -1 ? target : target.slice(0, mark),
    query: mark === -1 ? [] : parseQuery(target.slice(mark + 1)),
    headers: collectHeaders(incoming.rawHeaders),
    incoming,
    proceed,
  };
}

/** Splits a query or a form body; a plus sign is a space, as in forms. Throws `WireError` 400 on broken percent-encoding. */
export function parseQuery(query: string): readonly QueryParameter[] {
  return query
    .split('&')
    .filter((part) => part !== '')
    .map((part) => {
      const equals = part.indexOf('=');
      const [name, value] = equals === -1 ? [part, ''] : [part.slice(0, equals), part.slice(equals + 1)];
      return [decodePercent(name.replaceAll('+', ' ')), decodePercent(value.replaceAll('+', ' '))];
    });
}

/** Percent-decoding to UTF-8 text. Throws `WireError` InvalidURI where that is not possible. */
export function decodePercent(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new WireError(400, 'InvalidURI', "Couldn't parse the specified URI.", { fields: { URI: text } });
  }
}

/** The first value of a query parameter; a parameter without a value is the empty string. */
export function queryValue(
  request: { readonly query: readonly QueryParameter[] },
  name: string,
): string | undefined {
  return request.query.find(([key]) => key === name)?.[1];
}

function collectHeaders(rawHeaders: readonly string[]): ReadonlyMap<string, string> {
  const headers = new Map<string, string>();
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = (rawHeaders[index] ?? '').toLowerCase();
    // Node reads header bytes as Latin-1; AWS takes them as UTF-8 (user metadata).
    const value = Buffer.from(rawHeaders[index + 1] ?? '', 'latin1').toString('utf8');
    const before = headers.get(name);
    headers.set(name, before === undefined ? value : `${before},${value}`);
  }
  return headers;
}
