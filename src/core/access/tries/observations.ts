import type { AccessProber, ShownRole, Tried } from '../../../ports/aws/access-prober.ts';
import type { BucketLook } from '../../../ports/aws/bucket-admin.ts';
import type { IamCaller } from '../../../ports/aws/iam-admin.ts';
import { isObject, readLiveDocument, stringsOf } from '../../setup/documents/live-document.ts';
import type { FindingCode } from '../findings/findings.ts';
import { findings } from '../findings/findings.ts';
import type { Outcome } from './outcome.ts';
import type { ProbeId } from '../findings/probes.ts';
import type { Names, TestedAccess } from '../tested/tested-access.ts';
import { namesOf, roleAccountOf } from '../tested/tested-access.ts';
import { probeKey } from '../../setup/delivery/probe-keys.ts';

/** What the ladder may do, and whom it may ask. */
export interface Permission {
  /** Nothing in the bucket may change. */
  noWrite: boolean;
  /** Whether an object may be written that can't be deleted for a while; `lock` says for how long. */
  agreeToLock: (lock: string) => Promise<boolean>;
  /** The time, in milliseconds since 1970. */
  now: () => number;
}

/** What a run of the probes has seen so far: each thing is asked for only once. */
export class Observations {
  readonly access: TestedAccess;
  readonly prober: AccessProber;
  readonly permission: Permission;
  readonly outcomes = new Map<ProbeId, Outcome>();
  /** What the test has left behind: URLs. */
  readonly left = new Set<string>();
  caller: IamCaller | undefined;
  /** The delivery of the probe, once it was tried. */
  put: Awaited<ReturnType<AccessProber['store']['put']>> | undefined;
  #identity: ReturnType<AccessProber['identity']['identify']> | undefined;
  #role: Promise<Tried<{ role: ShownRole }>> | undefined;
  #look: Promise<Tried<{ look: BucketLook }>> | undefined;
  #accountOfTrust: string | undefined;
  #roleId: string | undefined;
  #plainHttp: string | undefined;
  #policy: ReturnType<AccessProber['bucket']['policy']> | undefined;

  constructor(access: TestedAccess, prober: AccessProber, permission: Permission) {
    this.access = access;
    this.prober = prober;
    this.permission = permission;
  }

  get names(): Names {
    return namesOf({ ...this.access, trustedAccountId: this.trustedAccount }, this.caller);
  }

  /** The account that the role is meant for, else the one that its trust policy names. */
  get trustedAccount(): string | undefined {
    return this.access.trustedAccountId ?? this.#accountOfTrust;
  }

  get probeUrl(): string {
    return `s3://${this.access.bucket}/${probeKey(this.access.prefix)}`;
  }

  /** The account that should own the bucket: the one of the profile, else the one of the role, else the caller's. */
  get owner(): string | undefined {
    return this.access.bucketOwner ?? roleAccountOf(this.access) ?? this.caller?.account;
  }

  /** What the policies are asked with. */
  get facts(): {
    owner: string | undefined;
    roleId: string | undefined;
    nowMs: number;
    plainHttp: string | undefined;
  } {
    const { owner, permission } = this;
    return { owner, roleId: this.#roleId, nowMs: permission.now(), plainHttp: this.#plainHttp };
  }

  /** Whether the credentials are of another account than the role. */
  get isElsewhere(): boolean {
    const account = roleAccountOf(this.access);
    return this.caller !== undefined && account !== undefined && this.caller.account !== account;
  }

  /** Whether a probe has passed, with or without a warning. */
  passed(id: ProbeId): boolean {
    const { finding } = this.outcomes.get(id) ?? {};
    return finding !== undefined && ['pass', 'warn'].includes(findings[finding].status);
  }

  /** Whether there is anybody to deliver: the role was assumed, or none is needed. */
  get hasActor(): boolean {
    return this.access.role === undefined || this.passed('assume-role');
  }

  came(id: ProbeId): FindingCode | undefined {
    return this.outcomes.get(id)?.finding;
  }

  async identify(): ReturnType<AccessProber['identity']['identify']> {
    this.#identity ??= this.prober.identity.identify();
    const identity = await this.#identity;
    if (identity.tried.ok) this.caller = identity.tried.caller;
    // What may pass is asked for again.
    else this.#identity = undefined;
    return identity;
  }

  /** The role, looked for anew. */
  async findRole(): Promise<Tried<{ role: ShownRole }>> {
    this.#role = this.prober.identity.findRole();
    const tried = await this.#role;
    if (tried.ok) {
      this.#accountOfTrust = trustedAccountIn(tried.role.trustPolicy);
      this.#roleId = tried.role.id;
    }
    return tried;
  }

  /** The role as it was found before. */
  async role(): Promise<Tried<{ role: ShownRole }>> {
    return this.#role ?? this.findRole();
  }

  async look(): Promise<Tried<{ look: BucketLook }>> {
    this.#look ??= this.prober.bucket.look(this.owner);
    const look = await this.#look;
    if (look.ok) this.#plainHttp = look.look.plainHttp;
    else this.#look = undefined;
    return look;
  }

  async bucketPolicy(): ReturnType<AccessProber['bucket']['policy']> {
    this.#policy ??= this.prober.bucket.policy();
    const policy = await this.#policy;
    if (!policy.ok) this.#policy = undefined;
    return policy;
  }
}

/** The one account that a trust policy names; undefined where it names none or several. */
function trustedAccountIn(trustPolicy: string): string | undefined {
  const names = readLiveDocument(trustPolicy, 'trust').statements.flatMap(({ element }) => {
    const { Principal: principal } = element;
    return isObject(principal) ? stringsOf(principal['AWS']) : [];
  });
  const accounts = new Set(names.map((name) => /^\d{12}$/.exec(name)?.[0] ?? name.split(':')[4] ?? ''));
  const [account] = accounts;
  return accounts.size === 1 && account !== '' ? account : undefined;
}
