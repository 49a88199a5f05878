import type { AuditExportError, ErrorCode } from '../../errors.ts';
import { isAuditExportError } from '../../errors.ts';
import type { AccessProbe } from '../../ports/access-probe.ts';
import type { AccessCheck, AccessTest, AccessVerdict, TestedAccess } from '../../ports/access-test.ts';
import type { Clock } from '../../ports/clock.ts';

/** What the test needs of the world. */
export interface AccessTestHost {
  clock: Clock;
  /** Waits so many milliseconds; throws `interrupted` where the run is stopped. */
  sleep: (ms: number) => Promise<void>;
  openProbe: (access: TestedAccess) => Promise<AccessProbe>;
}

/** First and longest pause between two tries. IAM needs two seconds as a rule, rarely a minute. */
const firstPauseMs = 500;
const longestPauseMs = 10_000;

/** What IAM answers while a change is on its way, and what may mean a refusal as well: only time tells. */
const mayPass: ReadonlySet<ErrorCode> = new Set(['access-denied', 'kms-denied', 'invalid-credentials']);

/**
 * The access test of the set-up: is the role there, can it be assumed with the external id and not without it, can an
 * object be written through it. Within the patience of `access`, what is refused is tried again: after a change IAM
 * needs some seconds (IAM User Guide, "Troubleshooting IAM: changes that I make are not always immediately visible").
 */
export function buildAccessTest(host: AccessTestHost): AccessTest {
  return {
    run: async (access, onWait) => {
      const probe = await host.openProbe(access);
      try {
        return await new TestRun(access, probe, { host, onWait }).run();
      } finally {
        await probe.close();
      }
    },
  };
}

type Attempt =
  | { settled: true; check: AccessCheck }
  | { settled: false; check: AccessCheck; waitingFor: string };

class TestRun {
  readonly #access: TestedAccess;
  readonly #probe: AccessProbe;
  readonly #host: AccessTestHost;
  readonly #onWait: (what: string) => void;
  readonly #startedMs: number;
  readonly #checks: AccessCheck[] = [];
  #left: string | null = null;

  constructor(
    access: TestedAccess,
    probe: AccessProbe,
    { host, onWait }: { host: AccessTestHost; onWait: (what: string) => void },
  ) {
    this.#access = access;
    this.#probe = probe;
    this.#host = host;
    this.#onWait = onWait;
    this.#startedMs = host.clock.now();
  }

  async run(): Promise<AccessVerdict> {
    const { trustedAccountId, callerAccountId, roleArn } = this.#access;
    if (!(await this.#passes(() => this.#roleIsVisible()))) return this.#failed();
    if (callerAccountId !== undefined && callerAccountId !== trustedAccountId) {
      const detail = `only account ${trustedAccountId} may assume the role; these credentials are of account ${callerAccountId}`;
      this.#skip(['assume-with-external-id', 'assume-without-external-id', 'put-object'], detail);
      return this.#verdict('as-far-as-seen', null);
    }
    const passed =
      (await this.#passes(() => this.#assumedWithExternalId())) &&
      (await this.#passes(() => this.#refusedWithoutExternalId())) &&
      (await this.#passes(() => this.#objectIsStored()));
    return passed ? this.#verdict('passed', null) : this.#failed(roleArn);
  }

  /** Tries until the check is settled or patience ends; a check that is skipped does not stop the test. */
  async #passes(attempt: () => Promise<Attempt>): Promise<boolean> {
    const { clock, sleep } = this.#host;
    let pauseMs = firstPauseMs;
    for (;;) {
      const tried = await attempt();
      const spentMs = clock.now() - this.#startedMs;
      const leftMs = this.#access.patienceMs - spentMs;
      if (tried.settled || leftMs <= 0) {
        this.#checks.push(tried.check);
        return tried.check.status === 'passed' || tried.check.status === 'skipped';
      }
      this.#onWait(tried.waitingFor);
      await sleep(Math.min(pauseMs, leftMs));
      pauseMs = Math.min(pauseMs * 2, longestPauseMs);
    }
  }

  async #roleIsVisible(): Promise<Attempt> {
    const { roleArn } = this.#access;
    const check = 'role-visible';
    switch (await this.#probe.findRole()) {
      case 'there':
        return { settled: true, check: { check, status: 'passed', detail: `IAM shows ${roleArn}` } };
      case 'hidden':
        return {
          settled: true,
          check: { check, status: 'skipped', detail: 'these credentials may not ask IAM (iam:GetRole)' },
        };
      default:
        return {
          settled: false,
          check: { check, status: 'not-yet-visible', detail: `IAM does not show ${roleArn} yet` },
          waitingFor: 'the role is not yet visible',
        };
    }
  }

  async #assumedWithExternalId(): Promise<Attempt> {
    const check = 'assume-with-external-id';
    return this.#tries(check, 'the role can not be assumed yet', async () => {
      await this.#probe.assumeRole(this.#access.externalId);
      return 'the role is assumed when the organization id is named';
    });
  }

