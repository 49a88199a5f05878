import { randomBytes } from 'node:crypto';
import {
  CreateAccessKeyCommand,
  CreateUserCommand,
  IAMClient,
  PutUserPolicyCommand,
} from '@aws-sdk/client-iam';
import {
  CreateBucketCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
  type ListObjectsV2CommandOutput,
} from '@aws-sdk/client-s3';
import { startEmulator } from '../../src/adapters/emulator/start-emulator.ts';
import type { Emulator } from '../../src/ports/aws/emulator.ts';
import type { ReadableStore } from './read-export.ts';
import { isDelivery } from './read-export.ts';

interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

/** An S3 server with a bucket of its own for the tests. */
export interface S3Server {
  readonly url: string;
  readonly region: string;
  readonly bucket: string;
  /** What the program is given to know it: region, endpoint, and keys that may only put objects below a prefix. */
  environmentFor(prefix: string): Promise<Record<string, string>>;
  /** The same for somebody who may do these things, each with a resource behind `arn:aws:s3:::<bucket>`. */
  environmentAllowing(
    ...allowed: (readonly [action: string, resource: string])[]
  ): Promise<Record<string, string>>;
  /** What lies below a prefix, read with the administrator's keys. */
  storeAt(prefix: string): ReadableStore;
  /** All objects below a prefix, those of the tool's own as well, by their keys below it. */
  everythingAt(prefix: string): Promise<Map<string, Buffer>>;
  /** Removes an object, as the administrator. */
  remove(key: string): Promise<void>;
  close(): Promise<void>;
}

interface Endpoint {
  readonly url: string;
  readonly region: string;
  readonly administrator: AccessKey;
  /** Whether the server knows IAM, so that keys can be made that may only write. */
  readonly hasIam: boolean;
  readonly close: () => Promise<void>;
}

/**
 * The server that `AUDIT_EXPORT_TEST_ENDPOINT` and the variables beside it name (`…_REGION`, `…_CUSTOMER_ACCESS_KEY_ID`,
 * `…_CUSTOMER_SECRET_ACCESS_KEY`; `…_IAM=no` where the server has no IAM), else the emulator.
 */
async function openEndpoint(environment: NodeJS.ProcessEnv): Promise<Endpoint> {
  const variable = (name: string): string | undefined => environment[`AUDIT_EXPORT_TEST_${name}`];
  const url = variable('ENDPOINT');
  if (url === undefined) {
    const emulator = await startEmulator();
    const { url, region, customer } = emulator;
    return { url, region, administrator: customer, hasIam: true, close: () => emulator.close() };
  }
  const needed = (name: string): string => {
    const value = variable(name);
    if (value === undefined) throw new Error(`AUDIT_EXPORT_TEST_${name} is not set`);
    return value;
  };
  return {
    url,
    region: variable('REGION') ?? needed('AWS_REGION'),
    administrator: {
      accessKeyId: needed('CUSTOMER_ACCESS_KEY_ID'),
      secretAccessKey: needed('CUSTOMER_SECRET_ACCESS_KEY'),
    },
    hasIam: variable('IAM') !== 'no',
    close: async () => await Promise.resolve(),
  };
}

/** Starts or finds the S3 server and makes a bucket there. */
export async function openS3Server(environment: NodeJS.ProcessEnv = process.env): Promise<S3Server> {
  return bucketAt(await openEndpoint(environment));
}

/** Makes a bucket on an emulator that somebody else closes. */
export async function bucketOn({ url, region, customer }: Emulator): Promise<S3Server> {
  const close = (): Promise<void> => Promise.resolve();
  return bucketAt({ url, region, administrator: customer, hasIam: true, close });
}

async function bucketAt({ url, region, administrator, hasIam, close }: Endpoint): Promise<S3Server> {
  const client = { endpoint: url, region, credentials: administrator };
  const s3 = new S3Client({ ...client, forcePathStyle: true });
  const iam = new IAMClient(client);
  const bucket = `audit-export-e2e-${randomBytes(6).toString('hex')}`;
  const environmentOf = (keys: AccessKey): Record<string, string> => ({
    AWS_REGION: region,
    AWS_ENDPOINT_URL: url,
    AWS_ACCESS_KEY_ID: keys.accessKeyId,
    AWS_SECRET_ACCESS_KEY: keys.secretAccessKey,
  });
  const userAllowing: S3Server['environmentAllowing'] = async (...allowed) =>
    environmentOf(hasIam ? await keysAllowing(iam, bucket, allowed) : administrator);
  await s3.send(
    new CreateBucketCommand({
      Bucket: bucket,
      ...(region === 'us-east-1'
        ? {}
        : { CreateBucketConfiguration: { LocationConstraint: region as never } }),
    }),
  );
  return {
    url,
    region,
    bucket,
    // The one permission that a delivery is promised to need.
    environmentFor: (prefix) => userAllowing(['s3:PutObject', `/${prefix}/*`]),
    environmentAllowing: userAllowing,
    remove: async (Key) => {
      await s3.send(new DeleteObjectCommand({ Bucket: bucket, Key }));
    },
    everythingAt: async (prefix) => {
      const keys = await keysBelow(s3, bucket, prefix);
      const read = async (key: string): Promise<Buffer> => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${prefix}/${key}` }));
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      };
      return new Map(await Promise.all(keys.map(async (key) => [key, await read(key)] as const)));
    },
    storeAt: (prefix) => ({
      list: async () => (await keysBelow(s3, bucket, prefix)).filter(isDelivery),
      read: async (key) => {
        const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: `${prefix}/${key}` }));
        return Buffer.from((await Body?.transformToByteArray()) ?? []);
      },
    }),
    close: async () => {
      s3.destroy();
      iam.destroy();
      await close();
    },
  };
}

/** A user who may do these things and nothing else. */
async function keysAllowing(
  iam: IAMClient,
  bucket: string,
  allowed: readonly (readonly [string, string])[],
): Promise<AccessKey> {
  const UserName = `user-${randomBytes(6).toString('hex')}`;
  const Statement = allowed.map(([Action, resource]) => ({
    Effect: 'Allow',
    Action,
    Resource: `arn:aws:s3:::${bucket}${resource}`,
  }));
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam.send(new CreateUserCommand({ UserName }));
  await iam.send(new PutUserPolicyCommand({ UserName, PolicyName: 'allowed', PolicyDocument }));
  const { AccessKey } = await iam.send(new CreateAccessKeyCommand({ UserName }));
  return { accessKeyId: AccessKey?.AccessKeyId ?? '', secretAccessKey: AccessKey?.SecretAccessKey ?? '' };
}

const mostPages = 100;

async function keysBelow(s3: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const keys: string[] = [];
  let token: string | undefined;
  for (let page = 0; page < mostPages; page++) {
    const answer: ListObjectsV2CommandOutput = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: `${prefix}/`, ContinuationToken: token }),
    );
    keys.push(...(answer.Contents ?? []).map(({ Key = '' }) => Key.slice(prefix.length + 1)));
    token = answer.NextContinuationToken;
    if (token === undefined) return keys.toSorted();
  }
  throw new Error(`more than ${mostPages} pages of keys below ${prefix}`);
}
