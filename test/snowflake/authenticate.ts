import type { KeyObject } from 'node:crypto';
import { createHash, verify } from 'node:crypto';
import type { SimulatedAccount, SimulatedUser } from './account.ts';

/** A log-in that is refused: HTTP 401 with a code, or 403 for the network policy. */
export class Refused extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/** What a request brings along. */
export interface Credentials {
  authorization: string | undefined;
  kind: string | undefined;
  address: string;
}

const jwtInvalid = (): Refused =>
  new Refused(401, '390144', 'JWT token is invalid. [0ce9eb56-821d-4ca9-a774-04ae89a0cf5a]');

/** A token is good for an hour after it was issued, whatever it says itself. */
const longestLifeSeconds = 3600;
/** How far clocks may differ. */
const leewaySeconds = 60;

/**
 * Finds the user of a request: key-pair JWT, OAuth token or programmatic access token. Without a kind the token is looked
 * at. `nowMs` is the time by which tokens are judged. Throws Refused.
 */
export function authenticate(
  account: SimulatedAccount,
  { authorization = '', kind, address }: Credentials,
  nowMs: number,
): SimulatedUser {
  if (account.allowedAddresses !== undefined && !account.allowedAddresses.includes(address))
    throw new Refused(
      403,
      '390422',
      `Incoming request with IP/Token ${address} is not allowed to access Snowflake.`,
    );
  const token = /^Bearer (\S+)$/.exec(authorization)?.[1];
  if (token === undefined)
    throw new Refused(401, '390101', 'Authorization header not found in the request data.');
  if (kind === 'KEYPAIR_JWT' || (kind === undefined && /^ey[\w-]+\.ey[\w-]+\.[\w-]+$/.test(token)))
    return byKeyPair(account, token, nowMs);
  return byToken(account, token, { kind, nowMs });
}

function byKeyPair(account: SimulatedAccount, token: string, nowMs: number): SimulatedUser {
  const [head = '', body = '', signature = ''] = token.split('.');
  const { iss, sub, iat, exp } = partOf(body);
  if (partOf(head)['alg'] !== 'RS256' || typeof iss !== 'string') throw jwtInvalid();
  const { holder, print } = splitIssuer(iss);
  const user = account.users.find(({ name }) => `${account.name}.${name}` === holder);
  const key = user?.publicKeys?.find((known) => fingerprintOf(known) === print);
  if (user === undefined || key === undefined || sub !== holder) throw jwtInvalid();
  if (!verify('RSA-SHA256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url')))
    throw jwtInvalid();
  judgeTimes(iat, exp, nowMs / 1000, token);
  return user;
}

/** `ACCOUNT.USER.SHA256:…`: account and user, and the fingerprint of the key. */
function splitIssuer(iss: string): { holder: string; print: string } {
  const at = iss.lastIndexOf('.SHA256:');
  return at < 0 ? { holder: iss, print: '' } : { holder: iss.slice(0, at), print: iss.slice(at + 1) };
}

function judgeTimes(iat: unknown, exp: unknown, nowSeconds: number, token: string): void {
  if (typeof iat !== 'number' || iat > nowSeconds + leewaySeconds) throw jwtInvalid();
  const end = Math.min(typeof exp === 'number' ? exp : Infinity, iat + longestLifeSeconds);
  if (nowSeconds >= end)
    throw new Refused(401, '390198', `Keypair access token expired. ...${token.slice(-10)}`);
}

function partOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Record<string, unknown>;
  } catch {
    throw jwtInvalid();
  }
}

export function fingerprintOf(key: KeyObject): string {
  return `SHA256:${createHash('sha256')
    .update(key.export({ type: 'spki', format: 'der' }))
    .digest('base64')}`;
}

function byToken(
  { users }: SimulatedAccount,
  token: string,
  { kind, nowMs }: { kind: string | undefined; nowMs: number },
): SimulatedUser {
  const user = users.find(({ tokens = {} }) => token in tokens);
  const known = user?.tokens?.[token];
  if (user === undefined || known === undefined || (kind ?? known.kind) !== known.kind)
    throw tokenInvalid(kind ?? known?.kind ?? 'OAUTH');
  if (nowMs >= (known.expiresMs ?? Infinity)) throw tokenExpired(known.kind);
  return user;
}

function tokenInvalid(kind: string): Refused {
  return kind === 'OAUTH'
    ? new Refused(401, '390303', 'Invalid OAuth access token. ')
    : new Refused(401, '394400', 'Programmatic access token is invalid.');
}

function tokenExpired(kind: string): Refused {
  return kind === 'OAUTH' ? new Refused(401, '390318', 'OAuth access token expired. ') : tokenInvalid(kind);
}
