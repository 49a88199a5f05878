import {
  AttachRolePolicyCommand,
  CreatePolicyCommand,
  CreateRoleCommand,
  DeleteRolePermissionsBoundaryCommand,
  DeleteRolePolicyCommand,
  DetachRolePolicyCommand,
  IAMClient,
  PutRolePermissionsBoundaryCommand,
  PutRolePolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  DeleteBucketLifecycleCommand,
  DeleteBucketPolicyCommand,
  PutBucketLifecycleConfigurationCommand,
  PutBucketPolicyCommand,
  PutPublicAccessBlockCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { Emulator } from '../../../src/ports/aws/emulator.ts';
import type { Ground, NewRole, Settings, Who } from './ground.ts';

const region = 'us-east-1';

/** Set-ups on a rehearsal, made through the SDK as an administrator makes them. */
export class RehearsedGround implements Ground {
  readonly #emulator: Emulator;
  readonly #iam: IAMClient;
  readonly #s3: S3Client;

  constructor(emulator: Emulator) {
    this.#emulator = emulator;
    const client = { region, endpoint: emulator.url, credentials: emulator.customer };
    this.#iam = new IAMClient(client);
    this.#s3 = new S3Client({ ...client, forcePathStyle: true });
  }

  async createRole({ name: RoleName, path: Path, trust: AssumeRolePolicyDocument }: NewRole): Promise<void> {
    await this.#iam.send(new CreateRoleCommand({ RoleName, Path, AssumeRolePolicyDocument }));
  }

  async createPolicy(PolicyName: string, PolicyDocument: string): Promise<string> {
    const { Policy } = await this.#iam.send(new CreatePolicyCommand({ PolicyName, PolicyDocument }));
    return Policy?.Arn ?? '';
  }

  async attachPolicy(RoleName: string, PolicyArn: string): Promise<void> {
    await this.#iam.send(new AttachRolePolicyCommand({ RoleName, PolicyArn }));
  }

  async detachPolicy(RoleName: string, PolicyArn: string): Promise<void> {
    await this.#iam.send(new DetachRolePolicyCommand({ RoleName, PolicyArn }));
  }

  async putRolePolicy(RoleName: string, PolicyName: string, PolicyDocument: string): Promise<void> {
    await this.#iam.send(new PutRolePolicyCommand({ RoleName, PolicyName, PolicyDocument }));
  }

  async deleteRolePolicy(RoleName: string, PolicyName: string): Promise<void> {
    await this.#iam.send(new DeleteRolePolicyCommand({ RoleName, PolicyName }));
  }

  async putBoundary(RoleName: string, arn: string | undefined): Promise<void> {
    if (arn === undefined) await this.#iam.send(new DeleteRolePermissionsBoundaryCommand({ RoleName }));
    else await this.#iam.send(new PutRolePermissionsBoundaryCommand({ RoleName, PermissionsBoundary: arn }));
  }

  async createBucket(Bucket: string, settings: Settings): Promise<void> {
    await this.#s3.send(new CreateBucketCommand({ Bucket }));
    await this.changeBucket(Bucket, settings);
  }

  async changeBucket(Bucket: string, settings: Partial<Settings>): Promise<void> {
    const { publicAccessBlocked: on } = settings;
    if (on !== undefined)
      await this.#s3.send(
        new PutPublicAccessBlockCommand({
          Bucket,
          PublicAccessBlockConfiguration: {
            BlockPublicAcls: on,
            IgnorePublicAcls: on,
            BlockPublicPolicy: on,
            RestrictPublicBuckets: on,
          },
        }),
      );
    if (!('lifecycle' in settings)) return;
    const { lifecycle } = settings;
    if (lifecycle === undefined) await this.#s3.send(new DeleteBucketLifecycleCommand({ Bucket }));
    else
      await this.#s3.send(
        new PutBucketLifecycleConfigurationCommand({ Bucket, LifecycleConfiguration: { Rules: lifecycle } }),
      );
  }

  async putBucketPolicy(Bucket: string, Policy: string | undefined): Promise<void> {
    if (Policy === undefined) await this.#s3.send(new DeleteBucketPolicyCommand({ Bucket }));
    else await this.#s3.send(new PutBucketPolicyCommand({ Bucket, Policy }));
  }

  environment(who: Who): Record<string, string> {
    const { vendor, customer, sameAccount, url } = this.#emulator;
    const { accessKeyId, secretAccessKey } = { vendor, customer, exporter: sameAccount }[who];
    return { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_ENDPOINT_URL: url };
  }

  async close(): Promise<void> {
    this.#iam.destroy();
    this.#s3.destroy();
  }
}
