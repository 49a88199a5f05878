import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  IAMClient,
} from '@aws-sdk/client-iam';
import type { BucketLocationConstraint } from '@aws-sdk/client-s3';
import { CreateBucketCommand, S3Client } from '@aws-sdk/client-s3';
import { setTimeout as sleep } from 'node:timers/promises';
import type { AccessReport, ProbeReport } from '../../src/core/access/access-report.ts';
import type { ProbeId } from '../../src/core/access/findings/probes.ts';
import { cleanUp } from '../contract/clean-up.ts';
import type { Access, Target } from '../contract/target.ts';
import { schemaErrors } from '../fakes/json-schema.ts';
import { runCli } from './run-cli.ts';
import type { Workspace } from './workspace.ts';

export const externalId = 'org-42';
export const prefix = 'altr';

/** An access on a server: right, but for what is said. */
export interface Wrong {
  trust?: object;
  policy?: object | 'none';
  bucket?: 'missing';
  /** What the profile says instead. */
  profile?: object;
}

/** What was made, and the profile that tells of it. */
export interface MadeAccess {
  bucket: string;
  roleName: string;
  roleArn: string;
  profile: object;
}

/** Makes accesses on a server, and takes them away again. */
export class AccessWorld {
  readonly #target: Target;
  readonly #s3: (region?: string) => S3Client;
  readonly #iam: IAMClient;
  readonly #made = { buckets: [] as string[], roles: [] as string[], policies: [] as string[] };

  constructor(target: Target) {
    const { region, endpoint, customer } = target;
    const client = { region, credentials: customer, ...(endpoint === undefined ? {} : { endpoint }) };
    this.#target = target;
    this.#s3 = (region) =>
      new S3Client({ ...client, forcePathStyle: true, ...(region === undefined ? {} : { region }) });
    this.#iam = new IAMClient(client);
  }

  /** Bucket, role and policy as `init` makes them, but for what is wrong with them. */
  async make(wrong: (names: { bucket: string; account: string }) => Wrong = () => ({})): Promise<MadeAccess> {
    const { region, customer, vendor } = this.#target;
    const unique = Math.random().toString(36).slice(2, 12);
    const bucket = `access-${unique}`;
    const { trust, policy, bucket: missing, profile } = wrong({ bucket, account: vendor.accountId });
    if (missing === undefined) await this.bucket(bucket);
    const roleName = `ALTRPublishSIEMData-${unique}`;
    const roleArn = `arn:aws:iam::${customer.accountId}:role/${roleName}`;
    await this.#iam.send(
      new CreateRoleCommand({
        RoleName: roleName,
        AssumeRolePolicyDocument: document(trust ?? trusting(vendor.accountId, externalId)),
      }),
    );
    this.#made.roles.push(roleName);
    if (policy !== 'none')
      await this.#attach(roleName, policy ?? allowing('s3:PutObject', `${bucket}/${prefix}/*`));
    await sleep(Number(process.env['AUDIT_EXPORT_TEST_SETTLE_MS'] ?? 0));
    return {
      bucket,
      roleName,
      roleArn,
      profile: {
        state: 'active',
        to: `s3://${bucket}/${prefix}`,
        region,
        bucketOwner: customer.accountId,
        role: { arn: roleArn, externalId },
        setup: {
          accountId: vendor.accountId,
          organizationId: externalId,
          roleName,
          policyName: roleName,
          customerAccountId: customer.accountId,
        },
        ...profile,
      },
    };
  }

  async bucket(name: string, region = this.#target.region): Promise<void> {
    const constraint = { LocationConstraint: region as BucketLocationConstraint };
    await this.#s3(region).send(
      new CreateBucketCommand({
        Bucket: name,
        ...(region === 'us-east-1' ? {} : { CreateBucketConfiguration: constraint }),
      }),
    );
    this.#made.buckets.push(name);
  }

  async close(): Promise<void> {
    await cleanUp({ s3: this.#s3, iam: this.#iam }, this.#made);
  }

  async #attach(RoleName: string, statement: object): Promise<void> {
    const { Policy } = await this.#iam.send(
      new CreatePolicyCommand({ PolicyName: RoleName, PolicyDocument: document(statement) }),
    );
    await this.#iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn: Policy?.Arn }));
    this.#made.policies.push(Policy?.Arn ?? '');
  }
}

function document(statement: object): string {
  return JSON.stringify({ Version: '2012-10-17', Statement: [statement] });
}

/** A trust statement for an account, with the external id where one is demanded. */
export function trusting(account: string, id?: string): object {
  return {
    Sid: 'TrustWithExternalId',
    Effect: 'Allow',
    Principal: { AWS: `arn:aws:iam::${account}:root` },
    Action: 'sts:AssumeRole',
    ...(id === undefined ? {} : { Condition: { StringEquals: { 'sts:ExternalId': id } } }),
  };
}

/** A permission statement; `place` is what stands behind `arn:aws:s3:::`. */
export function allowing(action: string | string[], place: string): object {
  return { Effect: 'Allow', Action: action, Resource: place === '*' ? '*' : `arn:aws:s3:::${place}` };
}

/** The environment of somebody who tests. */
export function environmentOf(
  target: Target,
  { accessKeyId, secretAccessKey }: Access,
): Record<string, string> {
  return {
    ...(target.endpoint === undefined ? {} : { AWS_ENDPOINT_URL: target.endpoint }),
    AWS_ACCESS_KEY_ID: accessKeyId,
    AWS_SECRET_ACCESS_KEY: secretAccessKey,
  };
}

export interface TestedRun {
  code: number | null;
  stderr: string;
  report: AccessReport;
  /** What a probe came to. */
  probe: (id: ProbeId) => ProbeReport;
  /** The probes of a status. */
  those: (status: ProbeReport['status']) => string[];
}

/** Runs the built `test-access --json` on a profile, and holds its report against the schema. */
export async function testAccessOf(
  workspace: Workspace,
  profile: object,
  { environment, flags = [] }: { environment: Record<string, string>; flags?: readonly string[] },
): Promise<TestedRun> {
  await workspace.write(
    'audit-export.json',
    JSON.stringify({ defaultProfile: 'acme', profiles: { acme: profile } }),
  );
  const { code, stdout, stderr } = await runCli(workspace, ['test-access', '--json', ...flags], {
    environment,
  });
  const report = parse(stdout, stderr);
  const wrong = schemaErrors('test-access-report', report);
  if (wrong.length > 0) throw new Error(wrong.join('\n'));
  return {
    code,
    stderr,
    report,
    probe: (id) => {
      const found = report.probes.find(({ probe }) => probe === id);
      if (found === undefined) throw new Error(`no probe ${id}`);
      return found;
    },
    those: (status) => report.probes.filter((probe) => probe.status === status).map(({ probe }) => probe),
  };
}

function parse(stdout: string, stderr: string): AccessReport {
  try {
    return JSON.parse(stdout) as AccessReport;
  } catch {
    throw new Error(`no report:\n${stderr}\n${stdout}`);
  }
}
