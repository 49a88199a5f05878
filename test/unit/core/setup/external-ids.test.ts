import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { foresee } from '../../../../src/core/policy/authorize.ts';
import { distinctTexts, literal, matches, withWildcards } from '../../../../src/core/policy/pattern.ts';
import { nearMisses } from '../../../../src/core/setup/documents/external-ids.ts';

describe('texts that tell patterns apart', () => {
  test('every choice of patterns that some text fits has one: held against all short texts', () => {
    const pattern = fc.string({ unit: fc.constantFrom('a', 'b', '*', '?'), maxLength: 5 });
    fc.assert(
      fc.property(fc.array(pattern, { minLength: 1, maxLength: 3 }), (texts) => {
        const patterns = texts.map((text) => ({ pattern: withWildcards(text), ignoreCase: false }));
        const choiceOf = (text: string) => patterns.map(({ pattern }) => matches(pattern, text)).join();
        const found = new Set(distinctTexts({ patterns, alphabet: 'abc', shortest: 2 }).map(choiceOf));
        let short = ['a', 'b', 'c'];
        for (let length = 2; length <= 5; length++) {
          short = short.flatMap((text) => ['a', 'b', 'c'].map((character) => text + character));
          for (const text of short) expect(found).toContain(choiceOf(text));
        }
      }),
      { numRuns: 60 },
    );
  });

  test('letters of either case are told apart from the text itself', () => {
    const patterns = [
      { pattern: literal('org-1'), ignoreCase: true },
      { pattern: literal('org-1'), ignoreCase: false },
    ];
    const texts = distinctTexts({ patterns, alphabet: 'xORGorg-1', shortest: 2 });
    expect(texts.some((text) => text !== 'org-1' && text.toLowerCase() === 'org-1')).toBe(true);
  });
});

test.each(['org-1', '123456', 'x', 'a'.repeat(1224)])('near misses of %s are other ids', (id) => {
  const misses = nearMisses(id);
  expect(misses.length).toBeGreaterThanOrEqual(3);
  expect(misses).not.toContain(id);
  for (const miss of misses) expect(miss.length).toBeLessThanOrEqual(1224);
});

describe('what can not be known', () => {
  const caller = { arn: 'arn:aws:iam::111122223333:user/x', account: '111122223333', kind: 'user' } as const;
  const ask = (effect: 'Allow' | 'Deny', condition: object) =>
    foresee(
      {
        caller,
        action: 's3:PutObject',
        resource: 'arn:aws:s3:::b/k',
        resourceAccount: caller.account,
        context: { 'aws:PrincipalAccount': caller.account },
        isUnknown: (key) => key === 'aws:sourceip',
      },
      {
        identity: [
          {
            Version: '2012-10-17',
            Statement: [
              {
                Effect: 'Allow',
                Action: '*',
                Resource: '*',
                ...(effect === 'Allow' ? { Condition: condition } : {}),
              },
              ...(effect === 'Deny'
                ? [{ Effect: effect, Action: '*', Resource: '*', Condition: condition }]
                : []),
            ],
          } as never,
        ],
      },
    ).verdict;
  const from = { IpAddress: { 'aws:SourceIp': '192.0.2.0/24' } };

  test.each<[string, 'Allow' | 'Deny', object, string]>([
    ['an Allow that asks for it', 'Allow', from, 'depends'],
    ['a Deny that asks for it', 'Deny', from, 'depends'],
    [
      'a Deny that asks for more, which never holds',
      'Deny',
      { ...from, Null: { 'aws:PrincipalAccount': 'true' } },
      'allowed',
    ],
    [
      'an Allow that asks for more, which never holds',
      'Allow',
      { ...from, Null: { 'aws:PrincipalAccount': 'true' } },
      'denied',
    ],
    ['a variable of it', 'Deny', { StringEquals: { 'aws:PrincipalAccount': '${aws:SourceIp}' } }, 'depends'],
    ['whether it is there', 'Deny', { Null: { 'aws:SourceIp': 'false' } }, 'depends'],
    ['nothing of it', 'Deny', { StringEquals: { 'aws:PrincipalAccount': 'other' } }, 'allowed'],
  ])('%s', (_, effect, condition, verdict) => {
    expect(ask(effect, condition)).toBe(verdict);
  });
});
