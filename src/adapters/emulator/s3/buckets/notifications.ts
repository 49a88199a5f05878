import { createHash, randomUUID } from 'node:crypto';
import { authorize } from '../../../../core/policy/authorize.ts';
import { parsed } from '../../access/effective-policies.ts';
import { addMessage, type Queue } from '../../sqs/queue.ts';
import type { Reply } from '../../wire/reply.ts';
import { readXml } from '../../xml/read-xml.ts';
import type { Bucket, ObjectVersion } from './bucket.ts';
import { canonicalId } from './bucket-operations.ts';
import { cantValidate, concerns, readNotifications } from './notification-rules.ts';
import { parseXml, receiveText, s3Arn, type BucketCall, type ObjectCall } from '../s3-call.ts';

const setting = 'notification';

/** What happened to a key: the name of the event, and the version it happened to. */
export interface ObjectEvent {
  readonly name: 'ObjectCreated:Put' | 'ObjectRemoved:Delete' | 'ObjectRemoved:DeleteMarkerCreated';
  readonly version: Pick<ObjectVersion, 'versionId' | 'size' | 'etag' | 'sequence'>;
}

/** Takes a bucket's notifications, if every queue is there and lets S3 send to it; each gets a test event. */
export async function putNotifications(call: BucketCall): Promise<Reply> {
  const text = await receiveText(call);
  const { rules } = readNotifications(parseXml(text, 'NotificationConfiguration'));
  const queues = rules.map(({ queueArn }) => openQueue(call, queueArn));
  if (queues.includes(undefined)) throw cantValidate();
  call.bucket.settings.set(setting, text);
  await call.world.state.save(call.world);
  for (const queue of queues) {
    send(call, queue, {
      Service: 'Amazon S3',
      Event: 's3:TestEvent',
      Time: new Date(call.now).toISOString(),
      Bucket: call.bucket.name,
      RequestId: call.request.id,
      HostId: hostIdOf(call),
    });
  }
  return { status: 200 };
}

/** Tells the queues of a bucket, and EventBridge, what happened to a key. */
export function announce(call: ObjectCall, event: ObjectEvent): void {
  const text = call.bucket.settings.get(setting);
  if (text === undefined) return;
  const { rules, eventBridge } = readNotifications(readXml(text));
  for (const rule of rules) {
    if (concerns(rule, event.name, call.key))
      send(call, openQueue(call, rule.queueArn), { Records: [recordOf(call, event, rule.id)] });
  }
  const { eventBridgeQueue } = call.world.settings;
  if (eventBridge && eventBridgeQueue !== undefined)
    send(call, call.world.queues.get(eventBridgeQueue), eventBridgeEvent(call, event));
}

/** A queue that lets S3 send what this bucket has to tell (the confused-deputy keys are in the context). */
function openQueue({ bucket, world }: BucketCall, arn: string): Queue | undefined {
  const queue = world.queues.get(arn);
  const policy = queue?.attributes.get('Policy');
  if (queue === undefined || policy === undefined || queue.region !== bucket.region) return undefined;
  const decision = authorize(
    {
      caller: { arn: 's3.amazonaws.com', account: '', kind: 'service' },
      action: 'sqs:SendMessage',
      resource: arn,
      resourceAccount: queue.account,
      context: {
        'aws:SourceArn': s3Arn(bucket.name),
        'aws:SourceAccount': bucket.owner,
        'aws:SecureTransport': 'true',
      },
    },
    { identity: [], resource: parsed(policy, 'resource'), resourceKind: 'bucket' },
  );
  return decision.allowed ? queue : undefined;
}

function send({ now }: BucketCall, queue: Queue | undefined, message: object): void {
  if (queue !== undefined)
    addMessage(queue, { body: JSON.stringify(message), senderId: 'AIDAREHEARSALOFS3', now });
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html */
function recordOf(call: ObjectCall, { name, version }: ObjectEvent, configurationId: string): object {
  const { bucket } = call;
  const isCreated = name.startsWith('ObjectCreated');
  return {
    eventVersion: '2.1',
    eventSource: 'aws:s3',
    awsRegion: bucket.region,
    eventTime: new Date(call.now).toISOString(),
    eventName: name,
    userIdentity: { principalId: `AWS:${call.principal.userId}` },
    requestParameters: { sourceIPAddress: '127.0.0.1' },
    responseElements: { 'x-amz-request-id': call.request.id, 'x-amz-id-2': hostIdOf(call) },
    s3: {
      s3SchemaVersion: '1.0',
      configurationId,
      bucket: {
        name: bucket.name,
        ownerIdentity: { principalId: canonicalId(bucket.owner) },
        arn: s3Arn(bucket.name),
      },
      object: {
        key: formEncoded(call.key),
        ...(isCreated && { size: version.size, eTag: version.etag }),
        ...versionOf(bucket, version, 'versionId'),
        sequencer: sequencerOf(version),
      },
    },
  };
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/ev-events.html: here keys stand as they are. */
function eventBridgeEvent(call: ObjectCall, { name, version }: ObjectEvent): object {
  const { bucket } = call;
  const isCreated = name.startsWith('ObjectCreated');
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': isCreated ? 'Object Created' : 'Object Deleted',
    source: 'aws.s3',
    account: bucket.owner,
    time: new Date(call.now).toISOString().replace(/\.\d{3}/, ''),
    region: bucket.region,
    resources: [s3Arn(bucket.name)],
    detail: {
      version: '0',
      bucket: { name: bucket.name },
      object: {
        key: call.key,
        ...(isCreated && { size: version.size, etag: version.etag }),
        ...versionOf(bucket, version, 'version-id'),
        sequencer: sequencerOf(version),
      },
      'request-id': call.request.id,
      requester: call.principal.caller.account,
      'source-ip-address': '127.0.0.1',
      reason: isCreated ? 'PutObject' : 'DeleteObject',
    },
  };
}

function versionOf(
  bucket: Bucket,
  { versionId }: Pick<ObjectVersion, 'versionId'>,
  name: string,
): Record<string, string> {
  return bucket.versioning === undefined ? {} : { [name]: versionId };
}

function sequencerOf({ sequence }: Pick<ObjectVersion, 'sequence'>): string {
  return sequence.toString(16).toUpperCase().padStart(18, '0');
}

/** As in a form, but for slashes: `red flower/1` is `red+flower/1`. */
function formEncoded(key: string): string {
  return encodeURIComponent(key)
    .replaceAll(/[!'()~]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`)
    .replaceAll('%20', '+')
    .replaceAll('%2F', '/');
}

function hostIdOf({ request }: BucketCall): string {
  return createHash('sha256').update(request.id).digest('base64');
}
