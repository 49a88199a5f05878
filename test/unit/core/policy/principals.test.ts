import { describe, expect, test } from 'vitest';
import type { Principals } from '../../../../src/core/policy/language.ts';
import { exempts, namingsOf, type Caller } from '../../../../src/core/policy/principals.ts';
import { sources } from './sources.ts';

const account = '444455556666';
const rootArn = `arn:aws:iam::${account}:root`;
const userArn = `arn:aws:iam::${account}:user/team/bob`;
const roleArn = `arn:aws:iam::${account}:role/team/auditor`;
const sessionArn = `arn:aws:sts::${account}:assumed-role/auditor/app`;

const callers = {
  root: { kind: 'root', account, arn: rootArn },
  user: { kind: 'user', account, arn: userArn, principalId: 'AIDAEXAMPLEUSER00001' },
  session: { kind: 'assumed-role', account, arn: sessionArn, roleArn, principalId: 'AROAEXAMPLEROLE00001' },
  bareSession: { kind: 'assumed-role', account, arn: sessionArn },
  service: { kind: 'service', account: '', arn: 's3.amazonaws.com' },
  anonymous: { kind: 'anonymous', account: '', arn: '' },
} as const satisfies Record<string, Caller>;

type Name = keyof typeof callers;

describe('Principal', () => {
  const rows: [Principals, Name, string[], string][] = [
    ['*', 'user', ['everyone'], sources.principal],
    ['*', 'anonymous', ['everyone'], sources.principal],
    [{ AWS: '*' }, 'anonymous', ['everyone'], sources.principal],
    [{ AWS: '*' }, 'session', ['everyone'], sources.principal],
    [{ AWS: account }, 'user', ['account'], sources.principal],
    [{ AWS: rootArn }, 'user', ['account'], sources.principal],
    [{ AWS: rootArn }, 'session', ['account'], sources.principal],
    [{ AWS: rootArn }, 'root', ['account'], sources.principal],
    [{ AWS: '111122223333' }, 'user', [], sources.principal],
    [{ AWS: rootArn.replace('aws', 'aws-cn') }, 'user', [], sources.principal],
    [{ AWS: account }, 'service', [], sources.principal],
    [{ AWS: account }, 'anonymous', [], sources.principal],
    [{ AWS: userArn }, 'user', ['itself'], sources.principal],
    [{ AWS: userArn.toUpperCase() }, 'user', [], sources.principal],
    [{ AWS: `arn:aws:iam::${account}:user/*` }, 'user', [], sources.principal],
    [{ AWS: 'AIDAEXAMPLEUSER00001' }, 'user', ['itself'], sources.principal],
    [{ AWS: 'AIDAEXAMPLEUSER00002' }, 'user', [], sources.principal],
    [{ AWS: roleArn }, 'session', ['role'], sources.principal],
    [{ AWS: `arn:aws:iam::${account}:role/auditor` }, 'session', [], sources.principal],
    [{ AWS: `arn:aws:iam::${account}:role/auditor` }, 'bareSession', ['role'], sources.principal],
    [{ AWS: 'AROAEXAMPLEROLE00001' }, 'session', ['role'], sources.principal],
    [{ AWS: sessionArn }, 'session', ['itself'], sources.principal],
    [{ AWS: `arn:aws:sts::${account}:assumed-role/auditor/*` }, 'session', [], sources.principal],
    [{ AWS: [roleArn, account, sessionArn] }, 'session', ['role', 'account', 'itself'], sources.principal],
    [{ Service: ['ecs.amazonaws.com', 's3.amazonaws.com'] }, 'service', ['itself'], sources.principal],
    [{ Service: 'ecs.amazonaws.com' }, 'service', [], sources.principal],
    [{ Service: userArn }, 'user', [], sources.principal],
    [{ Federated: 'accounts.google.com' }, 'user', [], sources.principal],
    [{}, 'user', [], sources.analyzer],
  ];
  test.each(rows)('%j names the %s as %j (%s)', (principals, caller, namings) => {
    expect([...namingsOf(principals, callers[caller])].sort()).toEqual(namings.sort());
  });

  test('of a session whose ARN is broken names no role', () => {
    const broken: Caller = { kind: 'assumed-role', account, arn: 'x' };
    expect(namingsOf({ AWS: roleArn }, broken).size).toBe(0);
  });
});

describe('NotPrincipal', () => {
  const rows: [Principals, Name, boolean, string][] = [
    [{ AWS: [userArn, rootArn] }, 'user', true, sources.notPrincipal],
    [{ AWS: userArn }, 'user', false, sources.notPrincipal],
    [{ AWS: rootArn }, 'user', false, sources.notPrincipal],
    [{ AWS: rootArn }, 'root', true, sources.notPrincipal],
    [{ AWS: [sessionArn, roleArn, rootArn] }, 'session', true, sources.notPrincipal],
    [{ AWS: [roleArn, rootArn] }, 'session', false, sources.notPrincipal],
    [{ AWS: [sessionArn, rootArn] }, 'session', false, sources.notPrincipal],
    [{ AWS: [sessionArn, roleArn] }, 'session', false, sources.notPrincipal],
    [{ Service: 's3.amazonaws.com' }, 'service', true, sources.notPrincipal],
    [{ AWS: account }, 'anonymous', false, sources.notPrincipal],
    ['*', 'user', true, sources.notPrincipal],
  ];
  test.each(rows)('%j leaves the %s out: %j (%s)', (principals, caller, outcome) => {
    expect(exempts(principals, callers[caller])).toBe(outcome);
  });
});
