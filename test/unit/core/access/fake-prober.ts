import type { AccessReport, ProbeReport } from '../../../../src/core/access/access-report.ts';
import type { ProbePlan } from '../../../../src/core/access/run-probes.ts';
import { runProbes } from '../../../../src/core/access/run-probes.ts';
import type { ProbeId } from '../../../../src/core/access/findings/probes.ts';
import { dayLayout, parseLayout } from '../../../../src/core/layout/layout.ts';
import type { TestedAccess } from '../../../../src/core/access/tested/tested-access.ts';
import type { ErrorCode } from '../../../../src/errors.ts';
import type { AccessProber, Refusal, Tried } from '../../../../src/ports/aws/access-prober.ts';

export const customer = '111122223333';
export const vendor = '444455556666';
export const roleArn = `arn:aws:iam::${customer}:role/ALTRPublishSIEMDataAcme`;
export const startMs = Date.UTC(2026, 0, 1);

export const access: TestedAccess = {
  profile: 'acme',
  configFile: undefined,
  bucket: 'acme-audit',
  prefix: 'altr',
  region: 'eu-central-1',
  role: { arn: roleArn, externalId: 'org-42' },
  bucketOwner: customer,
  deliverer: 'vendor',
  writeOnce: false,
  types: { all: false, names: ['query'] },
  layout: parseLayout(dayLayout),
  headers: {},
  otherExternalId: undefined,
  trustedAccountId: vendor,
  policyName: 'acme.s3.policy',
  inlinePolicy: false,
  kmsKeyArn: undefined,
  otherBucket: undefined,
  changedMs: undefined,
};

/** A refusal as AWS would give it. */
export function refused(
  code: ErrorCode = 'access-denied',
  more: Partial<Refusal> = {},
): { ok: false; refusal: Refusal } {
  return {
    ok: false,
    refusal: {
      code,
      message: `refused: ${code}.`,
      cure: undefined,
      said: 'Access Denied',
      awsError: 'AccessDenied',
      requestId: 'REQUEST-1',
      httpStatus: 403,
      region: undefined,
      ...more,
    },
  };
}

export function yes<T extends object>(answer: T): Tried<T> {
  return { ...answer, ok: true, requestId: 'REQUEST-2' };
}

type Answers = AccessProber['identity'] & AccessProber['bucket'] & AccessProber['store'];

/** A vendor's view of a right set-up, but for what is given. */
export function proberWith(answers: Partial<Answers> = {}): AccessProber {
  const stored = new Set<string>();
  const all: Answers = {
    credentials: async () => yes({ kind: 'the environment', expiresMs: undefined }),
    identify: async () => ({
      skewMs: 200,
      tried: yes({ caller: { account: vendor, arn: `arn:aws:iam::${vendor}:user/exporter` } }),
    }),
    findRole: async () => refused(),
    readPolicies: async () => refused(),
    assumeRole: async (externalId) => (externalId === 'org-42' ? yes({}) : refused()),
    look: async () =>
      yes({
        look: {
          bucket: 'acme-audit',
          existence: 'hidden',
          region: 'eu-central-1',
          unseen: ['Block Public Access (AccessDenied)', 'Object Lock (AccessDenied)'],
        },
      }),
    policy: async () => refused(),
    lifecycle: async () => refused(),
    put: async (key) => {
      const conditional = stored.has(key);
      stored.add(key);
      return yes({ conditional, kmsKey: undefined });
    },
    mayPut: async ({ key, owner }) =>
      key.startsWith('altr/') && owner !== '000000000000' ? yes({ stored: false }) : refused(),
    read: async () => refused(),
    list: async () => refused(),
    remove: async () => refused(),
    ...answers,
  };
  return { identity: all, bucket: all, store: all, close: async () => undefined };
}

export interface Probed extends AccessReport {
  of: (id: ProbeId) => ProbeReport;
  those: (status: ProbeReport['status']) => string[];
  waits: string[];
  sleeps: number[];
}

/** Climbs with a clock that only waiting moves. */
export async function probeWith(
  prober: AccessProber | ((sinceMs: () => number) => AccessProber),
  more: { access?: Partial<TestedAccess>; plan?: Partial<ProbePlan>; agree?: boolean } = {},
): Promise<Probed> {
  let now = startMs;
  const waits: string[] = [];
  const sleeps: number[] = [];
  const report = await runProbes(
    { ...access, ...more.access },
    { only: [], skip: [], noWrite: false, patienceMs: 0, ...more.plan },
    {
      prober: typeof prober === 'function' ? prober(() => now - startMs) : prober,
      clock: { now: () => now },
      sleep: async (ms) => {
        sleeps.push(ms);
        now += ms;
      },
      onProbe: () => undefined,
      onWait: (what) => waits.push(what),
      agreeToLock: async () => more.agree ?? true,
    },
  );
  return {
    ...report,
    waits,
    sleeps,
    of: (id) => {
      const found = report.probes.find(({ probe }) => probe === id);
      if (found === undefined) throw new Error(`no probe ${id}`);
      return found;
    },
    those: (status) => report.probes.filter((probe) => probe.status === status).map(({ probe }) => probe),
  };
}
