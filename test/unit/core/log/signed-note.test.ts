import { createPrivateKey, generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { formatCheckpoint, parseCheckpoint } from '../../../../src/core/log/checkpoint.ts';
import type { VerifierKey } from '../../../../src/core/log/signed-note.ts';
import {
  cosignedMessage,
  formatNote,
  formatVerifierKey,
  keyIdOf,
  parseNote,
  parseVerifierKey,
  publicKeyOf,
  verifiedBy,
} from '../../../../src/core/log/signed-note.ts';

/** What the tests of Go's golang.org/x/mod/sumdb/note sign and verify. */
const go = {
  privateKey: 'AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz',
  peter: 'PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW',
  enoch: 'EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop',
  text: "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n",
  byPeter:
    '— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n',
  byEnoch:
    '— EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n',
};
const peter = parseVerifierKey(go.peter);
const enoch = parseVerifierKey(go.enoch);

describe('a signed note', () => {
  test("is the one of Go's tests, byte for byte", () => {
    const seed = Buffer.from(go.privateKey, 'base64').subarray(1);
    const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);
    const key = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    const signature = sign(null, Buffer.from(go.text), key);
    const note = formatNote({
      text: go.text,
      signatures: [{ name: peter.name, keyId: keyIdOf(peter), signature }],
    });
    expect(note).toBe(`${go.text}\n${go.byPeter}`);
  });

  test('says which of the known keys signed it', () => {
    const note = parseNote(`${go.text}\n${go.byPeter}${go.byEnoch}`);
    expect(note.text).toBe(go.text);
    expect(verifiedBy(note, [peter])).toEqual([peter]);
    expect(verifiedBy(note, [peter, enoch])).toEqual([peter, enoch]);
    expect(verifiedBy(parseNote(`${go.text}\n${go.byEnoch}`), [peter])).toEqual([]);
  });

  test('of which a byte was changed is refused', () => {
    const note = parseNote(`${go.text.replace('problem', 'problen')}\n${go.byPeter}`);
    expect(() => verifiedBy(note, [peter])).toThrow('does not verify');
  });

  test('of C2SP signed-note verifies', () => {
    const key = parseVerifierKey('example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k');
    const note =
      'This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
    expect(verifiedBy(parseNote(note), [key])).toEqual([key]);
  });

  test.each([
    go.text,
    `${go.text}\n`,
    `${go.text}\n${go.byPeter.slice(0, -1)}`,
    `\u0001${go.text}\n${go.byPeter}`,
    `${go.text}\n— Bad Name x08go/ZJkuBS\n`,
    `${go.text}\n${go.byPeter}Unexpected line.\n`,
    `${go.text}\n${go.byPeter.repeat(101)}`,
    `\n${go.byPeter}`,
  ])('is not number %#', (note) => {
    expect(() => parseNote(note)).toThrow(expect.objectContaining({ code: 'log-damaged' }));
  });
});

describe('a verifier key', () => {
  test('is printed as it was read', () => expect(formatVerifierKey(peter)).toBe(go.peter));

  test('in which any one character is another, or missing, is refused', () => {
    for (let at = 0; at < go.peter.length; at++) {
      const changed = String.fromCodePoint((go.peter.codePointAt(at) ?? 0) + 1);
      for (const text of [
        go.peter.slice(0, at) + changed + go.peter.slice(at + 1),
        go.peter.slice(0, at) + go.peter.slice(at + 1),
      ])
        expect(() => parseVerifierKey(text)).toThrow('is no verifier key');
    }
  });
});

test('a cosignature verifies with its time (C2SP tlog-cosignature), and not with another', () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ format: 'der', type: 'spki' });
  const key: VerifierKey = { name: 'witness.example/w1', kind: 'cosignature', publicKey: publicKeyOf(spki) };
  const text = formatCheckpoint({ origin: 'audit-export/a', size: 7, root: Buffer.alloc(32, 7) });
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(1_679_315_147n);
  const signed = (at: Buffer): Buffer =>
    Buffer.concat([at, sign(null, cosignedMessage(text, 1_679_315_147n), privateKey)]);
  const noteAt = (at: Buffer): string =>
    formatNote({ text, signatures: [{ name: key.name, keyId: keyIdOf(key), signature: signed(at) }] });
  expect(parseVerifierKey(formatVerifierKey(key))).toEqual(key);
  expect(verifiedBy(parseNote(noteAt(time)), [key])).toEqual([key]);
  expect(() => verifiedBy(parseNote(noteAt(Buffer.alloc(8, 1))), [key])).toThrow('does not verify');
});

describe('a checkpoint', () => {
  const text = 'example.com/behind-the-sofa\n20852163\nCsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n';

  test('is printed as it was read', () => expect(formatCheckpoint(parseCheckpoint(text))).toBe(text));

  test('may have lines behind it', () => expect(parseCheckpoint(`${text}more\n`).size).toBe(20_852_163));

  test.each([
    '',
    'a\n1\n',
    text.replace('20852163', '020852163'),
    text.replace('=', ''),
    text.slice(0, -1),
    `${text}\n`,
  ])('is not this: %j', (other) => expect(() => parseCheckpoint(other)).toThrow('malformed'));
});
