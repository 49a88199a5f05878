import { describe, expect, test } from 'vitest';
import { conditionsHold } from '../../../../src/core/policy/conditions/conditions.ts';
import { requestContext } from '../../../../src/core/policy/conditions/context.ts';
import type { ConditionBlock, OneOrMany } from '../../../../src/core/policy/language.ts';
import { sources } from './sources.ts';

type Values = string | readonly string[] | undefined;
type Row = [
  operator: string,
  expected: OneOrMany<string | number | boolean>,
  actual: Values,
  holds: boolean,
  source: string,
];

function holds(
  block: ConditionBlock,
  context: Record<string, string | readonly string[]>,
  version = '2012-10-17',
) {
  return conditionsHold(block, { context: requestContext(context), version });
}

function check(rows: Row[]) {
  test.each(rows)('%s %j of %j is %j (%s)', (operator, expected, actual, outcome) => {
    const context = actual === undefined ? {} : { 'aws:key': actual };
    expect(holds({ [operator]: { 'aws:Key': expected } }, context)).toBe(outcome);
  });
}

describe('string operators', () => {
  check([
    ['StringEquals', 'johndoe', 'johndoe', true, sources.condition],
    ['StringEquals', 'johndoe', 'JohnDoe', false, sources.condition],
    ['StringEquals', 'a*', 'abc', false, sources.operators],
    ['StringEquals', 'a*', 'a*', true, sources.operators],
    ['StringEquals', ['', 'home/'], '', true, sources.operators],
    ['StringNotEquals', 'a', 'b', true, sources.operators],
    ['StringNotEquals', 'a', 'a', false, sources.operators],
    ['StringEqualsIgnoreCase', 'johndoe', 'JohnDoe', true, sources.condition],
    ['StringNotEqualsIgnoreCase', 'johndoe', 'JohnDoe', false, sources.operators],
    ['StringLike', 't2.*', 't2.micro', true, sources.operators],
    ['StringLike', 't?.micro', 't2.micro', true, sources.operators],
    ['StringLike', 'T2.*', 't2.micro', false, sources.operators],
    ['StringLike', 'home', 'home/', false, sources.operators],
    ['StringNotLike', 't2.*', 't2.micro', false, sources.operators],
    [
      'StringLike',
      'arn:aws:someservice:*:111122223333:finance/*',
      'arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt',
      true,
      sources.operators,
    ],
  ]);
});

describe('number operators', () => {
  check([
    ['NumericEquals', '10', '10.0', true, sources.operators],
    ['NumericEquals', 10, '10', true, sources.grammar],
    ['NumericNotEquals', '10', '11', true, sources.operators],
    ['NumericLessThan', '10', '10', false, sources.operators],
    ['NumericLessThan', '10', '9', true, sources.operators],
    ['NumericLessThanEquals', '10', '10', true, sources.operators],
    ['NumericLessThanEquals', '10', '11', false, sources.operators],
    ['NumericGreaterThan', '-1.5', '-1', true, sources.operators],
    ['NumericGreaterThanEquals', '10', '10', true, sources.operators],
    ['NumericGreaterThanEquals', 'ten', '10', false, sources.operators],
    ['NumericLessThan', '10', '0x1', false, sources.operators],
  ]);
});

describe('date operators', () => {
  check([
    ['DateGreaterThan', '2020-01-01T00:00:01Z', '2020-01-01T00:00:02Z', true, sources.operators],
    ['DateGreaterThan', '2020-01-01T00:00:01Z', '2020-01-01T00:00:01Z', false, sources.operators],
    ['DateGreaterThanEquals', '2020-01-01', '2020-01-01T00:00:00Z', true, sources.operators],
    ['DateLessThan', '2020', '2019-12-31T23:59:59.9Z', true, sources.operators],
    ['DateLessThanEquals', '2020-01', '2020-01-01T01:00:00+01:00', true, sources.operators],
    ['DateEquals', '1577836800', '2020-01-01T00:00Z', true, sources.operators],
    ['DateNotEquals', '2020-01-01', '1577836801', true, sources.operators],
    ['DateEquals', '2020-13-01', '2020-13-01', false, sources.operators],
    ['DateLessThan', '2020-01-0*', '2019-01-01', false, sources.operators],
  ]);
});

