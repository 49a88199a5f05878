import { block, call, reference } from '../../language/hcl.ts';
import { renderYaml } from '../../language/yaml.ts';
import type { RenderedFile } from '../../setup/render/render-access.ts';
import type { Place } from '../../setup/reader-access.ts';
import { alertFolder } from '../../alerts/alert-object.ts';

/** Whom to tell of alerts in which store. */
export interface MailRequest {
  store: Place;
  emails: readonly string[];
  /** Name of rule and topic. */
  name: string;
}

/** What the keys of alerts begin with. */
export function alertPrefix({ prefix }: Place): string {
  return `${prefix === '' ? '' : `${prefix}/`}${alertFolder}/`;
}

/** The pattern of EventBridge: objects that were created below `_alerts/`. */
export function eventPattern(store: Place): object {
  return {
    source: ['aws.s3'],
    'detail-type': ['Object Created'],
    detail: { bucket: { name: [store.bucket] }, object: { key: [{ prefix: alertPrefix(store) }] } },
  };
}

/** What the e-mail says: EventBridge fills in the paths. Source: "Amazon EventBridge input transformation". */
export const inputPaths = {
  bucket: '$.detail.bucket.name',
  key: '$.detail.object.key',
  time: '$.time',
} as const;
export const inputTemplate = '"Audit alert at <time>: s3://<bucket>/<key>"';

/** Lets EventBridge publish for one rule of one account, and nobody else. */
export function topicPolicy(topicArn: unknown, ruleArn: unknown): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'RulePublishes',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sns:Publish',
        Resource: topicArn,
        Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
      },
    ],
  };
}

/** Rules to start from: each kind of condition once. */
export const firstRules = {
  $schema: 'https://unpkg.com/audit-export/schemas/alert-rules.schema.json',
  rules: [
    { name: 'blocked', where: { decision: ['block'] } },
    { name: 'threshold', types: ['alert'], where: { action: ['Block'] } },
    { name: 'sensitive-tag', where: { tags: ['PII'], decision: ['allow'] } },
    { name: 'many-rows', moreRowsThan: 100_000 },
    {
      name: 'off-hours',
      where: { actor_roles: ['ACCOUNTADMIN'] },
      outside: { from: '07:00', to: '19:00', timeZone: 'UTC' },
    },
  ],
} as const;

/**
 * Rule, topic and subscription, as CloudFormation and as Terraform, and rules to start from. EventBridge has to be switched on in the bucket:
 * Terraform does it, and an output of the stack says the command. Source: "Using EventBridge", Amazon S3 User Guide.
 */
export function mailFiles(request: MailRequest): RenderedFile[] {
  return [
    { file: 'alert-rules.json', text: `${JSON.stringify(firstRules, null, 2)}\n` },
    { file: 'alerts.yaml', text: cloudFormation(request) },
    { file: 'alerts.tf', text: terraform(request) },
  ];
}

function cloudFormation({ store, emails, name }: MailRequest): string {
  return renderYaml({
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `An e-mail for each audit alert in s3://${store.bucket}/${alertPrefix(store)}`,
    Resources: {
      Topic: {
        Type: 'AWS::SNS::Topic',
        Properties: {
          TopicName: name,
          Subscription: emails.map((email) => ({ Protocol: 'email', Endpoint: email })),
        },
      },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          Name: name,
          EventPattern: eventPattern(store),
          Targets: [
            {
              Id: 'mail',
              Arn: { Ref: 'Topic' },
              InputTransformer: { InputPathsMap: inputPaths, InputTemplate: inputTemplate },
            },
          ],
        },
      },
      TopicPolicy: {
        Type: 'AWS::SNS::TopicPolicy',
        Properties: {
          Topics: [{ Ref: 'Topic' }],
          PolicyDocument: topicPolicy({ Ref: 'Topic' }, { 'Fn::GetAtt': ['Rule', 'Arn'] }),
        },
      },
    },
    Outputs: {
      TopicArn: { Value: { Ref: 'Topic' } },
      SwitchOn: {
        Description:
          'Switches EventBridge on in the bucket. Run it once, with what get-bucket-notification-configuration shows beside it',
        Value: `aws s3api put-bucket-notification-configuration --bucket ${store.bucket} --notification-configuration '{"EventBridgeConfiguration":{}}'`,
      },
    },
  });
}

function terraform({ store, emails, name }: MailRequest): string {
  const label = 'audit_alerts';
  const topicArn = reference(`aws_sns_topic.${label}.arn`);
  return [
    '# It replaces all notifications of the bucket: put those that are there into it as well.\n' +
      block(`resource "aws_s3_bucket_notification" "${label}"`, [
        ['bucket', store.bucket],
        ['eventbridge', true],
      ]),
    block(`resource "aws_sns_topic" "${label}"`, [['name', name]]),
    ...emails.map((email, index) =>
      block(`resource "aws_sns_topic_subscription" "${label}_${index + 1}"`, [
        ['topic_arn', topicArn],
        ['protocol', 'email'],
        ['endpoint', email],
      ]),
    ),
    block(`resource "aws_cloudwatch_event_rule" "${label}"`, [
      ['name', name],
      ['event_pattern', call('jsonencode', eventPattern(store))],
    ]),
    block(
      `resource "aws_cloudwatch_event_target" "${label}"`,
      [
        ['rule', reference(`aws_cloudwatch_event_rule.${label}.name`)],
        ['arn', topicArn],
      ],
      [
        block('input_transformer', [
          ['input_paths', inputPaths],
          ['input_template', inputTemplate],
        ]),
      ],
    ),
    block(`resource "aws_sns_topic_policy" "${label}"`, [
      ['arn', topicArn],
      [
        'policy',
        call('jsonencode', topicPolicy(topicArn, reference(`aws_cloudwatch_event_rule.${label}.arn`))),
      ],
    ]),
  ].join('\n');
}
