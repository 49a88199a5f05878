import { describe } from 'vitest';
import {
  allow,
  bucket,
  callers,
  check,
  customer,
  deny,
  nothing,
  other,
  own,
  policy,
  put,
  roleArn,
  sessionArn,
  to,
  userArn,
} from './requests.ts';
import { sources } from './sources.ts';

describe('permissions boundary', () => {
  const within = { boundary: policy({ ...allow, Action: 's3:*' }) };
  const outside = { boundary: policy(other) };
  check([
    [
      'allows nothing by itself',
      put(callers.user),
      { ...nothing, ...within },
      'implicit-deny by identity',
      sources.boundaries,
    ],
    [
      'lets through what both allow',
      put(callers.user),
      { ...own, ...within },
      'allowed by identity',
      sources.boundaries,
    ],
    [
      'stops what it does not allow',
      put(callers.user),
      { ...own, ...outside },
      'implicit-deny by boundary',
      sources.boundaries,
    ],
    [
      'denies',
      put(callers.user),
      { ...own, boundary: policy(deny) },
      'explicit-deny by boundary',
      sources.boundaries,
    ],
    [
      'does not stop what the bucket grants to the user',
      put(callers.user),
      { ...nothing, ...outside, ...bucket(to({ AWS: userArn })) },
      'allowed by resource',
      sources.logic,
    ],
    [
      'stops what the bucket grants to the role',
      put(callers.session),
      { ...nothing, ...outside, ...bucket(to({ AWS: roleArn })) },
      'implicit-deny by boundary',
      sources.logic,
    ],
    [
      'does not stop what the bucket grants to the session',
      put(callers.session),
      { ...nothing, ...outside, ...bucket(to({ AWS: sessionArn })) },
      'allowed by resource',
      sources.logic,
    ],
    [
      'does not stop what the bucket grants to all',
      put(callers.session),
      { ...nothing, ...outside, ...bucket(to('*')) },
      'allowed by resource',
      sources.principal,
    ],
  ]);
});

describe('session policy', () => {
  const within = { session: [policy(other), policy(allow)] };
  const outside = { session: [policy(other)] };
  check([
    ['none: the role decides', put(callers.session), own, 'allowed by identity', sources.logic],
    [
      'an empty list is none',
      put(callers.session),
      { ...own, session: [] },
      'allowed by identity',
      sources.logic,
    ],
    [
      'allows nothing by itself',
      put(callers.session),
      { ...nothing, ...within },
      'implicit-deny by identity',
      sources.policies,
    ],
    [
      'lets through what both allow',
      put(callers.session),
      { ...own, ...within },
      'allowed by identity',
      sources.policies,
    ],
    [
      'stops what it does not allow',
      put(callers.session),
      { ...own, ...outside },
      'implicit-deny by session',
      sources.policies,
    ],
    [
      'denies',
      put(callers.session),
      { ...own, session: [policy(allow, deny)] },
      'explicit-deny by session',
      sources.policies,
    ],
    [
      'lets through what the bucket grants to the role',
      put(callers.session),
      { ...nothing, ...within, ...bucket(to({ AWS: roleArn })) },
      'allowed by resource',
      sources.policies,
    ],
    [
      'stops what the bucket grants to the role',
      put(callers.session),
      { ...nothing, ...outside, ...bucket(to({ AWS: roleArn })) },
      'implicit-deny by session',
      sources.policies,
    ],
    [
      'does not stop what the bucket grants to the session',
      put(callers.session),
      { ...nothing, ...outside, ...bucket(to({ AWS: sessionArn })) },
      'allowed by resource',
      sources.policies,
    ],
    [
      'the boundary is asked before the session',
      put(callers.session),
      { ...own, boundary: policy(other), ...outside },
      'implicit-deny by boundary',
      sources.logic,
    ],
  ]);
});

describe('NotPrincipal with Deny', () => {
  const except = (...names: string[]) => ({ ...own, ...bucket({ ...deny, NotPrincipal: { AWS: names } }) });
  check([
    [
      'spares the user that it names with the account',
      put(callers.user),
      except(userArn, customer),
      'allowed by identity',
      sources.notPrincipal,
    ],
    [
      'hits the user whose account it does not name',
      put(callers.user),
      except(userArn),
      'explicit-deny by resource',
      sources.notPrincipal,
    ],
    [
      'spares the session that it names with role and account',
      put(callers.session),
      except(sessionArn, roleArn, customer),
      'allowed by identity',
      sources.notPrincipal,
    ],
    [
      'hits the session whose role it does not name',
      put(callers.session),
      except(sessionArn, customer),
      'explicit-deny by resource',
      sources.notPrincipal,
    ],
    [
      'hits everybody who has a boundary',
      put(callers.user),
      { ...except(userArn, customer), boundary: policy(allow) },
      'explicit-deny by resource',
      sources.boundaries,
    ],
  ]);
});
