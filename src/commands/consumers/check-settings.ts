import type { Settings, Values } from '../../core/config/setting.ts';
import { athenaSettings } from './athena/athena-settings.ts';
import { targetSettings } from './target-settings.ts';

const { from, types, schemas, partition, layout } = targetSettings;

/** The settings of `consumers check`. */
export const checkSettings = {
  from: {
    ...from,
    help: 'the store that is read: s3://BUCKET/PREFIX or a folder; else the store of the profile',
  },
  types: { ...types, help: 'audit types that tables are made for; all if missing' },
  schemas,
  partition,
  layout,
  since: athenaSettings.since,
  curated: {
    ...athenaSettings.curated,
    help: 'where compact writes Parquet, which is checked too: s3://BUCKET/PREFIX or a folder',
  },
  catalogue: {
    kind: 'switch',
    flag: 'catalogue',
    group: 'Tables',
    default: 'false',
    help: 'look into the Glue Data Catalog too: are the tables those that consumers athena makes?',
  },
  database: athenaSettings.database,
} as const satisfies Settings;

export type CheckOptions = Values<typeof checkSettings>;
