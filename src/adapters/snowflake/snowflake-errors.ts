import type { ErrorCode } from '../../errors.ts';
import { AuditExportError, isAuditExportError } from '../../errors.ts';
import { proxyErrorIn, proxyTrouble } from '../net/proxy-error.ts';

/** What Snowflake says of a failure: QueryFailureStatus of the SQL API reference. */
export interface SaidFailure {
  code?: string;
  sqlState?: string;
  message?: string;
  statementHandle?: string;
}

/** Where a failure came up. */
export interface FailedStep {
  /** `The statement`, `Logging in`, … */
  what: string;
  account: string;
  status: number;
  said: SaidFailure;
  /** How far this machine's clock is ahead of the server's, as far as the answer tells, in milliseconds. */
  aheadMs?: number;
}

interface Meaning {
  code: ErrorCode;
  /** In our words; without it Snowflake's are repeated. */
  why?: string;
  cure: string;
}

const check = 'Ask what is missing with: audit-export collect snowflake --check';
const clock = 'Check the clock of this machine, and that the public key is set on the user (RSA_PUBLIC_KEY)';

/** Codes of Snowflake that tell more than the status. Texts of log-in failures are never repeated: they quote tokens. */
const byCode: Readonly<Record<string, Meaning>> = {
  '390144': { code: 'snowflake-denied', why: 'the key-pair token is not accepted', cure: clock },
  '390198': { code: 'snowflake-denied', why: 'the key-pair token has expired', cure: clock },
  '390303': {
    code: 'snowflake-denied',
    why: 'the OAuth token is not accepted',
    cure: 'Get a new token, and set SNOWFLAKE_TOKEN to it',
  },
  '390318': {
    code: 'snowflake-denied',
    why: 'the OAuth token has expired',
    cure: 'Get a new token; with SNOWFLAKE_TOKEN_FILE_PATH a renewed one is taken up by itself',
  },
  '394400': {
    code: 'snowflake-denied',
    why: 'the programmatic access token is not accepted',
    cure: 'Make a new one: ALTER USER … ADD PROGRAMMATIC ACCESS TOKEN …',
  },
  '390422': {
    code: 'snowflake-denied',
    why: 'the network policy does not let this machine in',
    cure: 'Add the address of this machine to the network rule of the policy',
  },
  '390432': {
    code: 'snowflake-denied',
    why: 'the account takes this kind of token only under a network policy',
    cure: 'Give the user a network policy: audit-export collect snowflake --print-setup',
  },
  '390189': {
    code: 'snowflake-denied',
    why: 'the role does not exist, or is not granted to the user',
    cure: check,
  },
  '390201': {
    code: 'snowflake-denied',
    why: 'the warehouse or database is not there, or not for this role',
    cure: check,
  },
  '002003': { code: 'snowflake-denied', cure: check },
  '003001': { code: 'snowflake-denied', cure: check },
  '000606': {
    code: 'snowflake-denied',
    why: 'there is no warehouse that this role may use',
    cure: 'Use --warehouse NAME',
  },
  '000630': {
    code: 'snowflake-failed',
    why: 'it took longer than it may',
    cure: 'Use a shorter --window, or a larger warehouse',
  },
  '000604': { code: 'snowflake-failed', why: 'it was cancelled', cure: 'Run it again' },
  '391908': {
    code: 'snowflake-failed',
    why: 'the result is too large for the SQL API',
    cure: 'Use a shorter --window',
  },
};

const byStatus: Readonly<Record<number, Meaning>> = {
  401: {
    code: 'snowflake-denied',
    why: 'the log-in is refused',
    cure: 'Check --account, --user and the key or token',
  },
  403: {
    code: 'snowflake-denied',
    why: 'the request is forbidden',
    cure: 'Check --account, and the network policy of the user',
  },
  404: {
    code: 'snowflake-failed',
    why: 'there is no such account, or the result is no longer kept',
    cure: 'Check --account or --account-url, and run it again',
  },
  408: {
    code: 'snowflake-failed',
    why: 'it took longer than it may',
    cure: 'Use a shorter --window, or a larger warehouse',
  },
  429: { code: 'snowflake-throttled', why: 'there are too many requests', cure: 'Run it again later' },
};

/** SQL state of a missing privilege. */
const insufficientPrivilege = '42501';

/** What Snowflake says of a statement that it no longer knows, beside HTTP 404. */
const forgottenCodes: ReadonlySet<unknown> = new Set(['000709', '391918']);

/** The error of a look at a statement: marked with `expired` where Snowflake does not know it, or its result, any more. */
export function ofStatement(error: unknown): unknown {
  if (!isAuditExportError(error) || error.code !== 'snowflake-failed') return error;
  const { snowflakeCode, httpStatus } = error.details;
  if (httpStatus !== 404 && !forgottenCodes.has(snowflakeCode)) return error;
  return new AuditExportError(
    'snowflake-failed',
    `${error.message} Snowflake does not know the statement, or its result, any more.`,
    {
      cure: 'Run it again: it goes on where it stopped.',
      details: { ...error.details, expired: true },
      cause: error,
    },
  );
}

