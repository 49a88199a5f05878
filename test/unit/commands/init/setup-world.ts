import type { InitHost } from '../../../../src/commands/init/init-host.ts';
import { init } from '../../../../src/commands/init/index.ts';
import type { InitReport } from '../../../../src/commands/init/apply/init-report.ts';
import { initSettings } from '../../../../src/commands/init/settings.ts';
import { globalSettings } from '../../../../src/core/config/global-settings.ts';
import type { AccessReport, Verdict } from '../../../../src/core/access/access-report.ts';
import { parseConfig } from '../../../../src/core/config/parse-config.ts';
import { resolveSettings } from '../../../../src/core/config/setting.ts';
import type { LiveAccess, IamChange } from '../../../../src/ports/aws/iam-admin.ts';
import type { AccessReceipt } from '../../../../src/core/setup/plan/receipt.ts';
import { AuditExportError } from '../../../../src/errors.ts';
import type { BucketLook, NewBucket } from '../../../../src/ports/aws/bucket-admin.ts';
import type { ScriptLine } from '../../../fakes/scripted-prompter.ts';
import { ScriptedPrompter } from '../../../fakes/scripted-prompter.ts';
import type { Config, Profile } from '../../../../src/ports/state/config-store.ts';

export const account = '111122223333';

/** What there is around the wizard; a member that is missing is the plain case. */
export interface World {
  script?: readonly ScriptLine[];
  /** No terminal: nobody can be asked. */
  noTerminal?: boolean;
  /** No credentials. */
  offline?: boolean;
  profile?: Profile;
  look?: Partial<BucketLook>;
  live?: Partial<LiveAccess>;
  verdict?: Verdict;
  files?: Record<string, string>;
  /** A change of IAM that is refused. */
  refused?: IamChange['kind'];
  environment?: Record<string, string>;
}

/** The wizard in a world of its own, and what it did there. */
export interface Setup {
  /** Runs `init` with flags, as the command line would give them. */
  run: (flags?: Record<string, string>) => Promise<InitReport>;
  prompter: ScriptedPrompter;
  config: () => Config | undefined;
  profile: () => Profile | undefined;
  said: string[];
  applied: IamChange[];
  created: NewBucket[];
  /** The profiles that were tested, and with how much patience. */
  tested: { name: string; profile: Profile; patienceMs: number }[];
  files: Record<string, string>;
}

export const passed: AccessReport = {
  report: 'test-access',
  version: 1,
  at: '2026-01-01T00:00:00.000Z',
  profile: 'acme',
  bucket: 'acme-audit',
  prefix: 'altr',
  region: 'eu-central-1',
  roleArn: null,
  caller: null,
  verdict: 'passed',
  summary: '',
  elsewhere: null,
  probes: [],
  counts: { pass: 0, warn: 0, fail: 0, 'not-yet-visible': 0, skipped: 0 },
  left: [],
  waitedMs: 0,
};

export function setUpWorld(world: World = {}): Setup {
  const said: string[] = [];
  const applied: IamChange[] = [];
  const created: NewBucket[] = [];
  const tested: Setup['tested'] = [];
  const files: Record<string, string> = { ...world.files };
  let receipt: AccessReceipt | undefined;
  let config: Config | undefined =
    world.profile === undefined ? undefined : { defaultProfile: 'acme', profiles: { acme: world.profile } };
  const prompter = new ScriptedPrompter(world.script ?? []);
  const live: LiveAccess = {
    account,
    role: undefined,
    policy: undefined,
    sameName: {},
    notes: [],
    ...world.live,
  };
  const host: InitHost = {
    canAsk: world.noTerminal !== true,
    prompter,
    say: (text) => said.push(text),
    wait: (what) => said.push(what),
    clock: { now: () => Date.UTC(2026, 0, 1) },
    config: {
      file: 'audit-export.json',
      read: async () => structuredClone(config),
      update: async (change) => {
        const next = change(structuredClone(config) ?? { profiles: {} });
        config = parseConfig('audit-export.json', JSON.stringify(next));
      },
    },
    ambientRegion: undefined,
    openIam: async () => {
      if (world.offline === true) throw new AuditExportError('no-credentials', 'no credentials were found');
      return {
        admin: {
          caller: async () => ({ account, arn: `arn:aws:iam::${account}:user/admin` }),
          readAccess: async () => structuredClone(live),
          readBucket: async () => ({ bucket: { policy: undefined, publicAccessBlocked: true } }),
          apply: async (change) => {
            if (change.kind === world.refused)
              throw new AuditExportError('access-denied', `${change.kind} was refused`);
            applied.push(change);
            return change.kind === 'create-role'
              ? { arn: `arn:aws:iam::${account}:role/${change.name}` }
              : {};
          },
          close: async () => undefined,
        },
        clock: { now: () => Date.UTC(2026, 0, 1) },
        signal: new AbortController().signal,
        receipts: {
          location: 'receipt.json',
          read: async () => receipt,
          save: async (next) => {
            receipt = next;
          },
        },
        again: 'audit-export init --profile acme',
        onChange: () => undefined,
      };
    },
    openBuckets: async () => ({
      look: async (bucket) => ({
        bucket,
        existence: 'there',
        region: 'eu-central-1',
        ownedByAccount: true,
        publicAccessBlocked: true,
        versioning: 'on',
        unseen: [],
        ...world.look,
      }),
      create: async (bucket) => {
        created.push(bucket);
      },
    }),
    testAccess: async (profile, _, patienceMs) => {
      tested.push({ ...profile, patienceMs });
      return { ...passed, verdict: world.verdict ?? 'passed' };
    },
    readFile: async (file) => files[file] ?? '',
    writeFile: async (file, text) => {
      files[file] = text;
    },
  };
  return {
    run: (flags = {}) => {
      const given = Object.fromEntries(Object.entries(flags).map(([flag, text]) => [flag, [text]]));
      const options = resolveSettings(
        { ...globalSettings, ...initSettings },
        { flags: given, environment: world.environment ?? {}, profile: undefined },
      );
      return init({ options }, host);
    },
    prompter,
    config: () => config,
    profile: () => config?.profiles['acme'],
    said,
    applied,
    created,
    tested,
    files,
  };
}

/** Flags that answer every question. */
export const allFlags = {
  profile: 'acme',
  'account-id': account,
  'organization-id': 'org-42',
  bucket: 'acme-audit',
  region: 'eu-central-1',
  prefix: 'altr',
  'role-name': 'ALTRPublishSIEMDataAcme',
  'policy-name': 'acme.s3.policy',
  types: 'query,alert',
} as const;

/** What a person says to every question. */
export const fullScript: readonly ScriptLine[] = [
  ['deliverer', 'vendor'],
  ['account-id', account],
  ['organization-id', 'org-42'],
  ['bucket', 'acme-audit'],
  ['region', 'eu-central-1'],
  ['prefix', 'altr'],
  ['role-name', 'ALTRPublishSIEMDataAcme'],
  ['policy-name', 'acme.s3.policy'],
  ['types', ['query', 'alert']],
];

/** A profile that `init` has made with these flags. */
export const activeProfile: Profile = {
  state: 'active',
  to: 's3://acme-audit/altr',
  region: 'eu-central-1',
  types: ['query', 'alert'],
  bucketOwner: account,
  role: { arn: `arn:aws:iam::${account}:role/ALTRPublishSIEMDataAcme`, externalId: 'org-42' },
  setup: {
    deliverer: 'vendor',
    accountId: account,
    organizationId: 'org-42',
    roleName: 'ALTRPublishSIEMDataAcme',
    policyName: 'acme.s3.policy',
    customerAccountId: account,
  },
};
