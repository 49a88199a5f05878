import { createHash, randomUUID } from 'node:crypto';

/** A queue with everything in it. Times are epoch milliseconds. Not kept on disk: queues last as long as the process. */
export interface Queue {
  readonly name: string;
  readonly account: string;
  readonly region: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly attributes: Map<string, string>;
  readonly messages: Map<string, Message>;
  /** Called when a message may have become visible: of receivers that wait. */
  readonly waiting: Set<() => void>;
  purgedAt: number | undefined;
}

export interface Message {
  readonly id: string;
  readonly body: string;
  readonly md5: string;
  readonly senderId: string;
  readonly sentAt: number;
  visibleAt: number;
  receives: number;
  firstReceivedAt: number | undefined;
  receivedAt: number | undefined;
}

/** What a queue has unless it is told otherwise (Amazon SQS API Reference, "SetQueueAttributes"). */
const usualAttributes: Readonly<Record<string, string>> = {
  VisibilityTimeout: '30',
  MaximumMessageSize: '1048576',
  MessageRetentionPeriod: '345600',
  DelaySeconds: '0',
  ReceiveMessageWaitTimeSeconds: '0',
  SqsManagedSseEnabled: 'true',
};

/** A queue without messages. */
export function newQueue(from: Pick<Queue, 'name' | 'account' | 'region' | 'createdAt'>): Queue {
  return {
    ...from,
    arn: queueArn(from),
    attributes: new Map(Object.entries(usualAttributes)),
    messages: new Map(),
    waiting: new Set(),
    purgedAt: undefined,
  };
}

export function queueArn({ region, account, name }: Pick<Queue, 'region' | 'account' | 'name'>): string {
  return `arn:aws:sqs:${region}:${account}:${name}`;
}

/** A whole number among the attributes. */
export function numberOf(queue: Queue, attribute: string): number {
  return Number(queue.attributes.get(attribute) ?? usualAttributes[attribute] ?? 0);
}

/** Puts a message into a queue; it is visible after the delay. */
export function addMessage(
  queue: Queue,
  {
    body,
    senderId,
    now,
    delaySeconds,
  }: { body: string; senderId: string; now: number; delaySeconds?: number },
): Message {
  const message: Message = {
    id: randomUUID(),
    body,
    md5: md5Of(body),
    senderId,
    sentAt: now,
    visibleAt: now + (delaySeconds ?? numberOf(queue, 'DelaySeconds')) * 1000,
    receives: 0,
    firstReceivedAt: undefined,
    receivedAt: undefined,
  };
  queue.messages.set(message.id, message);
  wake(queue);
  return message;
}

/** Tells those who wait for a message to look again. */
export function wake(queue: Queue): void {
  for (const look of queue.waiting) look();
}

export function md5Of(text: string): string {
  return createHash('md5').update(text).digest('hex');
}

/** How often a message may be received, and where it goes then; undefined without a dead-letter queue. */
export function redriveOf(queue: Queue): { deadLetterArn: string; maxReceiveCount: number } | undefined {
  const policy = queue.attributes.get('RedrivePolicy');
  if (policy === undefined) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(policy) as Record<string, unknown>;
  return { deadLetterArn: String(deadLetterTargetArn), maxReceiveCount: Number(maxReceiveCount) };
}
