import type { Settings, Values } from '../../../core/config/setting.ts';
import { targetSettings } from '../target-settings.ts';

const splunk = 'Splunk';

/** The settings of `consumers splunk`. */
export const splunkSettings = {
  ...targetSettings,
  queueName: {
    kind: 'text',
    flag: 'queue-name',
    value: 'NAME',
    group: splunk,
    default: 'audit-export-splunk',
    help: 'queue that S3 tells of new objects',
  },
  queueUrl: {
    kind: 'text',
    flag: 'queue-url',
    value: 'URL',
    group: splunk,
    help: 'its URL, once it is there; made from account, region and name if missing',
  },
  bucketOwner: {
    kind: 'text',
    flag: 'bucket-owner',
    value: 'ACCOUNT',
    profile: 'bucketOwner',
    group: splunk,
    help: 'account of bucket and queue (12 digits)',
  },
  awsAccount: {
    kind: 'text',
    flag: 'aws-account',
    value: 'NAME',
    group: splunk,
    default: 'audit-export',
    help: 'name of the AWS account in the Splunk Add-on for AWS',
  },
  index: {
    kind: 'text',
    flag: 'index',
    value: 'NAME',
    group: splunk,
    default: 'audit',
    help: 'index of the events',
  },
  measure: {
    kind: 'switch',
    flag: 'measure',
    group: splunk,
    default: 'false',
    help: 'list the store, and say how many objects an hour the input will see',
  },
} as const satisfies Settings;

export type SplunkOptions = Values<typeof splunkSettings>;
