import { readFile, stat } from 'node:fs/promises';
import { keptName } from '../../core/collect/check/sql-name.ts';
import { AuditExportError } from '../../errors.ts';
import type { AccountAddress } from './account-address.ts';
import { readKeyPair } from './key-pair.ts';
import type { TokenKind, TokenSource } from './tokens.ts';
import { fixedToken, keyPairTokens, tokenFile } from './tokens.ts';

/** Who logs in, and where. */
export interface SnowflakeLogin {
  address: AccountAddress;
  user: string | undefined;
  /** Milliseconds since 1970. */
  now: () => number;
  /** Told what is dangerous about the credentials, and what cures it. */
  onDanger?: ((message: string, cure: string) => void) | undefined;
}

type Environment = NodeJS.ProcessEnv;

interface Way {
  variable: string;
  open: (login: SnowflakeLogin, value: string, environment: Environment) => Promise<TokenSource>;
}

/** The ways to log in; a key or a token is never taken from a flag, where other users of the machine could see it. */
const ways: readonly Way[] = [
  {
    variable: 'SNOWFLAKE_PRIVATE_KEY_PATH',
    open: async (login, path, environment) =>
      keyPair(
        login,
        { pem: await readKeyFile(path, login), named: 'SNOWFLAKE_PRIVATE_KEY_PATH' },
        environment,
      ),
  },
  {
    variable: 'SNOWFLAKE_PRIVATE_KEY',
    open: async (login, text, environment) =>
      keyPair(login, { pem: pemOf(text), named: 'SNOWFLAKE_PRIVATE_KEY' }, environment),
  },
  {
    variable: 'SNOWFLAKE_TOKEN_FILE_PATH',
    open: async (_, path, environment) => tokenFile(path, kindOf(environment)),
  },
  {
    variable: 'SNOWFLAKE_TOKEN',
    open: async (_, token, environment) => fixedToken(token.trim(), kindOf(environment)),
  },
];

/**
 * Finds the credentials in the environment: SNOWFLAKE_PRIVATE_KEY_PATH or SNOWFLAKE_PRIVATE_KEY (with
 * SNOWFLAKE_PRIVATE_KEY_PASSPHRASE), SNOWFLAKE_TOKEN_FILE_PATH or SNOWFLAKE_TOKEN. Throws `no-snowflake-credentials` and `config-invalid`.
 */
export async function findTokens(login: SnowflakeLogin, environment: Environment): Promise<TokenSource> {
  const given = ways.filter(({ variable }) => valueOf(environment, variable) !== undefined);
  const [way, other] = given;
  if (way === undefined)
    throw new AuditExportError('no-snowflake-credentials', 'There is no key and no token for Snowflake.', {
      cure: 'Set SNOWFLAKE_PRIVATE_KEY_PATH to the file of the private key, or SNOWFLAKE_PRIVATE_KEY, SNOWFLAKE_TOKEN_FILE_PATH or SNOWFLAKE_TOKEN. To see how the key is made: audit-export collect snowflake --print-setup',
    });
  if (other !== undefined)
    throw new AuditExportError('config-invalid', `Both ${way.variable} and ${other.variable} are set.`, {
      cure: `Unset one of them.`,
    });
  return way.open(login, valueOf(environment, way.variable) ?? '', environment);
}

function keyPair(
  { address, user, now }: SnowflakeLogin,
  { pem, named }: { pem: string; named: string },
  environment: Environment,
): TokenSource {
  if (user === undefined || user === '')
    throw new AuditExportError('usage', 'With a private key the user has to be named.', {
      cure: 'Use --user NAME.',
    });
  if (address.tokenAccount === undefined)
    throw new AuditExportError('usage', 'The address does not tell the name of the account.', {
      cure: 'Say it beside --account-url with --account NAME.',
    });
  const passphrase = valueOf(environment, 'SNOWFLAKE_PRIVATE_KEY_PASSPHRASE');
  const keys = readKeyPair(pem, passphrase, named);
  return keyPairTokens(keys, { account: address.tokenAccount, user: keptName(user) }, now);
}

/** Whoever may read the key may log in with it. */
async function readKeyFile(path: string, { onDanger }: SnowflakeLogin): Promise<string> {
  try {
    const { mode } = await stat(path);
    if ((mode & 0o004) !== 0)
      onDanger?.(
        `Every user of this machine may read the private key in ${path}.`,
        `chmod o-r ${path}; of a Secret in Kubernetes: defaultMode: 0440.`,
      );
    return await readFile(path, 'utf8');
  } catch (error) {
    throw new AuditExportError(
      'config-invalid',
      `The private key that SNOWFLAKE_PRIVATE_KEY_PATH names can't be read: ${(error as Error).message}.`,
      { cure: 'Correct the path in SNOWFLAKE_PRIVATE_KEY_PATH.', cause: error },
    );
  }
}

/** PEM as it is, with `\\n` for its line ends, or in base64 once more, as secrets often are. */
function pemOf(text: string): string {
  const pem = text.replaceAll(String.raw`\n`, '\n').trim();
  return pem.startsWith('-----') ? pem : Buffer.from(pem, 'base64').toString('utf8');
}

const kinds: Readonly<Record<string, TokenKind>> = {
  OAUTH: 'OAUTH',
  PROGRAMMATIC_ACCESS_TOKEN: 'PROGRAMMATIC_ACCESS_TOKEN',
};

/** SNOWFLAKE_AUTHENTICATOR says the kind as it does to Snowflake's own tools; without it Snowflake looks at the token. */
function kindOf(environment: Environment): TokenKind | undefined {
  const said = valueOf(environment, 'SNOWFLAKE_AUTHENTICATOR');
  if (said === undefined) return undefined;
  const kind = kinds[said.toUpperCase()];
  if (kind !== undefined) return kind;
  throw new AuditExportError('config-invalid', `SNOWFLAKE_AUTHENTICATOR ${said} does not go with a token.`, {
    cure: 'Set it to OAUTH or PROGRAMMATIC_ACCESS_TOKEN, or unset it.',
  });
}

function valueOf(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return value === undefined || value.trim() === '' ? undefined : value;
}
