import { describe, expect, test } from 'vitest';
import { builtInRules, classify, filedLines } from './classifying.ts';

const rules = builtInRules();
const head = '"eventID":"QUERY-AUDIT-1","clientID":"c","eventDetails":{}';
const good = `{${head},"eventTime":946702800000}`;
const deep = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
const reasonsOf = (line: string): string[] =>
  classify(`${good}\n${line}\n${good}\n`, rules).bad.map(({ reason }) => reason);
const filed = (line: string): string[] =>
  filedLines(classify(line, rules), rules).map(({ bytes }) => bytes.toString());

describe('a hostile line is one bad line, and its neighbours are filed', () => {
  test.each([
    ['a million open brackets', '['.repeat(1_000_000), 'not-json'],
    ['a million brackets, closed', deep(1_000_000), 'not-an-object'],
    ['a million nested objects', `${'{"a":'.repeat(1_000_000)}1${'}'.repeat(1_000_000)}`, 'unknown-type'],
    [
      'an event time of a million brackets',
      `{${head},"eventTime":${deep(1_000_000)}}`,
      'impossible-event-time',
    ],
    ['an event time that is a list', `{${head},"eventTime":[946702800000]}`, 'impossible-event-time'],
    [
      'an event time of a million digits',
      `{${head},"eventTime":"${'9'.repeat(1_000_000)}"}`,
      'impossible-event-time',
    ],
    ['a number beyond all doubles', `{${head},"eventTime":1e400}`, 'impossible-event-time'],
    [
      'details of a million brackets',
      `{"eventID":"QUERY-AUDIT-1","clientID":"c","eventTime":946702800000,"eventDetails":${deep(1_000_000)}}`,
      'schema-violation',
    ],
    ['a NUL byte', '\0', 'not-json'],
    ['a NUL byte within a text', `{${head},"x":"\0","eventTime":946702800000}`, 'not-json'],
    ['two byte order marks', `\uFEFF\uFEFF${good}`, 'not-json'],
    [
      'its own prototype',
      '{"__proto__":{"eventName":"SnowflakeCI:QueryAudit","eventTime":946702800000}}',
      'unknown-type',
    ],
    ['members that are methods', '{"hasOwnProperty":1,"toString":2,"constructor":3}', 'unknown-type'],
  ])('%s', (_, line, reason) => {
    const chunk = classify(`${good}\n${line}\n${good}\n`, rules);
    expect(chunk.bad.map((bad) => bad.reason)).toEqual([reason]);
    expect(chunk.content.toString()).toBe(`${good}\n${good}\n`);
    expect(chunk.bad[0]?.detail.length).toBeLessThan(300);
  });

  test('a prototype can not lend an event its time or its type', () => {
    const lent = `{${head},"__proto__":{"eventTime":946702800000}}`;
    expect(reasonsOf(lent)).toEqual(['no-event-time']);
  });
});

describe('odd but valid lines are filed as they are', () => {
  test.each([
    ['an unknown member of a million brackets', `{${head},"eventTime":946702800000,"x":${deep(1_000_000)}}`],
    ['a member called __proto__', `{${head},"eventTime":946702800000,"__proto__":null}`],
    ['lone surrogates, as escapes', String.raw`{${head},"eventTime":946702800000,"x":"\ud800 \udfff"}`],
    ['a NUL, as an escape', String.raw`{${head},"eventTime":946702800000,"x":"\u0000"}`],
    [
      'huge numbers elsewhere',
      `{${head},"eventTime":946702800000,"x":[1e400,-1e400,1e-400,123456789012345678901234567890]}`,
    ],
    ['line separators of Unicode', `{${head},"eventTime":946702800000,"x":"\u2028\u2029\u0085"}`],
    ['a time with a point', `{${head},"eventTime":946702800000.0}`],
    ['a time with an exponent', `{${head},"eventTime":9.467028e11}`],
    ['characters of four bytes', `{${head},"eventTime":946702800000,"x":"🗝️𝄞"}`],
  ])('%s', (_, line) => {
    expect(filed(line)).toEqual([line]);
  });

  test('of a key that comes twice the last value counts, and both stay in the line', () => {
    const line = `{${head},"eventTime":1,"eventTime":946702800000}`;
    expect(filed(line)).toEqual([line]);
    expect(reasonsOf(`{${head},"eventTime":946702800000,"eventTime":1}`)).toEqual(['impossible-event-time']);
  });
});