describe('truth and bytes', () => {
  check([
    ['Bool', 'false', 'false', true, sources.operators],
    ['Bool', false, 'false', true, sources.grammar],
    ['Bool', 'true', 'True', true, sources.operators],
    ['Bool', 'true', 'false', false, sources.operators],
    ['Bool', 'yes', 'yes', false, sources.operators],
    ['BinaryEquals', 'QmluYXJ5VmFsdWVJbkJhc2U2NA==', 'QmluYXJ5VmFsdWVJbkJhc2U2NA==', true, sources.operators],
    ['BinaryEquals', 'QQ==', 'QQ', true, sources.operators],
    ['BinaryEquals', 'QQ==', 'Qg==', false, sources.operators],
    ['BinaryEquals', 'not base64!', 'not base64!', false, sources.operators],
  ]);
});

describe('address operators', () => {
  check([
    ['IpAddress', '203.0.113.0/24', '203.0.113.255', true, sources.operators],
    ['IpAddress', '203.0.113.0/24', '203.0.114.0', false, sources.operators],
    ['IpAddress', '203.0.113.7', '203.0.113.7', true, sources.operators],
    ['IpAddress', '203.0.113.7', '203.0.113.8', false, sources.operators],
    ['IpAddress', '0.0.0.0/0', '198.51.100.1', true, sources.operators],
    ['IpAddress', '203.0.113.0/24', '203.0.113.0/16', false, sources.operators],
    ['IpAddress', '2001:DB8:1234:5678::/64', '2001:db8:1234:5678:9::1', true, sources.operators],
    ['IpAddress', '2001:DB8:1234:5678::/64', '2001:db8:1234:5679::1', false, sources.operators],
    ['IpAddress', '::/0', '::1', true, sources.operators],
    ['IpAddress', '::/0', '1:2:3:4:5:6:7:8', true, sources.operators],
    ['IpAddress', '0.0.0.0/0', '::1', false, sources.operators],
    ['NotIpAddress', '203.0.113.0/24', '203.0.113.1', false, sources.operators],
    ['NotIpAddress', '203.0.113.0/24', '192.0.2.1', true, sources.operators],
    ...[
      '203.0.113',
      '203.0.113.256',
      '1.2.3.4/33',
      '1.2.3.4/a',
      '1.2.3.4/1/2',
      '',
      '1:2:3',
      '1:2:3:4:5:6:7:8:9',
      '1::2::3',
      '1:2:3:4::5:6:7:8',
      '12345::',
    ].map((broken): Row => ['IpAddress', ['0.0.0.0/0', '::/0'], broken, false, sources.operators]),
    ['IpAddress', '203.0.113.0/99', '203.0.113.1', false, sources.operators],
  ]);
});

describe('ARN operators', () => {
  const topic = 'arn:aws:sns:us-east-2:123456789012:topic';
  check([
    ['ArnEquals', topic, topic, true, sources.operators],
    ['ArnEquals', 'arn:aws:sns:*:123456789012:*', topic, true, sources.operators],
    ['ArnLike', 'arn:aws:sns:*:123456789012:t?pic', topic, true, sources.operators],
    ['ArnLike', topic.toUpperCase(), topic, false, sources.operators],
    ['ArnLike', 'arn:aws:sns:*', topic, false, sources.operators],
    ['ArnLike', '*:*:*:*:*:*', 'topic', false, sources.operators],
    ['ArnNotEquals', topic, topic, false, sources.operators],
    ['ArnNotLike', 'arn:aws:sns:*:999999999999:*', topic, true, sources.operators],
    [
      'ArnLike',
      'arn:aws:someservice:*:111122223333:finance/*',
      'arn:aws:someservice:us-east-2:999999999999:store/abc:111122223333:finance/document.txt',
      false,
      sources.operators,
    ],
    ['ArnLike', 'arn:aws:s3:::bucket/*:c', 'arn:aws:s3:::bucket/a:b:c', true, sources.operators],
  ]);
});

