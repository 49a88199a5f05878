import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainLines } from '../lines/reading.ts';
import { builtInRules, classify, filedLines } from './classifying.ts';
import { runs } from '../../../fakes/runs.ts';

const query = (more: object = {}): string =>
  JSON.stringify({
    eventID: 'QUERY-AUDIT-1',
    eventTime: 946702800000,
    clientID: 'c',
    eventDetails: {},
    ...more,
  });
const alert = JSON.stringify({ id: 1, dt: '2025-03-11T20:31:39.000Z', clientId: 'c', threshold: {} });
const rules = builtInRules();

describe('a line that can not be filed says why, and where it stands', () => {
  test.each<[string, string, object]>([
    ['no JSON at all', 'hello', { reason: 'not-json' }],
    ['half a line', '{"eventID":', { reason: 'not-json', detail: 'it ends too early' }],
    ['half a text', '{"eventID":"QU', { reason: 'not-json', detail: 'it ends too early' }],
    [
      'something behind the value',
      '{"a":1}}',
      { reason: 'not-json', detail: 'unexpected character at position 7' },
    ],
    ['two values', '{"a":1} [{"a":2}]', { reason: 'not-json', detail: 'unexpected character at position 8' }],
    ['an array', '[]', { reason: 'not-an-object', detail: 'a JSON array' }],
    ['a text', '"x"', { reason: 'not-an-object', detail: 'a JSON string' }],
    ['a number', '12', { reason: 'not-an-object', detail: 'a JSON number' }],
    ['a truth value', 'true', { reason: 'not-an-object', detail: 'a JSON boolean' }],
    ['null', 'null', { reason: 'not-an-object', detail: 'a JSON null' }],
    ['an object of no known type', '{"a":1}', { reason: 'unknown-type' }],
    ['an empty object', '{}', { reason: 'unknown-type' }],
    [
      'no event time',
      query({ eventTime: undefined }),
      { reason: 'no-event-time', type: 'query', detail: 'nothing at /eventTime' },
    ],
    ['an event time that is null', query({ eventTime: null }), { reason: 'no-event-time', type: 'query' }],
    ['an event time that is empty', query({ eventTime: '' }), { reason: 'no-event-time', type: 'query' }],
    [
      'an event time of seconds',
      query({ eventTime: 946702800 }),
      { reason: 'impossible-event-time', instancePath: '/eventTime', detail: '/eventTime is 946702800' },
    ],
    ['an event time of zero', query({ eventTime: 0 }), { reason: 'impossible-event-time', type: 'query' }],
    [
      'a member that is missing',
      query({ clientID: undefined }),
      { reason: 'schema-violation', type: 'query', schemaPath: '#/required', instancePath: '' },
    ],
    [
      'a member of another type',
      query({ eventDetails: { query: { text: 5 } } }),
      {
        reason: 'schema-violation',
        instancePath: '/eventDetails/query/text',
        detail: '/eventDetails/query/text must be string,null',
      },
    ],
  ])('%s', (_, line, why) => {
    const { bad, lines, content } = classify(`${query()}\n${line}\n`);
    expect(bad).toHaveLength(1);
    expect(bad[0]).toMatchObject(why);
    expect(bad[0]).toMatchObject({
      line: 1,
      start: query().length + 1,
      end: query().length + 1 + Buffer.byteLength(line),
    });
    expect([lines, content.toString()]).toEqual([2, `${query()}\n`]);
  });

  test.each([
    ['invalid bytes', Buffer.from([0x22, 0xff, 0x22])],
    ['a character that is cut', Buffer.from([0x22, 0xe2, 0x80, 0x22])],
    ['an overlong form', Buffer.from([0x22, 0xc0, 0xaf, 0x22])],
    ['half a surrogate pair', Buffer.from([0x22, 0xed, 0xa0, 0x80, 0x22])],
  ])('%s are not UTF-8', (_, line) => {
    expect(classify(Buffer.concat([line, Buffer.from(`\n${query()}`)])).bad).toMatchObject([
      { reason: 'invalid-utf8', line: 0, start: 0, end: line.length },
    ]);
  });

  test.each(['hello', 'x', '{"a":tru}', '[1,]', "{'a':1}", '{"a":position 3}', '}'])(
    'the detail of %j is true: it does not end too early',
    (line) => {
      expect(classify(line).bad[0]?.detail).not.toBe('it ends too early');
    },
  );

  test.each([
    ['secret position 4', 4],
    ['hunter2"position 9"', 9],
    ['[{"password":"hunter2"position 2}]', 2],
  ])('the detail of %j quotes nothing, and takes no position from the data', (line, quoted) => {
    const detail = classify(line).bad[0]?.detail ?? '';
    expect(detail).not.toMatch(/secret|hunter2|password/);
    expect(detail).not.toBe(`unexpected character at position ${quoted}`);
  });
});

