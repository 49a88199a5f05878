import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  authorize,
  type AccessRequest,
  type AppliedPolicies,
} from '../../../../src/core/policy/authorize.ts';
import type { PolicyDocument, Principals, Statement } from '../../../../src/core/policy/document.ts';
import { callers, customer, policy, roleArn, sessionArn, userArn, vendor } from './requests.ts';
import { runs } from '../../../fakes/runs.ts';

const action = fc.constantFrom('s3:PutObject', 's3:GetObject', 'sts:AssumeRole');
const actionPattern = fc.constantFrom('*', 's3:*', 's3:Put*', 'S3:getobject', 'sts:AssumeRole');
const resource = fc.constantFrom('arn:aws:s3:::bucket/a', 'arn:aws:s3:::bucket/b');
const resourcePattern = fc.constantFrom('*', 'arn:aws:s3:::bucket/*', 'arn:aws:s3:::bucket/${aws:username}');
const principal = fc.constantFrom<Principals>(
  '*',
  { AWS: customer },
  { AWS: [vendor] },
  { AWS: userArn },
  { AWS: [roleArn] },
  { AWS: sessionArn },
  { Service: callers.service.arn },
);
const condition = fc.option(
  fc.constantFrom(
    { StringEquals: { 'aws:username': 'a' } },
    { StringNotEquals: { 'aws:username': 'a' } },
    { Null: { 'aws:username': 'true' } },
    { 'ForAllValues:StringLike': { 'aws:TagKeys': ['a*'] } },
  ),
  { nil: undefined },
);

const statement: fc.Arbitrary<Statement> = fc
  .record({
    effect: fc.constantFrom<Statement['Effect']>('Allow', 'Deny'),
    actions: fc.record({ not: fc.boolean(), value: actionPattern }),
    resources: fc.record({ not: fc.boolean(), value: resourcePattern }),
    condition,
  })
  .map(({ effect, actions, resources, condition }) =>
    Object.assign(
      { Effect: effect },
      { [actions.not ? 'NotAction' : 'Action']: actions.value },
      { [resources.not ? 'NotResource' : 'Resource']: resources.value },
      condition && { Condition: condition },
    ),
  );
const named: fc.Arbitrary<Statement> = fc
  .tuple(statement, principal, fc.boolean())
  .map(([statement, principal, not]) =>
    Object.assign({}, statement, {
      [not && statement.Effect === 'Deny' ? 'NotPrincipal' : 'Principal']: principal,
    }),
  );
const document = (of: fc.Arbitrary<Statement>) =>
  fc.array(of, { minLength: 1, maxLength: 3 }).map((list) => policy(...list));

const policies: fc.Arbitrary<AppliedPolicies> = fc.record(
  {
    identity: fc.array(document(statement), { maxLength: 2 }),
    boundary: document(statement),
    session: fc.array(document(statement), { maxLength: 2 }),
    resource: document(named),
    resourceKind: fc.constantFrom('bucket', 'role-trust', 'kms-key'),
  },
  { requiredKeys: ['identity'] },
);
const request: fc.Arbitrary<AccessRequest> = fc.record({
  caller: fc.constantFrom(...Object.values(callers)),
  action,
  resource,
  resourceAccount: fc.constantFrom(customer, vendor),
  context: fc.constantFrom<AccessRequest['context'][]>(
    {},
    { 'aws:username': 'a' },
    { 'aws:TagKeys': ['a', 'b'] },
  ),
});
const layer = fc.constantFrom('identity', 'boundary', 'session', 'resource');

/** The document with one statement more, at its end. */
function longer(document: PolicyDocument, more: Statement): PolicyDocument {
  return { ...document, Statement: [document.Statement, more].flat() };
}

/** The policies with one statement more in the layer; a layer that is not there stays away. */
function withStatement(policies: AppliedPolicies, layer: string, more: Statement): AppliedPolicies {
  const { identity, boundary, session, resource } = policies;
  if (layer === 'identity') return { ...policies, identity: [...identity, policy(more)] };
  if (layer === 'boundary' && boundary) return { ...policies, boundary: longer(boundary, more) };
  if (layer === 'session' && session?.[0])
    return { ...policies, session: [longer(session[0], more), ...session.slice(1)] };
  return layer === 'resource' && resource ? { ...policies, resource: longer(resource, more) } : policies;
}

const often = { numRuns: runs(1000) };

test('one Deny more, in any layer, never allows more', () => {
  fc.assert(
    fc.property(
      request,
      policies,
      layer,
      fc.tuple(statement, named),
      (request, policies, layer, [plain, named]) => {
        const more: Statement = { ...(layer === 'resource' ? named : plain), Effect: 'Deny' };
        const before = authorize(request, policies);
        const after = authorize(request, withStatement(policies, layer, more));
        expect(after.allowed && !before.allowed).toBe(false);
      },
    ),
    often,
  );
});

test('one Allow more, in any layer, never denies more', () => {
  const granting = named.filter((statement) => statement.NotPrincipal === undefined);
  fc.assert(
    fc.property(
      request,
      policies,
      layer,
      fc.tuple(statement, granting),
      (request, policies, layer, [plain, named]) => {
        const more: Statement = { ...(layer === 'resource' ? named : plain), Effect: 'Allow' };
        const before = authorize(request, policies);
        const after = authorize(request, withStatement(policies, layer, more));
        expect(before.allowed && !after.allowed).toBe(false);
      },
    ),
    often,
  );
});

test('a boundary or a session policy more never allows more', () => {
  fc.assert(
    fc.property(request, policies, document(statement), (request, policies, limit) => {
      const { boundary: _boundary, session: _session, ...unlimited } = policies;
      const free = authorize(request, unlimited);
      for (const limited of [{ boundary: limit }, { session: [limit] }]) {
        expect(authorize(request, { ...unlimited, ...limited }).allowed && !free.allowed).toBe(false);
      }
    }),
    often,
  );
});

test('the case of an action and of a context key does not matter', () => {
  fc.assert(
    fc.property(request, policies, (request, policies) => {
      const context = Object.fromEntries(
        Object.entries(request.context).map(([key, value]) => [key.toUpperCase(), value]),
      );
      const shouted = { ...request, action: request.action.toUpperCase(), context };
      expect(authorize(shouted, policies)).toEqual(authorize(request, policies));
    }),
    often,
  );
});

test('the order of statements does not change whether a request is allowed', () => {
  const reversed = (document: PolicyDocument) => ({
    ...document,
    Statement: [document.Statement].flat().toReversed(),
  });
  fc.assert(
    fc.property(request, policies, (request, policies) => {
      const { boundary, session, resource } = policies;
      const turned: AppliedPolicies = {
        ...policies,
        identity: policies.identity.map(reversed).toReversed(),
        ...(boundary && { boundary: reversed(boundary) }),
        ...(session && { session: session.map(reversed).toReversed() }),
        ...(resource && { resource: reversed(resource) }),
      };
      const [one, two] = [authorize(request, policies), authorize(request, turned)];
      expect([two.allowed, two.reason]).toEqual([one.allowed, one.reason]);
    }),
    often,
  );
});

test('a denial names its layer, and every explicit deny and every grant by policy names its statement', () => {
  fc.assert(
    fc.property(request, policies, (request, policies) => {
      const decision = authorize(request, policies);
      expect(decision.layer).toBeDefined();
      const byNature = request.caller.kind === 'root' && decision.layer === 'identity';
      expect(decision.statement !== undefined || byNature).toBe(
        decision.reason !== 'implicit-deny' || byNature,
      );
      expect(decision.allowed).toBe(decision.reason === 'allowed');
    }),
    often,
  );
});
