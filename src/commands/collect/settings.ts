import type { GlobalOptions } from '../../core/config/global-settings.ts';
import type { Settings, Values } from '../../core/config/setting.ts';
import { pushSettings } from '../push/settings.ts';

const snowflake = 'Snowflake';
const reading = 'What is read';
const records = 'Records';

/** Those that say how objects are written; not those that say what is read, or which lines are taken. */
const {
  to,
  partition,
  layout,
  objectSize,
  compression,
  level,
  maxLine,
  quarantine,
  quarantineSize,
  retryFor,
  lockWait,
  dryRun,
  allowDraft,
  bucketOwner,
  kmsKeyId,
  sse,
  acl,
  storageClass,
  tags,
  pathStyle,
} = pushSettings;
const deliverySettings = {
  to,
  partition,
  layout,
  objectSize,
  compression,
  level,
  maxLine,
  quarantine,
  quarantineSize,
  retryFor,
  lockWait,
  dryRun,
  allowDraft,
  bucketOwner,
  kmsKeyId,
  sse,
  acl,
  storageClass,
  tags,
  pathStyle,
} as const satisfies Settings;

/** How Snowflake is reached. Key and token have no flag: they come from a file or the environment. */
export const snowflakeSettings = {
  account: {
    kind: 'text',
    flag: 'account',
    value: 'NAME',
    profile: 'snowflakeAccount',
    group: snowflake,
    help: 'account, such as acme-prod, or a locator with its region; else SNOWFLAKE_ACCOUNT',
  },
  accountUrl: {
    kind: 'text',
    flag: 'account-url',
    value: 'URL',
    profile: 'snowflakeAccountUrl',
    group: snowflake,
    help: 'address of the account, for private link',
  },
  user: {
    kind: 'text',
    flag: 'user',
    value: 'NAME',
    profile: 'snowflakeUser',
    group: snowflake,
    help: 'user to log in as; else SNOWFLAKE_USER',
  },
  role: {
    kind: 'text',
    flag: 'role',
    value: 'NAME',
    profile: 'snowflakeRole',
    group: snowflake,
    help: 'role to work in; else SNOWFLAKE_ROLE',
  },
  warehouse: {
    kind: 'text',
    flag: 'warehouse',
    value: 'NAME',
    profile: 'snowflakeWarehouse',
    group: snowflake,
    help: 'warehouse to read with; else SNOWFLAKE_WAREHOUSE',
  },
  sessions: {
    kind: 'switch',
    flag: 'sessions',
    profile: 'sessions',
    group: snowflake,
    default: 'false',
    help: 'read SESSIONS and LOGIN_HISTORY too, for client and IP address (needs SECURITY_VIEWER)',
  },
  check: {
    kind: 'switch',
    flag: 'check',
    group: snowflake,
    default: 'false',
    help: 'test log-in, role, warehouse and privileges, collect nothing',
  },
  printSetup: {
    kind: 'switch',
    flag: 'print-setup',
    group: snowflake,
    default: 'false',
    help: 'print the SQL with which an administrator makes the user and the role',
  },
  addresses: {
    kind: 'list',
    flag: 'allow-address',
    value: 'CIDR',
    group: snowflake,
    help: 'with --print-setup: where the exporter runs, such as 203.0.113.7/32; may be repeated',
  },
  publicKey: {
    kind: 'text',
    flag: 'public-key',
    value: 'FILE',
    group: snowflake,
    help: 'with --print-setup: the public half of the key, in PEM',
  },
} as const satisfies Settings;

const ownSettings = {
  since: {
    kind: 'text',
    flag: 'since',
    value: 'TIME',
    group: reading,
    help: 'where the first run begins: a date, a time or an age such as 365d; 48 hours back if missing',
  },
  until: {
    kind: 'text',
    flag: 'until',
    value: 'TIME',
    group: reading,
    help: 'where to stop; as late as history is complete if missing',
  },
  again: {
    kind: 'switch',
    flag: 'again',
    group: reading,
    default: 'false',
    help: 'read from --since to --until once more, by hand, and leave the state as it is',
  },
  settle: {
    kind: 'duration',
    flag: 'settle',
    value: 'DURATION',
    profile: 'settle',
    group: reading,
    default: '3h',
    help: 'how long after the end of a query it is read, 45m or more',
  },
  overlap: {
    kind: 'duration',
    flag: 'overlap',
    value: 'DURATION',
    profile: 'overlap',
    group: reading,
    default: '2d',
    help: 'how far back each run looks for what came late',
  },
  window: {
    kind: 'duration',
    flag: 'window',
    value: 'DURATION',
    profile: 'window',
    group: reading,
    default: '1h',
    help: 'time that is delivered and committed at once, 1m to 1d',
  },
  userMap: {
    kind: 'text',
    flag: 'user-map',
    value: 'FILE',
    profile: 'userMap',
    group: records,
    help: 'CSV or JSON: snowflakeUser, profileId, userId',
  },
  dataSources: {
    kind: 'text',
    flag: 'data-sources',
    value: 'FILE',
    profile: 'dataSources',
    group: records,
    help: 'CSV or JSON: object, dataSourceId, dataSourceName',
  },
  unmapped: {
    kind: 'text',
    flag: 'unmapped',
    value: 'CHOICE',
    profile: 'unmapped',
    group: records,
    default: 'drop',
    choices: ['drop', 'keep'],
    help: 'users and objects that the files do not name: dropped, or kept with nulls',
  },
  redactLiterals: {
    kind: 'switch',
    flag: 'redact-literals',
    profile: 'redactLiterals',
    group: records,
    default: 'false',
    help: 'replace strings, numbers and comments in SQL text by placeholders',
  },
} as const satisfies Settings;

/** All settings of `collect snowflake`: its own, and those of `push` that say how objects are written. */
export const collectSettings = {
  ...snowflakeSettings,
  ...ownSettings,
  ...deliverySettings,
} as const satisfies Settings;

export type CollectOptions = Values<typeof collectSettings> & GlobalOptions;
