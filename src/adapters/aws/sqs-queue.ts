import { AuditExportError } from '../../errors.ts';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { MessageQueue, QueueMessage } from '../../ports/queue.ts';
import { fromAwsError } from './aws-errors.ts';
import { buildRequestAgents } from './request-handler.ts';

/** A long poll is silent for up to 20 seconds. */
const silenceMs = 60_000;

/** An SQS queue: sqs:ReceiveMessage, sqs:DeleteMessage and sqs:ChangeMessageVisibility are all it takes. */
export class SqsQueue implements MessageQueue {
  readonly url: string;
  readonly #client: SQSClient;

  constructor(url: string, client: SQSClient) {
    this.url = url;
    this.#client = client;
  }

  async receive({
    waitSeconds,
    visibilitySeconds,
    signal,
  }: Parameters<MessageQueue['receive']>[0]): Promise<QueueMessage | undefined> {
    const command = new ReceiveMessageCommand({
      QueueUrl: this.url,
      MaxNumberOfMessages: 1,
      WaitTimeSeconds: waitSeconds,
      VisibilityTimeout: visibilitySeconds,
      MessageSystemAttributeNames: ['ApproximateReceiveCount'],
    });
    try {
      const { Messages: [message] = [] } = await this.#client.send(command, { abortSignal: signal });
      if (message === undefined) return undefined;
      return {
        id: message.MessageId ?? '',
        body: message.Body ?? '',
        receives: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
        receipt: message.ReceiptHandle ?? '',
      };
    } catch (error) {
      if (signal.aborted) return undefined;
      throw this.#error(error, 'sqs:ReceiveMessage');
    }
  }

  async extend({ receipt }: QueueMessage, visibilitySeconds: number): Promise<void> {
    const command = new ChangeMessageVisibilityCommand({
      QueueUrl: this.url,
      ReceiptHandle: receipt,
      VisibilityTimeout: visibilitySeconds,
    });
    try {
      await this.#client.send(command);
    } catch (error) {
      throw this.#error(error, 'sqs:ChangeMessageVisibility');
    }
  }

  async remove({ receipt }: QueueMessage): Promise<void> {
    try {
      await this.#client.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle: receipt }));
    } catch (error) {
      throw this.#error(error, 'sqs:DeleteMessage');
    }
  }

  async close(): Promise<void> {
    this.#client.destroy();
  }

  #error(error: unknown, action: string): AuditExportError {
    if (!isNoSuchQueue(error)) return fromAwsError(error, { action, target: this.url });
    return new AuditExportError(
      'queue-unusable',
      `${action} on ${this.url} failed: there is no such queue.`,
      {
        cure: 'Check --from-sqs: aws sqs get-queue-url --queue-name NAME',
        cause: error,
      },
    );
  }
}

/** Under both protocols that SQS speaks. */
function isNoSuchQueue(error: unknown): boolean {
  const { name = '' } = error as { name?: string };
  return name === 'QueueDoesNotExist' || name === 'AWS.SimpleQueueService.NonExistentQueue';
}

/**
 * Connects the queue of a URL such as `https://sqs.eu-central-1.amazonaws.com/111122223333/NAME`; its host says where it
 * is and its region. Throws `usage` for what is no URL of a queue.
 */
export async function openSqsQueue(
  url: string,
  region: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<SqsQueue> {
  const { origin, hostname } = parseQueueUrl(url);
  const inUrl = /^(?:sqs|queue)\.([a-z]{2}(?:-[a-z]+)+-\d)\./.exec(hostname)?.[1];
  const inRegion = inUrl ?? region ?? environment['AWS_REGION'] ?? environment['AWS_DEFAULT_REGION'];
  const client = new SQSClient({
    endpoint: origin,
    requestHandler: await buildRequestAgents(origin, environment, silenceMs),
    ...(environment['AWS_MAX_ATTEMPTS'] === undefined ? { maxAttempts: 6 } : {}),
    ...(inRegion === undefined ? {} : { region: inRegion }),
  });
  return new SqsQueue(url, client);
}

function parseQueueUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isQueue = parsed !== undefined && /^https?:$/.test(parsed.protocol) && parsed.pathname.length > 1;
  if (isQueue && parsed.username === '' && parsed.password === '') return parsed;
  throw new AuditExportError('usage', '--from-sqs does not hold the URL of a queue.', {
    cure: 'Ask for it with: aws sqs get-queue-url --queue-name NAME',
  });
}
