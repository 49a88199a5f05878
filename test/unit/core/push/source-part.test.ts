import { crc32 } from 'node:zlib';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { SourceAccount } from '../../../../src/core/push/source-part.ts';
import type { PartRange } from '../../../../src/core/push/source-part.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import { memorySource } from '../../../fakes/reused-buffer.ts';

const before = Buffer.from('{"a":1}\n');
const source = memorySource('a', Buffer.alloc(0));
const part: PartRange = {
  from: { stored: before.length, offset: before.length, lines: 1 },
  to: Number.POSITIVE_INFINITY,
  plain: true,
  checksum: crc32(before),
  headHash: 'h',
  format: 'lines',
  skipEnding: false,
  isFinal: false,
};

/** An account that this content has passed, in pieces of such sizes. */
function accountOf(content: Buffer, sizes: readonly number[], more: Partial<PartRange> = {}): SourceAccount {
  const account = new SourceAccount({ source, part: { ...part, ...more } });
  for (let at = 0, piece = 0; at < content.length; piece++) {
    const bytes = content.subarray(at, at + (sizes[piece % sizes.length] ?? 1));
    account.addContent(bytes, bytes.lastIndexOf(0x0a) + 1);
    at += bytes.length;
  }
  return account;
}

const content = fc
  .array(fc.constantFrom('{"b":2}', '', 'x', '\n', '\r\n', '{"c":'), { maxLength: 12 })
  .map((parts) => Buffer.from(parts.join('')));
const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 });

describe('whatever the pieces, what was taken is known by its bytes and their checksum', () => {
  const check = (account: SourceAccount, taken: Buffer): void => {
    expect({ bytes: account.takenBytes, readTo: account.readTo, checksum: account.checksum }).toEqual({
      bytes: taken.length,
      readTo: before.length + taken.length,
      checksum: crc32(Buffer.concat([before, taken])),
    });
  };

  test('all of it, if its end is an end', () => {
    fc.assert(
      fc.property(content, sizes, (bytes, pieces) => {
        const account = accountOf(bytes, pieces);
        check(account, bytes);
        expect(account.contentBytes).toBe(bytes.length);
        expect(account.isUnterminated).toBe(bytes.length > 0 && bytes.at(-1) !== 0x0a);
      }),
    );
  });

  test('up to its last whole line, if its end waits, or if it breaks off', () => {
    fc.assert(
      fc.property(content, sizes, fc.boolean(), (bytes, pieces, waits) => {
        const account = accountOf(bytes, pieces);
        if (waits) account.waits = true;
        else account.breakOff(new AuditExportError('source-broken', 'EIO'), 0);
        const end = bytes.lastIndexOf(0x0a) + 1;
        check(account, bytes.subarray(0, end));
        expect(account.waitingBytes).toBe(waits ? bytes.length - end : 0);
        expect(account.isUnterminated).toBe(false);
      }),
    );
  });
});

test('a list of documents is taken up to its last document: more may be put before what closes it', () => {
  const account = new SourceAccount({ source, part: { ...part, format: 'array' } });
  const documents = Buffer.from('{"b":2}]\n');
  account.addContent(documents, '{"b":2}'.length);
  expect(account).toMatchObject({ takenBytes: 7, contentBytes: 9, isUnterminated: false, waitingBytes: 0 });
});

test('what waits for the end of a line in parts is not taken, nor what came behind it', () => {
  const bytes = Buffer.from('whole\npart of\nbehind\n');
  const account = accountOf(bytes, [4]);
  account.unjoinedBytes = 'part of\nbehind\n'.length;
  expect(account).toMatchObject({ takenBytes: 6, waitingBytes: 15, checksum: undefined });
  const last = accountOf(bytes, [4], { isFinal: true });
  expect(last).toMatchObject({ takenBytes: bytes.length, waitingBytes: 0 });
});

test('without a part all of a source is read, from where it begins in what it is a piece of', () => {
  const from = { stored: 5, offset: 5, lines: 2 };
  const account = new SourceAccount({ source, from });
  account.addContent(Buffer.from('x\n'), 2);
  expect(account).toMatchObject({
    lines: 2,
    mayWait: false,
    format: 'lines',
    readTo: 7,
    checksum: crc32('x\n'),
  });
  expect(new SourceAccount({ source })).toMatchObject({ lines: 0, readTo: 0, checksum: 0 });
});

test('a piece without bytes changes nothing', () => {
  const account = accountOf(Buffer.from('x\n'), [9]);
  const { checksum } = account;
  account.addContent(Buffer.alloc(0), 0);
  account.addContent(Buffer.from('y\n').subarray(2), 0);
  expect(account).toMatchObject({ checksum, takenBytes: 2 });
});

test('lines that were taken on are counted by type', () => {
  const account = new SourceAccount({ source });
  account.addAccepted(Uint8Array.from([1, 1, 0]));
  account.addAccepted(Uint8Array.from([1]));
  expect([...account.accepted]).toEqual([
    [1, 3],
    [0, 1],
  ]);
});
