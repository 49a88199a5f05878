import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isInShard, parseShard } from '../../../../src/core/push/shard.ts';
import { thrownBy } from '../../../fakes/thrown.ts';

describe('a share is written I/N, counted from 0', () => {
  test.each([
    ['0/1', { index: 0, count: 1 }],
    ['1/4', { index: 1, count: 4 }],
    [' 99999/100000 ', { index: 99_999, count: 100_000 }],
  ])('%s', (text, shard) => {
    expect(parseShard(text, undefined)).toEqual(shard);
  });

  test.each(['4/4', '1', '/', '1/0', '-1/4', '1/4/2', 'a/b', '1/100001', '', '0x1/2', '1.5/4'])(
    '%j is refused',
    (text) => {
      expect(thrownBy(() => parseShard(text, undefined))).toMatchObject({ code: 'usage' });
    },
  );

  test('/N takes I from the scheduler, and a given I wins over it', () => {
    const job = { variable: 'JOB_COMPLETION_INDEX', value: '3' };
    expect(parseShard('/4', job)).toEqual({ index: 3, count: 4 });
    expect(parseShard('2/4', job)).toEqual({ index: 2, count: 4 });
  });

  test('/N without a scheduler, or with an index that does not fit, says what is missing', () => {
    expect(thrownBy(() => parseShard('/4', undefined))).toMatchObject({ code: 'missing-answer' });
    for (const value of ['4', 'x', '-1']) {
      const error = thrownBy(() => parseShard('/4', { variable: 'AWS_BATCH_JOB_ARRAY_INDEX', value }));
      expect(error).toMatchObject({ code: 'usage' });
      expect(error.message).toContain('AWS_BATCH_JOB_ARRAY_INDEX');
    }
  });
});

const names = fc.uniqueArray(fc.string({ unit: 'binary', minLength: 1, maxLength: 40 }), { maxLength: 60 });
const counts = fc.integer({ min: 1, max: 12 });
const shardsOf = (count: number): { index: number; count: number }[] =>
  Array.from({ length: count }, (_, index) => ({ index, count }));

describe('sharing out', () => {
  test('every input belongs to exactly one shard', () => {
    fc.assert(
      fc.property(names, counts, (list, count) => {
        for (const name of list)
          expect(shardsOf(count).filter((shard) => isInShard(name, shard))).toHaveLength(1);
      }),
    );
  });

  test('an input that is added or taken away moves none of the others', () => {
    fc.assert(
      fc.property(names, names, counts, (list, more, count) => {
        for (const shard of shardsOf(count)) {
          const before = list.filter((name) => isInShard(name, shard));
          const after = [...list, ...more].filter((name) => isInShard(name, shard));
          expect(after.slice(0, before.length)).toEqual(before);
        }
      }),
    );
  });

  test.each([2, 3, 8])('%i shards of 4,000 file names are within a quarter of each other', (count) => {
    const files = Array.from({ length: 4000 }, (_, index) => `2026/${index % 365}/audit-${index}.jsonl.gz`);
    const sizes = shardsOf(count).map((shard) => files.filter((name) => isInShard(name, shard)).length);
    expect(Math.max(...sizes) / Math.min(...sizes)).toBeLessThan(1.25);
  });

  test('the same on every machine and in every version: these belong to these', () => {
    const at = (name: string): number => shardsOf(4).findIndex((shard) => isInShard(name, shard));
    expect(['a', 'logs/2026/a.jsonl.gz', 's3://raw/a.gz', 'ü'].map(at)).toEqual([3, 1, 0, 2]);
  });
});
