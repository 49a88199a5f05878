// @ts-check
/**
 * ALTR's audits, field for field as the vendor's published samples
 * (https://docs.altr.com/en/amazon-s3-audit-log-export.html). For vaulted tokenization no sample is published: the
 * fields that all of ALTR's audits share. The system audits have a file of their own.
 */
import { writeStatement } from './sql.mjs';
import { gap, numberGap } from './template.mjs';
import {
  CLIENTS,
  CLIENT_ID,
  CLIENT_NAME,
  MASKING_TYPES,
  ROLES,
  SERVICE_USERS,
  SNOWFLAKE_ACCOUNT,
  TABLES,
  TAGS,
  USERS,
  WAREHOUSES,
  address,
  fixedGuid,
} from './vocabulary.mjs';

/** @typedef {import('./random.mjs').Random} Random */

/** @param {Random} random */
function policy(random) {
  const id = random.between(1001, 1060);
  return {
    maskingType: random.pick(MASKING_TYPES),
    name: `${random.pick(ROLES)}_POLICY_${id}`,
    id,
    type: 'lock',
  };
}

/** One tag's decision. @param {Random} random */
function tagDecision(random) {
  const [tagName, values] = random.pick(TAGS);
  const tagValue = random.pick(values);
  if (random.chance(0.4)) {
    return {
      tagValue,
      policyInfo: [],
      tagName,
      appliedPolicy: {
        reason: 'Allowed - no accessed tags are in any policies.',
        decisionType: 'ALLOW',
        type: 'user_status',
      },
    };
  }
  const applied = policy(random);
  const others = random.chance(0.3) ? [policy(random)] : [];
  return {
    tagValue,
    policyInfo: [applied, ...others],
    tagName,
    appliedPolicy: {
      reason: 'Most permissive policy.',
      maskingType: applied.maskingType,
      name: applied.name,
      decisionType: 'MOST_PERMISSIVE',
      id: applied.id,
      type: applied.type,
    },
  };
}

/** Who ran it: a person, or a tool that tags its queries. @param {Random} random */
function actor(random) {
  const roles = random.sample(ROLES, random.between(1, 6));
  const isService = random.chance(0.35);
  const queryTag = isService
    ? {
        app: 'dbt',
        invocation_id: fixedGuid(random),
        node_id: `model.acme.${random.pick(TABLES).name.toLowerCase()}`,
      }
    : {};
  return {
    queryTag,
    roles,
    ipAddress: address(random),
    client: random.pick(CLIENTS),
    currentRole: roles[0],
    username: isService ? random.pick(SERVICE_USERS) : random.pick(USERS).toUpperCase(),
  };
}

/** @param {Random} random @returns {Record<string, unknown>} 1 to 6 KB: the SQL text makes the difference */
export function queryAudit(random) {
  const size = random.pick(/** @type {const} */ (['short', 'short', 'medium', 'medium', 'long']));
  const { text, type, columns } = writeStatement(random, { scrubbed: true, size });
  const [warehouseSize, warehouse] = random.pick(WAREHOUSES);
  const elapsedMs = random.between(40, size === 'long' ? 900_000 : 20_000);
  const tags = size === 'short' ? random.between(0, 2) : random.between(2, 5);
  const decisions = () => Array.from({ length: tags }, () => tagDecision(random));
  return {
    eventID: `QUERY-AUDIT-${gap('guidUpper')}`,
    clientID: CLIENT_ID,
    eventDetails: {
      actor: actor(random),
      result: {
        tagPolicy: { queryTimeDecision: decisions(), auditTimeDecision: decisions() },
        columnPolicy: random
          .sample(columns, random.chance(0.3) ? 2 : 0)
          .map((column) => ({ columnName: column, policy: policy(random) })),
        rowCount: numberGap('digits', random.between(1, 6)),
      },
      query: {
        warehouseSize,
        completedTime: gap('nineDigitsZ'),
        completedTimeEpoch: numberGap('epoch'),
        startTime: gap('nineDigitsZ', -elapsedMs),
        startTimeEpoch: numberGap('epoch', -elapsedMs),
        id: `01b${gap('hex', 5)}-0${random.between(1, 6)}0${random.between(1, 9)}-${gap('hex', 4)}-006a-b603${gap('hex', 8)}`,
        text,
        sessionID: `3003647${gap('digits', 10)}`,
        warehouse,
        type,
      },
      account: SNOWFLAKE_ACCOUNT,
    },
    eventVersion: '1.0.0',
    eventTime: numberGap('epoch'),
    eventSource: 'SnowflakeCI',
    eventName: 'SnowflakeCI:QueryAudit',
    userIdentity: { type: 'SnowflakeALTRAPI', databaseID: `${random.between(1200, 1240)}` },
  };
}

