import { keep } from '../../../fakes/scripted-prompter.ts';
import { describe, expect, test } from 'vitest';
import { bucketNotes } from '../../../../src/commands/init/bucket-notes.ts';
import type { BucketLook } from '../../../../src/ports/aws/bucket-admin.ts';
import { account, allFlags, fullScript, setUpWorld } from './setup-world.ts';

const apply = { ...allFlags, apply: 'true' };

describe('a bucket that is not there', () => {
  test('is made when it is wanted, closed and in the chosen region', async () => {
    const world = setUpWorld({ noTerminal: true, look: { existence: 'missing' } });
    const report = await world.run({ ...apply, 'create-bucket': 'true' });
    expect(world.created).toEqual([
      { bucket: 'acme-audit', region: 'eu-central-1', partition: 'aws', kmsKeyArn: undefined },
    ]);
    expect(report).toMatchObject({ createdBucket: true, state: 'active' });
    expect(world.profile()?.bucketOwner).toBe(account);
  });

  test('is asked for in a terminal', async () => {
    const [bucket, ...others] = [fullScript.slice(0, 4), fullScript.slice(4)];
    const script = [
      ...bucket,
      ['create-bucket', 'yes'] as const,
      ...others.flat(),
      ['apply', 'apply'] as const,
    ];
    const world = setUpWorld({ script, look: { existence: 'missing' } });
    await world.run({ profile: 'acme' });
    expect(world.created).toHaveLength(1);
  });

  test('is made with --yes', async () => {
    const world = setUpWorld({ noTerminal: true, look: { existence: 'missing' } });
    await world.run({ ...allFlags, yes: 'true' });
    expect(world.created).toHaveLength(1);
  });

  test('stops applying where it is not wanted, before anything is made', async () => {
    const world = setUpWorld({ noTerminal: true, look: { existence: 'missing' } });
    await expect(world.run(apply)).rejects.toMatchObject({
      code: 'no-such-bucket',
      cure: expect.stringContaining('--create-bucket'),
    });
    expect(world.applied).toEqual([]);
  });

  test('whose making was begun is finished by the next run', async () => {
    const profile = {
      state: 'draft',
      setup: { bucket: 'acme-audit', unfinishedBucket: 'acme-audit' },
    } as const;
    const world = setUpWorld({ noTerminal: true, profile });
    await world.run(apply);
    expect(world.created).toHaveLength(1);
    expect(world.profile()?.setup?.unfinishedBucket).toBeUndefined();
  });

  test('and that was never begun is left alone', async () => {
    const world = setUpWorld({ noTerminal: true });
    await world.run({ ...apply, 'create-bucket': 'true' });
    expect(world.created).toEqual([]);
  });
});

describe('a bucket in another region than was said', () => {
  const elsewhere = { look: { region: 'eu-west-1' } };

  test('is refused without a terminal, naming the region', async () => {
    const world = setUpWorld({ noTerminal: true, ...elsewhere });
    await expect(world.run(apply)).rejects.toMatchObject({
      code: 'wrong-region',
      exitCode: 4,
      message: expect.stringContaining('acme-audit is in eu-west-1'),
      cure: 'Use --region eu-west-1',
    });
  });

  test('is mended with --yes', async () => {
    const world = setUpWorld({ noTerminal: true, ...elsewhere });
    const { answers } = await world.run({ ...allFlags, yes: 'true' });
    expect(answers.region).toBe('eu-west-1');
  });

  test.each([
    [true, 'saved'],
    [false, 'wrong-region'],
  ])('is asked about in a terminal: %s', async (yes, outcome) => {
    const world = setUpWorld({ script: [['region', yes ? 'yes' : 'no']], ...elsewhere });
    const run = world.run({ ...allFlags, save: 'true' }).then(
      ({ outcome, answers }) => [outcome, answers.region],
      (error: { code: string }) => [error.code],
    );
    await expect(run).resolves.toEqual(yes ? [outcome, 'eu-west-1'] : [outcome]);
  });
});

