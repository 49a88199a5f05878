import { describe, expect, test } from 'vitest';
import { parsePointer, readPointer } from '../../../../src/core/audit-types/json-pointer.ts';

describe('a JSON Pointer finds what RFC 6901 says', () => {
  const document = JSON.parse(
    '{"foo":["bar","baz"],"":0,"a/b":1,"m~n":8,"~1":9,"nested":{"deep":{"null":null}},"text":"abc"}',
  ) as unknown;

  test.each<[string, unknown]>([
    ['/foo', ['bar', 'baz']],
    ['/foo/0', 'bar'],
    ['/', 0],
    ['/a~1b', 1],
    ['/m~0n', 8],
    ['/~01', 9],
    ['/nested/deep/null', null],
    ['/nested/missing', undefined],
    ['/nested/missing/deeper', undefined],
    ['/nested/deep/null/deeper', undefined],
    ['/text/0', undefined],
    ['/text/length', undefined],
    ['/foo/2', undefined],
  ])('%s', (pointer, value) => {
    expect(readPointer(document, parsePointer(pointer))).toEqual(value);
  });
});

test.each(['', 'foo', '#/foo', './foo'])('%j is refused: a pointer begins with a slash', (pointer) => {
  expect(() => parsePointer(pointer)).toThrow(RangeError);
});

describe('only what the event itself holds is found', () => {
  test.each(['/constructor', '/toString', '/__proto__', '/__proto__/constructor', '/hasOwnProperty/name'])(
    '%s of an empty event is nothing',
    (pointer) => {
      expect(readPointer({}, parsePointer(pointer))).toBeUndefined();
    },
  );

  test('a member that is really called __proto__ is found', () => {
    const event: unknown = JSON.parse('{"__proto__":{"eventTime":1}}');
    expect(readPointer(event, parsePointer('/__proto__/eventTime'))).toBe(1);
    expect(readPointer(event, parsePointer('/eventTime'))).toBeUndefined();
  });
});
