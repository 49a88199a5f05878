import { readFile } from 'node:fs/promises';
import { HeadBucketCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { describe, expect, test } from 'vitest';
import { loadScenario, parseScenario } from '../../../../src/adapters/emulator/scenarios/load-scenario.ts';
import { scenarios } from '../../../../src/adapters/emulator/scenarios/scenarios.ts';
import { outcome, runScenario, type Running } from './running-emulator.ts';

async function deliver(running: Running, more: object = {}): Promise<string> {
  const assumed = await running.assume().catch((error: Error) => error.name);
  if (typeof assumed === 'string') return `assume: ${assumed}`;
  const ExpectedBucketOwner = running.emulator.customer.accountId;
  const write = new PutObjectCommand({
    Bucket: 'audit-rehearsal',
    Key: 'audit/a',
    Body: 'x',
    ExpectedBucketOwner,
    ...more,
  });
  return await outcome(running.s3(assumed).send(write));
}

describe('a delivery of the role in each scenario', () => {
  test.each([
    ['healthy', 'ok'],
    ['no-external-id', 'ok'],
    ['too-wide', 'ok'],
    ['wrong-principal', 'assume: AccessDenied'],
    ['half-made-role', 'assume: AccessDenied'],
    ['no-permission', 'AccessDenied'],
    ['bucket-denies', 'AccessDenied'],
    ['no-bucket', 'NoSuchBucket'],
    ['wrong-owner', 'AccessDenied'],
    ['wrong-region', 'PermanentRedirect'],
    ['kms', 'ok'],
    ['kms-denied', 'AccessDenied'],
    ['kms-disabled', 'KMS.DisabledException'],
    ['object-lock', 'ok'],
    ['slow-propagation', 'ok'],
    ['throttled', 'ok'],
    ['outage', 'ServiceUnavailable'],
    ['expired-session', 'ok'],
  ])('%s: %s', async (name, expected) => {
    expect(await deliver(await runScenario(name))).toBe(expected);
  });

  test('wrong-owner: without the expected owner, the write goes to somebody else’s bucket', async () => {
    expect(await deliver(await runScenario('wrong-owner'), { ExpectedBucketOwner: undefined })).toBe('ok');
  });

  test.each([
    ['no-external-id', undefined, 'ok'],
    ['healthy', undefined, 'AccessDenied'],
    ['healthy', 'another', 'AccessDenied'],
  ])('%s: assuming the role with the external id %s is %s', async (name, ExternalId, expected) => {
    expect(await outcome((await runScenario(name)).assume({ ExternalId }))).toBe(expected);
  });

  test('too-wide: the role may look into other buckets', async () => {
    const running = await runScenario('too-wide');
    const Bucket = await running.makeBucket();
    const keys = await running.assume();
    expect(await outcome(running.s3(keys).send(new HeadBucketCommand({ Bucket })))).toBe('ok');
  });
});

describe('scenario files', () => {
  test('hold what a named scenario holds', () => {
    for (const scenario of Object.values(scenarios)) {
      expect(parseScenario(JSON.stringify(scenario), 'x.json')).toEqual(JSON.parse(JSON.stringify(scenario)));
    }
  });

  test.each([
    ['no JSON', '{', 'not a JSON object'],
    ['a list', '[]', 'not a JSON object'],
    ['a part of another name', '{"fault":[]}', 'no part "fault"'],
    ['a fault of no kind', '{"faults":[{"kind":"fire"}]}', 'faults is not'],
    ['a duration of nothing', '{"sessionSeconds":0}', 'sessionSeconds is not'],
  ])('%s is refused', (_name, text, message) => {
    expect(() => parseScenario(text, 'x.json')).toThrow(
      expect.objectContaining({ code: 'config-invalid', message: expect.stringContaining(message) }),
    );
  });

  test('a name nobody knows is refused with the names there are', async () => {
    await expect(loadScenario('healthier')).rejects.toMatchObject({
      code: 'usage',
      cure: expect.stringContaining('healthy'),
    });
    await expect(loadScenario('./nothing.json')).rejects.toMatchObject({ code: 'config-invalid' });
  });

  test('every named scenario is told of in docs/rehearse.md', async () => {
    const docs = await readFile(new URL('../../../../docs/rehearse.md', import.meta.url), 'utf8');
    for (const name of Object.keys(scenarios)) expect(docs).toMatch(new RegExp(`^\\| \`${name}\` +\\|`, 'm'));
  });
});
