import { readFileSync } from 'node:fs';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../../../../src/core/config/parse-config.ts';
import type { KnownAnswers } from '../../../../src/core/config/profile-answers.ts';
import { answersOf, appliedWith, draftWith } from '../../../../src/core/config/profile-answers.ts';
import { thrownBy } from '../../../fakes/thrown.ts';
import type { Profile } from '../../../../src/ports/state/config-store.ts';

const digits = fc.stringMatching(/^[0-9]{12}$/);
const someAnswers: fc.Arbitrary<KnownAnswers> = fc.record(
  {
    accountId: digits,
    organizationId: fc.stringMatching(/^[A-Za-z0-9_+=,.@:/-]{2,20}$/),
    bucket: fc.stringMatching(/^[a-z0-9][a-z0-9-]{1,20}[a-z0-9]$/),
    region: fc.constantFrom('us-east-1', 'cn-north-1', 'us-gov-west-1'),
    prefix: fc.constantFrom('', 'altr', 'audit/altr'),
    roleName: fc.stringMatching(/^ALTRPublishSIEMData[A-Za-z0-9]{0,20}$/),
    policyName: fc.stringMatching(/^[a-z.]{1,20}$/),
    types: fc.uniqueArray(fc.constantFrom('query', 'system', 'alert'), { minLength: 1 }),
    kmsKeyArn: fc.constant('arn:aws:kms:us-east-1:111122223333:key/1'),
    inlinePolicy: fc.constant(true),
    customerAccountId: digits,
  },
  { requiredKeys: [] },
);

const written = (profile: Profile): Profile =>
  parseConfig('c.json', JSON.stringify({ profiles: { acme: profile } })).profiles['acme'] as Profile;

test('a draft gives back every answer it was made of, and is a good configuration', () => {
  fc.assert(
    fc.property(someAnswers, (answers) => {
      expect(answersOf(written(draftWith(undefined, answers)))).toEqual(answers);
    }),
  );
});

test('a draft keeps the settings of the profile that it replaces, and none of its access', () => {
  const before: Profile = {
    state: 'active',
    to: 's3://old/altr',
    bucketOwner: '111122223333',
    role: { arn: 'arn:aws:iam::111122223333:role/old' },
    objectSize: '32MiB',
  };
  expect(draftWith(before, { bucket: 'new', prefix: '', region: 'us-east-1' })).toEqual({
    state: 'draft',
    to: 's3://new',
    objectSize: '32MiB',
    region: 'us-east-1',
    setup: {},
  });
});

test('nothing is said twice: bucket and prefix stand in `to` alone once both are known', () => {
  expect(draftWith(undefined, { bucket: 'acme' }).setup).toEqual({ bucket: 'acme' });
  const whole = draftWith(undefined, { bucket: 'acme', prefix: 'a/b' });
  expect(whole).toMatchObject({ to: 's3://acme/a/b', setup: {} });
});

test('what was applied has role and owner, and the answers as before', () => {
  const answers = { organizationId: 'org-42', bucket: 'acme', prefix: '', roleName: 'ALTRPublishSIEMDataX' };
  const applied = appliedWith(draftWith(undefined, answers), {
    roleArn: 'arn:aws:iam::111122223333:role/ALTRPublishSIEMDataX',
    externalId: 'org-42',
    bucketOwner: '111122223333',
  });
  expect(written(applied)).toMatchObject({ state: 'applied', bucketOwner: '111122223333' });
  expect(answersOf(applied)).toEqual({ ...answers, types: 'all', customerAccountId: '111122223333' });
});

describe('the schema of a profile', () => {
  const parse = (profile: object): unknown =>
    parseConfig('c.json', JSON.stringify({ profiles: { acme: profile } }));

  test('only a draft may do without a store', () => {
    expect(() => parse({ state: 'draft' })).not.toThrow();
    expect(thrownBy(() => parse({ state: 'applied' }))).toMatchObject({
      message: "The configuration c.json is not valid: /profiles/acme must have required property 'to'.",
    });
  });

  test.each([
    ['a member of the set-up', { to: 'x', setup: { organisationId: 'o1' } }, 'organizationId'],
    [
      'a member of the role',
      { to: 'x', role: { arn: 'arn:aws:iam::111122223333:role/x', externalID: 'o1' } },
      'externalId',
    ],
    ['a member of the profile', { to: 'x', objectsize: 1 }, 'objectSize'],
  ])('%s that is misspelt is named, with what was meant', (_, profile, meant) => {
    expect(() => parse(profile)).toThrow(`did you mean "${meant}"?`);
  });

  interface ObjectSchema {
    properties: Record<string, ObjectSchema>;
    $defs?: { profile: ObjectSchema };
  }
  const schema = JSON.parse(
    readFileSync(new URL('../../../../schemas/config.schema.json', import.meta.url), 'utf8'),
  ) as ObjectSchema;
  const profile = (schema.$defs as { profile: ObjectSchema }).profile.properties;
  const inProfile = (members: object): object => ({ profiles: { acme: { to: 'x', ...members } } });
  const places: [string, ObjectSchema['properties'], (member: string) => object][] = [
    ['the file', schema.properties, (member) => ({ profiles: {}, [member]: 1 })],
    ['a profile', profile, (member) => inProfile({ [member]: 1 })],
    ['a role', profile['role']?.properties ?? {}, (member) => inProfile({ role: { arn: 'x', [member]: 1 } })],
    ['a set-up', profile['setup']?.properties ?? {}, (member) => inProfile({ setup: { [member]: 1 } })],
  ];
  const members = places.flatMap(([place, properties, build]) =>
    Object.keys(properties).map((member) => [place, member, build] as const),
  );
  test.each(members)('in %s, %s is found when one letter is too many', (_, member, build) => {
    const misspelt = `${member}x`;
    expect(() => parseConfig('c.json', JSON.stringify(build(misspelt)))).toThrow(`did you mean "${member}"?`);
  });
});
