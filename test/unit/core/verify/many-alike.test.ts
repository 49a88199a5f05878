import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { buildPalette } from '../../../../src/cli/render/palette.ts';
import { renderVerifyReport } from '../../../../src/cli/render/readers/verify-report.ts';
import { FindingBook } from '../../../../src/core/verify/finding.ts';
import type { VerifyReport } from '../../../../src/core/verify/verify-report.ts';
import type { ObjectLeaf } from '../../../../src/core/log/leaf.ts';
import type { WrittenStore } from './written-store.ts';
import { gzipped, writtenStore } from './written-store.ts';

const many = 250;

const show = (report: VerifyReport, verbose: boolean): string =>
  renderVerifyReport(report, buildPalette({ stdout: {}, environment: {} } as never, true), {
    verbose,
    columns: undefined,
  });

describe('what is wrong with many objects alike', () => {
  const each =
    (act: (store: WrittenStore, object: ObjectLeaf, at: number) => void) =>
    async (store: WrittenStore): Promise<void> => {
      const objects = await store.run(many);
      store.publish();
      for (const [at, object] of objects.entries()) act(store, object, at);
    };
  const other = gzipped(Buffer.from('other\n'));

  test.each([
    {
      code: 'object-unclaimed',
      harm: async (store: WrittenStore): Promise<void> => {
        for (let at = 0; at < many; at++)
          store.write(`audit_type=query/event_date=2026-03-01/${at}.jsonl.gz`, `${at}`);
      },
    },
    {
      code: 'object-missing',
      harm: each(({ folder }, { key }) => rmSync(join(folder, key))),
    },
    {
      code: 'object-altered',
      harm: async (store: WrittenStore): Promise<void> => {
        const content = await other;
        await each(({ folder }, { key }) => writeFileSync(join(folder, key), content))(store);
      },
    },
  ] as const)('is one finding, with their number and the first of them: $code', async ({ code, harm }) => {
    const store = await writtenStore();
    await harm(store);
    const report = await store.report();
    expect(report.counts[code]).toBe(many);
    const found = report.findings.filter((finding) => finding.code === code);
    expect(found).toMatchObject([{ count: many }]);
    expect(found[0]?.examples).toHaveLength(100);
    expect(found[0]?.examples.every(({ key }) => key !== undefined)).toBe(true);
    const text = show(report, false);
    expect(text.match(/jsonl\.gz/g)?.length).toBeLessThanOrEqual(20);
    expect(text).toContain('and 240 more (--verbose shows 100)');
    expect(show(report, true)).toContain('and 150 more\n');
  });
});

test('findings of one code that all say something else are bounded, and all are counted', () => {
  const [book, other] = [new FindingBook(), new FindingBook()];
  for (let at = 0; at < 150; at++) {
    book.add({ code: 'clock-back', message: `Leaf ${at}`, leaf: at });
    other.add({ code: 'clock-back', message: `Leaf ${at + 75}`, leaf: at });
  }
  book.addAll(other);
  expect(book.findings).toHaveLength(100);
  expect(book.findings[99]).toMatchObject({
    message: 'Leaf 99',
    count: 2,
    examples: [{ leaf: 99 }, { leaf: 24 }],
  });
  expect(book.counts).toEqual({ 'clock-back': 300 });
});
