import { readFile, stat } from 'node:fs/promises';
import { AuditExportError } from '../../errors.ts';
import type { KeyPair, TokenHolder } from './key-pair.ts';
import { tokenLifetimeSeconds } from './key-pair.ts';

/** What Snowflake calls the kinds of tokens, in `X-Snowflake-Authorization-Token-Type`. */
export type TokenKind = 'KEYPAIR_JWT' | 'OAUTH' | 'PROGRAMMATIC_ACCESS_TOKEN';

/** Where tokens come from. */
export interface TokenSource {
  /** Missing: Snowflake finds out by itself. */
  readonly kind: TokenKind | undefined;
  /** The token to use now. */
  token: () => Promise<string>;
  /** After `refused` was not accepted: whether there is another one to try. */
  renew: (refused: string) => Promise<boolean>;
}

/** A new token is made when this part of the old one's life is over: the last minutes are for clocks that differ. */
const renewAt = 0.8;

/** Makes tokens with a private key, a new one before the old one ends. `now`: milliseconds since 1970. */
export function keyPairTokens(keys: KeyPair, holder: TokenHolder, now: () => number): TokenSource {
  let made: { token: string; renewMs: number } | undefined;
  return {
    kind: 'KEYPAIR_JWT',
    token: async () => {
      const nowMs = now();
      if (made === undefined || nowMs >= made.renewMs)
        made = {
          token: keys.makeToken(holder, nowMs),
          renewMs: nowMs + tokenLifetimeSeconds * 1000 * renewAt,
        };
      return made.token;
    },
    renew: async (refused) => {
      if (made?.token === refused) made = undefined;
      return true;
    },
  };
}

/** What can stand in a header. */
function isToken(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

/** A token that was handed over once, and can't be renewed. Throws `config-invalid` for what can be none. */
export function fixedToken(token: string, kind: TokenKind | undefined): TokenSource {
  if (!isToken(token))
    throw new AuditExportError('config-invalid', 'What SNOWFLAKE_TOKEN holds is no token.', {
      cure: 'Set it to the token itself, one line without spaces.',
    });
  return { kind, token: async () => token, renew: async () => false };
}

/** A token in a file that something else renews: it is read again whenever the file changes. Throws `config-invalid`. */
export function tokenFile(path: string, kind: TokenKind | undefined): TokenSource {
  let known: { token: string; version: string } | undefined;
  const read = async (): Promise<string> => {
    try {
      const { mtimeMs, size, ino } = await stat(path);
      const version = `${mtimeMs}:${size}:${ino}`;
      if (known?.version !== version) known = { version, token: (await readFile(path, 'utf8')).trim() };
      return known.token;
    } catch (error) {
      throw unreadable((error as Error).message, error);
    }
  };
  return {
    kind,
    token: async () => {
      const token = await read();
      if (!isToken(token)) throw unreadable(token === '' ? 'it is empty' : 'what it holds is no token');
      return token;
    },
    renew: async (refused) => {
      known = undefined;
      return (await read()) !== refused;
    },
  };
}

function unreadable(why: string, cause?: unknown): AuditExportError {
  return new AuditExportError('config-invalid', `The file that SNOWFLAKE_TOKEN_FILE_PATH names: ${why}.`, {
    cure: 'Put the token there, or correct SNOWFLAKE_TOKEN_FILE_PATH.',
    cause,
  });
}
