import type { NamedObject } from '../../ports/aws/queue.ts';

/**
 * What a message of a queue says: objects that were created; nothing that concerns a reader (`ignored` counts events of
 * other kinds, such as deletions); or something that is no notification of S3, and why.
 */
export type MessageContent =
  | { kind: 'objects'; objects: readonly NamedObject[]; ignored: number }
  | { kind: 'test' }
  | { kind: 'malformed'; why: string };

type Members = Readonly<Record<string, unknown>>;

/** Thrown within this file for a message that can't be read. */
class Malformed extends Error {}

/**
 * Reads the body of a message: an S3 event notification as S3 sends it, within the envelope of an SNS topic, or as
 * EventBridge sends it (through a topic or not). Never throws.
 * Sources: "Event message structure" and "EventBridge event message structure", Amazon S3 User Guide; "Parsing Amazon
 * SNS message formats", Amazon SNS Developer Guide.
 */
export function readMessage(body: string): MessageContent {
  try {
    return contentOf(parseJson(body, 'the body'));
  } catch (error) {
    if (error instanceof Malformed) return { kind: 'malformed', why: error.message };
    throw error;
  }
}

function contentOf(outer: Members): MessageContent {
  const message = unwrapTopic(outer);
  if (message['Event'] === 's3:TestEvent') return { kind: 'test' };
  if (Array.isArray(message['Records'])) return fromRecords(message['Records'] as readonly unknown[]);
  if (message['source'] === 'aws.s3' && 'detail-type' in message) return fromEventBridge(message);
  throw new Malformed('it is no event notification of S3, SNS or EventBridge');
}

/** The message within the envelope of a topic (unless the topic delivers raw messages). */
function unwrapTopic(outer: Members): Members {
  if (outer['Type'] !== 'Notification' || typeof outer['Message'] !== 'string') return outer;
  return parseJson(outer['Message'], 'the Message of the SNS envelope');
}

function fromRecords(records: readonly unknown[]): MessageContent {
  const objects: NamedObject[] = [];
  for (const record of records) {
    const { eventSource, eventName, awsRegion, s3 } = membersOf(record, 'a record');
    if (eventSource !== 'aws:s3' && !String(eventSource).endsWith(':s3'))
      throw new Malformed('a record is not of S3');
    // Some say `s3:ObjectCreated:Put`, AWS leaves the service out.
    if (!/^(?:s3:)?ObjectCreated:/.test(String(eventName))) continue;
    const { bucket, object } = membersOf(s3, 's3');
    const { key, size, versionId } = membersOf(object, 's3.object');
    objects.push({
      bucket: textOf(membersOf(bucket, 's3.bucket')['name'], 's3.bucket.name'),
      keys: [decodeForm(textOf(key, 's3.object.key'))],
      versionId: optionalText(versionId),
      size: optionalSize(size),
      region: optionalText(awsRegion),
    });
  }
  return { kind: 'objects', objects, ignored: records.length - objects.length };
}

function fromEventBridge(message: Members): MessageContent {
  if (message['detail-type'] !== 'Object Created') return { kind: 'objects', objects: [], ignored: 1 };
  const { bucket, object } = membersOf(message['detail'], 'detail');
  const { key, size, 'version-id': versionId } = membersOf(object, 'detail.object');
  return {
    kind: 'objects',
    objects: [
      {
        bucket: textOf(membersOf(bucket, 'detail.bucket')['name'], 'detail.bucket.name'),
        keys: readingsOf(textOf(key, 'detail.object.key')),
        versionId: optionalText(versionId),
        size: optionalSize(size),
        region: optionalText(message['region']),
      },
    ],
    ignored: 0,
  };
}

/**
 * EventBridge writes keys as they are. Libraries disagree about it, and a wrong guess would take an object for deleted:
 * where there is no such key, the decoded one is tried.
 */
function readingsOf(key: string): readonly [string, ...string[]] {
  try {
    const decoded = decodeForm(key);
    return decoded === key ? [key] : [key, decoded];
  } catch {
    return [key];
  }
}

/** Keys in notifications to queues and topics are written as in a form: `red flower` is `red+flower`. */
function decodeForm(key: string): string {
  try {
    return decodeURIComponent(key.replaceAll('+', ' '));
  } catch {
    throw new Malformed(`the key ${JSON.stringify(key)} is not URL-encoded`);
  }
}

function parseJson(text: string, what: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Malformed(`${what} is not JSON`);
  }
  return membersOf(value, what);
}

function membersOf(value: unknown, what: string): Members {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Members;
  throw new Malformed(`${what} is no object`);
}

function textOf(value: unknown, what: string): string {
  if (typeof value === 'string' && value !== '') return value;
  throw new Malformed(`${what} is missing`);
}

function optionalText(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function optionalSize(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 ? value : undefined;
}
