import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsers } from '../../../../src/core/config/setting-kinds.ts';
import { thrownBy } from '../../../fakes/thrown.ts';

const mib = 1024 * 1024;

describe('a size', () => {
  test.each([
    ['1', 1],
    ['1024', 1024],
    ['64MiB', 64 * mib],
    ['64M', 64 * mib],
    ['64m', 64 * mib],
    ['64Mi', 64 * mib],
    ['64mib', 64 * mib],
    ['64MB', 64_000_000],
    ['64mb', 64_000_000],
    ['64 MiB', 64 * mib],
    [' 64MiB ', 64 * mib],
    ['1.5K', 1536],
    ['1.5kB', 1500],
    ['2GiB', 2048 * mib],
    ['2GB', 2_000_000_000],
    ['100B', 100],
    ['1.9', 1],
  ])('%j is %d bytes', (text, bytes) => {
    expect(parsers.size([text], '--object-size')).toBe(bytes);
  });

  test.each([
    '',
    ' ',
    'MiB',
    '0',
    '0MiB',
    '0.5',
    '-1',
    '-1MiB',
    '+1',
    '1e3',
    '0x10',
    '1,5M',
    '1 000',
    '.5G',
    '5.',
    '1TiB',
    '1MiBs',
    '1MiB\n1',
    'Infinity',
    'NaN',
    '٣MiB',
    '9'.repeat(20),
  ])('%j is none', (text) => {
    const error = thrownBy(() => parsers.size([text], '--object-size'));
    expect(error).toMatchObject({ code: 'usage', exitCode: 2 });
    expect(error.message).toContain(`--object-size: ${JSON.stringify(text)}`);
  });

  test('any whole number of any unit is exact', () => {
    const units: [string, number][] = [
      ['', 1],
      ['KiB', 1024],
      ['MiB', mib],
      ['GiB', 1024 * mib],
      ['KB', 1e3],
      ['MB', 1e6],
      ['GB', 1e9],
    ];
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8_000_000 }),
        fc.constantFrom(...units),
        (count, [unit, bytes]) => {
          expect(parsers.size([`${count}${unit}`], 'x')).toBe(count * bytes);
        },
      ),
    );
  });
});

describe('a switch', () => {
  test.each([
    ['1', true],
    ['true', true],
    ['TRUE', true],
    ['yes', true],
    ['on', true],
    ['0', false],
    ['false', false],
    ['no', false],
    ['Off', false],
    ['', false],
  ])('%j is %s', (text, value) => {
    expect(parsers.switch([text], 'x')).toBe(value);
  });

  test.each(['2', 'maybe', 'y', ' true', 'constructor', '__proto__', 'toString', 'valueOf'])(
    '%j is neither',
    (text) => {
      expect(thrownBy(() => parsers.switch([text], 'AUDIT_EXPORT_STRICT'))).toMatchObject({ code: 'usage' });
    },
  );
});

describe('an integer', () => {
  test.each([
    ['0', 0],
    ['7', 7],
    ['007', 7],
    ['999999999999999', 999_999_999_999_999],
  ])('%j is %d', (text, value) => {
    expect(parsers.integer([text], 'x')).toBe(value);
  });

  test.each(['', '-1', '1.5', '1e3', ' 1', 'many', '9'.repeat(16)])('%j is none', (text) => {
    expect(thrownBy(() => parsers.integer([text], '--limit-bad')).message).toContain('whole number');
  });
});

test('a list is split at commas, also where a flag is repeated; spaces and empty items fall away', () => {
  expect(parsers.list(['query, alert', 'system,,'], 'x')).toEqual(['query', 'alert', 'system']);
  expect(parsers.list([''], 'x')).toEqual([]);
});

describe('a duration', () => {
  test.each([
    ['0s', 0],
    ['500ms', 500],
    ['30s', 30_000],
    ['15m', 900_000],
    ['2h', 7_200_000],
    ['1d', 86_400_000],
    [' 5m ', 300_000],
  ])('%j is %d ms', (text, ms) => {
    expect(parsers.duration([text], '--retry-for')).toBe(ms);
  });

  test.each(['', '5', 'm', '-1s', '1.5h', '1w', '5M', '5 m', '1h30m', '1e3s', 'constructor'])(
    '%j is none: the error says what one is',
    (text) => {
      const error = thrownBy(() => parsers.duration([text], '--retry-for'));
      expect(error).toMatchObject({ code: 'usage', message: expect.stringContaining('30s or 15m') });
    },
  );
});

describe('pairs', () => {
  test('are split at the first equals sign; the last of a key counts', () => {
    expect(parsers.pairs(['a=1', 'b=x=y', 'c=', 'a=2'], 'x')).toEqual({ a: '2', b: 'x=y', c: '' });
  });

  test.each(['a', '=1', ''])('%j is none', (text) => {
    expect(thrownBy(() => parsers.pairs([text], '--tag')).message).toContain('KEY=VALUE');
  });
});

test('of a text that is given several times the last counts', () => {
  expect(parsers.text(['a', 'b'], 'x')).toBe('b');
});
