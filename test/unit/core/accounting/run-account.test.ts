import { expect, test } from 'vitest';
import { RunAccount } from '../../../../src/core/accounting/run-account.ts';
import { builtInRules, classify } from '../classify/classifying.ts';

const query = (more: object): string =>
  JSON.stringify({
    eventID: 'QUERY-AUDIT-1',
    eventTime: 946702800000,
    clientID: 'c',
    eventDetails: { query: { completedTime: '2020-01-01 00:00:00Z' } },
    ...more,
  });
const rules = builtInRules({ selected: ['query'] });
const chunk = classify(
  [
    query({}),
    query({ eventTime: 1 }),
    '',
    'oops',
    JSON.stringify({ id: 1, dt: 'x', clientId: 'c', rule: {} }),
    query({ eventTime: 946702800001 }),
  ].join('\n'),
  rules,
);

test('a chunk counts each of its lines once, and its bad lines when they have been set aside', () => {
  const account = new RunAccount(rules.types, Date.UTC(2000, 0, 2));
  account.addChunk(chunk, { source: 'a', linesBefore: 0 });
  expect(account.balance()).toMatchObject({
    read: 6,
    blank: 1,
    notSelected: 1,
    quarantined: 0,
    undelivered: 2,
  });
  for (const bad of chunk.bad) account.addQuarantined(bad);
  expect(account.balance()).toMatchObject({ read: 6, quarantined: 2, undelivered: 2 });
  expect(Object.fromEntries(account.reasons)).toEqual({ 'impossible-event-time': 1, 'not-json': 1 });
  expect(Object.fromEntries(account.types)).toEqual({
    query: { recognised: 3, delivered: 0, alreadyDelivered: 0, duplicate: 0, notSelected: 0, quarantined: 1 },
    alert: { recognised: 1, delivered: 0, alreadyDelivered: 0, duplicate: 0, notSelected: 1, quarantined: 0 },
  });
  expect(account.lateness.rows()).toEqual([{ age: 'up to 1 day', lines: 2 }]);
});

test('warnings are counted over all chunks, with the place of the first', () => {
  const account = new RunAccount(rules.types, 0);
  account.addChunk(chunk, { source: 'a', linesBefore: 100 });
  account.addChunk(chunk, { source: 'b', linesBefore: 0 });
  expect([...account.warnings.values()]).toEqual([
    {
      type: 'query',
      warning: 'eventTime and completedTime differ',
      lines: 4,
      firstSource: 'a',
      firstLine: 101,
    },
  ]);
});

test('only what was stored now counts as stored bytes, and only delivered objects make times', () => {
  const account = new RunAccount(['query'], 0);
  const object = {
    key: 'k',
    folder: 'f',
    lines: 2,
    linesByType: new Map([[0, 2]]),
    bytes: 10,
    compressedBytes: 5,
    sha256: '',
    earliestMs: 7,
    latestMs: 9,
  };
  account.addDelivered({ ...object, status: 'stored' });
  account.addDelivered({ ...object, status: 'already-there', earliestMs: 3 });
  account.addDelivered({ ...object, status: 'planned', latestMs: 11 });
  expect(account).toMatchObject({
    delivered: 4,
    alreadyDelivered: 2,
    contentBytes: 30,
    storedBytes: 5,
    earliestMs: 3,
    latestMs: 11,
  });
  expect(account.partitions.get('f')).toMatchObject({
    objects: 3,
    lines: 6,
    delivered: 4,
    alreadyDelivered: 2,
  });
});