  /** A trust policy that was just replaced may let it pass for some more seconds. */
  async #refusedWithoutExternalId(): Promise<Attempt> {
    const check = 'assume-without-external-id';
    try {
      await this.#probe.assumeRole(undefined);
    } catch (error) {
      if (isAuditExportError(error) && error.code === 'access-denied')
        return {
          settled: true,
          check: { check, status: 'passed', detail: 'without the organization id the role is refused' },
        };
      throw error;
    }
    return {
      settled: false,
      check: { check, status: 'failed', detail: 'the role can be assumed without the organization id' },
      waitingFor: 'the role can still be assumed without the organization id',
    };
  }

  async #objectIsStored(): Promise<Attempt> {
    return this.#tries('put-object', 'nothing can be written yet', async () => {
      const { status, url } = await this.#probe.putProbe();
      this.#left = url;
      return status === 'stored' ? `${url} was written` : `${url} is there already, and was not replaced`;
    });
  }

  async #tries(
    check: AccessCheck['check'],
    waitingFor: string,
    act: () => Promise<string>,
  ): Promise<Attempt> {
    try {
      return { settled: true, check: { check, status: 'passed', detail: await act() } };
    } catch (error) {
      if (!isAuditExportError(error) || !isAnswer(error)) throw error;
      const failed: AccessCheck = { check, status: 'failed', detail: error.message };
      return mayPass.has(error.code)
        ? { settled: false, check: failed, waitingFor }
        : { settled: true, check: failed };
    }
  }

  #skip(checks: readonly AccessCheck['check'][], detail: string): void {
    for (const check of checks) this.#checks.push({ check, status: 'skipped', detail });
  }

  #failed(roleArn = this.#access.roleArn): AccessVerdict {
    const last = this.#checks.at(-1);
    return this.#verdict('failed', last === undefined ? null : cureOf(last, roleArn));
  }

  #verdict(verdict: AccessVerdict['verdict'], cure: string | null): AccessVerdict {
    const waitedMs = this.#host.clock.now() - this.#startedMs;
    return { verdict, checks: this.#checks, left: this.#left, cure, waitedMs };
  }
}

/** Whether AWS has answered, and not that it could not be asked. */
function isAnswer({ code }: AuditExportError): boolean {
  return !['interrupted', 'unreachable', 'throttled', 'no-credentials', 'expired-credentials'].includes(code);
}

function cureOf({ check, status }: AccessCheck, roleArn: string): string {
  if (status === 'not-yet-visible')
    return 'Wait a minute, then run audit-export init again: it goes on here.';
  switch (check) {
    case 'assume-with-external-id':
      return `See audit-export iam plan for what the trust policy lacks, and let these credentials call sts:AssumeRole on ${roleArn}.`;
    case 'assume-without-external-id':
      return 'See audit-export iam plan: another statement of the trust policy lets it in. Then run audit-export init again.';
    default:
      return 'See audit-export iam plan for the policy, look at the bucket policy and the key policy, then run audit-export init again.';
  }
}
