import type { Settings, Values } from '../../core/config/setting.ts';
import { athenaSettings } from '../consumers/athena/athena-settings.ts';
import { readerSettings } from '../find/settings.ts';

/** The settings of `query`. */
export const querySettings = {
  ...readerSettings,
  curated: {
    kind: 'text',
    flag: 'curated',
    value: 'STORE',
    group: 'Store',
    help: 'ask the Parquet files that compact wrote there instead: s3://BUCKET/PREFIX or a folder',
  },
  cache: {
    kind: 'text',
    flag: 'cache',
    value: 'DIR',
    group: 'Store',
    help: 'where copies of objects are kept; $XDG_CACHE_HOME/audit-export/objects if missing',
  },
  engine: {
    kind: 'text',
    flag: 'engine',
    value: 'NAME',
    group: 'Engine',
    choices: ['duckdb', 'athena'],
    default: 'duckdb',
    help: 'who answers: DuckDB here, or Athena over the views of consumers athena',
  },
  database: { ...athenaSettings.database, group: 'Engine' },
  workgroup: {
    ...athenaSettings.workgroup,
    group: 'Engine',
    help: 'workgroup of Athena that the question runs in',
  },
  athenaResults: { ...athenaSettings.athenaResults, group: 'Engine' },
  csv: { kind: 'switch', flag: 'csv', group: 'Output', default: 'false', help: 'the answer as CSV' },
} as const satisfies Settings;

export type QueryOptions = Values<typeof querySettings>;