/** Makes an error of an answer that is no success: what failed, on which account, why, and the cure. Ids are kept. */
export function fromAnswer({ what, account, status, said, aheadMs = 0 }: FailedStep): AuditExportError {
  const { code, why, cure } = meaningOf(status, said);
  const facts = [
    said.code === undefined ? undefined : `code ${said.code}`,
    said.sqlState === undefined ? undefined : `SQL state ${said.sqlState}`,
    said.statementHandle === undefined ? undefined : `statement ${said.statementHandle}`,
    `HTTP ${status}`,
  ].filter((fact) => fact !== undefined);
  const reason = why ?? oneLine(said.message ?? 'no reason was given');
  return new AuditExportError(code, `${what} on ${account} failed: ${reason} (${facts.join(', ')}).`, {
    cure: `${clockCure(status, aheadMs) ?? cure}${loginFailureHint(said)}.`,
    details: {
      snowflakeCode: said.code,
      sqlState: said.sqlState,
      statementId: said.statementHandle,
      httpStatus: status,
    },
  });
}

function meaningOf(status: number, said: SaidFailure): Meaning {
  const named = byCode[said.code ?? ''];
  if (named !== undefined) return named;
  if (said.sqlState === insufficientPrivilege) return { code: 'snowflake-denied', cure: check };
  return (
    byStatus[status] ?? {
      code: 'snowflake-failed',
      cure: 'Run it again; if it fails again, give the statement id to Snowflake Support',
    }
  );
}

/** Tokens are refused where clocks differ by more than this. */
const clockToleranceMs = 60_000;

/** A refused log-in whose cause shows in the Date of the answer. */
function clockCure(status: number, aheadMs: number): string | undefined {
  if (status !== 401 || Math.abs(aheadMs) <= clockToleranceMs) return undefined;
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  return `Set the clock of this machine: it is ${seconds} seconds ${aheadMs > 0 ? 'ahead of' : 'behind'} Snowflake's`;
}

/** A refused token comes with an id, by which an administrator is told more ("Key Pair Authentication: Troubleshooting"). */
function loginFailureHint({ code, message = '' }: SaidFailure): string {
  const id = /\[([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\]/i.exec(message)?.[1];
  return code !== '390144' || id === undefined
    ? ''
    : `; an administrator is told more by: SELECT SYSTEM$GET_LOGIN_FAILURE_DETAILS('${id}')`;
}

/** Snowflake's messages have lines; they can be long where they repeat the statement. */
function oneLine(message: string): string {
  const text = message.replaceAll(/\s+/g, ' ').trim().replace(/\.$/, '');
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}

const network: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was closed',
  ENOTFOUND: 'there is no such host',
  EAI_AGAIN: 'the name of the host could not be looked up',
  ETIMEDOUT: 'no answer came in time',
  EHOSTUNREACH: 'the host can not be reached',
  ENETUNREACH: 'the network can not be reached',
  EMSGSIZE: 'the answer is too large',
};

/** Makes an error of a request that got no answer. Certificates that are not trusted are told as such. */
export function fromNetwork(error: unknown, what: string, host: string): AuditExportError {
  const { code = '', message } = error as { code?: string; message: string };
  const proxy = proxyErrorIn(error);
  if (proxy !== undefined) {
    const { why, cure } = proxyTrouble(proxy);
    return new AuditExportError('snowflake-unreachable', `${what} on ${host} failed: ${why}.`, {
      cure,
      details: { host, proxy: proxy.proxy, proxyStatus: proxy.status },
      cause: error,
    });
  }
  const untrusted = /CERT|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code);
  const why = untrusted ? 'its certificate is not trusted' : (network[code] ?? oneLine(message));
  return new AuditExportError(
    'snowflake-unreachable',
    `${what} on ${host} failed: ${why}${code === '' ? '' : ` (${code})`}.`,
    {
      cure: untrusted
        ? 'Name the certificates of your proxy in NODE_EXTRA_CA_CERTS.'
        : 'Check --account or --account-url, the network and HTTPS_PROXY, and run it again.',
      details: { host, networkCode: code === '' ? undefined : code },
      cause: error,
    },
  );
}

/** Failures of the network that a second try may cure; a wrong name or an untrusted certificate stays what it is. */
export function isPassing(error: unknown): boolean {
  const proxy = proxyErrorIn(error);
  if (proxy?.status !== undefined) return proxyTrouble(proxy).passes;
  const { code = '' } = error as { code?: string };
  return [
    'ECONNREFUSED',
    'ECONNRESET',
    'EPIPE',
    'EAI_AGAIN',
    'ETIMEDOUT',
    'EHOSTUNREACH',
    'ENETUNREACH',
  ].includes(code);
}
