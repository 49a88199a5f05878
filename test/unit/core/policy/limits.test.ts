import { describe, expect, test } from 'vitest';
import {
  forbiddenCharacter,
  policyLimits,
  policySize,
  type PolicyHolder,
} from '../../../../src/core/policy/limits.ts';
import { sources } from './sources.ts';

describe('the size of a policy', () => {
  const spaced = '{ "a":\t"é" }\r\n';
  const rows: [PolicyHolder, number, number, string][] = [
    ['managed', 6_144, 9, sources.quotas],
    ['user-inline', 2_048, 9, sources.quotas],
    ['group-inline', 5_120, 9, sources.quotas],
    ['role-inline', 10_240, 9, sources.quotas],
    ['trust', 2_048, 9, sources.quotas],
    ['session', 2_048, 14, sources.assumeRole],
    ['bucket', 20 * 1024, 15, sources.bucketPolicies],
    ['kms-key', 32 * 1024, 15, sources.putKeyPolicy],
  ];
  test.each(rows)('of kind %s is at most %i; the example counts %i (%s)', (holder, most, size) => {
    expect(policyLimits[holder].most).toBe(most);
    expect(policySize(spaced, holder)).toBe(size);
  });
});

describe('the characters of a policy document', () => {
  test.each([
    ['tab, line feed, carriage return', '\t\n\r', undefined],
    ['from space to ÿ', ' ~\u007F\u0080ÿ', undefined],
    ['a null', 'a\0', { character: '\0', index: 1 }],
    ['a vertical tab', '\v', { character: '\v', index: 0 }],
    ['the first character beyond ÿ', 'ÿĀ', { character: 'Ā', index: 1 }],
    ['a curly quote', 'it’s', { character: '’', index: 2 }],
    ['an emoji', 'ok 😀', { character: '😀', index: 3 }],
  ])(`%s (${sources.quotas})`, (_name, text, found) => {
    expect(forbiddenCharacter(text)).toEqual(found);
  });
});
