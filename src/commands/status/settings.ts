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
} as const satisfies Settings;

export type StatusOptions = Values<typeof statusSettings>;
