import type { Settings, Values } from './setting.ts';

const global = 'Everywhere';

/** Settings that every command has. */
export const globalSettings = {
  profile: {
    kind: 'text',
    flag: 'profile',
    short: 'p',
    value: 'NAME',
    group: global,
    help: 'profile of the configuration to use',
  },
  config: {
    kind: 'text',
    flag: 'config',
    value: 'FILE',
    group: global,
    help: 'configuration file; else ./audit-export.json, else the one in $XDG_CONFIG_HOME',
  },
  region: {
    kind: 'text',
    flag: 'region',
    value: 'REGION',
    profile: 'region',
    group: global,
    help: 'AWS region; else AWS_REGION or the AWS profile',
  },
  endpointUrl: {
    kind: 'url',
    flag: 'endpoint-url',
    value: 'URL',
    profile: 'endpointUrl',
    group: global,
    help: 'endpoint of S3 alone; else AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, which is that of STS, IAM and SQS too',
  },
  json: { kind: 'switch', flag: 'json', group: global, default: 'false', help: 'print the result as JSON' },
  output: {
    kind: 'text',
    flag: 'output',
    short: 'o',
    value: 'FORMAT',
    group: global,
    default: 'text',
    choices: ['text', 'json'],
    help: 'form of the result; -o json is --json',
  },
  quiet: {
    kind: 'switch',
    flag: 'quiet',
    short: 'q',
    group: global,
    default: 'false',
    help: 'no progress, and no report when all is well',
  },
  verbose: {
    kind: 'switch',
    flag: 'verbose',
    short: 'v',
    group: global,
    default: 'false',
    help: 'all tables, long lists in full, and causes of errors',
  },
  noColor: {
    kind: 'switch',
    flag: 'no-color',
    group: global,
    default: 'false',
    help: 'no colours (NO_COLOR is honoured too)',
  },
  logFormat: {
    kind: 'text',
    flag: 'log-format',
    value: 'FORMAT',
    group: global,
    default: 'text',
    choices: ['text', 'json'],
    help: 'form of what goes to stderr; json is one object a line',
  },
  noInput: {
    kind: 'switch',
    flag: 'no-input',
    group: global,
    default: 'false',
    help: 'never ask, even in a terminal',
  },
  yes: { kind: 'switch', flag: 'yes', group: global, default: 'false', help: 'say yes to every question' },
} as const satisfies Settings;

export type GlobalOptions = Values<typeof globalSettings>;
