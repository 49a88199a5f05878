import { IAMClient } from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  S3Client,
  type BucketLocationConstraint,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { AssumeRoleCommand, STSClient, type AssumeRoleCommandInput } from '@aws-sdk/client-sts';
import { onTestFinished } from 'vitest';
import { startEmulator, type EmulatorOptions } from '../../../../src/adapters/emulator/start-emulator.ts';
import { scenarios } from '../../../../src/adapters/emulator/scenarios/scenarios.ts';
import type { Emulator } from '../../../../src/ports/aws/emulator.ts';

export interface Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** An emulator for one test, and clients of it that try once. The SDK writes into the credentials it is given: it gets copies. */
export interface Running {
  readonly emulator: Emulator;
  readonly s3: (keys?: Keys, config?: S3ClientConfig) => S3Client;
  readonly sts: (keys?: Keys) => STSClient;
  readonly iam: (keys?: Keys) => IAMClient;
  makeBucket(region?: string): Promise<string>;
  /** Assumes the role that the scenario prepared. */
  assume(more?: Partial<AssumeRoleCommandInput>): Promise<Keys>;
}

/** Starts an emulator that ends with the test. */
export async function runEmulator(options: EmulatorOptions = {}): Promise<Running> {
  const emulator = await startEmulator(options);
  const clients: { destroy(): void }[] = [];
  onTestFinished(async () => {
    for (const client of clients) client.destroy();
    await emulator.close();
  });
  const common = { endpoint: emulator.url, region: emulator.region, maxAttempts: 1 };
  const kept = <C extends { destroy(): void }>(client: C): C => {
    clients.push(client);
    return client;
  };
  const s3: Running['s3'] = (credentials = emulator.customer, config = {}) =>
    kept(new S3Client({ ...common, credentials: { ...credentials }, ...config }));
  const sts: Running['sts'] = (credentials = emulator.vendor) =>
    kept(new STSClient({ ...common, credentials: { ...credentials } }));
  return {
    emulator,
    s3,
    sts,
    iam: (credentials = emulator.customer) =>
      kept(new IAMClient({ ...common, credentials: { ...credentials } })),
    makeBucket: async (region = emulator.region) => {
      const Bucket = `bucket-in-${region}`;
      const LocationConstraint = region as BucketLocationConstraint;
      const CreateBucketConfiguration = region === 'us-east-1' ? undefined : { LocationConstraint };
      await s3(emulator.customer, { region }).send(
        new CreateBucketCommand({ Bucket, CreateBucketConfiguration }),
      );
      return Bucket;
    },
    assume: async (more = {}) => {
      const { roleArn, externalId } = emulator.prepared;
      const { Credentials } = await sts().send(
        new AssumeRoleCommand({ RoleArn: roleArn, RoleSessionName: 'test', ExternalId: externalId, ...more }),
      );
      return {
        accessKeyId: Credentials?.AccessKeyId ?? '',
        secretAccessKey: Credentials?.SecretAccessKey ?? '',
        sessionToken: Credentials?.SessionToken ?? '',
      };
    },
  };
}

/** Starts an emulator in a named scenario. */
export async function runScenario(name: string, options: EmulatorOptions = {}): Promise<Running> {
  const scenario = scenarios[name];
  if (scenario === undefined) throw new Error(`no scenario ${name}`);
  return await runEmulator({ scenario, ...options });
}

/** How a call ends: `ok`, or the name of its error. */
export async function outcome(call: Promise<unknown>): Promise<string> {
  return await call.then(
    () => 'ok',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  );
}