describe('line ends', () => {
  test.each<[string, string, number, number]>([
    ['LF', `${query()}\n${query()}\n`, 2, 0],
    ['CRLF', `${query()}\r\n${query()}\r\n`, 2, 0],
    ['none at the end', `${query()}\n${query()}`, 2, 0],
    ['a CR at the very end', `${query()}\n${query()}\r`, 2, 0],
    ['blank lines', `\n${query()}\n\n \t\n\r\n${query()}\n`, 6, 4],
    ['nothing', '', 0, 0],
  ])('%s', (_, text, lines, blank) => {
    const chunk = classify(text);
    expect([chunk.lines, chunk.blank, chunk.bad]).toEqual([lines, blank, []]);
    expect(chunk.content.toString()).toBe(`${query()}\n`.repeat(lines - blank));
  });

  test('white space around an event is part of its line, and is kept', () => {
    expect(classify(` ${query()}\t\r\n`).content.toString()).toBe(` ${query()}\t\n`);
  });
});

describe('too long', () => {
  const line = query();

  test.each([
    [line.length, []],
    [line.length - 1, [{ reason: 'too-long', detail: `${line.length} bytes` }]],
  ])('with %d bytes allowed, the bad lines are %j', (maxLineBytes, bad) => {
    const chunk = classify(`${line}\r\n`, builtInRules({ maxLineBytes }));
    expect(chunk.bad.map(({ reason, detail }) => ({ reason, detail }))).toEqual(bad);
  });
});

describe('the types that are selected', () => {
  const some = builtInRules({ selected: ['alert'] });

  test('are filed, the others are counted by type', () => {
    const chunk = classify(`${query()}\n${alert}\n${query()}\n`, some);
    expect(filedLines(chunk, some).map(({ type }) => type)).toEqual(['alert']);
    expect([...chunk.notSelected]).toEqual([[some.types.indexOf('query'), 2]]);
  });

  test('do not change that a line of no type is bad', () => {
    expect(classify('{}', some).bad).toMatchObject([{ reason: 'unknown-type' }]);
  });
});

test('lines of one partition keep their order, and partitions come as they first occur', () => {
  const hour = 3_600_000;
  const at = (ms: number, n: number): string => query({ eventTime: 946702800000 + ms, n });
  const lines = [at(hour, 1), at(0, 2), at(hour + 5, 3), at(hour, 4), at(1, 5), at(0, 6)];
  const filed = filedLines(classify(lines.join('\n')), rules);
  expect(filed.map(({ bytes }) => (JSON.parse(bytes.toString()) as { n: number }).n)).toEqual([
    1, 3, 4, 2, 5, 6,
  ]);
  expect([...new Set(filed.map(({ folder }) => folder.slice(-2)))]).toEqual(['06', '05']);
});

describe('the books of a chunk come out right for any bytes', () => {
  const anyLine = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.json(),
    fc.constantFrom('', ' ', '\r', '{}', alert, 'null', '\u2028'),
    fc.integer({ min: 946702800000, max: 946789200000 }).map((eventTime) => query({ eventTime })),
    fc.jsonValue().map((unknown) => query({ unknown })),
  );
  const input = fc
    .tuple(
      fc.array(fc.tuple(anyLine, fc.constantFrom('\n', '\r\n', '')), { maxLength: 30 }),
      fc.uint8Array({ maxLength: 20 }),
    )
    .map(([lines, tail]) => Buffer.concat([Buffer.from(lines.flat().join('')), tail]));

  test('each line is good, bad, blank or not selected, with its bytes as they were', () => {
    const some = builtInRules({ selected: ['query'] });
    fc.assert(
      fc.property(input, (bytes) => {
        const chunk = classify(bytes, some);
        const expected = plainLines(bytes).map(({ text }) => text);
        const good = filedLines(chunk, some).map((line) => line.bytes.toString('latin1'));
        const bad = chunk.bad.map(({ start, end }) => bytes.toString('latin1', start, end));
        const skipped = [...chunk.notSelected.values()].reduce((sum, lines) => sum + lines, 0);
        const blank = expected.filter((text) => /^[ \t\r]*$/.test(text));
        expect(chunk.lines).toBe(expected.length);
        expect(chunk.blank).toBe(blank.length);
        expect(good.length + bad.length + skipped + blank.length).toBe(expected.length + chunk.extraEvents);
        // Which bytes are which event of such a line is told by the tests of several events.
        fc.pre(chunk.extraEvents === 0);
        const isAlert = (text: string): boolean => text.replaceAll(/^[ \t\r]+|[ \t\r]+$/g, '') === alert;
        expect(expected.filter(isAlert)).toHaveLength(skipped);
        expect([...good, ...bad, ...blank].toSorted()).toEqual(
          expected.filter((text) => !isAlert(text)).toSorted(),
        );
        expect(chunk.bad.map(({ line, start, end }) => [expected[line], start <= end])).toEqual(
          bad.map((text) => [text, true]),
        );
      }),
      { numRuns: runs(100) },
    );
  });

  test('two events on the last line, which lacks its LF, are closed by one each', () => {
    const [one, other] = [query({ eventTime: 946702800000 }), query({ eventTime: 946702800001 })];
    const filed = filedLines(classify(`${one}${other}`, rules), rules);
    expect(filed.map(({ bytes }) => bytes.toString())).toEqual([one, other]);
  });

  test('a second time the same comes out', () => {
    fc.assert(
      fc.property(input, (bytes) => {
        expect(classify(bytes, rules)).toEqual(classify(bytes, rules));
      }),
      { numRuns: runs(25) },
    );
  });
});
