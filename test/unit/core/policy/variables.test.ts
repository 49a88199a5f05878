import { expect, test } from 'vitest';
import { requestContext } from '../../../../src/core/policy/conditions/context.ts';
import { matches, plainText } from '../../../../src/core/policy/pattern.ts';
import { expandVariables, knowsVariables } from '../../../../src/core/policy/conditions/variables.ts';
import { sources } from './sources.ts';

const context = requestContext({
  'aws:username': 'ann',
  'aws:PrincipalTag/cost center': '42',
  'aws:TagKeys': ['a', 'b'],
  's3:prefix': '',
});

test.each([
  ['no variable', 'no variable'],
  ['${aws:username}', 'ann'],
  ['a/${ AWS:UserName }/b/${aws:username}', 'a/ann/b/ann'],
  ['${aws:PrincipalTag/cost center}', '42'],
  ['[${s3:prefix}]', '[]'],
  ["${aws:userid, 'anonymous'}", 'anonymous'],
  ["${aws:userid,'anonymous'}", 'anonymous'],
  ["${aws:userid, ''}", ''],
  ["${aws:TagKeys, 'many'}", 'many'],
  ['${*}${?}${$}{aws:username}', '*?${aws:username}'],
  ['${aws:username', '${aws:username'],
  ['${aws:userid}', undefined],
  ['${aws:TagKeys}', undefined],
  ['${aws:userid, anonymous}', undefined],
  ["${aws:userid, '}", undefined],
  ['${}', undefined],
])(`%j becomes %j (${sources.variables})`, (text, expanded) => {
  const pattern = expandVariables(text, context);
  expect(pattern && plainText(pattern)).toBe(expanded);
});

test('only an asterisk that the policy itself writes is a wildcard', () => {
  const pattern = expandVariables('${*}*', context)!;
  expect([matches(pattern, '*abc'), matches(pattern, 'abc')]).toEqual([true, false]);
});

test.each([
  ['2012-10-17', true],
  ['2008-10-17', false],
  [undefined, false],
])(`Version %s knows variables: %j (${sources.variables})`, (version, knows) => {
  expect(knowsVariables(version)).toBe(knows);
});
