import type * as eventsSdk from '@aws-sdk/client-eventbridge';
import type * as snsSdk from '@aws-sdk/client-sns';
import {
  GetBucketNotificationConfigurationCommand,
  PutBucketNotificationConfigurationCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import type { AlertMail, MailStep, WantedMail } from '../../ports/aws/alert-mail.ts';
import { checkAnswers } from './answers.ts';
import { fromAwsError } from './errors/aws-errors.ts';
import { clientConfig, s3ClientConfig } from './client-config.ts';
import { optionalClient } from './optional-client.ts';

interface Clients {
  sns: snsSdk.SNSClient;
  events: eventsSdk.EventBridgeClient;
  s3: S3Client;
}

type OnStep = (step: MailStep) => void;

/** SNS, EventBridge and the bucket's notifications, with what changes them. */
class AwsAlertMail implements AlertMail {
  readonly #sdk: { sns: typeof snsSdk; events: typeof eventsSdk };
  readonly #clients: Clients;

  constructor(sdk: { sns: typeof snsSdk; events: typeof eventsSdk }, clients: Clients) {
    this.#sdk = sdk;
    this.#clients = clients;
  }

  async apply(wanted: WantedMail, onStep: OnStep): Promise<{ topicArn: string }> {
    const topicArn = await this.#ensureTopic(wanted, onStep);
    const ruleArn = await this.#ensureRule(wanted, topicArn, onStep);
    const { SetTopicAttributesCommand } = this.#sdk.sns;
    const policy = JSON.stringify(wanted.policyOf(topicArn, ruleArn));
    await tell(
      this.#clients.sns.send(
        new SetTopicAttributesCommand({
          TopicArn: topicArn,
          AttributeName: 'Policy',
          AttributeValue: policy,
        }),
      ),
      'sns:SetTopicAttributes',
      topicArn,
    );
    await this.#subscribe(wanted, topicArn, onStep);
    await this.#switchOn(wanted.bucket, onStep);
    return { topicArn };
  }

  async close(): Promise<void> {
    for (const client of Object.values(this.#clients)) (client as S3Client).destroy();
  }

  /** CreateTopic gives the topic of that name where there is one. */
  async #ensureTopic({ name }: WantedMail, onStep: OnStep): Promise<string> {
    const { CreateTopicCommand } = this.#sdk.sns;
    const made = await tell(
      this.#clients.sns.send(new CreateTopicCommand({ Name: name })),
      'sns:CreateTopic',
      name,
    );
    const arn = made.TopicArn ?? '';
    onStep({ kind: 'topic', name: arn, change: 'updated' });
    return arn;
  }

  async #ensureRule(wanted: WantedMail, topicArn: string, onStep: OnStep): Promise<string> {
    const { PutRuleCommand, PutTargetsCommand } = this.#sdk.events;
    const { name, pattern, inputPaths, inputTemplate } = wanted;
    const { events } = this.#clients;
    const rule = new PutRuleCommand({ Name: name, EventPattern: JSON.stringify(pattern) });
    const { RuleArn = '' } = await tell(events.send(rule), 'events:PutRule', name);
    const target = {
      Id: 'mail',
      Arn: topicArn,
      InputTransformer: { InputPathsMap: { ...inputPaths }, InputTemplate: inputTemplate },
    };
    await tell(
      events.send(new PutTargetsCommand({ Rule: name, Targets: [target] })),
      'events:PutTargets',
      name,
    );
    onStep({ kind: 'rule', name: RuleArn, change: 'updated' });
    return RuleArn;
  }

  async #subscribe({ emails }: WantedMail, topicArn: string, onStep: OnStep): Promise<void> {
    const { ListSubscriptionsByTopicCommand, SubscribeCommand } = this.#sdk.sns;
    const { sns } = this.#clients;
    const { Subscriptions = [] } = await tell(
      sns.send(new ListSubscriptionsByTopicCommand({ TopicArn: topicArn })),
      'sns:ListSubscriptionsByTopic',
      topicArn,
    );
    const known = new Set(Subscriptions.map(({ Endpoint }) => Endpoint));
    for (const email of emails) {
      if (!known.has(email))
        await tell(
          sns.send(new SubscribeCommand({ TopicArn: topicArn, Protocol: 'email', Endpoint: email })),
          'sns:Subscribe',
          topicArn,
        );
      onStep({ kind: 'subscription', name: email, change: known.has(email) ? 'unchanged' : 'created' });
    }
  }

  /** The configuration is one document that is replaced: what is there goes back into it. */
  async #switchOn(bucket: string, onStep: OnStep): Promise<void> {
    const { s3 } = this.#clients;
    const { $metadata: _, ...live } = await tell(
      s3.send(new GetBucketNotificationConfigurationCommand({ Bucket: bucket })),
      's3:GetBucketNotification',
      bucket,
    );
    const isOn = live.EventBridgeConfiguration !== undefined;
    if (!isOn)
      await tell(
        s3.send(
          new PutBucketNotificationConfigurationCommand({
            Bucket: bucket,
            NotificationConfiguration: { ...live, EventBridgeConfiguration: {} },
          }),
        ),
        's3:PutBucketNotification',
        bucket,
      );
    onStep({ kind: 'bucket', name: bucket, change: isOn ? 'unchanged' : 'updated' });
  }
}

async function tell<T>(answer: Promise<T>, action: string, target: string): Promise<T> {
  return answer.catch((error: unknown) => {
    throw fromAwsError(error, { action, target });
  });
}

/** Connects SNS, EventBridge and S3. Throws `package-missing` where a client is not installed. */
export async function openAlertMail(
  { region, endpointUrl }: { region: string | undefined; endpointUrl: string | undefined },
  environment: Readonly<Record<string, string | undefined>>,
): Promise<AlertMail> {
  const sns = await optionalClient('@aws-sdk/client-sns', () => import('@aws-sdk/client-sns'));
  const events = await optionalClient(
    '@aws-sdk/client-eventbridge',
    () => import('@aws-sdk/client-eventbridge'),
  );
  const wish = { region, attempts: 6 };
  return new AwsAlertMail(
    { sns, events },
    {
      sns: checkAnswers(new sns.SNSClient(await clientConfig('SNS', wish, environment)), 'SNS'),
      events: checkAnswers(
        new events.EventBridgeClient(await clientConfig('EVENTBRIDGE', wish, environment)),
        'EVENTBRIDGE',
      ),
      s3: checkAnswers(
        new S3Client(await s3ClientConfig({ ...wish, endpointUrl, pathStyle: undefined }, environment)),
        'S3',
      ),
    },
  );
}
