import { describe, expect, test } from 'vitest';
import { compileOwnType } from '../../../../src/core/audit-types/compile-own-type.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import { thrownBy } from '../../../fakes/thrown.ts';

const facts = {
  type: 'badge-reader',
  recognise: { required: ['badge'] },
  eventTime: [{ at: '/at', forms: ['epoch-s'] }],
};
const good = { 'x-audit-export': facts, type: 'object', required: ['badge', 'at'] };
const fileOf = (schema: unknown) => ({ file: 'types/badge.json', text: JSON.stringify(schema) });

describe("a good schema of the user's own", () => {
  test('needs no more than a type, how to recognise it and where its time is', () => {
    const { descriptor, recognise, validate } = compileOwnType(fileOf(good));
    expect(descriptor).toEqual({
      type: 'badge-reader',
      vendor: 'own',
      order: 0,
      id: [],
      agree: [],
      title: 'badge-reader',
      schemaId: 'types/badge.json',
      schemaFile: 'types/badge.json',
      eventTime: [{ at: '/at', forms: ['epoch-s'] }],
    });
    expect(recognise({ badge: 1 })).toBe(true);
    expect(recognise({ door: 1 })).toBe(false);
    expect(validate({ badge: 1, at: 2 })).toBe(true);
    expect(validate({ badge: 1 })).toBe(false);
    expect(validate.errors?.[0]).toMatchObject({ instancePath: '', schemaPath: '#/required' });
  });

  test('may say more, which is kept', () => {
    const agree = [{ check: 'duration', at: ['/a', '/b', '/c'], toleranceMs: 5, warning: 'no' }];
    const more = { ...facts, vendor: 'ACME', order: 7, id: ['/id'], agree };
    const { descriptor } = compileOwnType(
      fileOf({ ...good, $id: 'urn:acme:badge', title: 'Doors', 'x-audit-export': more }),
    );
    expect(descriptor).toMatchObject({ vendor: 'ACME', order: 7, id: ['/id'], agree });
    expect(descriptor).toMatchObject({ title: 'Doors', schemaId: 'urn:acme:badge' });
  });

  test('may name its draft, and use keywords that no validator knows', () => {
    const schema = { ...good, $schema: 'https://json-schema.org/draft/2020-12/schema', 'x-owner': 'IT' };
    expect(compileOwnType(fileOf(schema)).validate({ badge: 1, at: 2 })).toBe(true);
  });

  test('is found under its own $id by its own references', () => {
    const schema = {
      ...good,
      $id: 'urn:acme:x',
      properties: { badge: { $ref: '#/$defs/n' } },
      $defs: { n: { type: 'integer' } },
    };
    const { validate } = compileOwnType(fileOf(schema));
    expect(validate({ badge: 1, at: 2 })).toBe(true);
    expect(validate({ badge: 'one', at: 2 })).toBe(false);
  });
});

describe('each way to be wrong names the file and the place', () => {
  const withFacts = (change: object): unknown => ({ ...good, 'x-audit-export': { ...facts, ...change } });
  const without = (name: keyof typeof facts): unknown => {
    const { [name]: _, ...rest } = facts;
    return { ...good, 'x-audit-export': rest };
  };

  test.each<[string, string, string]>([
    ['not JSON', '{"type": ', 'not JSON'],
    ['empty', '', 'not JSON'],
    ['an array', '[]', 'not a JSON object'],
    ['null', 'null', 'not a JSON object'],
    ['a text', '"x"', 'not a JSON object'],
    ['no x-audit-export', '{"type":"object"}', '"x-audit-export" is missing'],
    ['x-audit-export that is a text', '{"x-audit-export":"query"}', 'x-audit-export must be object'],
    ['x-audit-export that is null', '{"x-audit-export":null}', 'x-audit-export must be object'],
    ['no type', JSON.stringify(without('type')), "'type'"],
    ['no recognise', JSON.stringify(without('recognise')), "'recognise'"],
    ['no eventTime', JSON.stringify(without('eventTime')), "'eventTime'"],
    [
      'a type that leads elsewhere',
      JSON.stringify(withFacts({ type: '../x' })),
      'x-audit-export/type must match',
    ],
    ['a type in upper case', JSON.stringify(withFacts({ type: 'Query' })), 'x-audit-export/type must match'],
    ['a type with a line end', JSON.stringify(withFacts({ type: 'a\n' })), 'x-audit-export/type must match'],
    ['an empty type', JSON.stringify(withFacts({ type: '' })), 'x-audit-export/type must match'],
    [
      'a recognise that fits everything',
      JSON.stringify(withFacts({ recognise: {} })),
      'x-audit-export/recognise',
    ],
    ['no place of the time', JSON.stringify(withFacts({ eventTime: [] })), 'x-audit-export/eventTime'],
    [
      'a time that is no pointer',
      JSON.stringify(withFacts({ eventTime: [{ at: 'at', forms: ['epoch-s'] }] })),
      'x-audit-export/eventTime/0/at',
    ],
    [
      'an unknown form',
      JSON.stringify(withFacts({ eventTime: [{ at: '/at', forms: ['epoch'] }] })),
      'x-audit-export/eventTime/0/forms/0',
    ],
    [
      'an unknown check',
      JSON.stringify(withFacts({ agree: [{ check: 'x', at: ['/a', '/b'], toleranceMs: 1, warning: 'w' }] })),
      'x-audit-export/agree/0/check',
    ],
    [
      'an unknown member',
      JSON.stringify(withFacts({ colour: 'red' })),
      'must NOT have additional properties',
    ],
    [
      'a recognise that is no schema',
      JSON.stringify(withFacts({ recognise: { type: 'thing' } })),
      "x-audit-export/recognise can't be compiled",
    ],
    [
      'rules that are no schema',
      JSON.stringify({ ...good, required: 'badge' }),
      "the schema can't be compiled",
    ],
    [
      'a reference to nowhere',
      JSON.stringify({ ...good, $ref: '#/$defs/none' }),
      "the schema can't be compiled",
    ],
    [
      'a broken pattern',
      JSON.stringify({ ...good, properties: { badge: { pattern: '(' } } }),
      "the schema can't be compiled",
    ],
  ])('%s', (_, text, place) => {
    const error = thrownBy(() => compileOwnType({ file: 'types/badge.json', text }));
    expect(error).toBeInstanceOf(AuditExportError);
    expect(error).toMatchObject({ code: 'schema-invalid', exitCode: 3 });
    expect(error.message).toMatch(/^types\/badge\.json is no audit type: /);
    expect(error.message).toContain(place);
    expect(error.cure).toContain('types check');
  });
});
