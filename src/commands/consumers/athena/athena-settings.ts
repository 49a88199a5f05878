import type { Settings, Values } from '../../../core/config/setting.ts';
import { targetSettings } from '../target-settings.ts';

const tables = 'Tables';
const athena = 'Athena';

/** The settings of `consumers athena`. */
export const athenaSettings = {
  ...targetSettings,
  apply: {
    kind: 'switch',
    flag: 'apply',
    group: athena,
    default: 'false',
    help: 'make database, tables, views and saved queries, or what differs in them',
  },
  workgroup: {
    kind: 'text',
    flag: 'workgroup',
    value: 'NAME',
    group: athena,
    default: 'primary',
    help: 'workgroup that the statements run in',
  },
  athenaResults: {
    kind: 'text',
    flag: 'athena-results',
    value: 'STORE',
    group: athena,
    help: 'where Athena writes its results, s3://BUCKET/PREFIX; missing: where the workgroup says',
  },
  database: {
    kind: 'text',
    flag: 'database',
    value: 'NAME',
    group: tables,
    default: 'audit_export',
    help: 'database in the Glue Data Catalog',
  },
  curated: {
    kind: 'text',
    flag: 'curated',
    value: 'STORE',
    group: tables,
    help: 'where compact writes Parquet; s3://BUCKET/curated if missing',
  },
  since: {
    kind: 'text',
    flag: 'since',
    value: 'DATE',
    group: tables,
    default: '2020-01-01',
    help: 'the first day that tables look for events of',
  },
  tableBucket: {
    kind: 'text',
    flag: 'table-bucket',
    value: 'NAME',
    group: tables,
    default: 'audit-tables',
    help: 'table bucket of S3 Tables that the statements name',
  },
  measure: {
    kind: 'switch',
    flag: 'measure',
    group: tables,
    default: 'false',
    help: 'list the store, and say what the saved queries read and cost',
  },
} as const satisfies Settings;

export type AthenaOptions = Values<typeof athenaSettings>;
