import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Writable } from 'node:stream';
import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { LifecycleRule } from '@aws-sdk/client-s3';
import { run } from '../../../src/cli/run.ts';
import type { AccessReport } from '../../../src/core/access/access-report.ts';
import type { AccessPlan } from '../../../src/core/setup/plan.ts';
import type { Emulator } from '../../../src/ports/emulator.ts';
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
  path?: string;
}

type Who = 'customer' | 'vendor' | 'exporter';

export const region = 'us-east-1';
let made = 0;

/** A set-up in a rehearsal, with a profile that tells of it, and the command line to work on it, all in this process. */
export class BentWorld {
  readonly bucket: string;
  readonly role: string;
  readonly #emulator: Emulator;
  readonly #row: BentSetup;
  readonly #folder: string;
  readonly s3: S3Client;
  readonly iam: IAMClient;

  private constructor(emulator: Emulator, row: BentSetup, folder: string) {
    made += 1;
    this.bucket = `bent-${made}`;
    this.role = `ALTRPublishSIEMDataBent${made}`;
    this.#emulator = emulator;
    this.#row = row;
    this.#folder = folder;
    const client = { region, endpoint: emulator.url, credentials: emulator.customer };
    this.s3 = new S3Client({ ...client, forcePathStyle: true });
    this.iam = new IAMClient(client);
  }

  static async make(emulator: Emulator, row: BentSetup): Promise<BentWorld> {
    const world = new BentWorld(emulator, row, await mkdtemp(join(tmpdir(), 'bent-')));
    await world.#makeRole();
    await world.#makeBucket();
    await world.#writeProfile();
    return world;
  }

  get roleArn(): string {
    return `arn:aws:iam::${this.#emulator.customer.accountId}:role/${this.role}`;
  }

  /** Puts names in the place of `{bucket}` and the like. */
  named(text: string): string {
    const { customer, vendor } = this.#emulator;
    const id = this.externalId;
    const names: Record<string, string> = {
      bucket: this.bucket,
      role: this.role,
      roleArn: this.roleArn,
      customer: customer.accountId,
      vendor: vendor.accountId,
      id,
      'id?': `${id.slice(0, -1)}?`,
      key: `arn:aws:kms:${region}:${customer.accountId}:key/11111111-aaaa-4bbb-8ccc-000000000001`,
    };
    return text.replaceAll(/\{(\w+\??)\}/g, (whole, name: string) => names[name] ?? whole);
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
    const { vendor, customer, sameAccount, url } = this.#emulator;
    const { accessKeyId, secretAccessKey } = { vendor, customer, exporter: sameAccount }[who];
    const environment = {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_ENDPOINT_URL: url,
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

  async profile(): Promise<Record<string, unknown>> {
    const text = await readFile(join(this.#folder, 'audit-export.json'), 'utf8');
    return (JSON.parse(text) as { profiles: Record<string, Record<string, unknown>> }).profiles['acme'] ?? {};
  }

  async close(): Promise<void> {
    this.s3.destroy();
    this.iam.destroy();
    await rm(this.#folder, { recursive: true, force: true });
  }

  async #makeRole(): Promise<void> {
    const { trust, policy, inline = {}, attached = {}, boundary, path } = this.#row.bend;
    const letIn = this.#document(
      trust ?? [
        {
          Effect: 'Allow',
          Principal: { AWS: `arn:aws:iam::${this.#trusted}:root` },
          Action: 'sts:AssumeRole',
          Condition: { StringEquals: { 'sts:ExternalId': this.externalId } },
        },
      ],
    );
    await this.iam.send(
      new CreateRoleCommand({
        RoleName: this.role,
        AssumeRolePolicyDocument: letIn,
        ...(path === undefined ? {} : { Path: path }),
      }),
    );
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
      await this.iam.send(
        new PutRolePolicyCommand({
          RoleName: this.role,
          PolicyName: name,
          PolicyDocument: this.#document(statements),
        }),
      );
    if (boundary === undefined) return;
    const PermissionsBoundary = await this.#policy(`${this.role}-boundary`, boundary);
    await this.iam.send(new PutRolePermissionsBoundaryCommand({ RoleName: this.role, PermissionsBoundary }));
  }

  async #makeBucket(): Promise<void> {
    const { bucketPolicy = [], publicAccess, lifecycle, plainHttp } = this.#row.bend;
    const Bucket = this.bucket;
    await this.s3.send(new CreateBucketCommand({ Bucket }));
    const tlsOnly = {
      Sid: 'TlsOnly',
      Effect: 'Deny',
      Principal: '*',
      Action: 's3:*',
      Resource: ['arn:aws:s3:::{bucket}', 'arn:aws:s3:::{bucket}/*'],
      Condition: { Bool: { 'aws:SecureTransport': 'false' } },
    };
    const statements = plainHttp === true ? bucketPolicy : [...bucketPolicy, tlsOnly];
    const open = publicAccess === 'open';
    await this.s3.send(
      new PutPublicAccessBlockCommand({
        Bucket,
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: !open,
          IgnorePublicAcls: !open,
          BlockPublicPolicy: !open,
          RestrictPublicBuckets: !open,
        },
      }),
    );
    if (statements.length > 0)
      await this.s3.send(new PutBucketPolicyCommand({ Bucket, Policy: this.#document(statements) }));
    if (lifecycle !== undefined)
      await this.s3.send(
        new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: lifecycle } }),
      );
  }

  async #writeProfile(): Promise<void> {
    const { customer } = this.#emulator;
    const { deliverer = 'vendor' } = this.#row;
    const profile = {
      state: 'active',
      to: `s3://${this.bucket}/altr`,
      region,
      bucketOwner: customer.accountId,
      role: { arn: this.roleArn, externalId: this.externalId },
      setup: {
        deliverer,
        writeOnce: deliverer === 'audit-export',
        accountId: this.#trusted,
        organizationId: this.externalId,
        roleName: this.role,
        policyName: `${this.role}.policy`,
        customerAccountId: customer.accountId,
      },
      ...this.#row.profile,
    };
    const kept = Object.fromEntries(Object.entries(profile).filter(([, value]) => value !== null));
    await writeFile(
      join(this.#folder, 'audit-export.json'),
      JSON.stringify({ defaultProfile: 'acme', profiles: { acme: kept } }),
    );
  }

  get #trusted(): string {
    const { vendor, customer } = this.#emulator;
    return (this.#row.deliverer === 'audit-export' ? customer : vendor).accountId;
  }

  async #attach(name: string, statements: object[]): Promise<void> {
    const PolicyArn = await this.#policy(name, statements);
    await this.iam.send(new AttachRolePolicyCommand({ RoleName: this.role, PolicyArn }));
  }

  async #policy(PolicyName: string, statements: object[]): Promise<string> {
    const document = this.#document(statements);
    const { Policy } = await this.iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument: document }));
    return Policy?.Arn ?? '';
  }

  #document(Statement: object[]): string {
    return this.named(JSON.stringify({ Version: '2012-10-17', Statement }));
  }
}