describe('a key that is not in the request', () => {
  check([
    ['StringEquals', 'a', undefined, false, sources.operators],
    ['StringLike', '*', undefined, false, sources.operators],
    ['StringNotEquals', 'a', undefined, true, sources.operators],
    ['StringNotLike', '*', undefined, true, sources.operators],
    ['ArnNotLike', 'arn:*:*:*:*:*', undefined, true, sources.operators],
    ['NumericLessThan', '1', undefined, false, sources.operators],
    ['DateGreaterThan', '2020', undefined, false, sources.operators],
    ['Bool', 'false', undefined, false, sources.operators],
    ['NotIpAddress', '0.0.0.0/0', undefined, true, sources.operators],
    ['StringLikeIfExists', ['t1.*', 't2.*'], undefined, true, sources.operators],
    ['StringLikeIfExists', ['t1.*', 't2.*'], 'm3.large', false, sources.operators],
    ['StringNotEqualsIfExists', 'a', undefined, true, sources.operators],
    ['StringNotEqualsIfExists', 'a', 'a', false, sources.operators],
    ['BoolIfExists', 'true', undefined, true, sources.operators],
    ['Null', 'true', undefined, true, sources.operators],
    ['Null', 'false', undefined, false, sources.operators],
    ['Null', 'true', '2020-01-01', false, sources.operators],
    ['Null', false, '2020-01-01', true, sources.operators],
    ['Null', ['true', 'false'], 'a', true, sources.multipleValues],
    ['Null', 'true', [], true, sources.operators],
    ['ForAllValues:StringEquals', 'a', undefined, true, sources.singleOrMulti],
    ['ForAllValues:StringNotLike', 'key1*', undefined, true, sources.multivalued],
    ['ForAnyValue:StringEquals', 'a', undefined, false, sources.singleOrMulti],
    ['ForAnyValue:StringNotEquals', 'a', undefined, false, sources.singleOrMulti],
    ['ForAnyValue:StringEqualsIfExists', 'a', undefined, true, sources.operators],
    ['ForAllValues:StringEquals', 'a', [], true, sources.multipleValues],
    ['ForAnyValue:StringEquals', 'a', [], false, sources.multipleValues],
  ]);
});

describe('several values', () => {
  const allowed = ['PostDateTime', 'Message', 'Tags'];
  check([
    ['StringEquals', ['a', 'b'], 'b', true, sources.multipleValues],
    ['StringEquals', ['a', 'b'], 'c', false, sources.multipleValues],
    ['StringNotEquals', ['a', 'b'], 'b', false, sources.multipleValues],
    ['StringNotEquals', ['a', 'b'], 'c', true, sources.multipleValues],
    ['ForAllValues:StringEquals', allowed, ['PostDateTime', 'Message'], true, sources.multipleValues],
    ['ForAllValues:StringEquals', allowed, ['PostDateTime', 'UserName'], false, sources.multipleValues],
    [
      'ForAnyValue:StringEquals',
      ['ID', 'PostDateTime'],
      ['UserName', 'Message', 'PostDateTime'],
      true,
      sources.multipleValues,
    ],
    ['ForAnyValue:StringEquals', ['ID', 'PostDateTime'], ['UserName'], false, sources.multipleValues],
    ['ForAllValues:StringNotLike', 'key1*', ['key1:legal'], false, sources.multivalued],
    ['ForAllValues:StringNotLike', 'key1*', ['key1:hr', 'key1:personnel'], false, sources.multivalued],
    ['ForAllValues:StringNotLike', 'key1*', ['key2:audit'], true, sources.multivalued],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'c'], true, sources.singleOrMulti],
    ['ForAnyValue:StringNotEquals', ['a', 'b'], ['a', 'b'], false, sources.singleOrMulti],
    ['StringEquals', 'a', ['b', 'a'], true, sources.condition],
    ['StringNotEquals', 'a', ['b', 'a'], false, sources.condition],
    ['StringEquals', [], 'a', false, sources.analyzer],
    ['ForAnyValue:StringNotEquals', [], ['a'], false, sources.analyzer],
    ['StringNotEqualsIfExists', [], 'a', false, sources.analyzer],
    ['StringEqualsIfExists', [], undefined, true, sources.analyzer],
    ['ForAllValues:StringEquals', [], ['a'], false, sources.analyzer],
  ]);
});

