import {
  CreateQueueCommand,
  DeleteQueueCommand,
  GetQueueAttributesCommand,
  type QueueAttributeName,
  SQSClient,
} from '@aws-sdk/client-sqs';
import type { Access } from './target.ts';

interface Place {
  readonly endpoint: string | undefined;
  readonly region: string;
}

/** Queues of one server, taken away at the end. */
export class Queues {
  readonly #place: Place;
  readonly #made: string[] = [];
  readonly client: SQSClient;

  constructor(place: Place, access: Access) {
    this.#place = place;
    this.client = this.clientOf(access);
  }

  clientOf({ accessKeyId, secretAccessKey }: Pick<Access, 'accessKeyId' | 'secretAccessKey'>): SQSClient {
    const { endpoint, region } = this.#place;
    return new SQSClient({
      region,
      credentials: { accessKeyId, secretAccessKey },
      maxAttempts: 1,
      ...(endpoint !== undefined && { endpoint }),
    });
  }

  async make(name: string, Attributes: Partial<Record<QueueAttributeName, string>> = {}): Promise<string> {
    const { QueueUrl = '' } = await this.client.send(new CreateQueueCommand({ QueueName: name, Attributes }));
    this.#made.push(QueueUrl);
    return QueueUrl;
  }

  async attributes(
    QueueUrl: string,
    ...AttributeNames: QueueAttributeName[]
  ): Promise<Record<string, string>> {
    const answer = await this.client.send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames }));
    return answer.Attributes ?? {};
  }

  async arn(QueueUrl: string): Promise<string> {
    return (await this.attributes(QueueUrl, 'QueueArn')).QueueArn ?? '';
  }

  async close(): Promise<void> {
    for (const QueueUrl of this.#made)
      await this.client.send(new DeleteQueueCommand({ QueueUrl })).catch(() => undefined);
    this.client.destroy();
  }
}

/** The policy by which a bucket may send its events to a queue, as AWS's documentation has it. */
export function letBucketSend(queueArn: string, bucket: string, account: string): string {
  return JSON.stringify({
    Version: '2012-10-17',
    Statement: {
      Effect: 'Allow',
      Principal: { Service: 's3.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: queueArn,
      Condition: {
        ArnLike: { 'aws:SourceArn': `arn:aws:s3:::${bucket}` },
        StringEquals: { 'aws:SourceAccount': account },
      },
    },
  });
}
