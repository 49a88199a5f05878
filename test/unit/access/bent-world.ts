import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import type { LifecycleRule } from '@aws-sdk/client-s3';
import { run } from '../../../src/cli/run.ts';
import type { AccessReport } from '../../../src/core/access/access-report.ts';
import type { AccessPlan } from '../../../src/core/setup/plan/plan.ts';
import type { Ground, Who } from './ground.ts';
import { accounts } from './ground.ts';
import { quickClock } from '../../fakes/quick-clock.ts';

/** One set-up that is bent in one way, and what is to be said of it: test/fixtures/access/bent-setups.json. */
export interface BentSetup {
  name: string;
  /** Whose credentials test; without it, the customer's administrator. */
  as?: 'vendor' | 'exporter';
  deliverer?: 'vendor' | 'audit-export';
  bend: Bend;
  /** What the profile says instead; null: it does not say it. */
  profile?: Record<string, unknown>;
  probe: string;
  layer: string;
  finding: string;
  status: string;
  /** The differences that `iam plan` finds, warnings left out; missing where it is not asked. */
  plan?: string[];
  /** Its own cure is carried out first, although something else is worse. */
  first?: true;
  /** How the cure begins, or what is in it. */
  cure?: string;
}

interface Bend {
  trust?: object[];
  policy?: object[];
  inline?: Record<string, object[]>;
  attached?: Record<string, object[]>;
  boundary?: object[];
  bucketPolicy?: object[];
  publicAccess?: 'open';
  lifecycle?: LifecycleRule[];
  plainHttp?: boolean;
  /** The bucket is reached without TLS. */
  plain?: boolean;
  /** What the ACL of the bucket gives to others. */
  grants?: { to: string; permission: string }[];
  /** The bucket encrypts with a key of its own, which is as it should be or not. */
  key?: 'good' | 'disabled' | 'closed';
  /** What a look at its encryption shows in the place of the key; `nothing`: it may not be seen. */
  shows?: string;
  path?: string;
}

export const region = 'us-east-1';
let made = 0;

/** A set-up with a profile that tells of it, and the command line to work on it, all in this process. */
export class BentWorld {
  readonly bucket: string;
  readonly role: string;
  readonly ground: Ground;
  readonly #row: BentSetup;
  readonly #folder: string;

  private constructor(ground: Ground, row: BentSetup, folder: string) {
    made += 1;
    this.bucket = `bent-${made}`;
    this.role = `ALTRPublishSIEMDataBent${made}`;
    this.ground = ground;
    this.#row = row;
    this.#folder = folder;
  }

  static async make(ground: Ground, row: BentSetup): Promise<BentWorld> {
    const world = new BentWorld(ground, row, await mkdtemp(join(tmpdir(), 'bent-')));
    await world.#makeRole();
    await world.#makeBucket();
    await world.#writeProfile();
    return world;
  }

  get roleArn(): string {
    return `arn:aws:iam::${accounts.customer}:role/${this.role}`;
  }

  /** Puts names in the place of `{bucket}` and the like. */
  named(text: string): string {
    const id = this.externalId;
    const names: Record<string, string> = {
      bucket: this.bucket,
      role: this.role,
      roleArn: this.roleArn,
      customer: accounts.customer,
      vendor: accounts.vendor,
      id,
      'id?': `${id.slice(0, -1)}?`,
      key: `arn:aws:kms:${region}:${accounts.customer}:key/11111111-aaaa-4bbb-8ccc-000000000001`,
    };
    return text.replaceAll(/(?<!\$)\{(\w+\??)\}/g, (whole, name: string) => names[name] ?? whole);
  }

  get externalId(): string {
    return 'org-4Z';
  }

  async testAccess(who: Who = this.#row.as ?? 'customer'): Promise<AccessReport> {
    const { stdout, stderr } = await this.cli(who, ['test-access', '--profile', 'acme', '--json']);
    try {
      return JSON.parse(stdout) as AccessReport;
    } catch {
      throw new Error(`no report: ${stderr}${stdout}`);
    }
  }

  async plan(): Promise<AccessPlan> {
    const { stdout, stderr } = await this.cli('customer', ['iam', 'plan', '--profile', 'acme', '--json']);
    const plan = JSON.parse(stdout) as AccessPlan;
    if (!('findings' in plan)) throw new Error(`no plan: ${stderr}`);
    return plan;
  }

