import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Kind, KindValues } from '../../../../src/core/config/setting-kinds.ts';
import { parsers, writtenValue } from '../../../../src/core/config/setting-kinds.ts';

test.each([
  ['size', 67_108_864, '64MiB'],
  ['size', 1000, '1000'],
  ['duration', 10_800_000, '3h'],
  ['list', ['query', 'alert'], 'query,alert'],
  ['pairs', { team: 'a', cost: '4' }, 'team=a cost=4'],
  ['durations', { query: '24h', alert: '30d' }, 'query=24h,alert=30d'],
  ['switch', false, 'false'],
  ['text', null, undefined],
] satisfies [Kind, KindValues[Kind] | null, string | undefined][])(
  '%s %j is written %s',
  (kind, value, text) => {
    expect(writtenValue(kind, value)).toBe(text);
  },
);

test('what is written is read as the same', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 2 ** 40 }), fc.integer({ min: 1, max: 10 ** 9 }), (bytes, ms) => {
      expect(parsers.size([writtenValue('size', bytes) ?? ''], '')).toBe(bytes);
      expect(parsers.duration([writtenValue('duration', ms) ?? ''], '')).toBe(ms);
    }),
  );
});
