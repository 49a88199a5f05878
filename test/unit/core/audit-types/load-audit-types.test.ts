import { describe, expect, test } from 'vitest';
import { inTryingOrder } from '../../../../src/core/audit-types/audit-type.ts';
import type { CompiledAuditType } from '../../../../src/core/audit-types/audit-type.ts';
import { loadAuditTypes } from '../../../../src/core/audit-types/load-audit-types.ts';
import { buildClassifyRules } from '../../../../src/core/classify/build-rules.ts';

const namesOf = (types: readonly CompiledAuditType[]): string[] =>
  types.map(({ descriptor }) => descriptor.type);
const ownType = (type: string, order: number) => ({
  file: `${type}.json`,
  text: JSON.stringify({
    'x-audit-export': {
      type,
      order,
      recognise: { required: ['eventID'] },
      eventTime: [{ at: '/eventTime', forms: ['epoch-ms'] }],
    },
  }),
});

test('the built-in types are the nine of the documents, the specific before the open', async () => {
  const names = namesOf(await loadAuditTypes([]));
  expect(names.toSorted()).toEqual([
    'alert',
    'custom',
    'immuta-legacy',
    'login',
    'native-query',
    'query',
    'system',
    'tokenization',
    'uam',
  ]);
  expect(names.indexOf('query')).toBeLessThan(names.indexOf('tokenization'));
  expect(names.indexOf('system')).toBeLessThan(names.indexOf('tokenization'));
});

describe("a user's own types", () => {
  test('come before the built-in ones, by their own order', async () => {
    const names = namesOf(await loadAuditTypes([ownType('b', 999), ownType('a', -1), ownType('c', 5)]));
    expect(names.slice(0, 3)).toEqual(['a', 'c', 'b']);
    expect(names).toHaveLength(12);
  });

  test('take an event that a built-in type would take too', async () => {
    const settings = { layout: '{date}', selected: undefined, maxLineBytes: 1000 };
    const event = { eventID: 'QUERY-AUDIT-1', eventTime: 946702800000, clientID: 'c', eventDetails: {} };
    const builtIn = buildClassifyRules(await loadAuditTypes([]), settings);
    const both = buildClassifyRules(await loadAuditTypes([ownType('mine', 0)]), settings);
    const typeOf = ({ classifyEvent, types }: typeof both): string | undefined => {
      const verdict = classifyEvent(event);
      return verdict.ok ? types[verdict.typeIndex] : undefined;
    };
    expect(typeOf(builtIn)).toBe('query');
    expect(typeOf(both)).toBe('mine');
  });

  test('may have the name of a built-in type, as another version of it: the name counts once', async () => {
    const types = await loadAuditTypes([ownType('query', 0)]);
    const rules = buildClassifyRules(types, { layout: '{date}', selected: undefined, maxLineBytes: 1000 });
    expect(rules.types.filter((name) => name === 'query')).toHaveLength(1);
  });

  test('that are wrong are refused', async () => {
    await expect(loadAuditTypes([{ file: 'x.json', text: '{}' }])).rejects.toMatchObject({
      code: 'schema-invalid',
    });
  });
});

test('putting types in order leaves the lists that were given as they were', async () => {
  const types = (await loadAuditTypes([])).toReversed();
  const before = namesOf(types);
  inTryingOrder(types, types);
  expect(namesOf(types)).toEqual(before);
});
