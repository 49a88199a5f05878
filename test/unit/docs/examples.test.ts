import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { MetricRow } from '../../../src/core/metrics/metric-table.ts';
import { metricTable } from '../../../src/core/metrics/metric-table.ts';

const root = new URL('../../../', import.meta.url);
const read = (path: string): string => readFileSync(new URL(path, root), 'utf8');

interface Rules {
  groups: { name: string; rules: Rule[] }[];
}
interface Rule {
  alert: string;
  expr: string;
  for?: string;
  labels: { severity: string };
  annotations: { summary: string; description: string };
}

describe('the alert rules', () => {
  const { groups } = parse(read('examples/prometheus-alerts.yaml')) as Rules;
  const rules = groups.flatMap(({ rules }) => rules);
  const rows: MetricRow[] = Object.values(metricTable);
  const namesIn = (expr: string): string[] => expr.match(/audit_export_\w+/g) ?? [];

  test.each(rules)('$alert asks for metrics that there are, and names labels that they have', (rule) => {
    const asked = namesIn(rule.expr);
    expect(asked.length).toBeGreaterThan(0);
    for (const name of asked) expect(rows.map(({ name }) => name)).toContain(name);
    const labels = new Set(rows.filter(({ name }) => asked.includes(name)).flatMap(({ labels }) => labels));
    const texts = Object.values(rule.annotations).join(' ');
    for (const [, label] of texts.matchAll(/\$labels\.(\w+)/g))
      expect([...labels, 'profile']).toContain(label);
  });

  test.each(rules)('$alert asks counters for their growth, and has what a rule needs', (rule) => {
    const counters = namesIn(rule.expr).filter((name) => name.endsWith('_total'));
    for (const name of counters)
      expect(rule.expr).toMatch(new RegExp(String.raw`(?:increase|rate)\(${name}(?:\{[^}]*\})?\[`));
    expect(rule.alert).toMatch(/^[A-Z][A-Za-z]+$/);
    expect(rule.for ?? '1h').toMatch(/^\d+[smhd]$/);
    expect(['warning', 'critical']).toContain(rule.labels.severity);
    expect(rule.annotations.description).not.toBe('');
  });

  test('no two have the same name', () => {
    expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
  });
});

describe('the Dockerfile', () => {
  const lines = read('examples/Dockerfile').replaceAll(/\\\n/g, ' ').split('\n');
  const instructions = lines.filter((line) => /^[A-Z]+ /.test(line)).map((line) => line.split(/\s+/));
  const wordsOf = (name: string): string[][] => instructions.filter(([first]) => first === name);

  test('copies what is there', () => {
    const copied = wordsOf('COPY').filter((words) => !words[1]?.startsWith('--from'));
    for (const path of copied.flatMap((words) => words.slice(1, -1)))
      expect([path, existsSync(new URL(path, root))]).toEqual([path, true]);
  });

  test('has a base with a tag, installs from the lock file, and runs without root', () => {
    for (const [, image] of wordsOf('FROM')) expect(image).toMatch(/^node:\d+-slim$/);
    expect(lines.join('\n')).toContain('npm ci');
    expect(wordsOf('USER').at(-1)?.[1]).toMatch(/^[1-9]\d*:[1-9]\d*$/);
  });

  test('copies everything that the package installs to run', () => {
    const { files } = JSON.parse(read('package.json')) as { files: string[] };
    const last = lines.slice(lines.findLastIndex((line) => line.startsWith('FROM')));
    for (const folder of files.filter((file) => ['bin', 'dist', 'schemas'].includes(file)))
      expect(last.some((line) => line.endsWith(` ./${folder}`))).toBe(true);
  });
});

test.each(['docs/metrics.md', 'docs/schedule.md', 'examples/README.md'])(
  'the links of %s lead somewhere',
  (file) => {
    const links = [...read(file).matchAll(/\]\((?!https?:)([\w./-]+)[)#]/g)].map(([, link = '']) => link);
    expect(links.length).toBeGreaterThan(0);
    for (const link of links)
      expect([link, existsSync(new URL(link, new URL(file, root)))]).toEqual([link, true]);
  },
);
