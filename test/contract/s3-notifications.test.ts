/* oxlint-disable vitest/no-standalone-expect -- the expectations stand in claims, of which contract() makes the tests. */
import {
  DeleteObjectCommand,
  type Event,
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { DeleteMessageCommand, ReceiveMessageCommand, SetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect } from 'vitest';
import { readMessage } from '../../src/core/queue/read-message.ts';
import { contract, refusal } from './contract.ts';
import { letBucketSend, Queues } from './queues.ts';

interface Record {
  eventName: string;
  s3: { bucket: { name: string }; object: { key: string; size: number; eTag: string } };
}

contract('S3 event notifications', (server, claim) => {
  let queues: Queues;
  let QueueUrl = '';
  let QueueArn = '';
  let Bucket = '';
  beforeAll(async () => {
    queues = new Queues(server.target, server.customer);
    QueueUrl = await queues.make(server.uniqueName('contract-events'));
    QueueArn = await queues.arn(QueueUrl);
    Bucket = await server.bucket();
    const Policy = letBucketSend(QueueArn, Bucket, server.customer.accountId);
    await queues.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  });
  afterAll(async () => {
    await queues.close();
  });

  const configure = async (Events: Event[], filters: { prefix?: string; suffix?: string } = {}) => {
    const FilterRules = Object.entries(filters).map(([Name, Value]) => ({
      Name: Name as 'prefix' | 'suffix',
      Value,
    }));
    const Filter = FilterRules.length === 0 ? undefined : { Key: { FilterRules } };
    const QueueConfigurations = [{ Id: 'to-workers', QueueArn, Events, Filter }];
    await server.s3().send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { QueueConfigurations },
      }),
    );
  };
  /** Takes all messages that are there. */
  const take = async (): Promise<string[]> => {
    const bodies: string[] = [];
    for (let polls = 0; polls < 50; polls++) {
      const { Messages = [] } = await queues.client.send(
        new ReceiveMessageCommand({ QueueUrl, MaxNumberOfMessages: 10 }),
      );
      if (Messages.length === 0) return bodies;
      for (const { Body = '', ReceiptHandle } of Messages) {
        bodies.push(Body);
        await queues.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle }));
      }
    }
    throw new Error('the queue does not become empty');
  };
  const put = async (Key: string): Promise<void> => {
    await server.s3().send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  };

  claim('switching them on sends a test event', async () => {
    await configure(['s3:ObjectCreated:*']);
    expect((await take()).map(readMessage)).toEqual([{ kind: 'test' }]);
    const got = await server.s3().send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    expect(got.QueueConfigurations).toMatchObject([{ QueueArn, Events: ['s3:ObjectCreated:*'] }]);
  });

  claim('an object that is stored is told of, with its key as in a form', async () => {
    await configure(['s3:ObjectCreated:*']);
    await take();
    const key = 'logs/year=2026/red flower+100%/ü.jsonl';
    await put(key);
    const [body = '{}', ...more] = await take();
    expect(more).toEqual([]);
    const [record] = (JSON.parse(body) as { Records: Record[] }).Records;
    expect(record).toMatchObject({
      eventName: 'ObjectCreated:Put',
      s3: { bucket: { name: Bucket }, object: { size: 1, eTag: '9dd4e461268c8034f5c8564e155c67a6' } },
    });
    expect(record?.s3.object.key).not.toContain(' ');
    expect(readMessage(body)).toMatchObject({ objects: [{ bucket: Bucket, keys: [key], size: 1 }] });
  });

  claim('only the events and keys that were asked for are told of', async () => {
    await configure(['s3:ObjectCreated:Put'], { prefix: 'in/', suffix: '.gz' });
    await take();
    for (const key of ['in/a.gz', 'in/b.txt', 'out/c.gz']) await put(key);
    await server.s3().send(new DeleteObjectCommand({ Bucket, Key: 'in/a.gz' }));
    const keys = (await take())
      .map(readMessage)
      .map((content) => (content.kind === 'objects' ? content.objects[0]?.keys[0] : content.kind));
    expect(keys).toEqual(['in/a.gz']);
  });

  claim('a deletion is told of where it was asked for', async () => {
    await configure(['s3:ObjectRemoved:*']);
    await take();
    await put('short-lived');
    await server.s3().send(new DeleteObjectCommand({ Bucket, Key: 'short-lived' }));
    const bodies = await take();
    expect(bodies.map(readMessage)).toEqual([{ kind: 'objects', objects: [], ignored: 1 }]);
  });

  claim('a queue that does not let S3 in can not be told', async () => {
    const closed = await queues.make(server.uniqueName('contract-closed'));
    const QueueConfigurations = [
      { QueueArn: await queues.arn(closed), Events: ['s3:ObjectCreated:*' as const] },
    ];
    const configuration = server.s3().send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: { QueueConfigurations },
      }),
    );
    expect(await refusal(configuration)).toMatchObject({ name: 'InvalidArgument', status: 400 });
  });

  claim('two rules may not share an event of a key', async () => {
    const rule = { QueueArn, Events: ['s3:ObjectCreated:Put' as const] };
    const configuration = server.s3().send(
      new PutBucketNotificationConfigurationCommand({
        Bucket,
        NotificationConfiguration: {
          QueueConfigurations: [
            { ...rule, Id: 'a' },
            { ...rule, Id: 'b' },
          ],
        },
      }),
    );
    expect(await refusal(configuration)).toMatchObject({ name: 'InvalidArgument', status: 400 });
  });
});
