import { authenticate, type Authenticated } from '../sigv4/authenticate.ts';
import { s3Dialect } from '../sigv4/dialect.ts';
import type { Effects } from '../faults/effects.ts';
import { anonymous } from '../identity/principal.ts';
import type { Reply } from '../wire/reply.ts';
import { accessDenied, WireError } from '../wire/wire-error.ts';
import type { WireRequest } from '../wire/wire-request.ts';
import type { World } from '../world.ts';
import type { Bucket } from './buckets/bucket.ts';
import { hostBucket, isSubresource, type S3Target } from './route.ts';
import { usEast1 } from './buckets/bucket-operations.ts';
import { demandOn, header, type BucketCall, type S3Call } from './s3-call.ts';
import { operations, type S3Operation } from './operations.ts';

/** Answers one request to S3. Throws `WireError` for every refusal, `ConnectionEnded` where nobody is left to answer. */
export async function serveS3(
  world: World,
  request: WireRequest,
  target: S3Target,
  effects: Effects,
): Promise<Reply> {
  const now = world.clock() + effects.clockOffsetMs;
  const signed = authenticate(request, {
    directory: world.directory,
    dialect: s3Dialect,
    now,
    service: 's3',
    payloadHash: undefined,
    expired: effects.expired,
  });
  const call = makeCall(world, request, { target, effects, now, signed });
  const operation = operations[target.operation];
  if (operation === undefined) {
    const unknown = request.query.find(([name]) => isSubresource(name))?.[0];
    if (unknown !== undefined)
      throw new WireError(501, 'NotImplemented', `The rehearsal has no ${request.method} of ?${unknown}.`);
    throw new WireError(
      405,
      'MethodNotAllowed',
      'The specified method is not allowed against this resource.',
      {
        fields: { Method: request.method, ResourceType: target.key === undefined ? 'BUCKET' : 'OBJECT' },
      },
    );
  }
  return await run(call, operation);
}

function makeCall(
  world: World,
  request: WireRequest,
  parts: { target: S3Target; effects: Effects; now: number; signed: Authenticated | undefined },
): S3Call {
  const { target, effects, now, signed } = parts;
  return {
    world,
    request,
    target,
    effects,
    now,
    principal: signed?.principal ?? anonymous,
    region: signed?.claim.scope.region,
    authType: signed && (signed.claim.form === 'header' ? 'REST-HEADER' : 'REST-QUERY-STRING'),
    signatureAgeMs: signed === undefined ? 0 : Math.max(0, now - signed.claim.signedAt),
  };
}

async function run(call: S3Call, operation: S3Operation): Promise<Reply> {
  if (operation.about === 'service') {
    if (call.region === undefined) throw accessDenied();
    return await operation.run(call);
  }
  const bucketCall: BucketCall = { ...call, bucket: bucketOf(call) };
  const { key } = call.target;
  if (operation.about === 'bucket') {
    if (operation.action !== undefined) demandOn(bucketCall, operation.action);
    return await operation.run(bucketCall);
  }
  demandOn(bucketCall, operation.action, key);
  if (operation.about === 'missing') {
    throw new WireError(501, 'NotImplemented', `The rehearsal has no ${call.target.operation}.`);
  }
  return await operation.run({ ...bucketCall, key: key ?? '' });
}

/** Finds the bucket, in the region the request was signed for and with the owner it expects. */
function bucketOf(call: S3Call): Bucket {
  const name = call.target.bucket ?? '';
  const bucket = call.world.buckets.get(name);
  if (bucket === undefined) {
    throw new WireError(404, 'NoSuchBucket', 'The specified bucket does not exist', {
      fields: { BucketName: name },
    });
  }
  if (call.target.operation !== 'GetBucketLocation') checkRegion(call, bucket);
  const expected = header(call, 'x-amz-expected-bucket-owner');
  if (expected !== undefined && expected !== bucket.owner) throw accessDenied();
  return bucket;
}

/**
 * A regional endpoint sends requests for other regions away with 301, without a Location header
 * (https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingRouting.html). By host name, us-east-1's endpoint leads to the
 * bucket's own region, which finds the signature made for another one: 400.
 */
function checkRegion(call: S3Call, bucket: Bucket): void {
  const region = call.effects.bucketRegion ?? bucket.region;
  const host = header(call, 'host') ?? '';
  if (call.effects.moving) throw temporaryRedirect(call, bucket, host);
  if (call.region === undefined || call.region === region) return;
  const headers = { 'x-amz-bucket-region': region };
  if (call.region === usEast1 && hostBucket(host) !== undefined) {
    throw new WireError(
      400,
      'AuthorizationHeaderMalformed',
      `The authorization header is malformed; the region '${call.region}' is wrong; expecting '${region}'`,
      { fields: { Region: region }, headers },
    );
  }
  throw new WireError(
    301,
    'PermanentRedirect',
    'The bucket you are attempting to access must be addressed using the specified endpoint. Please send all future requests to this endpoint.',
    { fields: { Endpoint: `${bucket.name}.s3.${region}.amazonaws.com`, Bucket: bucket.name }, headers },
  );
}

/** What a bucket that is only minutes old can answer, until DNS knows it. */
function temporaryRedirect(call: S3Call, bucket: Bucket, host: string): WireError {
  return new WireError(
    307,
    'TemporaryRedirect',
    'Please re-send this request to the specified temporary endpoint. Continue to use the original request endpoint for future requests.',
    {
      fields: { Bucket: bucket.name, Endpoint: host },
      headers: { location: `http://${host}${call.request.path}`, 'x-amz-bucket-region': bucket.region },
    },
  );
}
