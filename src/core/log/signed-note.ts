import { createHash, createPublicKey, verify } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { AuditExportError } from '../../errors.ts';

/** What a key signs: `ed25519` the text of a note (C2SP signed-note), `cosignature` text and time (C2SP tlog-cosignature). */
export type SignatureKind = 'ed25519' | 'cosignature';

const typeBytes: Readonly<Record<SignatureKind, number>> = { ed25519: 0x01, cosignature: 0x04 };
const keyIdBytes = 4;
const publicKeyBytes = 32;
const mostSignatures = 100;
/** Before the 32 bytes of an Ed25519 public key in a SubjectPublicKeyInfo (RFC 8410, 4). */
const spkiPrefix = Buffer.from('302a300506032b6570032100', 'hex');

/** Somebody's key, as those know it who check signatures. */
export interface VerifierKey {
  /** Without spaces and plus signs; that of a log is its origin. */
  name: string;
  kind: SignatureKind;
  /** 32 bytes, Ed25519 (RFC 8032). */
  publicKey: Buffer;
}

/** One signature line of a note. */
export interface NoteSignature {
  name: string;
  /** 8 hex digits. */
  keyId: string;
  /** What follows the key id. */
  signature: Buffer;
}

/** A text, and who signed it. The text ends with a line end. */
export interface Note {
  text: string;
  signatures: readonly NoteSignature[];
}

/** SHA-256(name ‖ "\n" ‖ type ‖ public key)[:4] in 8 hex digits (C2SP signed-note, "Signatures"). */
export function keyIdOf({ name, kind, publicKey }: VerifierKey): string {
  const typed = Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(typeBytes[kind]), publicKey]);
  return createHash('sha256')
    .update(typed)
    .digest('hex')
    .slice(0, 2 * keyIdBytes);
}

/** `<name>+<key id>+<base64(type ‖ public key)>` (C2SP signed-note, "Verifier keys"). */
export function formatVerifierKey(key: VerifierKey): string {
  const material = Buffer.concat([Buffer.of(typeBytes[key.kind]), key.publicKey]);
  return `${key.name}+${keyIdOf(key)}+${material.toString('base64')}`;
}

/** Reads a verifier key. Throws `usage` for a text that is none, or whose key id is another key's. */
export function parseVerifierKey(text: string): VerifierKey {
  const [, name = '', base64 = ''] =
    /^([^\s+]+)\+[\da-f]{8}\+([A-Za-z0-9+/]+={0,2})$/.exec(text.trim()) ?? [];
  const material = Buffer.from(base64, 'base64');
  const kind = (Object.keys(typeBytes) as SignatureKind[]).find((one) => typeBytes[one] === material[0]);
  const key = { name, kind: kind ?? 'ed25519', publicKey: material.subarray(1) };
  if (kind === undefined || key.publicKey.length !== publicKeyBytes || formatVerifierKey(key) !== text.trim())
    throw new AuditExportError('usage', `${text} is no verifier key.`, {
      cure: 'It looks like audit-export/…+1a2b3c4d+AbCd…=, in one piece. To print it: audit-export evidence key',
    });
  return key;
}

/** Text and signature lines, as they are stored (C2SP signed-note, "Format"). */
export function formatNote({ text, signatures }: Note): string {
  return `${text}\n${signatures.map(formatSignature).join('')}`;
}

/** One signature line with its line end. */
export function formatSignature({ name, keyId, signature }: NoteSignature): string {
  const material = Buffer.concat([Buffer.from(keyId, 'hex'), signature]);
  return `— ${name} ${material.toString('base64')}\n`;
}

/** Takes a note apart; says nothing of its signatures. Throws `log-damaged` for what is none. */
export function parseNote(note: string): Note {
  const split = note.lastIndexOf('\n\n');
  const text = note.slice(0, split + 1);
  const lines = note.slice(split + 2);
  // eslint-disable-next-line no-control-regex
  if (split < 1 || !lines.endsWith('\n') || /[\u0000-\u0009\u000b-\u001f]/.test(note))
    throw new AuditExportError('log-damaged', 'It is no signed note.');
  return { text, signatures: parseSignatures(lines) };
}

