import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readMessage } from '../../../../src/core/queue/read-message.ts';

const record = (key: string, more: object = {}, name = 'ObjectCreated:Put'): object => ({
  eventVersion: '2.1',
  eventSource: 'aws:s3',
  awsRegion: 'eu-central-1',
  eventName: name,
  s3: { s3SchemaVersion: '1.0', bucket: { name: 'raw' }, object: { key, ...more } },
});
const viaTopic = (message: object): string =>
  JSON.stringify({ Type: 'Notification', MessageId: 'm', TopicArn: 't', Message: JSON.stringify(message) });
const eventBridge = (key: string, more: object = {}, type = 'Object Created'): object => ({
  version: '0',
  'detail-type': type,
  source: 'aws.s3',
  region: 'eu-central-1',
  detail: { version: '0', bucket: { name: 'raw' }, object: { key, ...more } },
});
const named = (keys: string[], more: object = {}): object => ({
  bucket: 'raw',
  keys,
  versionId: undefined,
  size: undefined,
  region: 'eu-central-1',
  ...more,
});

describe('three wrappings of one event', () => {
  const s3 = { Records: [record('a/red+flower%2B1.gz', { size: 7, versionId: 'v1' })] };
  const expected = {
    kind: 'objects',
    objects: [named(['a/red flower+1.gz'], { size: 7, versionId: 'v1' })],
    ignored: 0,
  };
  test.each([
    ['as S3 sends it', JSON.stringify(s3)],
    ['in the envelope of a topic', viaTopic(s3)],
  ])('%s', (_, body) => {
    expect(readMessage(body)).toEqual(expected);
  });

  test.each([
    ['as EventBridge sends it', (event: object) => JSON.stringify(event)],
    ['as EventBridge sends it through a topic', viaTopic],
  ])('%s: the key stands as it is', (_, wrap) => {
    const body = wrap(eventBridge('a/red flower.gz', { size: 7, 'version-id': 'v1' }));
    expect(readMessage(body)).toEqual({
      kind: 'objects',
      objects: [named(['a/red flower.gz'], { size: 7, versionId: 'v1' })],
      ignored: 0,
    });
  });

  test('a key of EventBridge that could be encoded is read as it is first, and decoded where that is none', () => {
    const content = readMessage(JSON.stringify(eventBridge('a+b%2F100%')));
    expect(content).toMatchObject({ objects: [{ keys: ['a+b%2F100%'] }] });
    expect(readMessage(JSON.stringify(eventBridge('a+b%2F')))).toMatchObject({
      objects: [{ keys: ['a+b%2F', 'a b/'] }],
    });
  });
});

test('several records are several objects; events of other kinds are counted', () => {
  const Records = [
    record('a'),
    record('b', {}, 'ObjectRemoved:Delete'),
    record('c', {}, 'ObjectCreated:Copy'),
  ];
  expect(readMessage(JSON.stringify({ Records }))).toEqual({
    kind: 'objects',
    objects: [named(['a']), named(['c'])],
    ignored: 1,
  });
  expect(readMessage(JSON.stringify(eventBridge('a', {}, 'Object Deleted')))).toEqual({
    kind: 'objects',
    objects: [],
    ignored: 1,
  });
});

test('what S3 sends when notifications are switched on is a test', () => {
  const body = { Service: 'Amazon S3', Event: 's3:TestEvent', Bucket: 'raw', RequestId: 'r', HostId: 'h' };
  expect(readMessage(JSON.stringify(body))).toEqual({ kind: 'test' });
  expect(readMessage(viaTopic(body))).toEqual({ kind: 'test' });
});

test.each([
  ['not JSON', 'not JSON'],
  ['', 'not JSON'],
  ['[]', 'no object'],
  ['null', 'no object'],
  ['{}', 'no event notification'],
  ['{"Type":"Notification","Message":"hello"}', 'Message of the SNS envelope is not JSON'],
  ['{"Records":[7]}', 'a record is no object'],
  ['{"Records":[{"eventSource":"aws:sqs"}]}', 'not of S3'],
  [
    JSON.stringify({ Records: [{ eventSource: 'aws:s3', eventName: 'ObjectCreated:Put' }] }),
    's3 is no object',
  ],
  [JSON.stringify({ Records: [record('')] }), 's3.object.key is missing'],
  [JSON.stringify({ Records: [record('100%')] }), 'not URL-encoded'],
  ['{"source":"aws.s3","detail-type":"Object Created"}', 'detail is no object'],
])('%j is malformed: %s', (body, why) => {
  const content = readMessage(body);
  expect(content).toMatchObject({ kind: 'malformed' });
  expect(content.kind === 'malformed' && content.why).toContain(why);
});

test('any key comes through S3’s encoding unharmed', () => {
  const encode = (key: string): string =>
    encodeURIComponent(key).replaceAll('%20', '+').replaceAll('%2F', '/');
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 }), (key) => {
      // Half of a surrogate pair is no text, and no key.
      fc.pre(!/\p{Surrogate}/u.test(key));
      const body = JSON.stringify({ Records: [record(encode(key))] });
      expect(readMessage(body)).toMatchObject({ objects: [{ keys: [key] }] });
    }),
  );
});

test('whatever a message holds, it is read or malformed, never an exception', () => {
  const anyMessage = fc.oneof(
    fc.string(),
    fc.json(),
    fc.object().map((value) => JSON.stringify({ Records: [value] })),
  );
  fc.assert(
    fc.property(anyMessage, (body) => {
      expect(['objects', 'test', 'malformed']).toContain(readMessage(body).kind);
    }),
  );
});
