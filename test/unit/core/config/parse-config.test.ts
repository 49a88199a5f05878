import { describe, expect, test } from 'vitest';
import { chooseProfile, parseConfig } from '../../../../src/core/config/parse-config.ts';
import { thrownBy } from '../../../fakes/thrown.ts';

const parse = (profile: object) => parseConfig('c.json', JSON.stringify({ profiles: { acme: profile } }));

test('a good configuration is taken as it is', () => {
  const config = {
    $schema: './config.schema.json',
    defaultProfile: 'acme',
    profiles: {
      acme: {
        to: 's3://acme-audit/altr',
        state: 'active',
        region: 'eu-central-1',
        bucketOwner: '123456789012',
        role: { arn: 'arn:aws:iam::123456789012:role/audit', externalId: 'org-1' },
        types: ['query'],
        objectSize: '64MiB',
        level: 9,
        tags: { team: 'sec' },
      },
      'local.2': { to: './export', objectSize: 1000 },
    },
  };
  expect(parseConfig('c.json', JSON.stringify(config))).toEqual(config);
});

describe('what is wrong is named: file, path, value and rule', () => {
  test.each<[string, object, string]>([
    ['a wrong region', { to: 'x', region: 'Frankfurt' }, '/profiles/acme/region must match pattern'],
    ['and its value', { to: 'x', region: 'Frankfurt' }, '(it is "Frankfurt")'],
    ['a level out of range', { to: 'x', level: 12 }, '/profiles/acme/level must be <= 9 (it is 12)'],
    [
      'a choice that there is not',
      { to: 'x', partition: 'week' },
      '/profiles/acme/partition must be one of day, hour (it is "week")',
    ],
    ['no store', {}, "/profiles/acme must have required property 'to'"],
    ['an empty store', { to: '' }, '/profiles/acme/to must NOT have fewer than 1 characters (it is "")'],
    [
      'a switch that is a text',
      { to: 'x', pathStyle: 'yes' },
      '/profiles/acme/pathStyle must be boolean (it is "yes")',
    ],
    ['an unknown member', { to: 'x', colour: 'red' }, '/profiles/acme has an unknown member "colour"'],
    [
      'a slip of the fingers',
      { to: 'x', objectsize: '1K' },
      'unknown member "objectsize" (did you mean "objectSize"?)',
    ],
    ['another', { to: 'x', regoin: 'eu-west-1' }, '(did you mean "region"?)'],
    ['a role without an ARN', { to: 'x', role: {} }, "/profiles/acme/role must have required property 'arn'"],
    [
      'an ARN of a user',
      { to: 'x', role: { arn: 'arn:aws:iam::123456789012:user/x' } },
      '/profiles/acme/role/arn must match pattern',
    ],
    [
      'a secret, which has no place there',
      { to: 'x', secretAccessKey: 'shh' },
      'unknown member "secretAccessKey"',
    ],
    ['an account of 11 digits', { to: 'x', bucketOwner: '12345678901' }, '/profiles/acme/bucketOwner'],
  ])('%s', (_, profile, text) => {
    const error = thrownBy(() => parse(profile));
    expect(error).toMatchObject({ code: 'config-invalid', exitCode: 3 });
    expect(error.message).toMatch(/^The configuration c\.json is not valid: /);
    expect(error.message).toContain(text);
    expect(error.cure).toBeDefined();
  });

  test('the value of a secret that stands where it must not is not printed', () => {
    expect(thrownBy(() => parse({ to: 'x', secretAccessKey: 'hunter2' })).message).not.toContain('hunter2');
  });

  test.each([
    ['no JSON', '{"profiles": ', 'it is not JSON'],
    ['nothing', '', 'it is not JSON'],
    ['an array', '[]', 'the file must be object'],
    ['no profiles', '{}', "the file must have required property 'profiles'"],
    [
      'a name with a slash',
      '{"profiles":{"../x":{"to":"x"}}}',
      '/profiles has the name "../x", and names are',
    ],
    ['profiles in another word', '{"profile":{}}', 'c.json is not valid'],
  ])('%s', (_, text, why) => {
    const error = thrownBy(() => parseConfig('c.json', text));
    expect(error).toMatchObject({ code: 'config-invalid', exitCode: 3 });
    expect(error.message).toContain(why);
  });
});

describe('the profile that a run uses', () => {
  const config = { defaultProfile: 'acme', profiles: { acme: { to: 'a' }, other: { to: 'b' } } };

  test('is the one that is named', () => {
    expect(chooseProfile('c.json', config, 'other')).toEqual({
      name: 'other',
      configFile: 'c.json',
      profile: { to: 'b' },
    });
  });

  test('else the default one, else none', () => {
    expect(chooseProfile('c.json', config, undefined)?.name).toBe('acme');
    expect(chooseProfile('c.json', { profiles: config.profiles }, undefined)).toBeUndefined();
    expect(chooseProfile(undefined, undefined, undefined)).toBeUndefined();
  });

  test.each([
    ['acne', 'Did you mean --profile acme?'],
    ['production', 'Known profiles: acme, other.'],
    ['__proto__', 'Known profiles: acme, other.'],
    ['constructor', 'Known profiles: acme, other.'],
  ])('%s does not exist: %s', (name, cure) => {
    const error = thrownBy(() => chooseProfile('c.json', config, name));
    expect(error).toMatchObject({ code: 'config-invalid', exitCode: 3 });
    expect(error.message).toBe(`There is no profile "${name}" in c.json.`);
    expect(error.cure).toContain(cure);
  });

  test('a name without any configuration file says so', () => {
    const error = thrownBy(() => chooseProfile(undefined, undefined, 'acme'));
    expect(error.message).toContain('in any configuration file');
    expect(error.cure).toContain('none');
  });

  test('a default profile that does not exist is an error, not no profile', () => {
    expect(
      thrownBy(() => chooseProfile('c.json', { ...config, defaultProfile: 'gone' }, undefined)).code,
    ).toBe('config-invalid');
  });
});
