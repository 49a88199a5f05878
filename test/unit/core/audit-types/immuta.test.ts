import { describe, expect, test } from 'vitest';
import { classifyChunk } from '../../../../src/core/classify/classify-chunk.ts';
import { builtInRules } from '../classify/classifying.ts';

/** A query as Immuta documents it for Snowflake. */
const query = {
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

const actions =
  'AUTHENTICATE APPLY ATTACH CERTIFY CREATE DELETE DISABLE ENABLE EXPIRE GRANT JOIN LEAVE LOGIN LOGOUT MASK QUERY REMOVE REVOKE SUBSCRIBE SYNC UNMASK UPDATE'.split(
    ' ',
  );

function classify(event: object): { type: string | undefined; ms: number | undefined } {
  const rules = builtInRules({});
  const input = Buffer.from(`${JSON.stringify(event)}\n`);
  const { lineTypes, lineTimes } = classifyChunk(input, Buffer.alloc(input.length + 1), rules);
  return { type: [...lineTypes].map((index) => rules.types[index])[0], ms: [...lineTimes][0] };
}

const atMs = Date.UTC(2023, 5, 27, 11, 3, 59);

describe('an event of the universal audit model is of the type uam, whatever its action', () => {
  test.each(actions)('%s', (action) => {
    expect(classify({ ...query, action })).toEqual({ type: 'uam', ms: atMs });
  });

  test.each([
    ['with an offset in its time', { ...query, eventTimestamp: '2023-06-27T13:03:59.000+02:00' }],
    ['with its time in milliseconds', { ...query, eventTimestamp: atMs }],
    ['without what may be missing', { action: 'QUERY', actor: {}, eventTimestamp: '2023-06-27T11:03:59Z' }],
    [
      'with members that nobody knows yet',
      { ...query, auditPayload: { type: 'New', deep: [1] }, more: true },
    ],
  ])('%s', (_, event) => {
    expect(classify(event)).toEqual({ type: 'uam', ms: atMs });
  });

  test.each([
    ['no actor', { ...query, actor: undefined }],
    ['no time', { ...query, eventTimestamp: undefined }],
    ['an action that is no text', { ...query, action: 7 }],
  ])('and none with %s', (_, event) => {
    expect(classify(event).type).not.toBe('uam');
  });
});

/** As Immuta's audit API gives them; dateTime is text. */
const legacy = {
  id: 'f2a6c1f0-1111-4222-8333-444455556666',
  dateTime: String(atMs),
  month: 1481,
  profileId: 1,
  userId: 'kris@immuta.com',
  recordType: 'authenticate',
  success: true,
  component: 'bim',
  extra: { ip: '203.0.113.7' },
};

describe('a record from before the model is of the type immuta-legacy, whatever its recordType but nativeQuery', () => {
  test.each(
    'authenticate accessUser accessGroup apiKey addToProject blobFetch catalogUpdate configurationUpdate dataSourceCreate dataSourceSubscription globalPolicyApplied policyHandlerUpdate prestoQuery sparkQuery sqlQuery tagAdded tagRemoved purposeCreate'.split(
      ' ',
    ),
  )('%s', (recordType) => {
    expect(classify({ ...legacy, recordType })).toEqual({ type: 'immuta-legacy', ms: atMs });
  });

  test('nativeQuery has a type of its own', () => {
    expect(classify({ ...legacy, recordType: 'nativeQuery', query: 'select 1' }).type).toBe('native-query');
  });

  test('a line of a log with a record type and no more is none', () => {
    expect(classify({ recordType: 'metric', dateTime: atMs, value: 1 }).type).toBeUndefined();
  });
});
