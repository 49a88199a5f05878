import type { Settings, Values } from '../../core/config/setting.ts';

export const statusSettings = {
  limit: {
    kind: 'integer',
    flag: 'limit',
    value: 'N',
    group: 'Status',
    default: '10',
    help: 'runs to show of each profile',
  },
  dismiss: {
    kind: 'list',
    flag: 'dismiss',
    value: 'ID',
    valueIsOptional: true,
    group: 'Status',
    help: 'forget what could not be found or read: the problem of this id, or all',
  },
  expect: {
    kind: 'durations',
    flag: 'expect',
    value: 'TYPE=DURATION',
    profile: 'expect',
    group: 'Status',
    help: 'how old the latest event of a type may become, such as query=24h; else it is silent',
  },
} as const satisfies Settings;

export type StatusOptions = Values<typeof statusSettings>;
