import { decide, demand, refusal, type Intent } from '../access/decide.ts';
import { definedOnly } from '../access/request-context.ts';
import type { Call } from '../call.ts';
import { readBodyClaims } from '../wire/body-claims.ts';
import { readPayload, type Payload } from '../wire/read-payload.ts';
import type { Reply } from '../wire/reply.ts';
import { accessDenied, WireError } from '../wire/wire-error.ts';
import { queryValue } from '../wire/wire-request.ts';
import { readXml, XmlError, type XmlElement } from '../xml/read-xml.ts';
import type { Bucket } from './buckets/bucket.ts';
import type { S3Target } from './route.ts';

export const s3Namespace = 'http://s3.amazonaws.com/doc/2006-03-01/';
export const maxXmlBytes = 1024 * 1024;

/** A request to S3 as a whole. */
export interface S3Call extends Call {
  readonly target: S3Target;
}

/** A request about a bucket that exists. */
export interface BucketCall extends S3Call {
  readonly bucket: Bucket;
}

/** A request about a key, whether or not there is an object. */
export interface ObjectCall extends BucketCall {
  readonly key: string;
}

export type Run<C extends S3Call> = (call: C) => Promise<Reply> | Reply;

/** The first value of a request header. */
export function header(call: Call, name: string): string | undefined {
  return call.request.headers.get(name);
}

/** Receives and checks the body of an object or part. */
export async function receiveObject(call: Call): Promise<Payload> {
  return await readPayload(call.request, {
    claims: readBodyClaims(call.request.headers),
    maxBytes: call.world.settings.maxObjectBytes,
    etag: true,
    discard: call.world.settings.discard,
    cutAfterBytes: call.effects.cutAfterBytes,
  });
}

/** Receives a small text body. */
export async function receiveText(call: Call): Promise<string> {
  const payload = await readPayload(call.request, {
    claims: readBodyClaims(call.request.headers),
    maxBytes: maxXmlBytes,
    etag: false,
    discard: false,
    cutAfterBytes: call.effects.cutAfterBytes,
  });
  return payload.bytes.toString('utf8');
}

/** Receives an XML body with the given root element. Throws `WireError` MalformedXML. */
export async function receiveXml(call: Call, root: string): Promise<{ element: XmlElement; text: string }> {
  const text = await receiveText(call);
  return { element: parseXml(text, root), text };
}

/** Parses an XML body with the given root element. Throws `WireError` MalformedXML. */
export function parseXml(text: string, root: string): XmlElement {
  try {
    const element = readXml(text);
    if (element.name === root) return element;
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
  }
  throw malformedXml();
}

/** The body is not the XML that the operation takes. */
export function malformedXml(): WireError {
  return new WireError(
    400,
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}

/** The ARN of a bucket, or of a key in it. */
export function s3Arn(bucket: string, key?: string): string {
  return key === undefined ? `arn:aws:s3:::${bucket}` : `arn:aws:s3:::${bucket}/${key}`;
}

/** What a call wants to do to a bucket or a key in it. */
export function bucketIntent(call: BucketCall, action: string, key?: string): Intent {
  const { bucket } = call;
  return {
    action,
    resource: s3Arn(bucket.name, key),
    resourceAccount: bucket.owner,
    context: s3Context(call),
    ...(bucket.policy !== undefined && {
      resourcePolicy: { kind: 'bucket', document: bucket.policy } as const,
    }),
  };
}

/** Refuses a call that may not do this to the bucket or key. Throws `WireError` AccessDenied. */
export function demandOn(call: BucketCall, action: string, key?: string): void {
  const intent = bucketIntent(call, action, key);
  const decision = decide(call, intent);
  if (decision.allowed) return;
  // S3 gives its reasons within an account only; the region it gives to everybody.
  const { message } =
    call.principal.caller.account === call.bucket.owner ? refusal(call, intent, decision) : accessDenied();
  throw new WireError(403, 'AccessDenied', message, {
    headers: { 'x-amz-bucket-region': call.bucket.region },
  });
}

/** Whether a call may do this to the bucket or key. */
export function mayOn(call: BucketCall, action: string, key?: string): boolean {
  return decide(call, bucketIntent(call, action, key)).allowed;
}

/** Refuses a call that may not do something that concerns no bucket. */
export function demandInAccount(call: S3Call, action: string, resource = '*'): void {
  demand(call, {
    action,
    resource,
    resourceAccount: call.principal.caller.account,
    context: s3Context(call),
  });
}

const headerKeys = [
  'x-amz-acl',
  'x-amz-server-side-encryption',
  'x-amz-server-side-encryption-aws-kms-key-id',
  'x-amz-storage-class',
  'x-amz-content-sha256',
  'x-amz-copy-source',
  'x-amz-metadata-directive',
  'if-none-match',
  'if-match',
] as const;

/** S3's condition keys (https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html). */
function s3Context(call: S3Call): Record<string, string> {
  const query = (name: string): string | undefined => queryValue(call.request, name);
  const fromHeaders = headerKeys.map((name): [string, string | undefined] => [
    `s3:${name}`,
    header(call, name),
  ]);
  return definedOnly({
    ...Object.fromEntries(fromHeaders),
    's3:prefix': query('prefix'),
    's3:delimiter': query('delimiter'),
    's3:max-keys': query('max-keys'),
    's3:VersionId': query('versionId'),
    's3:authType': call.authType,
    's3:signatureversion': call.authType && 'AWS4-HMAC-SHA256',
    's3:signatureAge': call.authType && String(call.signatureAgeMs),
    's3:object-lock-mode': header(call, 'x-amz-object-lock-mode'),
    's3:object-lock-legal-hold': header(call, 'x-amz-object-lock-legal-hold'),
    's3:object-lock-retain-until-date': header(call, 'x-amz-object-lock-retain-until-date'),
    ...requestTagContext(call),
  });
}

function requestTagContext(call: S3Call): Record<string, string> {
  const tags = [...new URLSearchParams(header(call, 'x-amz-tagging') ?? '')];
  return Object.fromEntries(tags.map(([name, value]) => [`s3:RequestObjectTag/${name}`, value]));
}
