import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { FindingRow } from '../../../../src/core/access/findings/finding-row.ts';
import { findingCodes, findings, soonOf } from '../../../../src/core/access/findings/findings.ts';
import { probeIds, probes } from '../../../../src/core/access/findings/probes.ts';
import { namesOf } from '../../../../src/core/access/tested/tested-access.ts';
import { access, vendor } from './fake-prober.ts';

const page = readFileSync(new URL('../../../../docs/test-access.md', import.meta.url), 'utf8');
const names = namesOf(access, { account: vendor, arn: `arn:aws:iam::${vendor}:user/exporter` });
const rows = findingCodes.map((code): [string, FindingRow] => [code, findings[code]]);

describe('the table of findings', () => {
  test.each(rows)('%s belongs to a probe that there is, and has words', (_, { probe, says, such = '' }) => {
    expect(probe === 'any' || probeIds.includes(probe)).toBe(true);
    const text = says(names, such);
    expect(text).not.toBe('');
    expect(text).not.toMatch(/undefined|\.$|\n/);
  });

  test.each(rows.filter(([, { status }]) => status === 'fail' || status === 'not-yet-visible'))(
    '%s says what cures it',
    (_, { cure, such = '' }) => {
      expect(cure?.(names, such)).toMatch(/\w/);
    },
  );

  test.each(findingCodes)('%s is called by a finding that there is where it is too soon', (code) => {
    expect(['not-yet-visible', findings[code].status]).toContain(findings[soonOf(code)].status);
  });

  test.each(probes)('$id needs only what is tried before it', ({ id, needs }) => {
    for (const need of needs) expect(probeIds.indexOf(need)).toBeLessThan(probeIds.indexOf(id));
  });
});

/** The cells of all rows of tables on a page. */
function cellsOf(markdown: string): string[][] {
  return markdown
    .split('\n')
    .filter((line) => line.startsWith('|'))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
}

describe('docs/test-access.md', () => {
  const cells = cellsOf(page);

  test.each(probes)('tells what $id does', ({ id, layer, tries }) => {
    expect(cells).toContainEqual([`\`${id}\``, layer, tries]);
  });

  test.each(rows.filter(([, { status }]) => status !== 'pass'))(
    'tells what %s is',
    (code, { status, says, such = '' }) => {
      expect(cells).toContainEqual([`\`${code}\``, status, says(names, such)]);
    },
  );

  test('tells of no finding and no probe that there is not', () => {
    const named = cells.flatMap(([first = '']) => /^`([a-z][a-z-]+)`$/.exec(first)?.[1] ?? []);
    const known = new Set<string>([...findingCodes, ...probeIds]);
    expect(named.filter((name) => !known.has(name))).toEqual([]);
  });
});
