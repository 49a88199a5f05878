import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseLayout, renderLayout } from '../../../../src/core/layout/layout.ts';
import { buildPartitionScheme } from '../../../../src/core/layout/partition.ts';

const types = ['query', 'system', 'a', 'aa'];
const times = fc.integer({ min: Date.UTC(1971, 0), max: Date.UTC(9999, 11, 31, 23, 59, 59, 999) });
const typeIndexes = fc.nat(types.length - 1);

describe.each([
  'audit_type={type}/event_date={date}/event_hour={HH}',
  'audit_type={type}/event_date={date}',
  '{type}/{yyyy}/{MM}',
  '{yyyy}/{type}',
  '{date}/{HH}',
  '{date}',
  '{yyyy}{MM}',
  '{yyyy}',
  '{type}{date}',
])('the partitions of %s', (template) => {
  const layout = parseLayout(template);
  const scheme = buildPartitionScheme(layout, types);

  test('are described by the folder that the layout writes', () => {
    fc.assert(
      fc.property(typeIndexes, times, (type, time) => {
        const { folder, type: described } = scheme.describe(scheme.partitionOf(type, time));
        expect(folder).toBe(renderLayout(layout, types[type] ?? '', time));
        expect(described).toBe(layout.byType ? types[type] : undefined);
      }),
    );
  });

  test('are the same exactly where the folders are the same', () => {
    const near = fc.tuple(times, fc.constantFrom(0, 1, 3_599_999, 3_600_000, 864e5, 31 * 864e5, 366 * 864e5));
    fc.assert(
      fc.property(typeIndexes, typeIndexes, near, (one, other, [time, later]) => {
        fc.pre(time + later <= Date.UTC(9999, 11, 31));
        const samePartition = scheme.partitionOf(one, time) === scheme.partitionOf(other, time + later);
        const sameFolder =
          renderLayout(layout, types[one] ?? '', time) ===
          renderLayout(layout, types[other] ?? '', time + later);
        expect(samePartition).toBe(sameFolder);
      }),
    );
  });

  test('have small whole numbers', () => {
    fc.assert(
      fc.property(typeIndexes, times, (type, time) => {
        expect(scheme.partitionOf(type, time)).toSatisfy(Number.isSafeInteger);
      }),
    );
  });
});
