import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { IAMClient } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  S3Client,
  type BucketLocationConstraint,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, test } from 'vitest';
import { cleanUp } from './clean-up.ts';
import { knownDifference } from './differences.ts';
import { targets, type Access, type Target, type TargetStart } from './target.ts';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** A server under contract, with what the claims need of it. */
export class Server {
  readonly name: string;
  readonly #start: TargetStart;
  #target: Target | undefined;
  readonly #buckets: string[] = [];
  readonly #roles: string[] = [];
  readonly #policies: string[] = [];

  constructor(start: TargetStart) {
    this.name = start.server;
    this.#start = start;
  }

  get target(): Target {
    if (this.#target === undefined) throw new Error('the server is not up yet');
    return this.#target;
  }

  get customer(): Access {
    return this.target.customer;
  }

  get vendor(): Access {
    return this.target.vendor;
  }

  s3(credentials: Keys = this.customer, config: S3ClientConfig = {}): S3Client {
    return new S3Client({ ...this.#client(credentials), forcePathStyle: true, ...config });
  }

  sts(credentials: Keys = this.vendor): STSClient {
    return new STSClient(this.#client(credentials));
  }

  iam(credentials: Keys = this.customer): IAMClient {
    return new IAMClient(this.#client(credentials));
  }

  /** A name nobody else uses; lower case, as buckets need it. */
  uniqueName(start: string): string {
    return `${start}-${randomUUID().slice(0, 13)}`;
  }

  /** A new bucket of the customer, taken away at the end. */
  async bucket(region = this.target.region, more: { objectLock?: boolean } = {}): Promise<string> {
    const name = this.uniqueName('audit-export-contract');
    const constraint = region as BucketLocationConstraint;
    await this.s3(this.customer, { region }).send(
      new CreateBucketCommand({
        Bucket: name,
        ...(region !== 'us-east-1' && { CreateBucketConfiguration: { LocationConstraint: constraint } }),
        ...(more.objectLock && { ObjectLockEnabledForBucket: true }),
      }),
    );
    this.#buckets.push(name);
    return name;
  }

  /** Says that a role or policy is to be taken away at the end. */
  remember(what: { role?: string | undefined; policy?: string | undefined }): void {
    if (what.role !== undefined) this.#roles.push(what.role);
    if (what.policy !== undefined) this.#policies.push(what.policy);
  }

  /** Waits until changes of IAM count everywhere: `AUDIT_EXPORT_TEST_SETTLE_MS`, which AWS needs and stand-ins do not. */
  async settle(): Promise<void> {
    await sleep(Number(process.env.AUDIT_EXPORT_TEST_SETTLE_MS ?? 0));
  }

  /** Credentials of a role. */
  async assume(
    input: Omit<AssumeRoleCommandInput, 'RoleSessionName'>,
    as: Keys = this.vendor,
  ): Promise<Keys> {
    const { Credentials } = await this.sts(as).send(
      new AssumeRoleCommand({ RoleSessionName: 'contract', ...input }),
    );
    return {
      accessKeyId: Credentials?.AccessKeyId ?? '',
      secretAccessKey: Credentials?.SecretAccessKey ?? '',
      sessionToken: Credentials?.SessionToken ?? '',
    };
  }

  async start(): Promise<void> {
    this.#target = await this.#start.start();
  }

  async stop(): Promise<void> {
    await cleanUp(
      { s3: (region) => this.s3(this.customer, region === undefined ? {} : { region }), iam: this.iam() },
      { buckets: this.#buckets, roles: this.#roles, policies: this.#policies },
    );
    await this.target.stop();
  }

  #client(credentials: Keys): { region: string; credentials: Keys; maxAttempts: number; endpoint?: string } {
    const { region, endpoint } = this.target;
    return { region, credentials, maxAttempts: 1, ...(endpoint !== undefined && { endpoint }) };
  }
}

/** One claim: runs on every server but those where a difference is known. */
export type Claim = (claim: string, hold: () => Promise<void>) => void;

/** A chapter of the contract, held against every server. */
export function contract(chapter: string, define: (server: Server, claim: Claim) => void): void {
  describe.each([...targets()])(`${chapter} on $server`, (start) => {
    const server = new Server(start);
    beforeAll(async () => {
      await server.start();
    });
    afterAll(async () => {
      await server.stop();
    });
    define(server, (title, hold) => {
      const difference = knownDifference(server.name, title);
      // eslint-disable-next-line vitest/valid-title, vitest/expect-expect -- the title is the claim, the claim expects.
      test.skipIf(difference !== undefined)(title, hold);
    });
  });
}

/** The error a call ends with: name, status and the code in the body. Fails where the call goes through. */
export async function refusal(
  call: Promise<unknown>,
): Promise<{ name: string; status: number; message: string }> {
  const outcome = await call.then(
    () => undefined,
    (error: unknown) => error as Error & { $metadata?: { httpStatusCode?: number } },
  );
  if (outcome === undefined) throw new Error('the call went through');
  return { name: outcome.name, status: outcome.$metadata?.httpStatusCode ?? 0, message: outcome.message };
}
