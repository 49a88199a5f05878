import { parsePolicyDocument, PolicyDocumentError } from '../../../core/policy/document.ts';
import type { Queue } from './queue.ts';
import { newQueue, queueArn } from './queue.ts';
import type { SqsCall } from './sqs-call.ts';
import {
  demandedQueue,
  demandOnQueue,
  invalidValue,
  neededText,
  queueOf,
  sqsError,
  urlOf,
  wholeNumber,
} from './sqs-call.ts';

const purgeEveryMs = 60_000;

/** Attributes that can be set, and the bounds of those that are numbers (Amazon SQS API Reference, "SetQueueAttributes"). */
const settable: Readonly<
  Record<string, readonly [least: number, most: number] | 'policy' | 'redrive' | 'text'>
> = {
  VisibilityTimeout: [0, 43_200],
  MaximumMessageSize: [1024, 1_048_576],
  MessageRetentionPeriod: [60, 1_209_600],
  DelaySeconds: [0, 900],
  ReceiveMessageWaitTimeSeconds: [0, 20],
  Policy: 'policy',
  RedrivePolicy: 'redrive',
  RedriveAllowPolicy: 'text',
  KmsMasterKeyId: 'text',
  KmsDataKeyReusePeriodSeconds: [60, 86_400],
  SqsManagedSseEnabled: 'text',
};

export function createQueue(call: SqsCall): object {
  const name = neededText(call, 'QueueName');
  if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
    throw invalidValue(
      name.endsWith('.fifo')
        ? 'The rehearsal has standard queues only.'
        : 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length',
    );
  }
  const { account } = call.principal.caller;
  const region = call.region ?? call.world.region;
  const arn = queueArn({ region, account, name });
  demandOnQueue(call, 'CreateQueue', { arn, account, policy: undefined });
  const attributes = attributesIn(call);
  const known = call.world.queues.get(arn);
  if (known === undefined) {
    const queue = newQueue({ name, account, region, createdAt: call.now });
    takeAttributes(queue, attributes);
    call.world.queues.set(arn, queue);
  } else if (
    Object.entries(attributes).some(([attribute, value]) => known.attributes.get(attribute) !== value)
  ) {
    throw sqsError(
      'QueueNameExists',
      'A queue already exists with the same name and a different value for an attribute.',
      'QueueAlreadyExists',
    );
  }
  return { QueueUrl: urlOf(call, { account, name }) };
}

export function deleteQueue(call: SqsCall): object {
  call.world.queues.delete(queueOf(call).arn);
  return {};
}

export function getQueueUrl(call: SqsCall): object {
  const owner = call.input['QueueOwnerAWSAccountId'];
  const account = typeof owner === 'string' ? owner : call.principal.caller.account;
  const queue = demandedQueue(call, { account, name: neededText(call, 'QueueName') }, 'GetQueueUrl');
  return { QueueUrl: urlOf(call, queue) };
}

export function listQueues(call: SqsCall): object {
  const { account } = call.principal.caller;
  const region = call.region ?? call.world.region;
  const arn = queueArn({ region, account, name: '' });
  demandOnQueue(call, 'ListQueues', { arn: `${arn}*`, account, policy: undefined });
  const prefix = call.input['QueueNamePrefix'];
  const most = wholeNumber(call.input['MaxResults'], 'MaxResults', { least: 1, most: 1000 });
  const after = call.input['NextToken'];
  const names = [...call.world.queues.values()]
    .filter((queue) => queue.account === account && queue.region === region)
    .map(({ name }) => name)
    .filter((name) => typeof prefix !== 'string' || name.startsWith(prefix))
    .sort()
    .filter((name) => typeof after !== 'string' || name > after);
  const page = names.slice(0, most ?? 1000);
  return {
    QueueUrls: page.map((name) => urlOf(call, { account, name })),
    ...(most !== undefined && names.length > page.length && { NextToken: page.at(-1) }),
  };
}

