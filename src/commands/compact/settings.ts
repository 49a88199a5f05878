import type { Settings, Values } from '../../core/config/setting.ts';
import { readerSettings } from '../find/settings.ts';
import { querySettings } from '../query/settings.ts';

const ocsf = 'OCSF';

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
  claims: {
    kind: 'text',
    flag: 'claims',
    value: 'STORE',
    group: 'Store',
    help: 'where it is kept which object is in which file, if --to may only be written: s3://BUCKET/PREFIX or a folder; --to if missing',
  },
  withRaw: {
    kind: 'switch',
    flag: 'with-raw',
    group: 'Parquet',
    default: 'false',
    help: 'add each event as it is stored, in the column line',
  },
  engine: {
    ...querySettings.engine,
    help: 'who writes: this process, or Athena by one UNLOAD over the views of consumers athena',
    choices: ['node', 'athena'],
    default: 'node',
  },
  database: querySettings.database,
  workgroup: { ...querySettings.workgroup, help: 'workgroup of Athena that the statement runs in' },
  athenaResults: querySettings.athenaResults,
  ocsf: {
    kind: 'switch',
    flag: 'ocsf',
    group: ocsf,
    default: 'false',
    help: 'files of OCSF 1.3.0 where Security Lake looks, a source for each class; its bucket is --to, its region --region',
  },
  ocsfSource: {
    kind: 'text',
    flag: 'ocsf-source',
    value: 'NAME',
    group: ocsf,
    default: 'audit-export',
    help: 'what the names of the sources begin with; the number of the class follows',
  },
  ocsfAccount: {
    kind: 'text',
    flag: 'ocsf-account',
    value: 'ID',
    group: ocsf,
    default: 'external',
    help: 'account that the events are of: 12 digits, or external_NAME for one that is not of AWS',
  },
} as const satisfies Settings;

export type CompactOptions = Values<typeof compactSettings>;
