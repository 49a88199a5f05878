import type { Settings, Values } from '../../core/config/setting.ts';
import { pushSettings } from '../push/plan/settings.ts';

const test = 'Test';
const access = 'Access';

const { to, types, partition, layout, bucketOwner, kmsKeyId, sse, acl, storageClass, tags, pathStyle } =
  pushSettings;

/** All settings of `test-access`: those of `push` that say where and how is delivered, and its own. */
export const testAccessSettings = {
  only: {
    kind: 'list',
    flag: 'only',
    value: 'PROBES',
    group: test,
    help: 'try only these probes, such as put-object,list-denied',
  },
  skip: {
    kind: 'list',
    flag: 'skip',
    value: 'PROBES',
    group: test,
    help: 'leave these probes out',
  },
  noWrite: {
    kind: 'switch',
    flag: 'no-write',
    group: test,
    default: 'false',
    help: 'change nothing in the bucket: leave out what writes or deletes the probe object',
  },
  wait: {
    kind: 'duration',
    flag: 'wait',
    value: 'DURATION',
    group: test,
    default: '0s',
    help: 'how long to try again what was just made and may not count yet, such as 90s',
  },
  otherBucket: {
    kind: 'text',
    flag: 'other-bucket',
    value: 'BUCKET',
    group: test,
    help: 'another bucket of yours that the role must not write to: it is tried, and nothing is stored',
  },
  roleArn: {
    kind: 'text',
    flag: 'role-arn',
    value: 'ARN',
    group: access,
    help: 'role to deliver through, instead of the one of the profile',
  },
  externalId: {
    kind: 'text',
    flag: 'external-id',
    value: 'ID',
    group: access,
    help: 'external id to assume that role with',
  },
  accountId: {
    kind: 'text',
    flag: 'account-id',
    value: 'ACCOUNT',
    group: access,
    help: "account that the role should trust (the vendor's); else the one of the profile",
  },
  to: { ...to, group: access, help: 'where is delivered: s3://BUCKET/PREFIX' },
  types: { ...types, group: access },
  partition: { ...partition, group: access },
  layout: { ...layout, group: access },
  bucketOwner,
  kmsKeyId,
  sse,
  acl,
  storageClass,
  tags,
  pathStyle,
} as const satisfies Settings;

export type TestAccessOptions = Values<typeof testAccessSettings>;
