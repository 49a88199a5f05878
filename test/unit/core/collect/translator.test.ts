import { expect, test } from 'vitest';
import type { MadeBy, MadeHistory } from '../../../../src/core/collect/made-by.ts';
import { Translator } from '../../../../src/core/collect/translator.ts';
import { readDataSources } from '../../../../src/core/collect/translate/registry.ts';
import type { Maps } from '../../../../src/core/collect/translate/translate-query.ts';
import { newBooks } from '../../../../src/core/collect/translate/translate-query.ts';
import { objectsCell, rowOf, rulesWith } from './translate/rows.ts';

const both = rowOf({
  DIRECT_OBJECTS_ACCESSED: objectsCell('IMMUTA.PUBLIC.CUSTOMER', 'IMMUTA.PUBLIC.ORDERS'),
});
const now: MadeBy = {
  users: 'users',
  dataSources: 'two objects',
  unmapped: 'drop',
  form: 'native-query',
  redact: false,
  client: false,
  logins: false,
};
const then: MadeBy = { ...now, dataSources: 'one object' };
const madeBy = (...made: MadeBy[]): MadeHistory => [{ fromNs: '0', untilNs: null, by: made }];

async function objectsOf(
  kind: 'window' | 'late',
  { history, again, gone = false }: { history: MadeHistory; again: boolean; gone?: boolean },
): Promise<{ objects: unknown[]; records: number; touching: number }> {
  const rules = await rulesWith();
  const fewer = await readDataSources(
    'old.csv',
    'object,dataSourceId,dataSourceName\nimmuta.public.customer,12,Customers\n',
  );
  const load = async (by: MadeBy): Promise<Maps | undefined> => {
    if (gone) return undefined;
    return by.dataSources === then.dataSources ? { ...rules, dataSources: fewer } : rules;
  };
  const translator = new Translator({ rules, now, history, again, load });
  const books = newBooks();
  await translator.prepare({ fromNs: both.placeNs, untilNs: both.placeNs + 1n });
  const lines = translator.linesOf(kind, both, books, { supplement: false });
  const objects = lines.map((line) => (JSON.parse(line) as Record<string, unknown>)['nativeObject']);
  return { objects, records: books.records, touching: books.touching };
}

const customer = 'IMMUTA.PUBLIC.CUSTOMER';
const orders = 'IMMUTA.PUBLIC.ORDERS';

test.each([
  ['for the first time: by the files of now', 'window', madeBy(then), false, [customer, orders]],
  ['late: by the files that its window was read by', 'late', madeBy(then), false, [customer]],
  [
    'late, where both have read its window: each object once',
    'late',
    madeBy(then, now),
    false,
    [customer, orders],
  ],
  ['late, where nothing is known: by the files of now', 'late', [], false, [customer, orders]],
  ['again: what the files of then did not find', 'window', madeBy(then), true, [orders]],
  ['again by the same files: as it was', 'window', madeBy(now), true, [customer, orders]],
  ['again by what filled it in: nothing', 'window', madeBy(then, now), true, []],
  ['again in another shape: all', 'window', madeBy({ ...then, form: 'uam' }), true, [customer, orders]],
] as const)('a query that is read %s', async (...row) => {
  const [, kind, history, again, objects] = row;
  const found = await objectsOf(kind, { history, again });
  expect(found.objects).toEqual(objects);
  expect(found).toMatchObject({ records: objects.length, touching: 1 });
});

test('a map that is gone from the state makes nothing missing', async () => {
  const again = await objectsOf('window', { history: madeBy(then), again: true, gone: true });
  expect(again.objects).toEqual([customer, orders]);
  const late = await objectsOf('late', { history: madeBy(then), again: false, gone: true });
  expect(late.objects).toEqual([customer, orders]);
});
