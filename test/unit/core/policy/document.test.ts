import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parsePolicyDocument, type PolicyKind } from '../../../../src/core/policy/document.ts';
import { duplicateKey } from '../../../../src/core/policy/duplicate-keys.ts';
import { condition, identity, policy, principal, reasonOf, resource, trust } from './documents.ts';
import { sources } from './sources.ts';

describe('accepts', () => {
  const cases: [string, unknown, PolicyKind, string][] = [
    ['one statement without brackets', { Statement: identity }, 'identity', sources.grammar],
    ['the old Version', { Version: '2008-10-17', Statement: identity }, 'identity', sources.grammar],
    ['no Version', { Statement: [identity] }, 'identity', sources.grammar],
    ['an Id on a resource policy', { Id: 'a b', ...policy(resource) }, 'resource', sources.grammar],
    [
      'a Sid with spaces on a resource policy',
      policy({ ...resource, Sid: 'a b' }),
      'resource',
      sources.grammar,
    ],
    [
      'a repeated Sid on a resource policy',
      policy({ ...resource, Sid: 'a' }, { ...resource, Sid: 'a' }),
      'resource',
      sources.analyzer,
    ],
    ['empty Sids', policy({ ...identity, Sid: '' }, { ...identity, Sid: '' }), 'identity', sources.analyzer],
    [
      'action wildcards',
      policy({ ...identity, Action: ['*', 's3:Get*', 's3:*', 'iam:*AccessKey*'] }),
      'identity',
      sources.grammar,
    ],
    ['empty lists', policy({ ...identity, Action: [], Resource: [] }), 'identity', sources.analyzer],
    [
      'NotAction and NotResource',
      policy({ Effect: 'Deny', NotAction: 's3:*', NotResource: '*' }),
      'identity',
      sources.grammar,
    ],
    ['Principal "*" on a bucket', principal('*'), 'resource', sources.principal],
    [
      'every form of AWS principal',
      principal({
        AWS: [
          '*',
          '123456789012',
          'arn:aws:iam::123456789012:root',
          'arn:aws:iam::123456789012:user/path/name',
          'arn:aws:iam::123456789012:role/name',
          'arn:aws:sts::123456789012:assumed-role/role/session',
          'arn:aws:sts::123456789012:federated-user/name',
          'AROAEXAMPLEID0123456789',
        ],
      }),
      'resource',
      sources.principal,
    ],
    [
      'service, federated and canonical principals',
      principal({
        Service: 's3.amazonaws.com',
        Federated: 'accounts.google.com',
        CanonicalUser: '79a59df900b949e5',
      }),
      'resource',
      sources.principal,
    ],
    [
      'NotPrincipal with Deny',
      policy({ Effect: 'Deny', NotPrincipal: { AWS: '111122223333' }, Action: 's3:*', Resource: '*' }),
      'resource',
      sources.notPrincipal,
    ],
    ['a trust policy', policy(trust), 'trust', sources.grammar],
    [
      'strings, numbers and booleans in conditions',
      condition({ Bool: { 'aws:SecureTransport': true }, NumericLessThan: { 's3:max-keys': [10, '11'] } }),
      'identity',
      sources.grammar,
    ],
    [
      'prefix and suffix of an operator',
      condition({ 'ForAnyValue:StringLikeIfExists': { 'aws:TagKeys': 'a*' } }),
      'identity',
      sources.operators,
    ],
    [
      'Null',
      condition({ Null: { 'aws:TokenIssueTime': 'true' }, 'ForAllValues:Null': { 'aws:TagKeys': 'true' } }),
      'identity',
      sources.operators,
    ],
  ];
  test.each(cases)('%s', (_name, document, kind) => {
    expect(reasonOf(document, kind)).toBeUndefined();
  });

  test('and hands the document back as it is written', () => {
    const document = condition({ StringEquals: { 'sts:ExternalId': ['a', 'b'] } });
    expect(parsePolicyDocument(JSON.stringify(document, null, 2))).toEqual(document);
  });
});

describe('a repeated key', () => {
  test.each([
    ['{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}', undefined],
    ['{"a":{"b":1,"b" : 2}}', 'b'],
    ['{"a":1,"\\u0061":2}', 'a'],
    ['{"a":"a\\":{","a":2}', 'a'],
    ['["a","a"]', undefined],
  ])('in %s is %j', (json, key) => {
    expect(duplicateKey(json)).toBe(key);
  });

  test('is never seen in what JSON.stringify wrote, and always in what it wrote twice', () => {
    fc.assert(
      fc.property(fc.json(), fc.string(), (json, key) => {
        expect(duplicateKey(json)).toBeUndefined();
        const name = JSON.stringify(key);
        expect(duplicateKey(`[{${name}:${json}, ${name}: 1}]`)).toBe(key);
      }),
    );
  });
});

test('a document is accepted or refused with a reason, never anything else', () => {
  const word = fc.constantFrom(
    'Statement',
    'Effect',
    'Allow',
    'Action',
    'Principal',
    'AWS',
    '*',
    'Condition',
    'a:b',
  );
  const { tree } = fc.letrec((tie) => ({
    tree: fc.oneof({ maxDepth: 5 }, fc.constant(null), fc.nat(3), word, tie('list'), tie('object')),
    list: fc.array(tie('tree'), { maxLength: 3 }),
    object: fc.dictionary(word, tie('tree'), { maxKeys: 5 }),
  }));
  fc.assert(
    fc.property(tree, fc.constantFrom<PolicyKind>('identity', 'resource', 'trust'), (document, kind) => {
      expect(['undefined', 'string']).toContain(typeof reasonOf(document, kind));
    }),
  );
});
