import { describe, expect, test } from 'vitest';
import type { MadeBy, MadeHistory } from '../../../../src/core/collect/made-by.ts';
import { goingOn, madeAt, madeWithin, withMade } from '../../../../src/core/collect/made-by.ts';

const by = (users: string): MadeBy => ({
  users,
  dataSources: null,
  unmapped: 'drop',
  form: 'native-query',
  redact: false,
  client: false,
  logins: false,
});
const range = (fromNs: number, untilNs: number) => ({ fromNs: BigInt(fromNs), untilNs: BigInt(untilNs) });
const namesAt = (history: MadeHistory, ns: number): (string | null)[] =>
  madeAt(history, BigInt(ns)).map(({ users }) => users);

const begun = goingOn([], 100n, by('a'));
const changed = goingOn(begun, 200n, by('b'));

describe('by which files the records of a time were made', () => {
  test('is said once for as long as they stay the same', () => {
    expect(goingOn(begun, 150n, by('a'))).toBe(begun);
    expect(changed).toHaveLength(2);
    expect([50, 100, 199, 200, 5000].map((ns) => namesAt(changed, ns))).toEqual([
      [],
      ['a'],
      ['a'],
      ['b'],
      ['b'],
    ]);
  });

  test('leaves nothing of files by which nothing was read', () => {
    expect(goingOn(changed, 200n, by('c'))).toEqual(goingOn(begun, 200n, by('c')));
    expect(goingOn(changed, 200n, by('a')).map(({ untilNs }) => untilNs)).toEqual(['200', null]);
  });

  test('grows where a time is read once more, and says what was never read before', () => {
    const again = withMade(changed, range(50, 150), by('b'));
    expect([40, 50, 99, 100, 149, 150, 200].map((ns) => namesAt(again, ns))).toEqual([
      [],
      ['b'],
      ['b'],
      ['a', 'b'],
      ['a', 'b'],
      ['a'],
      ['b'],
    ]);
    expect(withMade(again, range(50, 150), by('b'))).toEqual(again);
    expect(withMade(changed, range(150, 250), by('b'))).toHaveLength(3);
    expect(withMade(changed, range(100, 300), by('b'))).toHaveLength(2);
    expect(withMade(begun, range(120, 150), by('a'))).toEqual(begun);
    expect(madeWithin(again, range(90, 110)).map(({ users }) => users)).toEqual(['b', 'a', 'b']);
  });

  test('window after window makes one range', () => {
    let history = begun;
    for (let from = 100; from < 180; from += 10) history = withMade(history, range(100, from + 10), by('b'));
    expect(history).toHaveLength(2);
  });

  test('is forgotten when Snowflake has long forgotten the time itself', () => {
    const laterNs = 500n * 86_400_000_000_000n;
    expect(goingOn(changed, laterNs, by('c'))[0]).toMatchObject({ by: [by('b')] });
  });
});
