import { describe, expect, test } from 'vitest';
import { requestContext } from '../../../../src/core/policy/conditions/context.ts';
import type { OneOrMany } from '../../../../src/core/policy/language.ts';
import type { Statement } from '../../../../src/core/policy/document.ts';
import { speaksOf } from '../../../../src/core/policy/statements.ts';
import { sources } from './sources.ts';

const context = requestContext({ 'aws:username': 'ann', 'aws:PrincipalTag/team': '*' });
const all = { Effect: 'Allow', Action: '*', Resource: '*' } as const;
const put = (more: Partial<Statement>): Statement => ({ ...all, ...more });

type Row = [element: OneOrMany<string>, asked: string, outcome: boolean, source: string];

function speaks(statement: Statement, action: string, resource: string, version = '2012-10-17') {
  return speaksOf(statement, { action, resource, context }, version);
}

describe('Action', () => {
  test.each<Row>([
    ['*', 's3:PutObject', true, sources.grammar],
    ['s3:*', 's3:PutObject', true, sources.action],
    ['s3:Put*', 's3:PutObject', true, sources.action],
    ['S3:putobject', 's3:PutObject', true, sources.action],
    ['IAM:listaccesskeys', 'iam:ListAccessKeys', true, sources.action],
    ['iam:*AccessKey*', 'iam:CreateAccessKey', true, sources.action],
    ['s3:PutObject', 's3:PutObjectTagging', false, sources.action],
    ['s3:?utObject', 's3:PutObject', true, sources.action],
    ['s3:*', 's3-object-lambda:WriteGetObjectResponse', false, sources.action],
    [['s3:GetObject', 's3:PutObject'], 's3:PutObject', true, sources.action],
    [[], 's3:PutObject', false, sources.analyzer],
  ])('%j speaks of %s: %j (%s)', (Action, action, outcome) => {
    expect(speaks(put({ Action }), action, 'arn:aws:s3:::b/k')).toBe(outcome);
  });

  test.each<Row>([
    ['s3:DeleteBucket', 's3:PutObject', true, sources.notAction],
    ['s3:DeleteBucket', 'S3:deletebucket', false, sources.notAction],
    ['iam:*', 'iam:GetUser', false, sources.notAction],
    [['iam:*', 's3:*'], 'ec2:RunInstances', true, sources.notAction],
    [[], 's3:PutObject', false, sources.analyzer],
  ])('NotAction %j speaks of %s: %j (%s)', (NotAction, action, outcome) => {
    const { Action: _, ...rest } = all;
    expect(speaks({ ...rest, NotAction }, action, 'arn:aws:s3:::b/k')).toBe(outcome);
  });
});

describe('Resource', () => {
  const deep = 'arn:aws:s3:::amzn-s3-demo-bucket/*/test/*';
  test.each<Row>([
    ['arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket/a/b', true, sources.resource],
    ['arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket', false, sources.resource],
    ['arn:aws:s3:::bucket', 'arn:aws:s3:::bucket/a', false, sources.resource],
    ['arn:aws:s3:::bucket/A', 'arn:aws:s3:::bucket/a', false, sources.resource],
    [deep, 'arn:aws:s3:::amzn-s3-demo-bucket/1/test/object.jpg', true, sources.resource],
    [deep, 'arn:aws:s3:::amzn-s3-demo-bucket/1///test///object.jpg', true, sources.resource],
    [deep, 'arn:aws:s3:::amzn-s3-demo-bucket//test/object.jpg', true, sources.resource],
    [deep, 'arn:aws:s3:::amzn-s3-demo-bucket/1/test/', true, sources.resource],
    [deep, 'arn:aws:s3:::amzn-s3-demo-bucket/1-test/object.jpg', false, sources.resource],
    [deep, 'arn:aws:s3:::amzn-s3-demo-bucket/test/object.jpg', false, sources.resource],
    [deep, 'arn:aws:s3:::amzn-s3-demo-bucket/1/2/test.jpg', false, sources.resource],
    ['arn:aws:s3:::*log*', 'arn:aws:s3:::my-logs/a', true, sources.logic],
    ['arn:aws:s3:::*', 'arn:aws:s3:::bucket/a:b', true, sources.resource],
    ['arn:aws:sqs', 'arn:aws:sqs:us-east-2:111122223333:queue', true, sources.resource],
    ['arn:aws:sqs', 'arn:aws:sns:us-east-2:111122223333:topic', false, sources.resource],
    ['arn:aws:s3:::home/${aws:username}/*', 'arn:aws:s3:::home/ann/x', true, sources.variables],
    ['arn:aws:s3:::home/${aws:username}/*', 'arn:aws:s3:::home/bob/x', false, sources.variables],
    ['arn:aws:s3:::home/${aws:PrincipalTag/team}', 'arn:aws:s3:::home/x', false, sources.variables],
    ['arn:aws:s3:::home/${aws:absent}*', 'arn:aws:s3:::home/x', false, sources.variables],
    ['arn:aws:${aws:username}:::x', 'arn:aws:ann:::x', false, sources.variables],
    [[], 'arn:aws:s3:::bucket', false, sources.analyzer],
  ])('%j speaks of %s: %j (%s)', (Resource, resource, outcome) => {
    expect(speaks(put({ Resource }), 's3:GetObject', resource)).toBe(outcome);
  });

  test.each<Row>([
    ['arn:aws:s3:::bucket/*', 'arn:aws:s3:::other/a', true, sources.notResource],
    ['arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket/a', false, sources.notResource],
    ['arn:aws:s3:::home/${aws:absent}', 'arn:aws:s3:::home/x', true, sources.variables],
    [[], 'arn:aws:s3:::bucket', false, sources.analyzer],
  ])('NotResource %j speaks of %s: %j (%s)', (NotResource, resource, outcome) => {
    const { Resource: _, ...rest } = all;
    expect(speaks({ ...rest, NotResource }, 's3:GetObject', resource)).toBe(outcome);
  });

  test(`of Version 2008-10-17 takes \${…} as it stands (${sources.variables})`, () => {
    const statement = put({ Resource: 'arn:aws:s3:::home/${aws:username}' });
    expect(speaks(statement, 's3:GetObject', 'arn:aws:s3:::home/${aws:username}', '2008-10-17')).toBe(true);
    expect(speaks(statement, 's3:GetObject', 'arn:aws:s3:::home/ann', '2008-10-17')).toBe(false);
  });

  test(`is not needed in a trust policy (${sources.grammar})`, () => {
    const { Resource: _, ...rest } = all;
    expect(speaks(rest, 'sts:AssumeRole', 'arn:aws:iam::111122223333:role/r')).toBe(true);
  });
});

test('a statement speaks of a request only if its conditions hold as well', () => {
  const statement = put({ Condition: { StringEquals: { 'aws:username': 'bob' } } });
  expect(speaks(statement, 's3:GetObject', 'arn:aws:s3:::bucket')).toBe(false);
});
