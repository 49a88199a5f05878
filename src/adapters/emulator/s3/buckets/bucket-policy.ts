import {
  parsePolicyDocument,
  PolicyDocumentError,
  type PolicyDocument,
} from '../../../../core/policy/document.ts';
import { policyLimits, policySize } from '../../../../core/policy/limits.ts';
import { unknownPrincipal } from '../../iam/policy-principals.ts';
import type { Reply } from '../../wire/reply.ts';
import { accessDenied, WireError } from '../../wire/wire-error.ts';
import { textAt, readXml } from '../../xml/read-xml.ts';
import { xmlReply } from '../../wire/reply.ts';
import { writeXml } from '../../xml/write-xml.ts';
import type { Bucket } from './bucket.ts';
import { receiveText, s3Arn, s3Namespace, type BucketCall } from '../s3-call.ts';

export function getBucketPolicy(call: BucketCall): Reply {
  const { name, policy } = call.bucket;
  if (policy === undefined) {
    throw new WireError(404, 'NoSuchBucketPolicy', 'The bucket policy does not exist', {
      fields: { BucketName: name },
    });
  }
  return { status: 200, headers: { 'content-type': 'application/json' }, body: policy };
}

export async function putBucketPolicy(call: BucketCall): Promise<Reply> {
  const text = await receiveText(call);
  const document = readPolicy(text);
  checkResources(document, call.bucket.name);
  if (unknownPrincipal(call.world.directory, document, call.now) !== undefined) {
    throw malformedPolicy('Invalid principal in policy');
  }
  if (isPublic(document) && blocks(call.bucket, 'BlockPublicPolicy')) {
    throw accessDenied(
      `User: ${call.principal.caller.arn} is not authorized to perform: s3:PutBucketPolicy on resource: "${s3Arn(call.bucket.name)}" because public policies are blocked by the BlockPublicPolicy block public access setting.`,
    );
  }
  call.bucket.policy = text;
  await call.world.state.save(call.world);
  return { status: 204 };
}

export async function deleteBucketPolicy(call: BucketCall): Promise<Reply> {
  call.bucket.policy = undefined;
  await call.world.state.save(call.world);
  return { status: 204 };
}

export function getBucketPolicyStatus(call: BucketCall): Reply {
  const { policy } = call.bucket;
  if (policy === undefined) return getBucketPolicy(call);
  return xmlReply(writeXml('PolicyStatus', { IsPublic: isPublic(readPolicy(policy)) }, s3Namespace));
}

function readPolicy(text: string): PolicyDocument {
  if (policySize(text, 'bucket') > policyLimits.bucket.most)
    throw malformedPolicy('Policy exceeds the maximum allowed document size.');
  try {
    return parsePolicyDocument(text, { kind: 'resource' });
  } catch (error) {
    if (error instanceof PolicyDocumentError) throw malformedPolicy(error.reason);
    throw error;
  }
}

function checkResources(document: PolicyDocument, bucket: string): void {
  const statements = [document.Statement].flat();
  const resources = statements.flatMap((statement) =>
    [statement.Resource ?? statement.NotResource ?? []].flat(),
  );
  const foreign = resources.some((resource) => {
    return (
      resource !== s3Arn(bucket) &&
      !resource.startsWith(`${s3Arn(bucket)}/`) &&
      resource !== `${s3Arn(bucket)}*`
    );
  });
  if (foreign) throw malformedPolicy('Policy has invalid resource');
}

/** Whether a policy lets in everybody, without a condition that keeps strangers out. */
function isPublic(document: PolicyDocument): boolean {
  return [document.Statement].flat().some((statement) => {
    const { Effect, Principal, Condition } = statement;
    const names = typeof Principal === 'string' ? [Principal] : [Principal?.AWS ?? []].flat();
    return Effect === 'Allow' && names.includes('*') && Condition === undefined;
  });
}

function blocks(bucket: Bucket, setting: string): boolean {
  const xml = bucket.settings.get('publicAccessBlock');
  return xml !== undefined && textAt(readXml(xml), setting)?.toLowerCase() === 'true';
}

function malformedPolicy(message: string): WireError {
  return new WireError(400, 'MalformedPolicy', message);
}
