import { describe, expect, test } from 'vitest';
import { compileOwnType } from '../../../../src/core/audit-types/compile-own-type.ts';
import { refuseShadowedFields } from '../../../../src/core/audit-types/refuse-shadowed-fields.ts';
import { dayLayout } from '../../../../src/core/layout/layout.ts';
import { compiledAuditTypes } from '../../../../src/generated/audit-types.ts';
import { thrownBy } from '../../../fakes/thrown.ts';

const facts = {
  type: 'badge',
  recognise: { required: ['badge'] },
  eventTime: [{ at: '/at', forms: ['epoch-ms'] }],
};

function typeOf(schema: object, more: object = {}) {
  const text = JSON.stringify({ 'x-audit-export': { ...facts, ...more }, ...schema });
  return compileOwnType({ file: 'badge.json', text });
}

const usual = { layout: dayLayout, isAskedFor: false };

describe('a type with a field that is named like a partition is refused', () => {
  test.each<[string, object, object]>([
    ['among its properties', { properties: { event_date: {} } }, {}],
    ['in another case', { properties: { Event_Date: {} } }, {}],
    ['where only hours have such a partition', { properties: { event_hour: {} } }, {}],
    ['among what is required', { required: ['audit_type'] }, {}],
    ['in a part of the schema', { allOf: [{ if: { properties: { event_date: {} } } }] }, {}],
    ['in a definition', { $defs: { base: { properties: { event_date: {} } } }, $ref: '#/$defs/base' }, {}],
    ['as the time', {}, { eventTime: [{ at: '/event_date/iso', forms: ['iso-8601'] }] }],
    ['as the id', {}, { id: ['/event_date'] }],
    ['in what it is recognised by', {}, { recognise: { properties: { audit_type: { const: 'x' } } } }],
  ])('%s', (_, schema, more) => {
    const error = thrownBy(() => refuseShadowedFields([typeOf(schema, more)], usual));
    expect(error).toMatchObject({ code: 'schema-invalid', exitCode: 3 });
    expect(error.message).toContain('badge.json');
  });

  test('with the layout that was asked for, and the cure is one that works', () => {
    const type = typeOf({ properties: { day: {}, event_date: {} } });
    const layout = 'logs/kind={type}/day={date}';
    const error = thrownBy(() => refuseShadowedFields([type], { layout, isAskedFor: true }));
    const [, better = ''] = /--layout '(.*)'/.exec(error.cure ?? '') ?? [];
    expect(better).toBe('logs/kind={type}/by_day={date}');
    refuseShadowedFields([type], { layout: better, isAskedFor: true });
  });
});

test.each<[string, object]>([
  ['further down', { properties: { details: { properties: { event_date: {} } } } }],
  ['as a value', { properties: { kind: { const: 'event_date' } } }],
  ['not at all', { properties: { date: {}, type: {} } }],
])('a type that has such a name %s is good', (_, schema) => {
  expect(() => refuseShadowedFields([typeOf(schema)], usual)).not.toThrow();
});

test('no type of ours has such a field', () => {
  expect(() => refuseShadowedFields(compiledAuditTypes, usual)).not.toThrow();
});
