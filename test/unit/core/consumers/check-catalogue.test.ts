import { expect, test } from 'vitest';
import type { CheckOptions } from '../../../../src/commands/consumers/check-settings.ts';
import { checkSettings } from '../../../../src/commands/consumers/check-settings.ts';
import { consumersCheck } from '../../../../src/commands/consumers/check.ts';
import { resolveSettings } from '../../../../src/core/config/setting.ts';
import { tablesOf } from '../../../../src/core/consumers/athena/tables.ts';
import { dayLayout } from '../../../../src/core/layout/layout.ts';
import type { CatalogueTable } from '../../../../src/ports/aws/table-catalogue.ts';
import { MemoryReader } from '../../../fakes/memory-reader.ts';

const store = { bucket: 'acme-audit', prefix: 'altr' };
const made = tablesOf({
  store,
  layout: dayLayout,
  curated: { bucket: 'acme-audit', prefix: 'curated' },
  types: ['query', 'alert'],
  since: '2020-01-01',
  lastYear: 2031,
});

async function kindsWith(live: readonly CatalogueTable[]): Promise<[string, string[]][]> {
  const words = { from: ['s3://acme-audit/altr'], types: ['query,alert'], catalogue: ['true'] };
  const options: CheckOptions = resolveSettings(checkSettings, {
    flags: words,
    environment: {},
    profile: undefined,
  });
  const { findings } = await consumersCheck(options, {
    clock: { now: () => Date.UTC(2026, 10, 30) },
    readOwnTypes: async () => [],
    openReader: async () => new MemoryReader(new Map()),
    openCatalogue: async () => ({
      ensureDatabase: async () => 'unchanged',
      ensureTable: async () => 'unchanged',
      tables: async () => [...live],
      close: async () => undefined,
    }),
    open: async function* nothing() {},
  });
  return findings.map(({ kind, examples }) => [kind, examples]);
}

const all: CatalogueTable[] = [...made.lines, ...made.parquet];

test('tables as they are made are all right', async () => {
  expect(await kindsWith(all)).toEqual([]);
});

test('a table that is not there, and one that looks elsewhere, are named', async () => {
  const [first, second, ...others] = all;
  const elsewhere = { ...second, location: 's3://other/' } as CatalogueTable;
  expect(await kindsWith([elsewhere, ...others])).toEqual([
    ['table-missing', [`audit_export.${first?.name}`]],
    ['table-differs', [`audit_export.${second?.name}`]],
  ]);
});
