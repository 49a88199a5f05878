import { posix } from 'node:path';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalisePrefix, objectKey } from '../../../../src/core/layout/object-key.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import { thrownBy } from '../../../fakes/thrown.ts';

const sha256 = '0123456789abcdef'.repeat(4);
const name = {
  prefix: 'audit/altr',
  folder: 'audit_type=query/event_date=2026-01-09',
  earliestMs: Date.UTC(2026, 0, 9, 7, 5, 4, 30),
  sha256,
  extension: '.jsonl.gz',
};

describe('the key of an object', () => {
  test('is prefix, folder, earliest time and 32 digits of the hash, to the letter', () => {
    expect(objectKey(name)).toBe(
      'audit/altr/audit_type=query/event_date=2026-01-09/20260109T070504030Z-0123456789abcdef0123456789abcdef.jsonl.gz',
    );
  });

  test('begins with the folder where there is no prefix', () => {
    expect(objectKey({ ...name, prefix: '' })).toMatch(/^audit_type=query\//);
  });

  test('has 1,024 bytes at most, counted as UTF-8', () => {
    const rest = Buffer.byteLength(objectKey({ ...name, prefix: 'é' })) - 2;
    const fits = 'é'.repeat((1024 - rest) / 2);
    expect(Buffer.byteLength(objectKey({ ...name, prefix: `${fits}${'a'.repeat((1024 - rest) % 2)}` }))).toBe(
      1024,
    );
    const error = thrownBy(() => objectKey({ ...name, prefix: `${fits}aa` }));
    expect(error).toMatchObject({ code: 'usage', exitCode: 2 });
    expect(error.message).toContain('1024');
    expect(error.cure).toContain('shorter prefix');
  });
});

describe('a prefix has one form, with no slash at either end', () => {
  test.each([
    ['', ''],
    ['/', ''],
    ['///', ''],
    ['audit', 'audit'],
    ['/audit/altr/', 'audit/altr'],
    ['audit/altr///', 'audit/altr'],
    ['tenant=acme corp/über', 'tenant=acme corp/über'],
    ['a..b/.c', 'a..b/.c'],
    ['%2e%2e/x', '%2e%2e/x'],
  ])('%j becomes %j', (given, form) => {
    expect(normalisePrefix(given)).toBe(form);
  });

  test.each([
    '..',
    '../x',
    'a/../b',
    'a/..',
    '.',
    './a',
    'a//b',
    'a\nb',
    'a\0b',
    'a\rb',
    'a\u007fb',
    String.raw`a\b`,
    String.raw`..\b`,
  ])('%j is refused', (given) => {
    const error = thrownBy(() => normalisePrefix(given));
    expect(error).toMatchObject({ code: 'usage', exitCode: 2 });
    expect(error.message).toContain(JSON.stringify(given));
  });
});

/** A key below a prefix as somebody might type it; undefined where our own error refuses it. */
function keyBelow(typed: string): { prefix: string; key: string } | undefined {
  try {
    const prefix = normalisePrefix(typed);
    return { prefix, key: objectKey({ ...name, prefix }) };
  } catch (error) {
    if (error instanceof AuditExportError) return undefined;
    throw error;
  }
}

test('no prefix makes a key that leaves the prefix or is too long: it is refused instead', () => {
  const pieces = fc.constantFrom(
    '..',
    '.',
    '/',
    '\\',
    '%2e',
    'a',
    'é',
    '\n',
    '_x',
    'x'.repeat(300),
    ' ',
    '\u2028',
  );
  fc.assert(
    fc.property(fc.array(pieces, { maxLength: 8 }), (parts) => {
      const made = keyBelow(parts.join(''));
      fc.pre(made !== undefined);
      const { prefix, key } = made;
      expect(key.startsWith(prefix === '' ? name.folder : `${prefix}/${name.folder}/`)).toBe(true);
      expect(Buffer.byteLength(key)).toBeLessThanOrEqual(1024);
      expect(posix.normalize(key)).toBe(key);
    }),
    { numRuns: 500 },
  );
});
