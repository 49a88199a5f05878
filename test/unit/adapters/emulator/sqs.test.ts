import { request } from 'node:http';
import { PutBucketNotificationConfigurationCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type ReceiveMessageCommandInput,
  SendMessageCommand,
  SetQueueAttributesCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { PutUserPolicyCommand } from '@aws-sdk/client-iam';
import { expect, onTestFinished, test } from 'vitest';
import type { EmulatorOptions } from '../../../../src/adapters/emulator/start-emulator.ts';
import { readMessage } from '../../../../src/core/queue/read-message.ts';
import { type Keys, outcome, runEmulator, type Running } from './running-emulator.ts';

interface RunningQueue extends Running {
  readonly sqs: (keys?: Keys) => SQSClient;
  readonly QueueUrl: string;
  readonly arn: string;
  readonly receive: (more?: Partial<ReceiveMessageCommandInput>) => Promise<string[]>;
}

async function runQueue(options: EmulatorOptions = {}): Promise<RunningQueue> {
  const running = await runEmulator(options);
  const { url: endpoint, region, customer } = running.emulator;
  const sqs = (credentials: Keys = customer): SQSClient => {
    const client = new SQSClient({ endpoint, region, credentials: { ...credentials }, maxAttempts: 1 });
    onTestFinished(() => {
      client.destroy();
    });
    return client;
  };
  const { QueueUrl = '' } = await sqs().send(new CreateQueueCommand({ QueueName: 'work' }));
  const receive: RunningQueue['receive'] = async (more = {}) => {
    const { Messages = [] } = await sqs().send(new ReceiveMessageCommand({ QueueUrl, ...more }));
    return Messages.map(({ Body = '' }) => Body);
  };
  return { ...running, sqs, QueueUrl, arn: `arn:aws:sqs:${region}:111122223333:work`, receive };
}

test('every action is authorised by the same policies as S3’s, under its own name', async () => {
  const { sqs, iam, emulator, QueueUrl, arn } = await runQueue();
  const worker = sqs(emulator.sameAccount);
  const send = async (): Promise<string> =>
    await outcome(worker.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' })));
  const receive = async (): Promise<string> =>
    await outcome(worker.send(new ReceiveMessageCommand({ QueueUrl })));
  expect([await send(), await receive()]).toEqual(['AccessDenied', 'AccessDenied']);
  const Statement = { Effect: 'Allow', Action: 'sqs:ReceiveMessage', Resource: arn };
  const PolicyDocument = JSON.stringify({ Version: '2012-10-17', Statement });
  await iam().send(new PutUserPolicyCommand({ UserName: 'exporter', PolicyName: 'receive', PolicyDocument }));
  expect([await send(), await receive()]).toEqual(['AccessDenied', 'ok']);
});

test('the policy of a queue lets in whom it names, of its own account', async () => {
  const { sqs, emulator, QueueUrl, arn } = await runQueue();
  const send = async (keys: Keys): Promise<string> =>
    await outcome(sqs(keys).send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' })));
  const { sameAccount, vendor } = emulator;
  expect(await send(sameAccount)).toBe('AccessDenied');
  const AWS = [sameAccount.principalArn, vendor.principalArn];
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: { Effect: 'Allow', Principal: { AWS }, Action: 'sqs:SendMessage', Resource: arn },
  });
  await sqs().send(new SetQueueAttributesCommand({ QueueUrl, Attributes: { Policy } }));
  expect(await send(sameAccount)).toBe('ok');
  // Across accounts the caller's own account has to allow it as well.
  expect(await send(vendor)).toBe('AccessDenied');
});

test('an old receipt deletes nothing: the message belongs to whom it was lent last', async () => {
  const { sqs, QueueUrl, receive } = await runQueue();
  await sqs().send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
  const { Messages: [first] = [] } = await sqs().send(
    new ReceiveMessageCommand({ QueueUrl, VisibilityTimeout: 0 }),
  );
  expect(await receive({ VisibilityTimeout: 0 })).toEqual(['x']);
  await sqs().send(new DeleteMessageCommand({ QueueUrl, ReceiptHandle: first?.ReceiptHandle }));
  expect(await receive()).toEqual(['x']);
});

test('a receiver that goes away takes no message with it', async () => {
  const { sqs, QueueUrl, receive } = await runQueue();
  const controller = new AbortController();
  const waiting = outcome(
    sqs().send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds: 20 }), {
      abortSignal: controller.signal,
    }),
  );
  await new Promise((resolve) => setTimeout(resolve, 100));
  controller.abort();
  expect(await waiting).toBe('AbortError');
  await new Promise((resolve) => setTimeout(resolve, 50));
  await sqs().send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }));
  expect(await receive()).toEqual(['x']);
});

