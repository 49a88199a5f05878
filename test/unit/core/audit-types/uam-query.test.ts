import { expect, test } from 'vitest';
import { classifyChunk } from '../../../../src/core/classify/classify-chunk.ts';
import { builtInRules } from '../classify/classifying.ts';

/** As Immuta documents it for Snowflake. */
const documented = {
  action: 'QUERY',
  actor: {
    type: 'USER_ACTOR',
    id: 'taylor@snowflake.com',
    name: 'Taylor',
    identityProvider: 'bim',
    impersonatedBy: null,
  },
  sessionId: '01ee14d9-cab3-1ef6-9cc4-f0c315a53788',
  actionStatus: 'SUCCESS',
  actionStatusReason: null,
  eventTimestamp: '2023-06-27T11:03:59.000Z',
  id: 'abcd1234-aaaa-bbbb-cccc-123456789012',
  userAgent: null,
  tenantId: 'your-immuta.com',
  targetType: 'DATASOURCE',
  targets: [{ type: 'DATASOURCE', id: '1', name: 'Customer', technology: 'SNOWFLAKE' }],
  auditPayload: { type: 'QueryAuditPayload', query: 'select 1' },
};

function typesOf(...events: readonly object[]): (string | undefined)[] {
  const rules = builtInRules({});
  const input = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  const { lineTypes } = classifyChunk(input, Buffer.alloc(input.length + 1), rules);
  return [...lineTypes].map((index) => rules.types[index]);
}

test.each([
  ['as documented', documented],
  ['with an offset in its time', { ...documented, eventTimestamp: '2023-06-27T13:03:59.000+02:00' }],
  ['without what may be missing', { action: 'QUERY', actor: {}, eventTimestamp: '2023-06-27T11:03:59Z' }],
])('a query of the universal audit model is a uam-query: %s', (_, event) => {
  expect(typesOf(event)).toEqual(['uam-query']);
});

test.each([
  ['another action', { ...documented, action: 'CREATE' }],
  ['no actor', { ...documented, actor: undefined }],
  ['no time', { ...documented, eventTimestamp: undefined }],
])('it is none with %s', (_, event) => {
  expect(typesOf(event)).not.toContain('uam-query');
});
