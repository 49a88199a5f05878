import { block, call, reference } from '../../language/hcl.ts';
import { renderYaml } from '../../language/yaml.ts';
import type { RenderedFile } from '../../setup/render/render-access.ts';
import type { Place } from '../../setup/reader-access.ts';

/** The queue that S3 tells of new objects, as one asks for it. */
export interface QueueRequest {
  store: Place;
  /** What the keys of events begin with, below the bucket. */
  keyPrefix: string;
  queueName: string;
}

/** Fourteen days, the most that SQS keeps; the add-on takes five minutes for an object by default. */
const retentionSeconds = 1_209_600;
const visibilitySeconds = 300;
const receives = 5;

/**
 * A queue with a dead-letter queue, which lets the bucket send to it and nobody else, as CloudFormation and as Terraform. CloudFormation can't
 * change the notifications of a bucket that it has not made: an output says the command. Source: "Granting permissions to publish event
 * notification messages to a destination", Amazon S3 User Guide.
 */
export function queueFiles(request: QueueRequest): RenderedFile[] {
  return [
    { file: 'queue.yaml', text: cloudFormation(request) },
    { file: 'queue.tf', text: terraform(request) },
  ];
}

function policy(queueArn: unknown, bucketArn: unknown, account: unknown): object {
  return {
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'BucketSends',
        Effect: 'Allow',
        Principal: { Service: 's3.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queueArn,
        Condition: {
          ArnEquals: { 'aws:SourceArn': bucketArn },
          StringEquals: { 'aws:SourceAccount': account },
        },
      },
    ],
  };
}

function cloudFormation({ store, keyPrefix, queueName }: QueueRequest): string {
  const attribute = (name: string): object => ({ 'Fn::GetAtt': [name, 'Arn'] });
  const notification = {
    QueueConfigurations: [
      {
        QueueArn: '${Queue.Arn}',
        Events: ['s3:ObjectCreated:*'],
        Filter: { Key: { FilterRules: [{ Name: 'prefix', Value: keyPrefix }] } },
      },
    ],
  };
  return renderYaml({
    AWSTemplateFormatVersion: '2010-09-09',
    Description: `Tells readers of new audit events in s3://${store.bucket}/${keyPrefix}`,
    Resources: {
      DeadLetters: {
        Type: 'AWS::SQS::Queue',
        Properties: { QueueName: `${queueName}-dead`, MessageRetentionPeriod: retentionSeconds },
      },
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          QueueName: queueName,
          MessageRetentionPeriod: retentionSeconds,
          VisibilityTimeout: visibilitySeconds,
          RedrivePolicy: { deadLetterTargetArn: attribute('DeadLetters'), maxReceiveCount: receives },
        },
      },
      QueuePolicy: {
        Type: 'AWS::SQS::QueuePolicy',
        Properties: {
          Queues: [{ Ref: 'Queue' }],
          PolicyDocument: policy(
            attribute('Queue'),
            { 'Fn::Sub': `arn:\${AWS::Partition}:s3:::${store.bucket}` },
            { Ref: 'AWS::AccountId' },
          ),
        },
      },
    },
    Outputs: {
      QueueUrl: { Description: 'sqs_queue_url of inputs.conf', Value: { Ref: 'Queue' } },
      Notify: {
        Description:
          'Run this once. It replaces all notifications of the bucket: put those that are there into it as well',
        Value: {
          'Fn::Sub': `aws s3api put-bucket-notification-configuration --bucket ${store.bucket} --notification-configuration '${JSON.stringify(notification)}'`,
        },
      },
    },
  });
}

function terraform({ store, keyPrefix, queueName }: QueueRequest): string {
  const name = 'audit_export';
  const arn = reference(`aws_sqs_queue.${name}.arn`);
  return [
    'data "aws_caller_identity" "current" {}\n',
    'data "aws_partition" "current" {}\n',
    block(`resource "aws_sqs_queue" "${name}_dead"`, [
      ['name', `${queueName}-dead`],
      ['message_retention_seconds', retentionSeconds],
    ]),
    block(`resource "aws_sqs_queue" "${name}"`, [
      ['name', queueName],
      ['message_retention_seconds', retentionSeconds],
      ['visibility_timeout_seconds', visibilitySeconds],
      [
        'redrive_policy',
        call('jsonencode', {
          deadLetterTargetArn: reference(`aws_sqs_queue.${name}_dead.arn`),
          maxReceiveCount: receives,
        }),
      ],
    ]),
    block(`resource "aws_sqs_queue_policy" "${name}"`, [
      ['queue_url', reference(`aws_sqs_queue.${name}.url`)],
      [
        'policy',
        call(
          'jsonencode',
          policy(
            arn,
            reference(`"arn:\${data.aws_partition.current.partition}:s3:::${store.bucket}"`),
            reference('data.aws_caller_identity.current.account_id'),
          ),
        ),
      ],
    ]),
    '# It replaces all notifications of the bucket: put those that are there into it as well.\n' +
      block(
        `resource "aws_s3_bucket_notification" "${name}"`,
        [
          ['bucket', store.bucket],
          ['depends_on', [reference(`aws_sqs_queue_policy.${name}`)]],
        ],
        [
          block('queue', [
            ['queue_arn', arn],
            ['events', ['s3:ObjectCreated:*']],
            ['filter_prefix', keyPrefix],
          ]),
        ],
      ),
    block('output "queue_url"', [['value', reference(`aws_sqs_queue.${name}.url`)]]),
  ].join('\n');
}
