import { AuditExportError } from '../../errors.ts';
import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { MessageQueue, QueueMessage } from '../../ports/aws/queue.ts';
import { checkAnswers } from './answers.ts';
import { fromAwsError } from './errors/aws-errors.ts';
import { clientConfig } from './client-config.ts';

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
 * is and its region, unless an endpoint is set for SQS. Throws `usage` for what is no URL of a queue.
 */
export async function openSqsQueue(
  url: string,
  region: string | undefined,
  environment: Readonly<Record<string, string | undefined>>,
): Promise<SqsQueue> {
  const parsed = parseQueueUrl(url);
  const wish = {
    region: regionOfQueue(parsed) ?? region,
    usualEndpoint: parsed.origin,
    attempts: 6,
    silenceMs,
  };
  const client = new SQSClient(await clientConfig('SQS', wish, environment));
  return new SqsQueue(url, checkAnswers(client, 'SQS'));
}

const region = '([a-z]{2,4}(?:-[a-z]+)+-\\d)';
/** `sqs.REGION.…`, `sqs-fips.REGION.…`, `vpce-….sqs.REGION.vpce.…`; `REGION.queue.…` is the older form. */
const regionInHost = new RegExp(`(?:^|\\.)(?:sqs|sqs-fips|queue)\\.${region}\\.|^${region}\\.queue\\.`);
/** LocalStack may put it into the path: `/queue/REGION/ACCOUNT/NAME`. */
const regionInPath = new RegExp(`^/queue/${region}/`);

/**
 * The region that the URL of a queue names. Sources: "Amazon SQS endpoints and quotas", AWS General Reference (the legacy
 * endpoint without a region is that of us-east-1); "Queue URLs", LocalStack documentation.
 */
export function regionOfQueue({ hostname, pathname }: URL): string | undefined {
  if (hostname === 'queue.amazonaws.com') return 'us-east-1';
  const [, modern, older] = regionInHost.exec(hostname) ?? [];
  return modern ?? older ?? regionInPath.exec(pathname)?.[1];
}

function parseQueueUrl(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  const isQueue = parsed !== undefined && /^https?:$/.test(parsed.protocol) && parsed.pathname.length > 1;
  if (isQueue && parsed.username === '' && parsed.password === '') return parsed;
  throw new AuditExportError('usage', '--from-sqs does not hold the URL of a queue.', {
    cure: 'Ask for it with: aws sqs get-queue-url --queue-name NAME',
  });
}
