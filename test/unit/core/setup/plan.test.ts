import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { buildDesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import { readLiveDocument } from '../../../../src/core/setup/documents/live-document.ts';
import { planAccess } from '../../../../src/core/setup/plan/plan.ts';
import { compareStatements } from '../../../../src/core/setup/documents/statement-difference.ts';
import { validateAccessPlan } from '../../../../src/generated/documents/access-plan.ts';
import { goodAnswers } from './arbitrary-answers.ts';
import { answersWith, customer, vendor } from './answers.ts';
import { emptyWorld, worldOf } from './live-worlds.ts';

const desired = buildDesiredAccess(answersWith());

describe('a plan', () => {
  test('for an empty account makes policy, role and attachment, in this order', () => {
    const { changes, inSync } = planAccess(desired, emptyWorld);
    expect(inSync).toBe(false);
    expect(changes).toMatchObject([
      { kind: 'create-policy', arn: `arn:aws:iam::${customer}:policy/acme.s3.policy` },
      { kind: 'create-role', name: desired.role.name, trustPolicy: desired.role.trustPolicy },
      { kind: 'attach-policy', arn: `arn:aws:iam::${customer}:policy/acme.s3.policy` },
    ]);
  });

  test('for what it has made has nothing to do, whatever the answers', () => {
    fc.assert(
      fc.property(goodAnswers, (answers) => {
        const wanted = buildDesiredAccess(answers);
        expect(planAccess(wanted, worldOf(wanted))).toMatchObject({
          inSync: true,
          changes: [],
          findings: [],
        });
      }),
    );
  });

  test('conforms to its schema, whatever the documents there are', () => {
    const anything = fc.oneof(fc.json(), fc.string());
    fc.assert(
      fc.property(goodAnswers, anything, anything, (answers, trust, document) => {
        const wanted = buildDesiredAccess(answers);
        const plan = planAccess(wanted, worldOf(wanted, { trust, document }), { removeExtras: true });
        expect(validateAccessPlan(JSON.parse(JSON.stringify(plan)))).toBe(true);
        expect(plan.inSync).toBe(false);
      }),
    );
  });

  test('has the same hash for the same world, and another for any other', () => {
    const plan = planAccess(desired, worldOf(desired));
    const same = planAccess(structuredClone(desired), structuredClone(worldOf(desired)));
    expect(same).toEqual(plan);
    const worlds = [
      emptyWorld,
      { ...worldOf(desired), account: '999988887777' },
      worldOf(desired, { role: { id: 'AROAOTHER' } }),
      worldOf(desired, { role: { boundary: { arn: 'arn:aws:iam::aws:policy/X', document: '{}' } } }),
      worldOf(desired, { policy: { attachments: 2 } }),
      worldOf(desired, { policy: { versions: [{ id: 'v2', isDefault: true }] } }),
      worldOf(desired, { document: JSON.stringify(desired.policy.document, null, 1) }),
    ];
    const hashes = worlds.map((world) => planAccess(desired, world).hash);
    expect(new Set([plan.hash, ...hashes]).size).toBe(worlds.length + 1);
    expect(planAccess(desired, worldOf(desired), { removeExtras: true }).hash).not.toBe(plan.hash);
  });

  test('prunes the oldest version that is not in use, by number and not by name', () => {
    const versions = ['v12', 'v9', 'v10', 'v8', 'v11'].map((id) => ({ id, isDefault: id === 'v8' }));
    const world = worldOf(desired, { document: '{}', policy: { versions, defaultVersionId: 'v8' } });
    expect(planAccess(desired, world).changes).toMatchObject([
      { kind: 'delete-policy-version', versionId: 'v9' },
      { kind: 'create-policy-version' },
    ]);
  });

  test('prunes nothing while there is room', () => {
    const versions = ['v1', 'v2', 'v3', 'v4'].map((id) => ({ id, isDefault: id === 'v4' }));
    const { changes } = planAccess(desired, worldOf(desired, { document: '{}', policy: { versions } }));
    expect(changes.map(({ kind }) => kind)).toEqual(['create-policy-version']);
  });

  test('changes nothing while a name is taken', () => {
    const plan = planAccess(desired, { ...emptyWorld, sameName: { role: 'arn:aws:iam::1:role/x' } });
    expect(plan).toMatchObject({ changes: [], findings: [{ code: 'name-taken', level: 'blocking' }] });
  });
});

describe('statements', () => {
  const bare = { ...desired.role, trustPolicy: desired.role.trustPolicy };

  test.each([
    [
      'the account as a number, lists of one, another Sid, other case',
      {
        Version: '2012-10-17',
        Statement: {
          Sid: 'Other',
          Effect: 'Allow',
          Action: ['STS:assumerole'],
          Principal: { AWS: [vendor] },
          Condition: { StringEquals: { 'STS:EXTERNALID': [desired.externalId] } },
        },
      },
    ],
  ])('that only differ in spelling are the same: %s', (_what, document) => {
    expect(planAccess(desired, worldOf(desired, { trust: document }))).toMatchObject({ inSync: true });
  });

  test('that differ in a value are not the same: an external id has its case', () => {
    const other = JSON.stringify(bare.trustPolicy).replace(
      desired.externalId,
      desired.externalId.toUpperCase(),
    );
    expect(planAccess(desired, worldOf(desired, { trust: other })).inSync).toBe(false);
  });

  test('are told apart: kept, removed, added', () => {
    const [put] = [desired.policy.document.Statement].flat();
    const more = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
    const live = readLiveDocument(JSON.stringify({ Statement: [more, put] }), 'identity');
    expect(compareStatements(live, desired.policy.document).map(({ change }) => change)).toEqual([
      'remove',
      'keep',
    ]);
    const other = readLiveDocument(JSON.stringify({ Statement: [more] }), 'identity');
    expect(compareStatements(other, desired.policy.document)).toEqual([
      { change: 'remove', statement: more },
      { change: 'add', statement: put },
    ]);
  });
});