describe('the KMS key of the bucket', () => {
  const id = '1234abcd-12ab-34cd-56ef-1234567890ab';
  const key = `arn:aws:kms:eu-central-1:${account}:key/${id}`;
  const look = { encryption: { algorithm: 'aws:kms', kmsKey: key } };

  test('is asked about: without it nothing can be written', async () => {
    const world = setUpWorld({ script: [['kms-key-arn', keep]], look });
    const { documents } = await world.run({ ...allFlags, save: 'true' });
    expect(documents[0]?.text).toContain('kms:GenerateDataKey');
    expect(world.profile()?.setup?.kmsKeyArn).toBe(key);
  });

  test('can be declined', async () => {
    const world = setUpWorld({ script: [['kms-key-arn', 'none']], look });
    const { documents } = await world.run({ ...allFlags, save: 'true' });
    expect(documents[0]?.text).not.toContain('kms');
  });

  test('is an answer that is missing without a terminal', async () => {
    const world = setUpWorld({ noTerminal: true, look });
    await expect(world.run(apply)).rejects.toMatchObject({ details: { missing: '--kms-key-arn' } });
  });

  test.each([
    ['none', undefined],
    [key, key],
  ])('is settled by --kms-key-arn %s', async (flag, kept) => {
    const world = setUpWorld({ noTerminal: true, look });
    await world.run({ ...apply, 'kms-key-arn': flag });
    expect(world.profile()?.setup?.kmsKeyArn).toBe(kept);
  });

  test('named by its bare id is one of the account that owns the bucket', async () => {
    const world = setUpWorld({
      noTerminal: true,
      look: { encryption: { algorithm: 'aws:kms', kmsKey: id } },
    });
    await world.run({ ...allFlags, yes: 'true' });
    expect(world.profile()?.setup?.kmsKeyArn).toBe(key);
  });

  test.each(['alias/aws/s3', 'arn:aws:kms:eu-central-1:111122223333:alias/aws/s3'])(
    'that is an alias (%s) can not stand in a policy, and is not asked about',
    async (kmsKey) => {
      const world = setUpWorld({ noTerminal: true, look: { encryption: { algorithm: 'aws:kms', kmsKey } } });
      await expect(world.run(apply)).resolves.toMatchObject({ state: 'active' });
    },
  );

  test('in another region than the bucket is refused', async () => {
    const world = setUpWorld({ noTerminal: true });
    const other = key.replace('eu-central-1', 'us-east-1');
    await expect(world.run({ ...apply, 'kms-key-arn': other })).rejects.toThrow(
      "S3 encrypts only with keys of the bucket's region",
    );
  });
});

describe('what a look at the bucket means', () => {
  const there: BucketLook = { bucket: 'acme-audit', existence: 'there', region: 'eu-central-1', unseen: [] };
  test.each<[string, Partial<BucketLook>, string]>([
    ['it is missing', { existence: 'missing' }, 'There is no bucket acme-audit yet.'],
    ['it is hidden', { existence: 'hidden' }, 'these credentials may not see it'],
    ['it is there', {}, 'is there in eu-central-1'],
    ['it is ours', { ownedByAccount: true }, `belongs to account ${account}`],
    ['it is not ours', { ownedByAccount: false }, `does not belong to account ${account}`],
    ['it may be public', { publicAccessBlocked: false }, 'Block Public Access is not fully on'],
    ['it encrypts', { encryption: { algorithm: 'AES256' } }, 'encrypts with AES256'],
    ['it encrypts with KMS', { encryption: { algorithm: 'aws:kms', kmsKey: 'k' } }, 'KMS key k'],
    ['it has no versions', { versioning: 'suspended' }, 'Versioning is off'],
    ['it has a lock', { objectLock: {} }, 'without a default retention'],
    [
      'it locks for good',
      { objectLock: { mode: 'COMPLIANCE', retention: '7 years' } },
      'nobody can delete before, the small probe object of the access test included',
    ],
    ['it locks for now', { objectLock: { mode: 'GOVERNANCE', retention: '90 days' } }, 'governance mode.'],
    [
      'something is not seen',
      { unseen: ['versioning (AccessDenied)'] },
      'Not seen: versioning (AccessDenied).',
    ],
  ])('%s', (_, look, said) => {
    const text = bucketNotes({ ...there, ...look }, account).map(({ text }) => text);
    expect(text.join('\n')).toContain(said);
  });
});
