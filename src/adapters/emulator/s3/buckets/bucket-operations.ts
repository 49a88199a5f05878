import { xmlReply, type Reply } from '../../wire/reply.ts';
import { WireError } from '../../wire/wire-error.ts';
import { textAt } from '../../xml/read-xml.ts';
import { writeXml } from '../../xml/write-xml.ts';
import type { Bucket } from './bucket.ts';
import { objectLockXml } from '../objects/object-lock.ts';
import {
  demandInAccount,
  header,
  malformedXml,
  parseXml,
  receiveText,
  s3Arn,
  s3Namespace,
  type BucketCall,
  type S3Call,
} from '../s3-call.ts';

export const usEast1 = 'us-east-1';
const noPublicAccess = `<?xml version="1.0" encoding="UTF-8"?>\n<PublicAccessBlockConfiguration xmlns="${s3Namespace}"><BlockPublicAcls>true</BlockPublicAcls><IgnorePublicAcls>true</IgnorePublicAcls><BlockPublicPolicy>true</BlockPublicPolicy><RestrictPublicBuckets>true</RestrictPublicBuckets></PublicAccessBlockConfiguration>`;

/** A bucket as it is when it is new: owner enforced, nothing public, encrypted with S3's own keys. */
export function newBucket(from: Pick<Bucket, 'name' | 'owner' | 'region' | 'createdAt'>): Bucket {
  return {
    ...from,
    versioning: undefined,
    policy: undefined,
    ownership: 'BucketOwnerEnforced',
    objectLock: undefined,
    encryption: { algorithm: 'AES256', keyArn: undefined, bucketKey: false },
    settings: new Map([['publicAccessBlock', noPublicAccess]]),
    objects: new Map(),
    sortedKeys: undefined,
    racing: new Map(),
  };
}

export async function createBucket(call: S3Call): Promise<Reply> {
  const name = call.target.bucket ?? '';
  checkBucketName(name);
  const { world, principal } = call;
  demandInAccount(call, 's3:CreateBucket', s3Arn(name));
  const region = await regionFor(call);
  const existing = world.buckets.get(name);
  if (existing !== undefined) return createdAgain(call, existing, region);
  const bucket = newBucket({ name, owner: principal.caller.account, region, createdAt: call.now });
  if (header(call, 'x-amz-bucket-object-lock-enabled')?.toLowerCase() === 'true') {
    bucket.versioning = 'Enabled';
    bucket.objectLock = {
      mode: undefined,
      days: undefined,
      xml: objectLockXml({ mode: undefined, days: undefined }),
    };
  }
  const ownership = header(call, 'x-amz-object-ownership');
  if (ownership === 'BucketOwnerPreferred' || ownership === 'ObjectWriter') bucket.ownership = ownership;
  world.buckets.set(name, bucket);
  await world.state.save(world);
  return { status: 200, headers: { location: `/${name}` } };
}

export async function deleteBucket(call: BucketCall): Promise<Reply> {
  if (call.bucket.objects.size > 0) {
    throw new WireError(409, 'BucketNotEmpty', 'The bucket you tried to delete is not empty', {
      fields: { BucketName: call.bucket.name },
    });
  }
  call.world.buckets.delete(call.bucket.name);
  await call.world.state.save(call.world);
  return { status: 204 };
}

export function headBucket(call: BucketCall): Reply {
  return {
    status: 200,
    headers: { 'x-amz-bucket-region': call.bucket.region, 'x-amz-access-point-alias': 'false' },
  };
}

/** us-east-1 is the empty constraint, for history's sake. */
export function getBucketLocation(call: BucketCall): Reply {
  const { region } = call.bucket;
  return xmlReply(writeXml('LocationConstraint', region === usEast1 ? undefined : region, s3Namespace));
}

export function listBuckets(call: S3Call): Reply {
  demandInAccount(call, 's3:ListAllMyBuckets');
  const { account } = call.principal.caller;
  const own = [...call.world.buckets.values()].filter((bucket) => bucket.owner === account);
  const Bucket = own
    .sort((left, right) => (left.name < right.name ? -1 : 1))
    .map((bucket) => ({
      Name: bucket.name,
      CreationDate: new Date(bucket.createdAt).toISOString(),
      BucketRegion: bucket.region,
    }));
  return xmlReply(
    writeXml(
      'ListAllMyBucketsResult',
      { Owner: { ID: canonicalId(account) }, Buckets: { Bucket } },
      s3Namespace,
    ),
  );
}

/** S3's own id of an account: 64 hex digits. */
export function canonicalId(account: string): string {
  return Buffer.from(account.padEnd(32, '.')).toString('hex');
}

function createdAgain(call: S3Call, existing: Bucket, region: string): Reply {
  if (existing.owner !== call.principal.caller.account) {
    throw new WireError(
      409,
      'BucketAlreadyExists',
      'The requested bucket name is not available. The bucket namespace is shared by all users of the system. Please select a different name and try again.',
      { fields: { BucketName: existing.name } },
    );
  }
  // In us-east-1 creating a bucket again is no error, for history's sake.
  if (existing.region === usEast1 && region === usEast1) {
    return { status: 200, headers: { location: `/${existing.name}` } };
  }
  throw new WireError(
    409,
    'BucketAlreadyOwnedByYou',
    'Your previous request to create the named bucket succeeded and you already own it.',
    { fields: { BucketName: existing.name } },
  );
}

/** The region named in the body must be that of the endpoint; only us-east-1's takes every region. */
async function regionFor(call: S3Call): Promise<string> {
  const endpoint = call.region ?? usEast1;
  const constraint = readConstraint(await receiveText(call));
  if (endpoint !== usEast1 && constraint !== endpoint) {
    throw new WireError(
      400,
      'IllegalLocationConstraintException',
      `The ${constraint ?? 'unspecified'} location constraint is incompatible for the region specific endpoint this request was sent to.`,
    );
  }
  return constraint === 'EU' ? 'eu-west-1' : (constraint ?? usEast1);
}

function readConstraint(body: string): string | undefined {
  if (body === '') return undefined;
  const constraint = textAt(parseXml(body, 'CreateBucketConfiguration'), 'LocationConstraint');
  if (constraint === '') throw malformedXml();
  if (constraint === undefined || /^(EU|(?!us-east-1$)[a-z]{2}(-[a-z]+)+-\d)$/.test(constraint))
    return constraint;
  throw new WireError(400, 'InvalidLocationConstraint', 'The specified location-constraint is not valid', {
    fields: { LocationConstraint: constraint },
  });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
function checkBucketName(name: string): void {
  const wellFormed =
    /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/.test(name) &&
    !name.includes('..') &&
    !/^\d+\.\d+\.\d+\.\d+$/.test(name) &&
    !/^(xn--|sthree-|amzn-s3-demo-)/.test(name) &&
    !/(-s3alias|--ol-s3|\.mrap|--x-s3|--table-s3)$/.test(name);
  if (!wellFormed) {
    throw new WireError(400, 'InvalidBucketName', 'The specified bucket is not valid.', {
      fields: { BucketName: name },
    });
  }
}