export function getQueueAttributes(call: SqsCall): object {
  const queue = queueOf(call);
  const asked = Array.isArray(call.input['AttributeNames'])
    ? (call.input['AttributeNames'] as unknown[])
    : [];
  const all = { ...Object.fromEntries(queue.attributes), ...countsOf(call, queue) };
  const shown = Object.entries(all).filter(([name]) => asked.includes(name) || asked.includes('All'));
  return shown.length === 0 ? {} : { Attributes: Object.fromEntries(shown) };
}

function countsOf({ world }: SqsCall, queue: Queue): Record<string, string> {
  const now = world.clock();
  const messages = [...queue.messages.values()];
  const count = (holds: (message: (typeof messages)[number]) => boolean): string =>
    String(messages.filter(holds).length);
  const seconds = String(Math.floor(queue.createdAt / 1000));
  return {
    QueueArn: queue.arn,
    ApproximateNumberOfMessages: count(({ visibleAt }) => visibleAt <= now),
    ApproximateNumberOfMessagesNotVisible: count(
      ({ visibleAt, receives }) => visibleAt > now && receives > 0,
    ),
    ApproximateNumberOfMessagesDelayed: count(({ visibleAt, receives }) => visibleAt > now && receives === 0),
    CreatedTimestamp: seconds,
    LastModifiedTimestamp: seconds,
  };
}

export function setQueueAttributes(call: SqsCall): object {
  takeAttributes(queueOf(call), attributesIn(call));
  return {};
}

export function purgeQueue(call: SqsCall): object {
  const queue = queueOf(call);
  if (queue.purgedAt !== undefined && call.now - queue.purgedAt < purgeEveryMs) {
    throw sqsError(
      'PurgeQueueInProgress',
      `Only one PurgeQueue operation on ${queue.name} is allowed every 60 seconds.`,
      'AWS.SimpleQueueService.PurgeQueueInProgress',
    );
  }
  queue.purgedAt = call.now;
  queue.messages.clear();
  return {};
}

function takeAttributes(queue: Queue, attributes: Readonly<Record<string, string>>): void {
  for (const [name, value] of Object.entries(attributes)) {
    // An empty text takes an attribute back.
    if (value === '') queue.attributes.delete(name);
    else queue.attributes.set(name, value);
  }
}

function attributesIn(call: SqsCall): Record<string, string> {
  const given = call.input['Attributes'];
  if (given === undefined || given === null) return {};
  const attributes = given as Record<string, string>;
  for (const [name, value] of Object.entries(attributes)) checkAttribute(call, name, value);
  return attributes;
}

function checkAttribute(call: SqsCall, name: string, value: string): void {
  const kind = settable[name];
  if (kind === undefined) throw sqsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  const wrong = invalidValue(`Invalid value for the parameter ${name}.`);
  if (value === '' || kind === 'text') return;
  if (kind === 'policy') checkPolicy(value, wrong);
  else if (kind === 'redrive') checkRedrive(call, value, wrong);
  else if (!/^\d+$/.test(value) || Number(value) < kind[0] || Number(value) > kind[1]) throw wrong;
}

function checkPolicy(document: string, wrong: Error): void {
  try {
    parsePolicyDocument(document, { kind: 'resource' });
  } catch (error) {
    throw error instanceof PolicyDocumentError ? wrong : error;
  }
}

/** A dead-letter queue must be there. */
function checkRedrive(call: SqsCall, text: string, wrong: Error): void {
  let policy: unknown;
  try {
    policy = JSON.parse(text);
  } catch {
    throw wrong;
  }
  const { deadLetterTargetArn, maxReceiveCount } = (policy ?? {}) as Record<string, unknown>;
  const count = Number(maxReceiveCount);
  if (!Number.isInteger(count) || count < 1 || count > 1000) throw wrong;
  if (!call.world.queues.has(String(deadLetterTargetArn))) {
    throw invalidValue(
      `Value ${text} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`,
    );
  }
}
