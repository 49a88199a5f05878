import {
  GetBucketAclCommand,
  GetBucketVersioningCommand,
  GetObjectLockConfigurationCommand,
  GetPublicAccessBlockCommand,
  HeadBucketCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { GetObjectLockConfigurationCommandOutput, Grantee } from '@aws-sdk/client-s3';
import type { BucketAdmin, BucketGrant, BucketLook, ObjectLock } from '../../../ports/aws/bucket-admin.ts';
import { checkAnswers } from '../answers.ts';
import { fromAwsError } from '../errors/aws-errors.ts';
import type { AwsSettings } from '../aws-settings.ts';
import { s3ClientConfig } from '../client-config.ts';
import { createBucket } from './create-bucket.ts';
import { readEncryption } from './live-bucket.ts';
import { watchTransport } from '../plain-transport.ts';

/** Nobody should wait longer for a look than for the answer to a question. */
const maxAttempts = 3;

interface ServiceError {
  name?: string;
  $metadata?: { httpStatusCode?: number };
  $response?: { headers?: Record<string, string> };
}

const statusOf = (error: unknown): number | undefined => (error as ServiceError).$metadata?.httpStatusCode;

/** Looks at buckets and makes them, with the credentials of the SDK's default chain. */
export async function openBucketAdmin(
  aws: Pick<AwsSettings, 'endpointUrl' | 'pathStyle'>,
  environment: NodeJS.ProcessEnv,
): Promise<BucketAdmin> {
  const { endpointUrl, pathStyle } = aws;
  const config = await s3ClientConfig({ endpointUrl, pathStyle, attempts: maxAttempts }, environment);
  const clientFor = (region: string): S3Client => checkAnswers(new S3Client({ ...config, region }), 'S3');
  return {
    look: async (bucket, region, account) => {
      const found = await lookFrom(clientFor, { bucket, region, account });
      // A redirect says where the bucket is, and nothing more: only there it says whether it lets one in.
      if (found.region === undefined || found.region === region) return found;
      return lookFrom(clientFor, { bucket, region: found.region, account });
    },
    create: async (bucket) => {
      const client = clientFor(bucket.region);
      try {
        await createBucket(client, bucket);
      } finally {
        client.destroy();
      }
    },
  };
}

interface Looking {
  bucket: string;
  region: string;
  account: string | undefined;
}

async function lookFrom(
  clientFor: (region: string) => S3Client,
  { bucket, region, account }: Looking,
): Promise<BucketLook> {
  const client = clientFor(region);
  const plainHttp = watchTransport(client);
  try {
    const found = await findBucket(client, bucket);
    const look = found.region === region ? await lookInside(client, found, account) : found;
    const plain = plainHttp();
    return plain === undefined ? look : { ...look, plainHttp: plain };
  } finally {
    client.destroy();
  }
}

/**
 * Whether there is such a bucket, and where. A HEAD has no body: the region stands in a header, of a refusal or a
 * redirect as well (Amazon S3 API Reference, "HeadBucket").
 */
async function findBucket(client: S3Client, bucket: string): Promise<BucketLook> {
  const look: BucketLook = { bucket, existence: 'there', unseen: [] };
  try {
    const { BucketRegion } = await client.send(new HeadBucketCommand({ Bucket: bucket }));
    return { ...look, ...regionMember(BucketRegion ?? (await client.config.region())) };
  } catch (error) {
    const region = regionMember((error as ServiceError).$response?.headers?.['x-amz-bucket-region']);
    switch (statusOf(error)) {
      case 301:
      case 307:
      case 400:
        if (region.region !== undefined) return { ...look, ...region };
        throw fromAwsError(error, { action: 's3:ListBucket', target: `s3://${bucket}` });
      case 403:
        return {
          ...look,
          ...region,
          existence: 'hidden',
          unseen: ['whether the bucket exists (s3:ListBucket is denied, or another account owns it)'],
        };
      case 404:
        return { ...look, existence: 'missing' };
      default:
        throw fromAwsError(error, { action: 's3:ListBucket', target: `s3://${bucket}` });
    }
  }
}

const regionMember = (region: string | undefined): { region?: string } =>
  region === undefined || region === '' ? {} : { region };

async function lookInside(
  client: S3Client,
  found: BucketLook,
  account: string | undefined,
): Promise<BucketLook> {
  const { bucket } = found;
  const look = { ...found, unseen: [...found.unseen] };
  const see = async <T>(
    what: string,
    ask: () => Promise<T>,
    absent: Record<string, T>,
  ): Promise<T | undefined> => {
    try {
      return await ask();
    } catch (error) {
      const name = (error as ServiceError).name ?? '';
      if (Object.hasOwn(absent, name)) return absent[name];
      look.unseen.push(`${what} (${name === '' ? `HTTP ${statusOf(error) ?? '?'}` : name})`);
      return undefined;
    }
  };
  const owned =
    account === undefined || look.existence !== 'there' ? undefined : await ownedBy(client, bucket, account);
  const blocked = await see('Block Public Access', () => publicAccessBlocked(client, bucket), {
    NoSuchPublicAccessBlockConfiguration: false,
  });
  const encryption = await see('default encryption', () => readEncryption(client, bucket), {
    ServerSideEncryptionConfigurationNotFoundError: undefined,
  });
  const versioning = await see('versioning', () => versioningOf(client, bucket), {});
  const grants = await see('the ACL', () => grantsOf(client, bucket), {});
  const objectLock = await see('Object Lock', () => objectLockOf(client, bucket), {
    ObjectLockConfigurationNotFoundError: undefined,
  });
  return {
    ...look,
    ...(owned === undefined ? {} : { ownedByAccount: owned }),
    ...(blocked === undefined ? {} : { publicAccessBlocked: blocked }),
    ...(encryption === undefined ? {} : { encryption }),
    ...(versioning === undefined ? {} : { versioning }),
    ...(grants === undefined ? {} : { grants }),
    ...(objectLock === undefined ? {} : { objectLock }),
  };
}

/** The same HEAD with an expected owner: a refusal that the HEAD without it did not meet is the owner's. */
async function ownedBy(client: S3Client, bucket: string, account: string): Promise<boolean | undefined> {
  try {
    await client.send(new HeadBucketCommand({ Bucket: bucket, ExpectedBucketOwner: account }));
    return true;
  } catch (error) {
    return statusOf(error) === 403 ? false : undefined;
  }
}

async function publicAccessBlocked(client: S3Client, bucket: string): Promise<boolean> {
  const { PublicAccessBlockConfiguration: found } = await client.send(
    new GetPublicAccessBlockCommand({ Bucket: bucket }),
  );
  return [
    found?.BlockPublicAcls,
    found?.BlockPublicPolicy,
    found?.IgnorePublicAcls,
    found?.RestrictPublicBuckets,
  ].every((setting) => setting === true);
}

/** Groups that an ACL may name: Amazon S3 User Guide, "Access control list (ACL) overview". */
const groups: Readonly<Record<string, string>> = {
  'http://acs.amazonaws.com/groups/global/AllUsers': 'anybody',
  'http://acs.amazonaws.com/groups/global/AuthenticatedUsers': 'anybody with an AWS account',
};
const logDelivery = 'http://acs.amazonaws.com/groups/s3/LogDelivery';

async function grantsOf(client: S3Client, bucket: string): Promise<BucketGrant[]> {
  const { Owner: owner, Grants: grants = [] } = await client.send(
    new GetBucketAclCommand({ Bucket: bucket }),
  );
  return grants.flatMap(({ Grantee: grantee = {}, Permission: permission = '' }) => {
    const { ID: id, URI: group, EmailAddress: address } = grantee as Partial<Grantee>;
    if (group === logDelivery || (id !== undefined && id === owner?.ID)) return [];
    const to = group === undefined ? (id ?? address ?? 'somebody') : (groups[group] ?? group);
    return [{ to, permission }];
  });
}

async function versioningOf(client: S3Client, bucket: string): Promise<'on' | 'suspended' | 'off'> {
  const { Status } = await client.send(new GetBucketVersioningCommand({ Bucket: bucket }));
  if (Status === 'Enabled') return 'on';
  return Status === 'Suspended' ? 'suspended' : 'off';
}

async function objectLockOf(client: S3Client, bucket: string): Promise<ObjectLock | undefined> {
  const found = await client.send(new GetObjectLockConfigurationCommand({ Bucket: bucket }));
  return toObjectLock(found);
}

function toObjectLock({
  ObjectLockConfiguration: found,
}: GetObjectLockConfigurationCommandOutput): ObjectLock | undefined {
  if (found?.ObjectLockEnabled !== 'Enabled') return undefined;
  const rule = found.Rule?.DefaultRetention;
  const { Days, Years, Mode } = rule ?? {};
  const retention = Days === undefined ? `${Years ?? '?'} years` : `${Days} days`;
  return Mode === undefined ? {} : { mode: Mode, retention };
}
