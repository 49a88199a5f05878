import type { Settings, Values } from '../../core/config/setting.ts';
import { readerSettings } from '../find/settings.ts';

/** The settings of `compact`. */
export const compactSettings = {
  ...readerSettings,
  until: {
    ...readerSettings.until,
    default: 'yesterday',
    help: 'days up to this one; those that are not over are left for later',
  },
  to: {
    kind: 'text',
    flag: 'to',
    value: 'STORE',
    group: 'Store',
    help: 'where the Parquet files go: s3://BUCKET/PREFIX or a folder',
  },
  withRaw: {
    kind: 'switch',
    flag: 'with-raw',
    group: 'Parquet',
    default: 'false',
    help: 'add each event as it is stored, in the column line',
  },
} as const satisfies Settings;

export type CompactOptions = Values<typeof compactSettings>;
