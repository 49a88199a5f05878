import type { KeyObject } from 'node:crypto';
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto';
import { AuditExportError } from '../../errors.ts';

/** How long a token is good, in seconds: Snowflake takes none for longer than an hour. */
export const tokenLifetimeSeconds = 3540;

/** Snowflake takes RSA keys of this many bits and more. */
const leastBits = 2048;

/** A private key that can make tokens. The key itself never leaves it. */
export interface KeyPair {
  /** `SHA256:` and base64: what DESCRIBE USER shows as RSA_PUBLIC_KEY_FP. */
  readonly fingerprint: string;
  /** A JSON Web Token for the user of the account, made at `nowMs`. */
  makeToken: (holder: TokenHolder, nowMs: number) => string;
}

export interface TokenHolder {
  /** Account without region, in upper case; and user, as Snowflake keeps it. */
  account: string;
  user: string;
}

/**
 * Reads a private key in PEM, PKCS#8 as Snowflake has one make, encrypted or not. `named` tells the message where it
 * came from. Throws `config-invalid`; nothing of the key is in the message.
 */
export function readKeyPair(pem: string, passphrase: string | undefined, named: string): KeyPair {
  const key = parseKey(pem, passphrase, named);
  if (key.asymmetricKeyType !== 'rsa')
    throw refusedKey(named, `is of the kind ${key.asymmetricKeyType ?? 'unknown'}, not RSA`, makeOne);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < leastBits)
    throw refusedKey(named, `has ${bits} bits; Snowflake takes ${leastBits} and more`, makeOne);
  const spki = createPublicKey(key).export({ type: 'spki', format: 'der' });
  const fingerprint = `SHA256:${createHash('sha256').update(spki).digest('base64')}`;
  return { fingerprint, makeToken: (holder, nowMs) => makeToken(key, fingerprint, holder, nowMs) };
}

/** The claims of "Using key-pair authentication", Snowflake SQL API. */
function makeToken(
  key: KeyObject,
  fingerprint: string,
  { account, user }: TokenHolder,
  nowMs: number,
): string {
  const iat = Math.floor(nowMs / 1000);
  const subject = `${account}.${user}`;
  const claims = { iss: `${subject}.${fingerprint}`, sub: subject, iat, exp: iat + tokenLifetimeSeconds };
  const signed = `${encode({ alg: 'RS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${signed}.${sign('RSA-SHA256', Buffer.from(signed), key).toString('base64url')}`;
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url');
}

function parseKey(pem: string, passphrase: string | undefined, named: string): KeyObject {
  const encrypted = /-----BEGIN ENCRYPTED PRIVATE KEY-----|Proc-Type: 4,ENCRYPTED/.test(pem);
  if (encrypted && passphrase === undefined)
    throw refusedKey(
      named,
      'is encrypted, and there is no passphrase',
      'Set SNOWFLAKE_PRIVATE_KEY_PASSPHRASE',
    );
  try {
    return createPrivateKey({
      key: pem,
      format: 'pem',
      ...(passphrase === undefined ? {} : { passphrase }),
    });
  } catch (error) {
    if (encrypted && isOldCipher(error)) throw oldCipher(named);
    if (encrypted)
      throw refusedKey(
        named,
        'does not open with the passphrase',
        'Correct SNOWFLAKE_PRIVATE_KEY_PASSPHRASE',
      );
    throw refusedKey(named, 'is no private key in PEM', makeOne);
  }
}

/** OpenSSL 3 has some old ciphers no more, outside of its legacy provider; it says so before it tries a passphrase. */
function isOldCipher(error: unknown): boolean {
  return (error as { code?: string }).code === 'ERR_OSSL_EVP_UNSUPPORTED';
}

function oldCipher(named: string): AuditExportError {
  return refusedKey(
    named,
    'is encrypted in an old way, which the OpenSSL of this Node can no longer open (the passphrase was not tried)',
    `Encrypt it anew, and name that file: openssl pkcs8 -topk8 -provider legacy -provider default -in "$${named}" -v2 aes256 -out rsa_key.p8`,
  );
}

const makeOne =
  'Make one with: openssl genrsa 2048 | openssl pkcs8 -topk8 -inform PEM -out rsa_key.p8 -nocrypt';

function refusedKey(named: string, why: string, cure: string): AuditExportError {
  return new AuditExportError('config-invalid', `The private key of ${named} ${why}.`, { cure: `${cure}.` });
}
