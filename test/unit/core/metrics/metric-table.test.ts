import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { MetricRow } from '../../../../src/core/metrics/metric-table.ts';
import { metricTable } from '../../../../src/core/metrics/metric-table.ts';

const rows: MetricRow[] = Object.values(metricTable);

/** The rules of `promtool check metrics` and of Prometheus' "Metric and label naming". */
describe.each(rows.map((row) => ({ ...row, row })))(
  '$name',
  ({ name, type, help, labels, buckets, lasting }) => {
    test('is named as Prometheus advises', () => {
      expect(name).toMatch(/^audit_export_[a-z]+(?:_[a-z]+)*$/);
      expect(name.endsWith('_total')).toBe(type === 'counter');
      expect(name).not.toMatch(/_(?:count|sum|bucket|counter|gauge|histogram|summary)(?:_|$)/);
      expect(name, 'base units').not.toMatch(
        /_(?:milliseconds|minutes|hours|days|kilobytes|kib|mib|ms|bits|percent)(?:_|$)/,
      );
      expect(name.includes('timestamp')).toBe(name.endsWith('_timestamp_seconds'));
      expect(/bytes/.test(name)).toBe(/_bytes(?:_total)?$/.test(name));
    });

    test('has a help of one line, and labels that are names', () => {
      expect(help).toMatch(/^[A-Z\d][^\n]{10,}\.$/);
      expect(new Set(labels).size).toBe(labels.length);
      for (const label of labels)
        expect(label).toMatch(/^(?!le$|quantile$|job$|instance$|profile$|__)[a-z_]+$/);
    });

    test('has rising buckets if it is a histogram, and lasts only if it is a gauge', () => {
      expect(buckets !== undefined).toBe(type === 'histogram');
      expect(buckets ?? []).toEqual((buckets ?? []).toSorted((a, b) => a - b));
      expect(lasting === true && type !== 'gauge').toBe(false);
    });
  },
);

test('no two metrics have the same name', () => {
  expect(new Set(rows.map(({ name }) => name)).size).toBe(rows.length);
});

test('docs/metrics.md describes each metric as the table does', () => {
  const docs = readFileSync(new URL('../../../../docs/metrics.md', import.meta.url), 'utf8');
  const described = docs
    .split('\n')
    .filter((line) => line.startsWith('| `audit_export_'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(described).toEqual(
    rows.map(({ name, type, labels, help }) => [
      `\`${name}\``,
      type,
      labels.map((label) => `\`${label}\``).join(', '),
      help,
    ]),
  );
});
