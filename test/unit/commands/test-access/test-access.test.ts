import { expect, test } from 'vitest';
import { testAccess } from '../../../../src/commands/test-access/index.ts';
import { optionsOfProfile } from '../../../../src/commands/test-access/options-of-profile.ts';
import { testAccessSettings } from '../../../../src/commands/test-access/settings.ts';
import type { ProbedStore, TestAccessHost } from '../../../../src/commands/test-access/test-access-host.ts';
import type { StoreSettings } from '../../../../src/commands/push/session/push-host.ts';
import type { AccessReport } from '../../../../src/core/access/access-report.ts';
import { destinationOf } from '../../../../src/core/config/destination.ts';
import { globalSettings } from '../../../../src/core/config/global-settings.ts';
import { resolveSettings } from '../../../../src/core/config/setting.ts';
import { proberWith, roleArn, startMs, vendor } from '../../core/access/fake-prober.ts';
import type { Profile } from '../../../../src/ports/state/config-store.ts';

const acme: Profile = {
  state: 'applied',
  to: 's3://acme-audit/altr',
  region: 'eu-central-1',
  bucketOwner: '111122223333',
  storageClass: 'STANDARD_IA',
  role: { arn: roleArn, externalId: 'org-42' },
  setup: { accountId: vendor },
};

interface Ran {
  report: AccessReport;
  saved: AccessReport[];
  opened: { settings: StoreSettings; target: ProbedStore }[];
  closed: number;
}

async function run(flags: Record<string, string> = {}, profile: Profile | null = acme): Promise<Ran> {
  const saved: AccessReport[] = [];
  const opened: Ran['opened'] = [];
  let closed = 0;
  const host: TestAccessHost = {
    clock: { now: () => startMs },
    sleep: async () => undefined,
    openProber: async (settings, target) => {
      opened.push({ settings, target });
      return {
        ...proberWith(),
        close: async () => {
          closed += 1;
        },
      };
    },
    onProbe: () => undefined,
    onWait: () => undefined,
    agreeToLock: async () => true,
    ambientRegion: async () => 'eu-central-1',
    destinationOf: async (address, endpointUrl) => destinationOf(address, endpointUrl),
    lastChangeMs: async () => undefined,
    reports: () => ({
      save: async (report) => {
        saved.push(report);
      },
    }),
  };
  const options = resolveSettings(
    { ...globalSettings, ...testAccessSettings },
    {
      flags: Object.fromEntries(Object.entries(flags).map(([flag, value]) => [flag, [value]])),
      environment: {},
      profile: profile === null ? undefined : { name: 'acme', values: profile },
    },
  );
  const named =
    profile === null ? undefined : { name: 'acme', configFile: '/acme/audit-export.json', profile };
  const report = await testAccess({ options, profile: named }, host);
  return { report, saved, opened, closed };
}

test('what is probed is what push would use, and the report is kept', async () => {
  const { report, saved, opened, closed } = await run();
  expect(report.verdict).toBe('passed');
  expect(saved).toEqual([report]);
  expect(closed).toBe(1);
  expect(opened).toEqual([
    {
      settings: {
        region: 'eu-central-1',
        endpointUrl: undefined,
        pathStyle: undefined,
        bucketOwner: '111122223333',
        storageClass: 'STANDARD_IA',
        kmsKeyId: undefined,
        tags: undefined,
        role: { arn: roleArn, externalId: 'org-42' },
      },
      target: { bucket: 'acme-audit', prefix: 'altr', key: 'altr/_audit-export/access-test/probe' },
    },
  ]);
});

test('flags name an access that is in no profile, and the region of the surroundings counts', async () => {
  const flags = { to: 's3://acme-audit', 'role-arn': roleArn, 'external-id': 'org-42' };
  const { report, opened } = await run(flags, null);
  expect(report).toMatchObject({
    profile: null,
    bucket: 'acme-audit',
    prefix: '',
    region: 'eu-central-1',
    roleArn,
  });
  expect(opened[0]?.target.key).toBe('_audit-export/access-test/probe');
  expect(report.probes.find(({ probe }) => probe === 'outside-denied')?.finding).toBe('no-outside');
});

test.each<[what: string, flags: Record<string, string>, profile: Profile | null, code: string, cure: RegExp]>(
  [
    ['nothing named', {}, null, 'missing-answer', /--profile/],
    [
      'a draft without a bucket',
      {},
      { state: 'draft' },
      'missing-answer',
      /audit-export init --profile acme/,
    ],
    ['a folder', { to: './export' }, null, 'usage', /s3:\/\//],
    [
      'an external id without a role',
      { to: 's3://acme-audit', 'external-id': 'x' },
      null,
      'usage',
      /--role-arn/,
    ],
    ['a probe that there is not', { only: 'put-objct' }, acme, 'usage', /Did you mean put-object/],
    [
      'a probe that is like none',
      { skip: 'everything-else' },
      acme,
      'usage',
      /The probes are configuration, /,
    ],
    ['no time', { wait: 'soon' }, acme, 'usage', /^Give a value of that form\.$/],
  ],
)('%s is refused before anything is asked', async (_, flags, ...[profile, code, cure]) => {
  await expect(run(flags, profile)).rejects.toMatchObject({ code, cure: expect.stringMatching(cure) });
});

test('init hands its patience over', () => {
  const options = optionsOfProfile({ name: 'acme', profile: acme }, 90_000);
  expect(options).toMatchObject({
    wait: 90_000,
    to: 's3://acme-audit/altr',
    bucketOwner: '111122223333',
    noWrite: false,
  });
});
