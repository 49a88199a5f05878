/* oxlint-disable vitest/no-standalone-expect -- the expectations stand in claims, of which contract() makes the tests. */
import {
  ChangeMessageVisibilityCommand,
  CreateQueueCommand,
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueUrlCommand,
  ListQueuesCommand,
  PurgeQueueCommand,
  ReceiveMessageCommand,
  type Message,
  type ReceiveMessageCommandInput,
  SendMessageBatchCommand,
  SendMessageCommand,
  SetQueueAttributesCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, expect } from 'vitest';
import { contract, refusal } from './contract.ts';
import { Queues } from './queues.ts';

contract('SQS', (server, claim) => {
  let queues: Queues;
  beforeAll(() => {
    queues = new Queues(server.target, server.customer);
  });
  afterAll(async () => {
    await queues.close();
  });

  const newQueue = async (attributes = {}): Promise<string> =>
    await queues.make(server.uniqueName('contract'), attributes);
  const send = async (QueueUrl: string, MessageBody: string): Promise<void> => {
    await queues.client.send(new SendMessageCommand({ QueueUrl, MessageBody }));
  };
  const receive = async (
    QueueUrl: string,
    more: Partial<ReceiveMessageCommandInput> = {},
  ): Promise<Message[]> => {
    const answer = await queues.client.send(
      new ReceiveMessageCommand({ QueueUrl, MessageSystemAttributeNames: ['All'], ...more }),
    );
    return answer.Messages ?? [];
  };

  claim('a message is lent to one reader, and is gone when it was deleted', async () => {
    const QueueUrl = await newQueue();
    await send(QueueUrl, 'hello, ü <&>');
    const [message] = await receive(QueueUrl);
    expect(message).toMatchObject({ Body: 'hello, ü <&>', Attributes: { ApproximateReceiveCount: '1' } });
    expect(await receive(QueueUrl)).toEqual([]);
    expect(await queues.attributes(QueueUrl, 'All')).toMatchObject({
      ApproximateNumberOfMessages: '0',
      ApproximateNumberOfMessagesNotVisible: '1',
    });
    await queues.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: message?.ReceiptHandle }));
    expect(await queues.attributes(QueueUrl, 'All')).toMatchObject({
      ApproximateNumberOfMessagesNotVisible: '0',
    });
  });

  claim('a message that was not deleted comes again, and is counted', async () => {
    const QueueUrl = await newQueue();
    await send(QueueUrl, 'again');
    await receive(QueueUrl, { VisibilityTimeout: 0 });
    const [second] = await receive(QueueUrl, { VisibilityTimeout: 1 });
    expect(second?.Attributes?.ApproximateReceiveCount).toBe('2');
    expect(await receive(QueueUrl)).toEqual([]);
    const [third] = await receive(QueueUrl, { WaitTimeSeconds: 3 });
    expect(third?.Attributes?.ApproximateReceiveCount).toBe('3');
  });

  claim('the time a message is kept from others can be changed', async () => {
    const QueueUrl = await newQueue();
    await send(QueueUrl, 'x');
    const [message] = await receive(QueueUrl, { VisibilityTimeout: 30 });
    const change = async (VisibilityTimeout: number): Promise<unknown> =>
      await queues.client.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl,
          ReceiptHandle: message?.ReceiptHandle,
          VisibilityTimeout,
        }),
      );
    await change(60);
    expect(await receive(QueueUrl)).toEqual([]);
    await change(0);
    expect(await receive(QueueUrl)).toHaveLength(1);
    expect(await refusal(change(43_201))).toMatchObject({ status: 400 });
  });

  claim('a long poll ends when a message comes', async () => {
    const QueueUrl = await newQueue();
    const waiting = receive(QueueUrl, { WaitTimeSeconds: 10 });
    await send(QueueUrl, 'now');
    const startedMs = performance.now();
    expect((await waiting).map(({ Body }) => Body)).toEqual(['now']);
    expect(performance.now() - startedMs).toBeLessThan(5000);
  });

  claim('a message that was received too often goes to the dead-letter queue', async () => {
    const dead = await newQueue();
    const deadLetterTargetArn = await queues.arn(dead);
    const QueueUrl = await newQueue();
    const RedrivePolicy = JSON.stringify({ deadLetterTargetArn, maxReceiveCount: 2 });
    await queues.client.send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { RedrivePolicy } }));
    await send(QueueUrl, 'poison');
    for (const _ of [1, 2]) expect(await receive(QueueUrl, { VisibilityTimeout: 0 })).toHaveLength(1);
    expect(await receive(QueueUrl)).toEqual([]);
    expect((await receive(dead)).map(({ Body }) => Body)).toEqual(['poison']);
  });

  claim('up to ten messages go in one batch, each for itself', async () => {
    const QueueUrl = await newQueue();
    const Entries = Array.from({ length: 10 }, (_, index) => ({
      Id: String(index),
      MessageBody: `m${index}`,
    }));
    const sent = await queues.client.send(new SendMessageBatchCommand({ QueueUrl, Entries }));
    expect(sent.Successful).toHaveLength(10);
    const messages = await receive(QueueUrl, { MaxNumberOfMessages: 10 });
    expect(messages.map(({ Body = '' }) => Body).toSorted()).toEqual(
      Entries.map(({ MessageBody }) => MessageBody),
    );
    const deleted = await queues.client.send(
      new DeleteMessageBatchCommand({
        QueueUrl,
        Entries: messages.map(({ ReceiptHandle }, index) => ({ Id: String(index), ReceiptHandle })),
      }),
    );
    expect(deleted.Successful).toHaveLength(10);
    const empty = queues.client.send(new SendMessageBatchCommand({ QueueUrl, Entries: [] }));
    expect(await refusal(empty)).toMatchObject({ status: 400 });
    const twice = [
      { Id: 'a', MessageBody: '1' },
      { Id: 'a', MessageBody: '2' },
    ];
    expect(
      await refusal(queues.client.send(new SendMessageBatchCommand({ QueueUrl, Entries: twice }))),
    ).toMatchObject({ name: 'BatchEntryIdsNotDistinct' });
  });

  claim('queues are found by name, listed by prefix and purged', async () => {
    const name = server.uniqueName('contract-list');
    const QueueUrl = await queues.make(name);
    const found = await queues.client.send(new GetQueueUrlCommand({ QueueName: name }));
    expect(found.QueueUrl).toBe(QueueUrl);
    const listed = await queues.client.send(new ListQueuesCommand({ QueueNamePrefix: name }));
    expect(listed.QueueUrls).toEqual([QueueUrl]);
    await send(QueueUrl, 'x');
    await queues.client.send(new PurgeQueueCommand({ QueueUrl }));
    expect(await receive(QueueUrl)).toEqual([]);
  });

  claim('creating a queue again is no error, but with other attributes it is', async () => {
    const QueueName = server.uniqueName('contract-twice');
    const Attributes = { VisibilityTimeout: '45' };
    const QueueUrl = await queues.make(QueueName, Attributes);
    const again = await queues.client.send(new CreateQueueCommand({ QueueName, Attributes }));
    expect(again.QueueUrl).toBe(QueueUrl);
    const other = queues.client.send(
      new CreateQueueCommand({ QueueName, Attributes: { VisibilityTimeout: '46' } }),
    );
    expect(await refusal(other)).toMatchObject({ status: 400 });
  });

  claim('a queue that does not exist says so', async () => {
    const QueueUrl = (await newQueue()).replace(/[^/]*$/, server.uniqueName('nobody'));
    const get = queues.client.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(await refusal(get)).toMatchObject({ name: 'QueueDoesNotExist', status: 400 });
  });

  claim('a receipt that is none is refused', async () => {
    const QueueUrl = await newQueue();
    const remove = queues.client.send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: 'none' }));
    expect(await refusal(remove)).toMatchObject({ status: 400 });
  });

  claim('somebody of another account may not receive', async () => {
    const QueueUrl = await newQueue();
    const vendor = queues.clientOf(server.vendor);
    const get = vendor.send(new ReceiveMessageCommand({ QueueUrl }));
    expect(await refusal(get)).toMatchObject({ status: 403 });
    vendor.destroy();
  });
});