  /** Runs the command line in this process, with the credentials of somebody. */
  async cli(who: Who, argv: readonly string[]): Promise<{ code: number; stdout: string; stderr: string }> {
    const environment = {
      ...this.ground.environment(who),
      AWS_EC2_METADATA_DISABLED: 'true',
      XDG_STATE_HOME: join(this.#folder, 'state'),
      XDG_CONFIG_HOME: join(this.#folder, 'config'),
    };
    const texts = { stdout: '', stderr: '' };
    const into = (name: 'stdout' | 'stderr') =>
      new Writable({
        write: (chunk: Buffer, _, done) => {
          texts[name] += chunk.toString();
          done();
        },
      });
    const code = await run([...argv, '--no-input'], {
      stdin: new PassThrough(),
      stdout: into('stdout'),
      stderr: into('stderr'),
      environment,
      workingFolder: this.#folder,
      clock: quickClock(20),
      version: '0.0.0',
      signal: new AbortController().signal,
    });
    return { code, ...texts };
  }

  async close(): Promise<void> {
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #makeRole(): Promise<void> {
    const { trust, policy, inline = {}, attached = {}, boundary, path = '/' } = this.#row.bend;
    const letIn = {
      Effect: 'Allow',
      Principal: { AWS: `arn:aws:iam::${this.#trusted}:root` },
      Action: 'sts:AssumeRole',
      Condition: { StringEquals: { 'sts:ExternalId': this.externalId } },
    };
    await this.ground.createRole({ name: this.role, path, trust: this.#document(trust ?? [letIn]) });
    const objects = 'arn:aws:s3:::{bucket}/altr/*';
    const put = { Effect: 'Allow', Action: 's3:PutObject', Resource: objects };
    const once = {
      Effect: 'Deny',
      Action: 's3:PutObject',
      Resource: objects,
      Condition: { Null: { 's3:if-none-match': 'true' } },
    };
    const usual = this.#row.deliverer === 'audit-export' ? [put, once] : [put];
    await this.#attach(`${this.role}.policy`, policy ?? usual);
    for (const [name, statements] of Object.entries(attached))
      await this.#attach(`${this.role}-${name}`, statements);
    for (const [name, statements] of Object.entries(inline))
      await this.ground.putRolePolicy(this.role, name, this.#document(statements));
    if (boundary === undefined) return;
    const arn = await this.ground.createPolicy(`${this.role}-boundary`, this.#document(boundary));
    await this.ground.putBoundary(this.role, arn);
  }

  async #makeBucket(): Promise<void> {
    const {
      bucketPolicy = [],
      publicAccess,
      lifecycle,
      plainHttp,
      plain,
      grants,
      key,
      shows,
    } = this.#row.bend;
    const tlsOnly = {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: ['arn:aws:s3:::{bucket}', 'arn:aws:s3:::{bucket}/*'],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    };
    const statements = plainHttp === true ? bucketPolicy : [...bucketPolicy, tlsOnly];
    await this.ground.createBucket(this.bucket, {
      owner: accounts.customer,
      region,
      publicAccessBlocked: publicAccess !== 'open',
      ...(lifecycle === undefined ? {} : { lifecycle: lifecycle.map(withDate) }),
      ...(grants === undefined ? {} : { grants }),
      ...(plain === true ? { plain } : {}),
      ...(key === undefined ? {} : { encryption: { algorithm: 'aws:kms', kmsKey: this.named('{key}') } }),
      ...(key === undefined || key === 'good' ? {} : { key }),
      ...(shows === undefined ? {} : { shows: this.named(shows) }),
    });
    if (statements.length > 0) await this.ground.putBucketPolicy(this.bucket, this.#document(statements));
  }

  async #writeProfile(): Promise<void> {
    const { deliverer = 'vendor' } = this.#row;
    const profile = {
      state: 'active',
      to: `s3://${this.bucket}/altr`,
      region,
      bucketOwner: accounts.customer,
      role: { arn: this.roleArn, externalId: this.externalId },
      setup: {
        deliverer,
        writeOnce: deliverer === 'audit-export',
        accountId: this.#trusted,
        organizationId: this.externalId,
        roleName: this.role,
        policyName: `${this.role}.policy`,
        customerAccountId: accounts.customer,
      },
      ...(JSON.parse(this.named(JSON.stringify(this.#row.profile ?? {}))) as Record<string, unknown>),
    };
    const kept = Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== null));
    await writeFile(
      join(this.#folder, 'audit-export.json'),
      JSON.stringify({ defaultProfile: 'acme', profiles: { acme: kept } }),
    );
  }

  get #trusted(): string {
    return this.#row.deliverer === 'audit-export' ? accounts.customer : accounts.vendor;
  }

  async #attach(name: string, statements: object[]): Promise<void> {
    const arn = await this.ground.createPolicy(name, this.#document(statements));
    await this.ground.attachPolicy(this.role, arn);
  }

  #document(Statement: object[]): string {
    return this.named(JSON.stringify({ Version: '2012-10-17', Statement }));
  }
}

/** JSON has no dates. */
function withDate(rule: LifecycleRule): LifecycleRule {
  const { Expiration: expiration } = rule;
  return expiration?.Date === undefined
    ? rule
    : { ...rule, Expiration: { ...expiration, Date: new Date(expiration.Date) } };
}
