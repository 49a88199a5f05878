import type { InputTransformer } from '@aws-sdk/client-eventbridge';
import {
  EventBridgeClient,
  ListTargetsByRuleCommand,
  PutTargetsCommand,
  RemoveTargetsCommand,
  DescribeRuleCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CloudFormationClient,
  CreateStackCommand,
  DescribeStackResourcesCommand,
} from '@aws-sdk/client-cloudformation';
import {
  CreateBucketCommand,
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import {
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  PublishCommand,
  SNSClient,
  SubscribeCommand,
} from '@aws-sdk/client-sns';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import { mailFiles } from '../../../src/core/consumers/alerts/mail.ts';
import { queueFiles } from '../../../src/core/consumers/splunk/queue.ts';
import type { Target } from '../../contract/target.ts';
import { capturedTerminal } from '../../fakes/captured-terminal.ts';
import { environmentOf, hasMoto, startMoto } from './moto.ts';

/** What EventBridge makes of an event for a target: each `<name>` of the template is what its path leads to. */
function transform(event: string, how: InputTransformer | undefined): string {
  const at = (path: string): unknown =>
    path
      .replace(/^\$\./, '')
      .split('.')
      .reduce<unknown>(
        (value, name) => (value as Record<string, unknown> | undefined)?.[name],
        JSON.parse(event),
      );
  const filled = (how?.InputTemplate ?? '').replaceAll(/<(\w+)>/g, (_, name: string) =>
    String(at(how?.InputPathsMap?.[name] ?? '')),
  );
  return JSON.parse(filled) as string;
}

describe.skipIf(!hasMoto)('consumers alerts', () => {
  let target: Target;
  let environment: Record<string, string>;
  let sqs: SQSClient;
  let sns: SNSClient;
  let events: EventBridgeClient;
  let s3: S3Client;

  beforeAll(async () => {
    target = await startMoto();
    environment = environmentOf(target);
    const { accessKeyId, secretAccessKey } = target.customer;
    const config = {
      endpoint: target.endpoint ?? '',
      region: target.region,
      credentials: { accessKeyId, secretAccessKey },
    };
    sqs = new SQSClient(config);
    sns = new SNSClient(config);
    events = new EventBridgeClient(config);
    s3 = new S3Client({ ...config, forcePathStyle: true });
    await s3.send(new CreateBucketCommand({ Bucket: 'acme-audit' }));
  }, 120_000);
  afterAll(() => target.stop());

  async function audit(...words: string[]): Promise<Record<string, unknown>> {
    const { context, stdout, stderr } = capturedTerminal('', { environment, workingFolder: '/tmp' });
    const place = [words.includes('test') ? '--to' : '--from', 's3://acme-audit/altr'];
    const code = await run([...words, ...place, '--json'], context);
    expect([code, stderr()]).toEqual([0, stderr()]);
    return JSON.parse(stdout()) as Record<string, unknown>;
  }

  async function queueArn(url: string): Promise<string> {
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }),
    );
    return Attributes?.QueueArn ?? '';
  }

  async function newQueue(name: string): Promise<string> {
    const { QueueUrl = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name }));
    return QueueUrl;
  }

  async function received(url: string): Promise<string | undefined> {
    const { Messages = [] } = await sqs.send(
      new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 5 }),
    );
    return Messages[0]?.Body;
  }

  test('--apply keeps the other notifications of the bucket, and an alert comes out of the topic in its words', async () => {
    const others = await newQueue('others');
    await s3.send(
      new PutBucketNotificationConfigurationCommand({
        Bucket: 'acme-audit',
        NotificationConfiguration: {
          QueueConfigurations: [{ QueueArn: await queueArn(others), Events: ['s3:ObjectRemoved:*'] }],
        },
        SkipDestinationValidation: true,
      }),
    );
    await audit('consumers', 'alerts', '--email', 'soc@example.org', '--apply');
    const again = (await audit('consumers', 'alerts', '--email', 'soc@example.org', '--apply')) as {
      applied: { kind: string; name: string; change: string }[];
    };
    const changes = Object.fromEntries(again.applied.map(({ kind, change }) => [kind, change]));
    expect(changes['subscription']).toBe('unchanged');
    const live = await s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: 'acme-audit' }));
    expect(live.QueueConfigurations).toHaveLength(1);

    const topicArn = again.applied.find(({ kind }) => kind === 'topic')?.name ?? '';
    const { Subscriptions = [] } = await sns.send(
      new ListSubscriptionsByTopicCommand({ TopicArn: topicArn }),
    );
    expect(Subscriptions.map(({ Protocol, Endpoint }) => [Protocol, Endpoint])).toEqual([
      ['email', 'soc@example.org'],
    ]);
    const { Attributes } = await sns.send(new GetTopicAttributesCommand({ TopicArn: topicArn }));
    const rule = await events.send(new DescribeRuleCommand({ Name: 'audit-export-alerts' }));
    expect(JSON.parse(Attributes?.['Policy'] ?? '{}')).toMatchObject({
      Statement: [
        {
          Principal: { Service: 'events.amazonaws.com' },
          Condition: { ArnEquals: { 'aws:SourceArn': rule.Arn } },
        },
      ],
    });

    // moto delivers what S3 tells EventBridge to queues alone, and as it is: a queue takes the place of the topic in the rule, and what the rule
    // would make of the event is made here.
    const { Targets: [mail] = [] } = await events.send(
      new ListTargetsByRuleCommand({ Rule: 'audit-export-alerts' }),
    );
    expect(mail?.Arn).toBe(topicArn);
    const bridge = await newQueue('bridge');
    await events.send(new RemoveTargetsCommand({ Rule: 'audit-export-alerts', Ids: ['mail'] }));
    const inPlace = { Id: 'bridge', Arn: await queueArn(bridge) };
    await events.send(new PutTargetsCommand({ Rule: 'audit-export-alerts', Targets: [inPlace] }));
    const inbox = await newQueue('inbox');
    await sns.send(
      new SubscribeCommand({ TopicArn: topicArn, Protocol: 'sqs', Endpoint: await queueArn(inbox) }),
    );

    const written = (await audit('consumers', 'alerts', 'test')) as { key: string; expected: string };
    expect(written.key).toContain('altr/_alerts/');
    const event = await received(bridge);
    const transformed = transform(event ?? '{}', mail?.InputTransformer);
    await sns.send(new PublishCommand({ TopicArn: topicArn, Message: transformed }));
    const message = JSON.parse((await received(inbox)) ?? '{}') as { Message: string };
    expect(message.Message).toContain(`s3://acme-audit/${written.key}`);
    expect(written.expected).toContain(`s3://acme-audit/${written.key}`);
    // What is no alert is not told.
    await s3.send(
      new PutObjectCommand({
        Bucket: 'acme-audit',
        Key: 'altr/audit_type=query/x.jsonl.gz',
        Body: 'x',
      }),
    );
    expect(await received(bridge)).toBeUndefined();
  }, 120_000);

  test.each([
    [
      'alerts',
      mailFiles({
        store: { bucket: 'acme-audit', prefix: 'altr' },
        emails: ['a@example.org'],
        name: 'stacked',
      }),
      ['AWS::SNS::Topic', 'AWS::Events::Rule', 'AWS::SNS::TopicPolicy'],
    ],
    [
      'queue',
      queueFiles({
        store: { bucket: 'acme-audit', prefix: 'altr' },
        keyPrefix: 'altr/audit_type=',
        queueName: 'stacked',
      }),
      ['AWS::SQS::Queue', 'AWS::SQS::Queue', 'AWS::SQS::QueuePolicy'],
    ],
  ])(
    'the template of %s makes what it says',
    async (name, files, types) => {
      const { accessKeyId, secretAccessKey } = target.customer;
      const stacks = new CloudFormationClient({
        endpoint: target.endpoint ?? '',
        region: target.region,
        credentials: { accessKeyId, secretAccessKey },
      });
      const template = files.find(({ file }) => file.endsWith('.yaml'))?.text;
      await stacks.send(new CreateStackCommand({ StackName: name, TemplateBody: template }));
      const { StackResources = [] } = await stacks.send(
        new DescribeStackResourcesCommand({ StackName: name }),
      );
      // moto tells no type of what it calls by no name: the policies.
      const made = StackResources.flatMap(({ ResourceType }) => ResourceType ?? []);
      expect(made.toSorted()).toEqual(types.filter((type) => !type.endsWith('Policy')).toSorted());
      expect(StackResources).toHaveLength(types.length);
    },
    60_000,
  );
});
