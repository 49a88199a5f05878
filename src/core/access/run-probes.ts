import type { AccessProber } from '../../ports/aws/access-prober.ts';
import type { Clock } from '../../ports/clock.ts';
import type { AccessReport, ProbeReport } from './access-report.ts';
import { reportOn } from './access-report.ts';
import { Observations } from './tries/observations.ts';
import { findings, soonOf, stops } from './findings/findings.ts';
import type { Outcome } from './tries/outcome.ts';
import type { Probe, ProbeId } from './findings/probes.ts';
import { probes } from './findings/probes.ts';
import { lookAtBucketPolicy, lookAtTls } from './tries/bucket-policy-look.ts';
import { lookAtPermissions } from './tries/permission-look.ts';
import type { TestedAccess } from './tested/tested-access.ts';
import { lookAtTrust } from './tries/trust-look.ts';
import {
  tryBucket,
  tryBucketOwner,
  tryBucketRegion,
  tryObjectLock,
  tryPublicAccess,
} from './tries/try-bucket.ts';
import { lookAtLifecycle } from './tries/lifecycle-look.ts';
import { tryConditionalWrite, tryKms, tryOverwriteDenied, tryPutObject } from './tries/try-delivery.ts';
import {
  tryDeleteDenied,
  tryElsewhereDenied,
  tryGetDenied,
  tryListDenied,
  tryOutsideDenied,
} from './tries/try-denials.ts';
import { tryClock, tryConfiguration, tryCredentials, tryStsEndpoint } from './tries/try-identity.ts';
import { tryAssumeRole, tryRole, tryWithoutExternalId, tryWrongExternalId } from './tries/try-role.ts';
import { countStatuses, verdictOf } from './verdict.ts';

/** What to try, and how patiently. */
export interface ProbePlan {
  /** Only these, where there are any. */
  only: readonly ProbeId[];
  skip: readonly ProbeId[];
  noWrite: boolean;
  /** How long to wait, in milliseconds and all in all, for what was just made to count. */
  patienceMs: number;
}

/** What the ladder needs of the world. */
export interface ProbeHost {
  prober: AccessProber;
  clock: Clock;
  /** Waits so many milliseconds; throws `interrupted` where the run is stopped. */
  sleep: (ms: number) => Promise<void>;
  /** Hears of every probe as soon as it is done. */
  onProbe: (report: ProbeReport) => void;
  /** Hears, in words, what is waited for. */
  onWait: (what: string) => void;
  /** Whether an object may be written that can't be deleted for a while. */
  agreeToLock: (lock: string) => Promise<boolean>;
}

const tries: Readonly<Record<ProbeId, (observed: Observations) => Promise<Outcome>>> = {
  configuration: tryConfiguration,
  credentials: tryCredentials,
  'sts-endpoint': tryStsEndpoint,
  clock: tryClock,
  role: tryRole,
  'assume-role': tryAssumeRole,
  'without-external-id': tryWithoutExternalId,
  'wrong-external-id': tryWrongExternalId,
  bucket: tryBucket,
  'bucket-region': tryBucketRegion,
  'bucket-owner': tryBucketOwner,
  'object-lock': tryObjectLock,
  'put-object': tryPutObject,
  'conditional-write': tryConditionalWrite,
  'overwrite-denied': tryOverwriteDenied,
  kms: tryKms,
  'get-denied': tryGetDenied,
  'list-denied': tryListDenied,
  'outside-denied': tryOutsideDenied,
  'elsewhere-denied': tryElsewhereDenied,
  'delete-denied': tryDeleteDenied,
  'trust-policy': lookAtTrust,
  'permission-policy': lookAtPermissions,
  'bucket-policy': lookAtBucketPolicy,
  'tls-only': lookAtTls,
  lifecycle: lookAtLifecycle,
  'public-access': tryPublicAccess,
};

/** First and longest pause between two tries. IAM needs two seconds as a rule, rarely a minute. */
const firstPauseMs = 500;
const longestPauseMs = 10_000;

/** After a change of IAM a refusal may still be the answer of before, for so long. */
const newForMs = 120_000;

/**
 * Tries all probes in order, each only where those that it needs have not failed. What time may cure is tried again
 * within the patience of the plan ("Troubleshooting IAM: changes that I make are not always immediately visible", IAM
 * User Guide). Throws `interrupted`, and what `agreeToLock` throws; all else is in the report.
 */