/** Reads signature lines, as witnesses answer with. Throws `log-damaged` where one is none. */
export function parseSignatures(lines: string): NoteSignature[] {
  const signatures = lines.split('\n').slice(0, -1).map(parseSignature);
  if (signatures.length === 0 || signatures.length > mostSignatures || !lines.endsWith('\n'))
    throw new AuditExportError('log-damaged', 'A signed note has no signatures, or too many.');
  return signatures;
}

function parseSignature(line: string): NoteSignature {
  const [, name, base64 = ''] = /^— ([^\s+]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? [];
  const material = Buffer.from(base64, 'base64');
  if (name === undefined || material.length <= keyIdBytes || material.toString('base64') !== base64)
    throw new AuditExportError('log-damaged', 'A signature line of a signed note is malformed.');
  return {
    name,
    keyId: material.toString('hex', 0, keyIdBytes),
    signature: material.subarray(keyIdBytes),
  };
}

/**
 * The given keys whose signatures are on a note and verify. Signatures of other keys are ignored. Throws
 * `checkpoint-bad-signature` where one of a given key does not verify (C2SP signed-note, "Signatures").
 */
export function verifiedBy({ text, signatures }: Note, keys: readonly VerifierKey[]): VerifierKey[] {
  return keys.filter((key) => {
    const keyId = keyIdOf(key);
    const mine = signatures.filter((one) => one.name === key.name && one.keyId === keyId);
    for (const { signature } of mine)
      if (!verifies(text, signature, key))
        throw new AuditExportError(
          'checkpoint-bad-signature',
          `The signature of ${key.name} does not verify.`,
        );
    return mine.length > 0;
  });
}

const timeBytes = 8;

/** When a witness saw a note that `verifiedBy` says it has signed, by its own clock (epoch milliseconds); undefined for none. */
export function cosignedAt({ signatures }: Note, key: VerifierKey): number | undefined {
  const mine = signatures.find(({ name, keyId }) => name === key.name && keyId === keyIdOf(key));
  return mine === undefined ? undefined : Number(mine.signature.readBigUInt64BE()) * 1000;
}

function verifies(text: string, signature: Buffer, { kind, publicKey }: VerifierKey): boolean {
  const key = publicKeyObject(publicKey);
  if (kind === 'ed25519') return verify(null, Buffer.from(text), key, signature);
  if (signature.length <= timeBytes) return false;
  return verify(null, cosignedMessage(text, signature.readBigUInt64BE()), key, signature.subarray(timeBytes));
}

/** What a cosignature of a checkpoint's text signs; the time is seconds since 1970 (C2SP tlog-cosignature). */
export function cosignedMessage(text: string, seconds: bigint): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${seconds}\n${text}`);
}

/** 32 bytes of an Ed25519 public key, as node:crypto takes them. */
export function publicKeyObject(publicKey: Buffer): KeyObject {
  return createPublicKey({ key: Buffer.concat([spkiPrefix, publicKey]), format: 'der', type: 'spki' });
}

/** The 32 bytes of an Ed25519 public key in a SubjectPublicKeyInfo. Throws `config-invalid` where it is another kind of key. */
export function publicKeyOf(spki: Buffer): Buffer {
  if (
    spki.length !== spkiPrefix.length + publicKeyBytes ||
    !spki.subarray(0, spkiPrefix.length).equals(spkiPrefix)
  )
    throw new AuditExportError('config-invalid', 'The key that signs the log is no Ed25519 key.', {
      cure: 'Use an Ed25519 key; in KMS: aws kms create-key --key-spec ECC_NIST_EDWARDS25519 --key-usage SIGN_VERIFY',
    });
  return spki.subarray(spkiPrefix.length);
}
