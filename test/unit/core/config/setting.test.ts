import { describe, expect, test } from 'vitest';
import { pushSettings } from '../../../../src/commands/push/plan/settings.ts';
import { globalSettings } from '../../../../src/core/config/global-settings.ts';
import { environmentName, resolveSettings } from '../../../../src/core/config/setting.ts';
import type { GivenSettings, Setting } from '../../../../src/core/config/setting.ts';
import { thrownBy } from '../../../fakes/thrown.ts';

const table = {
  size: { kind: 'size', flag: 'object-size', profile: 'objectSize', default: '1K', group: '', help: '' },
} as const;
const nothing: GivenSettings = { flags: {}, environment: {}, profile: undefined };
const flags = { 'object-size': ['4K'] };
const environment = { AUDIT_EXPORT_OBJECT_SIZE: '3K' };
const profile = { name: 'acme', values: { objectSize: '2K' } };

describe('flag before environment before profile before default', () => {
  test.each<[string, GivenSettings, number]>([
    ['all given: the flag', { flags, environment, profile }, 4096],
    ['no flag: the environment', { flags: {}, environment, profile }, 3072],
    [
      'an environment variable that is empty says nothing',
      { flags: {}, environment: { AUDIT_EXPORT_OBJECT_SIZE: '' }, profile },
      2048,
    ],
    ['no environment: the profile', { flags: {}, environment: {}, profile }, 2048],
    [
      'a profile without it: the default',
      { flags: {}, environment: {}, profile: { name: 'acme', values: {} } },
      1024,
    ],
    ['nothing given: the default', nothing, 1024],
    [
      'a profile with a number: that many bytes',
      { ...nothing, profile: { name: 'acme', values: { objectSize: 77 } } },
      77,
    ],
  ])('%s', (_, given, size) => {
    expect(resolveSettings(table, given)).toEqual({ size });
  });

  test.each<[string, GivenSettings, string]>([
    ['--object-size', { ...nothing, flags: { 'object-size': ['x'] } }, '--object-size: "x"'],
    [
      'the variable',
      { ...nothing, environment: { AUDIT_EXPORT_OBJECT_SIZE: 'x' } },
      'AUDIT_EXPORT_OBJECT_SIZE: "x"',
    ],
    [
      'the profile',
      { ...nothing, profile: { name: 'acme', values: { objectSize: 'x' } } },
      'profile "acme", objectSize: "x"',
    ],
  ])('a wrong value names %s', (_, given, place) => {
    expect(thrownBy(() => resolveSettings(table, given)).message).toContain(place);
  });
});

describe('a setting with choices', () => {
  const choice = {
    unit: { kind: 'text', flag: 'partition', default: 'day', choices: ['day', 'hour'], group: '', help: '' },
  } as const;

  test('takes one of them', () => {
    expect(resolveSettings(choice, { ...nothing, flags: { partition: ['hour'] } })).toEqual({ unit: 'hour' });
  });

  test.each(['', 'week', 'Day'])('refuses %j, and says what there is', (word) => {
    const error = thrownBy(() => resolveSettings(choice, { ...nothing, flags: { partition: [word] } }));
    expect(error).toMatchObject({ code: 'usage', cure: 'Use one of: day, hour' });
    expect(error.message).toContain(`--partition: ${JSON.stringify(word)}`);
  });
});

test('a setting that is not given and has no default is undefined, not a guess', () => {
  const { to, limitBad, types, pathStyle, tags } = resolveSettings(pushSettings, nothing);
  expect([to, limitBad, types, pathStyle, tags]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
});

test('the name of the environment variable follows from the flag', () => {
  expect(environmentName('object-size')).toBe('AUDIT_EXPORT_OBJECT_SIZE');
});

describe('the tables of settings', () => {
  const settings: Setting[] = [...Object.values(globalSettings), ...Object.values(pushSettings)];

  test('name each flag once', () => {
    expect(new Set(settings.map(({ flag }) => flag)).size).toBe(settings.length);
  });

  test.each(settings)('--$flag has help, and a default that can be used', (setting) => {
    expect(setting.help).not.toBe('');
    expect(() => resolveSettings({ setting }, nothing)).not.toThrow();
    expect(setting.kind === 'switch').toBe(setting.value === undefined);
  });
});