export async function runProbes(
  access: TestedAccess,
  plan: ProbePlan,
  host: ProbeHost,
): Promise<AccessReport> {
  return new ProbeRun(access, plan, host).run();
}

class ProbeRun {
  readonly #access: TestedAccess;
  readonly #plan: ProbePlan;
  readonly #host: ProbeHost;
  readonly #observed: Observations;
  readonly #startedMs: number;
  #waitedMs = 0;

  constructor(access: TestedAccess, plan: ProbePlan, host: ProbeHost) {
    this.#access = access;
    this.#plan = plan;
    this.#host = host;
    this.#startedMs = host.clock.now();
    const { agreeToLock, clock, prober } = host;
    const { noWrite } = plan;
    this.#observed = new Observations(access, prober, { noWrite, agreeToLock, now: clock.now });
  }

  async run(): Promise<AccessReport> {
    const reports: ProbeReport[] = [];
    for (const probe of probes) {
      const startedMs = this.#host.clock.now();
      const outcome = this.#leftOut(probe) ?? (await this.#untilSettled(probe));
      this.#observed.outcomes.set(probe.id, outcome);
      const milliseconds = Math.round(this.#host.clock.now() - startedMs);
      const report = reportOn(probe, outcome, { names: this.#observed.names, milliseconds });
      reports.push(report);
      this.#host.onProbe(report);
    }
    return this.#report(reports);
  }

  /** Why a probe is not tried, if it is not. */
  #leftOut({ id, needs, writes }: Probe): Outcome | undefined {
    const { only, skip, noWrite } = this.#plan;
    if (only.length > 0 && !only.includes(id)) return { finding: 'not-chosen', detail: '--only' };
    if (skip.includes(id)) return { finding: 'not-chosen', detail: '--skip' };
    const unmet = needs.find((need) => {
      const finding = this.#observed.came(need);
      return finding !== undefined && stops(finding);
    });
    if (unmet !== undefined) return { finding: 'needs-unmet', detail: unmet };
    return noWrite && writes === true ? { finding: 'writes-nothing' } : undefined;
  }

  async #untilSettled({ id }: Probe): Promise<Outcome> {
    let pauseMs = firstPauseMs;
    for (;;) {
      const outcome = await tries[id](this.#observed);
      const { waitsFor } = findings[outcome.finding];
      const leftMs = this.#startedMs + this.#plan.patienceMs - this.#host.clock.now();
      if (waitsFor === undefined || outcome.isSettled === true) return outcome;
      if (leftMs <= 0)
        return (await this.#isNew()) ? { ...outcome, finding: soonOf(outcome.finding) } : outcome;
      this.#host.onWait(waitsFor);
      await this.#pause(Math.min(pauseMs, leftMs));
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }

  async #pause(ms: number): Promise<void> {
    const { clock, sleep } = this.#host;
    const startedMs = clock.now();
    await sleep(ms);
    this.#waitedMs += clock.now() - startedMs;
  }

  /** Whether the role, or a policy of it, was changed a moment ago, as far as is known. */
  async #isNew(): Promise<boolean> {
    const { changedMs } = this.#access;
    const role = this.#observed.came('role') === 'role-visible' ? await this.#observed.role() : undefined;
    const createdMs = role?.ok === true ? role.role.createdMs : undefined;
    const latestMs = Math.max(changedMs ?? 0, createdMs ?? 0);
    return this.#host.clock.now() - latestMs < newForMs;
  }

  #report(reports: ProbeReport[]): AccessReport {
    const { profile, bucket, prefix, region, role } = this.#access;
    return {
      report: 'test-access',
      version: 1,
      at: new Date(this.#startedMs).toISOString(),
      profile: profile ?? null,
      bucket,
      prefix,
      region: region ?? null,
      roleArn: role?.arn ?? null,
      caller: this.#observed.caller ?? null,
      ...verdictOf(reports),
      elsewhere:
        this.#observed.came('assume-role') === 'assume-from-elsewhere'
          ? (this.#observed.trustedAccount ?? null)
          : null,
      probes: reports,
      counts: countStatuses(reports),
      left: [...this.#observed.left],
      waitedMs: Math.round(this.#waitedMs),
    };
  }
}