describe(`a block (${sources.multipleValues})`, () => {
  const block = {
    DateGreaterThan: { 'aws:CurrentTime': '2019-07-16T12:00:00Z' },
    DateLessThan: { 'aws:CurrentTime': '2019-07-16T15:00:00Z' },
    IpAddress: { 'aws:SourceIp': ['192.0.2.0/24', '203.0.113.0/24'] },
  };
  test.each([
    ['2019-07-16T13:00:00Z', '203.0.113.9', true],
    ['2019-07-16T13:00:00Z', '198.51.100.9', false],
    ['2019-07-16T15:00:00Z', '203.0.113.9', false],
    ['2019-07-16T11:00:00Z', '192.0.2.1', false],
  ])('needs all its operators: at %s from %s it is %j', (time, ip, outcome) => {
    expect(holds(block, { 'aws:CurrentTime': time, 'aws:SourceIp': ip })).toBe(outcome);
  });

  test.each([
    ['a', 'b', true],
    ['a', 'x', false],
    ['x', 'b', false],
  ])('needs all keys of one operator: %s and %s make %j', (one, two, outcome) => {
    const keys = { 'aws:PrincipalTag/department': 'a', 'aws:PrincipalTag/role': 'b' };
    const context = { 'aws:principaltag/DEPARTMENT': one, 'AWS:PrincipalTag/role': two };
    expect(holds({ StringEquals: keys }, context)).toBe(outcome);
  });

  test('that is missing or empty always holds', () => {
    const scope = { context: requestContext({}), version: undefined };
    expect(conditionsHold(undefined, scope)).toBe(true);
    expect(conditionsHold({}, scope)).toBe(true);
  });

  test('with an operator that AWS does not have is an error, not a guess', () => {
    expect(() => holds({ StringEqual: { 'aws:a': 'a' } }, {})).toThrow(
      '"StringEqual" is not a condition operator',
    );
  });
});

describe(`policy variables in conditions (${sources.variables})`, () => {
  const context = {
    'aws:username': 'ann*',
    's3:prefix': 'home/ann*/',
    'aws:TagKeys': ['a', 'b'],
    'aws:SecureTransport': 'true',
  };
  test.each([
    ['StringEquals', 's3:prefix', 'home/${aws:username}/', '2012-10-17', true],
    ['StringLike', 's3:prefix', 'home/${AWS:UserName}/*', '2012-10-17', true],
    ['StringLike', 's3:prefix', 'home/${aws:username}/*', '2008-10-17', false],
    ['StringLike', 's3:prefix', 'home/${aws:FederatedProvider}*', '2012-10-17', false],
    ['StringNotLike', 's3:prefix', 'home/${aws:FederatedProvider}*', '2012-10-17', true],
    ['StringLike', 's3:prefix', 'home/${aws:TagKeys}*', '2012-10-17', false],
    ['StringEquals', 's3:prefix', 'home/ann${*}/', '2012-10-17', true],
    ['StringLike', 'aws:username', "${aws:userid, 'ann*'}", '2012-10-17', true],
    ['StringLike', 'aws:username', "${aws:userid, 'an*'}", '2012-10-17', false],
    ['Bool', 'aws:SecureTransport', '${aws:SecureTransport}', '2012-10-17', false],
    ['StringEqualsIfExists', 'aws:absent', '${aws:absent}', '2012-10-17', true],
  ])('%s %s %s under Version %s is %j', (...[operator, key, value, version, outcome]) => {
    expect(holds({ [operator]: { [key]: value } }, context, version)).toBe(outcome);
  });

  test('what comes in through a variable is no wildcard', () => {
    const block = { StringLike: { 's3:prefix': 'home/${aws:username}/' } };
    expect(holds(block, { ...context, 's3:prefix': 'home/anna/' })).toBe(false);
  });
});
