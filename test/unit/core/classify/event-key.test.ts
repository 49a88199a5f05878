import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePointer } from '../../../../src/core/audit-types/json-pointer.ts';
import { eventKey, eventKeyBytes, readEventId } from '../../../../src/core/classify/event-key.ts';

const places = ['/id', '/ID', '/extra/queryId'].map(parsePointer);
const line = Buffer.from('{"id":1}');

const keyOf = (type: string, id: string | undefined, bytes: Uint8Array = line, timeMs = 0): string =>
  Buffer.from(eventKey({ type, id, timeMs, line: bytes })).toString('hex');

describe('the id of an event', () => {
  test.each<[string, object, string | undefined]>([
    ['a text', { id: 'a' }, '"a"'],
    ['a number', { id: 17 }, '17'],
    ['a text is not the number that it looks like', { id: '17' }, '"17"'],
    ['the first place that has one', { ID: 'b', extra: { queryId: 'c' } }, '"b"'],
    ['an empty text is none', { id: '', ID: 'b' }, '"b"'],
    ['null is none', { id: null, extra: { queryId: 'c' } }, '"c"'],
    ['an object is none', { id: {} }, undefined],
    ['a fraction is none', { id: 1.5 }, undefined],
    ['nowhere', {}, undefined],
    ['what is inherited is none', Object.create({ id: 'x' }) as object, undefined],
    ['a number beyond 2^53 is none: its neighbours look the same', { id: 2 ** 53 }, undefined],
  ])('%s', (_, event, id) => {
    expect(readEventId(event, places)).toBe(id);
  });

  test('two numbers that JSON.parse can not tell apart have no id in common', () => {
    const [one, other] = ['{"id":9007199254740992}', '{"id":9007199254740993}'];
    const key = (text: string): string =>
      keyOf('t', readEventId(JSON.parse(text) as object, places), Buffer.from(text));
    expect(key(one ?? '')).not.toBe(key(other ?? ''));
  });

  test('halves of surrogate pairs are told apart, which UTF-8 would not', () => {
    const ids = ['\ud800', '\ud801', '\ufffd'].map((id) => readEventId({ id }, places));
    expect(new Set(ids.map((id) => keyOf('t', id))).size).toBe(3);
  });
});

describe('the key', () => {
  const part = fc.string({ unit: 'binary', maxLength: 6 });

  test('has 16 bytes, and is the same for the same type and id whatever the line', () => {
    fc.assert(
      fc.property(part, part, fc.uint8Array(), fc.uint8Array(), (type, id, one, other) => {
        expect(eventKey({ type, id, timeMs: 0, line: one })).toHaveLength(eventKeyBytes);
        expect(keyOf(type, id, one)).toBe(keyOf(type, id, other));
        expect(keyOf(type, undefined, one) === keyOf(type, undefined, other)).toBe(
          Buffer.compare(one, other) === 0,
        );
      }),
    );
  });

  test('of the same id at another time is another: two tenants may number alike', () => {
    expect(keyOf('alert', '1', line, 1)).not.toBe(keyOf('alert', '1', line, 2));
  });

  test('of another type, another id or another line is another, also where one ends as the other begins', () => {
    const keys = [
      keyOf('query', '"1"'),
      keyOf('query', '1'),
      keyOf('system', '"1"'),
      keyOf('query', undefined),
      keyOf('query', undefined, Buffer.from('"1"')),
      keyOf('query', 'line'),
      keyOf('quer', 'y"1"'),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  test('is what the format says: it is kept for days, and must not change', () => {
    expect(keyOf('query', '"QUERY-AUDIT-1"')).toBe('26c3848fd09457f7e65d698ed05c4426');
    expect(keyOf('query', undefined)).toBe('daaf6046855d3436886342dcd98349c4');
  });
});