test('faults hit SQS as they hit the others', async () => {
  const { emulator, sqs, QueueUrl } = await runQueue();
  emulator.faults.add({ kind: 'throttle', perSecond: 1, match: { service: 'sqs' } });
  const get = async (): Promise<string> =>
    await outcome(sqs().send(new GetQueueAttributesCommand({ QueueUrl, AttributeNames: ['All'] })));
  // Both at once: a second later another one would be let through.
  expect((await Promise.all([get(), get()])).toSorted()).toEqual(['Throttling', 'ok']);
  emulator.faults.clear();
  emulator.faults.add({ kind: 'deny', match: { operation: 'GetQueueAttributes' } });
  expect(await get()).toBe('AccessDenied');
  expect(emulator.requests().at(-1)).toMatchObject({
    service: 'sqs',
    operation: 'GetQueueAttributes',
    status: 403,
  });
});

test.each([
  [{ VisibilityTimeout: '43201' }, 'InvalidParameterValue'],
  [{ Colour: 'red' }, 'InvalidAttributeName'],
  [{ Policy: '{' }, 'InvalidParameterValue'],
  [{ RedrivePolicy: '{"deadLetterTargetArn":"nowhere","maxReceiveCount":3}' }, 'InvalidParameterValue'],
])('an attribute that can not be is refused: %j', async (attributes, name) => {
  const { sqs, QueueUrl } = await runQueue();
  const Attributes = attributes as Record<string, string>;
  expect(await outcome(sqs().send(new SetQueueAttributesCommand({ QueueUrl, Attributes })))).toBe(name);
});

test('a request that is signed wrongly, or by nobody, is refused', async () => {
  const { emulator, sqs, QueueUrl } = await runQueue();
  const wrong = sqs({ ...emulator.customer, secretAccessKey: 'wrong' });
  expect(await outcome(wrong.send(new ReceiveMessageCommand({ QueueUrl })))).toBe('SignatureDoesNotMatch');
  const status = await new Promise((resolve) => {
    request(emulator.url, {
      method: 'POST',
      headers: {
        'x-amz-target': 'AmazonSQS.ListQueues',
        authorization: 'AWS4-HMAC-SHA256 Credential=AKID/20260101/us-east-1/sqs/aws4_request',
      },
    })
      .on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      })
      .end('{}');
  });
  expect(status).toBe(400);
});

test('what a bucket tells EventBridge comes to the queue that was named for it, with the key as it is', async () => {
  const running = await runQueue({ eventBridgeQueue: 'arn:aws:sqs:us-east-1:111122223333:work' });
  const { s3, receive } = running;
  const Bucket = await running.makeBucket();
  const put = async (Key: string): Promise<void> => {
    await s3().send(new PutObjectCommand({ Bucket, Key, Body: 'x' }));
  };
  await put('before');
  await s3().send(
    new PutBucketNotificationConfigurationCommand({
      Bucket,
      NotificationConfiguration: { EventBridgeConfiguration: {} },
    }),
  );
  await put('a/red flower+1.gz');
  const [body = '', ...more] = await receive({ MaxNumberOfMessages: 10 });
  expect(more).toEqual([]);
  expect(JSON.parse(body)).toMatchObject({
    'detail-type': 'Object Created',
    detail: { object: { key: 'a/red flower+1.gz', size: 1 } },
  });
  expect(readMessage(body)).toMatchObject({
    objects: [{ bucket: Bucket, keys: ['a/red flower+1.gz', 'a/red flower 1.gz'] }],
  });
});