/** @param {Random} random @returns {Record<string, unknown>} its `eventDetails` is JSON in a string */
export function customAudit(random) {
  const eventType = random.pick(['LOGIN', 'LOGIN', 'LOGOUT', 'FILE_DOWNLOAD', 'GRANT_REVIEW']);
  const table = random.pick(TABLES);
  const details = {
    LOGIN: {
      first_authentication_factor: random.pick([
        'PASSWORD',
        'RSA_KEYPAIR',
        'SAML_ASSERTION',
        'OAUTH_ACCESS_TOKEN',
      ]),
      second_authentication_factor: random.pick([null, 'DUO_PUSH']),
      user_name: random.pick(USERS).toUpperCase(),
      client_ip: address(random),
      reported_client_type: random.pick(CLIENTS),
      is_success: random.chance(0.94) ? 'YES' : 'NO',
    },
    LOGOUT: { user_name: random.pick(USERS).toUpperCase(), session_minutes: gap('digits', 2) },
    FILE_DOWNLOAD: {
      user_name: random.pick(USERS).toUpperCase(),
      path: `s3://acme-shared/${table.schema.toLowerCase()}/${table.name.toLowerCase()}-${gap('digits', 6)}.csv`,
      note: 'asked for by "audit", folder C:\\exports',
    },
    GRANT_REVIEW: {
      reviewer: `${random.pick(USERS)}@acme.example`,
      role: random.pick(ROLES),
      decision: random.pick(['keep', 'revoke']),
      comment: random.pick(['still needed', 'left the team – revoke', 'règle des quatre yeux', '未使用']),
    },
  }[eventType];
  return {
    eventID: `custom-audit-${gap('guid')}`,
    eventTime: numberGap('epoch'),
    eventTimeSupplied: numberGap('epoch'),
    eventVersion: '1.0.0',
    eventSource: 'SnowflakeCI',
    eventName: 'SnowflakeCI:CustomAudit',
    eventType,
    clientID: CLIENT_ID,
    userIdentity: { type: 'SnowflakeALTRAPI', databaseID: `${random.between(120, 129)}` },
    eventDetails: JSON.stringify(details),
  };
}

/** @param {Random} random @returns {Record<string, unknown>} schema v1.1.0: `dt` for the time, a number for the id */
export function alertAudit(random) {
  const table = random.pick(TABLES);
  const groups = random.sample(ROLES, random.between(1, 3));
  const department = groups[0]?.split('_')[0] ?? 'FINANCE';
  const actionTaken = random.pick(['Block', 'Generate Anomaly']);
  return {
    id: numberGap('sequence'),
    dt: gap('iso'),
    clientId: CLIENT_ID,
    user: {
      id: random.between(300, 460),
      trackingId: random.pick(USERS).toUpperCase(),
      accessStatus: actionTaken === 'Block' ? 'blocked' : 'active',
    },
    groups: groups.map((name, index) => ({ id: 740_668 + index, name, description: '', groupTag: name })),
    application: { id: 0, name: '', description: '', serverStatus: '', accessStatus: '', creationDate: '' },
    fields: random.sample(table.columns, random.between(1, 6)).map((columnName) => ({
      columnName,
      databaseName: table.database,
      tableName: `${table.schema}.${table.name}`,
    })),
    machineId: 0,
    locks: [{ id: random.between(2700, 2799), name: `${department} Lock` }],
    rule: {},
    threshold: {
      id: random.between(200, 299),
      name: `${department} ${actionTaken} Threshold`,
      accessRate: random.pick([100, 500, 1000, 5000]),
      accessRateUnit: random.pick(['minute', 'hour', 'day']),
      actionTaken,
    },
    clientName: CLIENT_NAME,
    schema_version: 'v1.1.0',
  };
}

/** @param {Random} random @returns {Record<string, unknown>} */
export function tokenizationAudit(random) {
  const action = random.pick(['Tokenize', 'Detokenize', 'Detokenize']);
  const table = random.pick(TABLES);
  return {
    eventID: gap('guid'),
    eventTime: numberGap('epoch'),
    eventVersion: '1.0.0',
    eventSource: 'Vaulted Tokenization',
    eventName: `Tokenization:${action}`,
    clientID: CLIENT_ID,
    userIdentity: { type: 'APIKEY', principalid: random.between(10, 99), name: random.pick(SERVICE_USERS) },
    eventDetails: {
      operation: action.toUpperCase(),
      tokenCount: numberGap('digits', random.between(1, 4)),
      deterministic: random.chance(0.7),
      vault: 'acme-prod-vault',
      column: `${table.schema}.${table.name}.${random.pick(table.columns)}`,
      ipAddress: address(random),
      requestID: gap('guid'),
    },
  };
}
