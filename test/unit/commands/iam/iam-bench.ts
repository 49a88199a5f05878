import { randomUUID } from 'node:crypto';
import {
  AttachRolePolicyCommand,
  CreateAccessKeyCommand,
  CreatePolicyCommand,
  CreateUserCommand,
  DeleteAccessKeyCommand,
  DeleteUserCommand,
  DeleteUserPolicyCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import { STSClient } from '@aws-sdk/client-sts';
import { afterAll, beforeAll, describe, vi } from 'vitest';
import { openIamAdmin } from '../../../../src/adapters/aws/iam/iam-admin.ts';
import type { IamHost } from '../../../../src/commands/iam/iam-host.ts';
import type { SetupAnswers } from '../../../../src/core/setup/answers/answers.ts';
import type { DesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import { buildDesiredAccess } from '../../../../src/core/setup/desired/desired-access.ts';
import type { AccessReceipt } from '../../../../src/core/setup/plan/receipt.ts';
import type { IamAdmin } from '../../../../src/ports/aws/iam-admin.ts';
import { cleanUp } from '../../../contract/clean-up.ts';
import { targets, type Access, type Target } from '../../../contract/target.ts';
import { answersWith } from '../../core/setup/answers.ts';

interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** One server with an administrator, for the tests that need a real IAM. What they make is taken away at the end. */
export class IamBench {
  target!: Target;
  readonly #roles: string[] = [];
  readonly #policies: string[] = [];
  readonly #users: { name: string; keyId: string }[] = [];
  readonly #admins: IamAdmin[] = [];

  get customer(): Access {
    return this.target.customer;
  }

  get iam(): IAMClient {
    return new IAMClient(this.#client(this.customer));
  }

  /** The vendor's STS. */
  get sts(): STSClient {
    return new STSClient(this.#client(this.target.vendor));
  }

  /** Access nobody else uses: names of its own, trusting the vendor of the server. */
  desired(more: Partial<SetupAnswers> = {}): DesiredAccess {
    const mark = `${randomUUID().slice(0, 8)}x`;
    const answers = answersWith({
      accountId: this.target.vendor.accountId,
      region: this.target.region,
      roleName: `ALTRPublishSIEMData-${mark}`,
      policyName: `acme.s3.policy-${mark}`,
      ...more,
    });
    const desired = buildDesiredAccess(answers);
    this.#roles.push(answers.roleName);
    this.#policies.push(this.policyArn(desired));
    return desired;
  }

  policyArn({ policy }: DesiredAccess): string {
    return `arn:aws:iam::${this.customer.accountId}:policy/${policy.name}`;
  }

  remember(what: { role?: string; policy?: string | undefined }): void {
    if (what.role !== undefined) this.#roles.push(what.role);
    if (what.policy !== undefined) this.#policies.push(what.policy);
  }

  /** The port, with the credentials of the administrator or of somebody else. */
  async admin(keys: Keys = this.customer): Promise<IamAdmin> {
    vi.stubEnv('AWS_ACCESS_KEY_ID', keys.accessKeyId);
    vi.stubEnv('AWS_SECRET_ACCESS_KEY', keys.secretAccessKey);
    const { region, endpoint } = this.target;
    const admin = await openIamAdmin({ region }, { AWS_ENDPOINT_URL: endpoint });
    this.#admins.push(admin);
    return admin;
  }

  async host(keys?: Keys): Promise<TestHost> {
    const receipts = new MemoryReceipts();
    const changes: string[] = [];
    return {
      admin: await this.admin(keys),
      clock: { now: () => Date.UTC(2025, 0, 2) },
      signal: new AbortController().signal,
      receipts,
      again: 'audit-export iam apply --profile acme',
      changes,
      onChange: ({ kind }) => {
        changes.push(kind);
      },
    };
  }

  /** Keys of a new user of the account who may do what the statements say. */
  async userWho(...statements: object[]): Promise<Keys> {
    const name = `admin-${randomUUID().slice(0, 8)}`;
    await this.iam.send(new CreateUserCommand({ UserName: name }));
    const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement: statements });
    await this.iam.send(new PutUserPolicyCommand({ UserName: name, PolicyName: 'all', PolicyDocument }));
    const { AccessKey } = await this.iam.send(new CreateAccessKeyCommand({ UserName: name }));
    this.#users.push({ name, keyId: AccessKey?.AccessKeyId ?? '' });
    return {
      accessKeyId: AccessKey?.AccessKeyId ?? '',
      secretAccessKey: AccessKey?.SecretAccessKey ?? '',
    };
  }

  /** A managed policy of somebody else, attached to the role. */
  async attachForeignPolicy(role: string): Promise<string> {
    const { Policy } = await this.iam.send(
      new CreatePolicyCommand({
        PolicyName: `foreign-${randomUUID().slice(0, 8)}`,
        PolicyDocument: JSON.stringify({
          Version: '2012-10-17',
          Statement: { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' },
        }),
      }),
    );
    this.remember({ policy: Policy?.Arn });
    await this.iam.send(new AttachRolePolicyCommand({ RoleName: role, PolicyArn: Policy?.Arn }));
    return Policy?.Arn ?? '';
  }

  async stop(): Promise<void> {
    for (const admin of this.#admins) await admin.close();
    await cleanUp(
      {
        s3: () => {
          throw new Error('no bucket is made here');
        },
        iam: this.iam,
      },
      { buckets: [], roles: this.#roles, policies: this.#policies },
    );
    for (const { name, keyId } of this.#users) {
      await this.iam.send(new DeleteAccessKeyCommand({ UserName: name, AccessKeyId: keyId }));
      await this.iam.send(new DeleteUserPolicyCommand({ UserName: name, PolicyName: 'all' }));
      await this.iam.send(new DeleteUserCommand({ UserName: name }));
    }
    vi.unstubAllEnvs();
    await this.target.stop();
  }

  #client(credentials: Keys) {
    const { region, endpoint } = this.target;
    return { region, credentials, ...(endpoint === undefined ? {} : { endpoint }) };
  }
}

export interface TestHost extends IamHost {
  receipts: MemoryReceipts;
  /** Kinds of the changes made so far. */
  changes: string[];
}

export class MemoryReceipts {
  readonly location = 'memory';
  receipt: AccessReceipt | undefined;

  async read(): Promise<AccessReceipt | undefined> {
    return this.receipt;
  }

  async save(receipt: AccessReceipt): Promise<void> {
    this.receipt = structuredClone(receipt);
  }
}

/** Tests that hold on every server there is: the rehearsal, moto where it is, or the one that the environment names. */
export function onEveryServer(chapter: string, define: (bench: IamBench) => void): void {
  describe.each([...targets()])(`${chapter} on $server`, (start) => {
    const bench = new IamBench();
    beforeAll(async () => {
      bench.target = await start.start();
    });
    afterAll(async () => {
      await bench.stop();
    });
    define(bench);
  });
}
