import { describe, expect, test } from 'vitest';
import { buildDesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import { parseAccessPlan } from '../../../../src/core/setup/plan/parse-plan.ts';
import { planAccess } from '../../../../src/core/setup/plan/plan.ts';
import type { BucketEncryption } from '../../../../src/ports/aws/bucket-admin.ts';
import type { LiveAccess } from '../../../../src/ports/aws/iam-admin.ts';
import { answersWith, customer } from './answers.ts';
import { worldOf } from './live-worlds.ts';

const desired = buildDesiredAccess(answersWith());
const key = `arn:aws:kms:us-east-1:${customer}:key/11111111-aaaa-4bbb-8ccc-000000000001`;
const alias = `arn:aws:kms:us-east-1:${customer}:alias/audit`;
const put = { Effect: 'Allow', Action: 's3:PutObject', Resource: 'arn:aws:s3:::acme-audit/altr/*' };
const encrypt = { Effect: 'Allow', Action: 'kms:GenerateDataKey', Resource: key };
const read = { ...put, Action: 's3:GetObject' };
const byKey: BucketEncryption = { algorithm: 'aws:kms', kmsKey: key };

function documentOf(...statements: object[]): object {
  return { Version: '2012-10-17', Statement: statements };
}

/** A role with these statements, and a bucket that encrypts so; undefined: that may not be seen. */
function world(statements: object[], encryption: BucketEncryption | undefined, extra?: object[]): LiveAccess {
  const inline =
    extra === undefined ? [] : [{ name: 'more', document: JSON.stringify(documentOf(...extra)) }];
  const bucket = {
    policy: undefined,
    publicAccessBlocked: true,
    ...(encryption === undefined ? {} : { encryption }),
  };
  return { ...worldOf(desired, { document: documentOf(...statements), role: { inline } }), bucket };
}

function codes(plan: ReturnType<typeof planAccess>): string[] {
  return plan.findings.map(({ code, level }) => `${level} ${code}`);
}

const seen: readonly (readonly [string, BucketEncryption | undefined])[] = [
  ['the bucket encrypts with the key', byKey],
  ['the bucket names an alias', { ...byKey, kmsKey: alias }],
  ['how the bucket encrypts may not be seen', undefined],
];

describe('a right on a key that somebody gave by hand', () => {
  test.each(seen)('is no difference where %s', (_, encryption) => {
    const plan = planAccess(desired, world([put, encrypt], encryption));
    expect(plan.inSync).toBe(true);
    expect(codes(plan).filter((code) => !code.startsWith('warning bucket-key'))).toEqual([]);
  });

  test.each(seen)('stays when the rest is put right, where %s', (_, encryption) => {
    const [change] = planAccess(desired, world([put, read, encrypt], encryption)).changes;
    expect(change).toMatchObject({ kind: 'create-policy-version' });
    const after = (change as { after: { Statement: object[] } }).after.Statement;
    expect(after).toContainEqual(encrypt);
    expect(JSON.stringify(after)).not.toContain('s3:GetObject');
  });

  test.each(seen)('stays when what else hangs on the role is taken away, where %s', (_, encryption) => {
    const live = world([put], encryption, [read, encrypt]);
    const { changes } = planAccess(desired, live, { removeExtras: true });
    expect(changes).toMatchObject([{ kind: 'put-inline-policy', name: 'more' }]);
    expect(changes[0]).toMatchObject({ after: { Statement: [encrypt] } });
    const alone = planAccess(desired, world([put], encryption, [encrypt]), { removeExtras: true });
    expect(alone.changes).toEqual([]);
  });

  test('goes where no delivery needs it, whoever may see that', () => {
    const plan = planAccess(desired, world([put, encrypt], { algorithm: 'AES256' }));
    expect(codes(plan)).toEqual(['drift widened-action']);
    expect(JSON.stringify(plan.changes[0])).toContain('"change":"remove"');
  });

  test('keeps nothing wider than the key of the bucket', () => {
    const wide = { ...encrypt, Action: 'kms:*', Resource: '*' };
    const [change] = planAccess(desired, world([put, wide], byKey)).changes;
    expect((change as { after: { Statement: object[] } }).after.Statement.slice(1)).toEqual([encrypt]);
  });
});

describe('a bucket that demands a key which the set-up does not name', () => {
  test('is a difference with the command that names it', () => {
    const { findings, inSync } = planAccess(desired, world([put], byKey));
    expect(inSync).toBe(false);
    expect(findings).toMatchObject([
      { code: 'bucket-key', cure: `audit-export init --reconfigure --kms-key-arn ${key} --yes` },
    ]);
  });

  test('is none where this tool names another way to encrypt with each PUT', () => {
    const own = buildDesiredAccess(
      answersWith({ deliverer: 'audit-export', writeOnce: true, headers: { sse: 'AES256' } }),
    );
    const live = { ...worldOf(own), bucket: world([], byKey).bucket as NonNullable<LiveAccess['bucket']> };
    expect(planAccess(own, live).findings).toEqual([]);
  });
});

test('a saved plan of deliveries with headers is read again', () => {
  const own = buildDesiredAccess(
    answersWith({ deliverer: 'audit-export', writeOnce: true, headers: { tags: { team: 'audit' } } }),
  );
  const plan = planAccess(own, worldOf(own));
  expect(parseAccessPlan('plan.json', JSON.stringify(plan))).toEqual(plan);
});
