// @ts-check
/**
 * ALTR's system audits, field for field as the vendor's published sample
 * (https://docs.altr.com/en/amazon-s3-audit-log-export.html): one filled object among eight empty ones.
 */
import { gap, numberGap } from './template.mjs';
import { CLIENT_ID, ROLES, SERVICE_USERS, SNOWFLAKE_HOST, TABLES, USERS, fixedGuid } from './vocabulary.mjs';

/** @typedef {import('./random.mjs').Random} Random */

/** The kind of thing that was changed → its category, its field and what is said about it. */
const SYSTEM_SUBJECTS = [
  {
    category: 'Locks',
    noun: 'Lock',
    field: 'lockAudit',
    /** @param {Random} random */
    details: (random) => ({
      id: random.between(1000, 9999),
      groupIds: [random.between(10_000, 99_999)],
      applicationIds: [random.between(100, 999)],
      tags: Array.from({ length: random.between(1, 3) }, () => ({
        tagId: `dis-tags-${fixedGuid(random)}`,
        maskingPolicy: random.between(10_001, 10_005),
      })),
    }),
  },
  {
    category: 'Columns',
    noun: 'Column',
    field: 'columnAudit',
    /** @param {Random} random */
    details: (random) => {
      const table = random.pick(TABLES);
      return {
        id: random.between(20_000, 29_999),
        databaseName: table.database,
        tableName: `${table.schema}.${table.name}`,
        columnName: random.pick(table.columns),
      };
    },
  },
  {
    category: 'Administrators',
    noun: 'Administrator',
    field: 'administratorAudit',
    /** @param {Random} random */
    details: (random) => ({
      id: random.between(100, 999),
      email: `${random.pick(USERS)}@acme.example`,
      role: random.pick(['ADMINISTRATOR', 'SUPERADMINISTRATOR', 'AUDITOR']),
    }),
  },
  {
    category: 'Thresholds',
    noun: 'Threshold',
    field: 'thresholdAudit',
    /** @param {Random} random */
    details: (random) => ({
      id: random.between(200, 299),
      accessRate: random.pick([100, 500, 1000, 5000]),
      accessRateUnit: random.pick(['minute', 'hour', 'day']),
      action: random.pick(['Block', 'Generate Anomaly']),
    }),
  },
  {
    category: 'Databases',
    noun: 'Database',
    field: 'databaseAudit',
    /** @param {Random} random */
    details: (random) => ({
      id: random.between(1200, 1240),
      friendlyDatabaseName: random.pick(TABLES).database,
      hostName: SNOWFLAKE_HOST,
      databaseType: 'snowflake_external_functions',
    }),
  },
  {
    category: 'User Groups',
    noun: 'User Group',
    field: 'usergroupAudit',
    /** @param {Random} random */
    details: (random) => ({
      id: random.between(740_000, 749_999),
      name: random.pick(ROLES),
      userCount: random.between(1, 120),
    }),
  },
  {
    category: 'API Keys',
    noun: 'API Key',
    field: 'apikeysAudit',
    /** @param {Random} random */
    details: (random) => ({
      id: random.between(10, 99),
      description: `key of ${random.pick(SERVICE_USERS)}`,
    }),
  },
];

/** @param {Random} random @returns {Record<string, unknown>} */
export function systemAudit(random) {
  const { category, noun, field, details } = random.pick(SYSTEM_SUBJECTS);
  const verb = random.pick(['Create', 'Update', 'Delete']);
  const failed = random.chance(0.08);
  return {
    eventTime: numberGap('epoch'),
    eventVersion: '1.0.0',
    eventSource: random.pick(['Master API', 'UI']),
    eventID: gap('guid'),
    eventName: `${verb} ${noun}`,
    error: failed ? { message: `${noun} is in use`, code: 'CONFLICT' } : {},
    clientID: CLIENT_ID,
    responseCode: failed ? 409 : verb === 'Create' ? 201 : 200,
    category,
    userIdentity: {
      principalid: random.between(100, 399),
      role: random.pick(['SUPERADMINISTRATOR', 'ADMINISTRATOR']),
      type: random.pick(['JWT', 'APIKEY']),
    },
    lockAudit: {},
    columnAudit: {},
    administratorAudit: {},
    thresholdAudit: {},
    anomalyAudit: {},
    applicationAudit: {},
    databaseAudit: {},
    usergroupAudit: {},
    apikeysAudit: {},
    [field]: details(random),
  };
}
