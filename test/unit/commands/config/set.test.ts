import { describe, expect, test } from 'vitest';
import { setConfig } from '../../../../src/commands/config/set.ts';
import type { ConfigChange, SetRequest } from '../../../../src/commands/config/set.ts';
import { parseConfig } from '../../../../src/core/config/parse-config.ts';
import type { Config, Profile } from '../../../../src/ports/state/config-store.ts';

const active: Profile = {
  state: 'active',
  to: 's3://acme-audit/altr',
  objectSize: '64MiB',
  tags: { a: 'b' },
};

interface Changed {
  change: ConfigChange;
  profile: Profile | undefined;
}

async function set(request: Partial<SetRequest> & { name: string }, config?: Config): Promise<Changed> {
  let current = config ?? { defaultProfile: 'acme', profiles: { acme: active, other: active } };
  const change = await setConfig(
    { values: [], unset: false, profile: undefined, ...request },
    {
      config: {
        file: 'c.json',
        read: async () => current,
        update: async (change) => {
          current = parseConfig('c.json', JSON.stringify(change(current)));
        },
      },
      knownTypes: async (schemas) => ['query', 'alert', ...schemas],
    },
  );
  return { change, profile: current.profiles[request.profile ?? 'acme'] };
}

describe('audit types and delivery settings are taken', () => {
  test.each<[string, string[], string, unknown]>([
    ['types', ['query,alert'], 'types', ['query', 'alert']],
    ['types', ['query', 'alert'], 'types', ['query', 'alert']],
    ['objectSize', ['32MiB'], 'objectSize', '32MiB'],
    ['object-size', ['1000'], 'objectSize', '1000'],
    ['--max-line', ['1MiB'], 'maxLine', '1MiB'],
    ['partition', ['hour'], 'partition', 'hour'],
    ['layout', ['{type}/{yyyy}/{MM}/{dd}'], 'layout', '{type}/{yyyy}/{MM}/{dd}'],
    ['level', ['9'], 'level', 9],
    ['compression', ['none'], 'compression', 'none'],
    ['tags', ['team=sec', 'env=prod'], 'tags', { team: 'sec', env: 'prod' }],
    ['storage-class', ['STANDARD_IA'], 'storageClass', 'STANDARD_IA'],
    ['quarantine', ['/var/bad'], 'quarantine', '/var/bad'],
    ['schema', ['mine'], 'schemas', ['mine']],
  ])('%s %j', async (name, values, member, stored) => {
    const { change, profile } = await set({ name, values });
    expect(profile?.[member]).toEqual(stored);
    expect(change).toMatchObject({ name: member, after: stored, profile: 'acme' });
    expect(profile?.state).toBe('active');
  });

  test('--unset takes it out again', async () => {
    const { change, profile } = await set({ name: 'objectSize', unset: true });
    expect(profile).not.toHaveProperty('objectSize');
    expect(change).toMatchObject({ before: '64MiB', after: null });
  });

  test('the profile that is named is changed, and no other', async () => {
    const { profile } = await set({ name: 'level', values: ['1'], profile: 'other' });
    expect(profile?.['level']).toBe(1);
  });
});

describe('what belongs to the set-up is not', () => {
  test.each([
    'to',
    'bucket',
    'prefix',
    'region',
    'role',
    'role-name',
    'setup',
    'state',
    'bucketOwner',
    'endpointUrl',
  ])('%s', async (name) => {
    await expect(set({ name, values: ['x'] })).rejects.toMatchObject({
      code: 'protected-setting',
      exitCode: 2,
      cure: expect.stringContaining('init --reconfigure'),
    });
  });
});

describe('bad input is refused, and says what is meant', () => {
  test.each<[string, string[], string, string]>([
    ['objetSize', ['1'], 'usage', 'Did you mean objectSize?'],
    ['buckt', ['x'], 'usage', 'Did you mean bucket?'],
    ['types', ['qery'], 'usage', 'Did you mean query?'],
    ['types', [','], 'usage', 'Known types: query, alert.'],
    ['objectSize', ['big'], 'usage', 'Give a value of that form.'],
    ['partition', ['week'], 'usage', 'Use one of: day, hour'],
    ['level', ['12'], 'usage', 'Use one of: 1, 2, 3, 4, 5, 6, 7, 8, 9'],
    ['layout', ['{type}'], 'usage', 'Use a template of'],
    ['tags', ['team'], 'usage', 'Give a value of that form.'],
    ['level', [], 'missing-answer', '--unset'],
  ])('%s %j', async (name, values, code, cure) => {
    await expect(set({ name, values })).rejects.toMatchObject({ code, cure: expect.stringContaining(cure) });
  });

  test('where there is no profile', async () => {
    await expect(set({ name: 'level', values: ['1'] }, { profiles: {} })).rejects.toMatchObject({
      code: 'config-invalid',
      cure: expect.stringContaining('audit-export init'),
    });
  });
});
