import { expect, test } from 'vitest';
import { showConfig } from '../../../../src/commands/config/show.ts';
import type { Profile } from '../../../../src/ports/state/config-store.ts';

const profile: Profile = {
  state: 'active',
  to: 's3://acme-audit/altr',
  objectSize: '32MiB',
  level: 3,
  role: { arn: 'arn:aws:iam::111122223333:role/x', externalId: 'org-42' },
};

test.each([
  ['to', 's3://acme-audit/altr', 'profile', 'profile "acme", to'],
  ['objectSize', 1024, 'flag', '--object-size'],
  ['level', 9, 'environment', 'AUDIT_EXPORT_LEVEL'],
  ['maxLine', 16 * 1024 ** 2, 'default', ''],
  ['layout', null, 'nowhere', ''],
])('%s comes from where it does', (name, value, from, place) => {
  const report = showConfig(
    { flags: { 'object-size': ['1KiB'] }, environment: { AUDIT_EXPORT_LEVEL: '9', AUDIT_EXPORT_TO: '' } },
    { name: 'acme', profile },
    'c.json',
  );
  expect(report.settings.find((setting) => setting.name === name)).toMatchObject({ value, from, place });
});

test('every setting names its flag and its environment variable', () => {
  const { settings } = showConfig({ flags: {}, environment: {} }, undefined, undefined);
  for (const { flag, environment } of settings)
    expect(environment).toBe(`AUDIT_EXPORT_${flag.slice(2).toUpperCase().replaceAll('-', '_')}`);
  expect(settings.map(({ name }) => name)).toContain('region');
});

test('state, role and set-up of the profile are shown', () => {
  expect(showConfig({ flags: {}, environment: {} }, { name: 'acme', profile }, 'c.json')).toMatchObject({
    file: 'c.json',
    profile: 'acme',
    state: 'active',
    role: { externalId: 'org-42' },
    setup: null,
  });
});

test('a bad value is refused as a run would refuse it', () => {
  const bad = { flags: {}, environment: { AUDIT_EXPORT_LEVEL: 'high' } };
  expect(() => showConfig(bad, undefined, undefined)).toThrow(/AUDIT_EXPORT_LEVEL/);
});
