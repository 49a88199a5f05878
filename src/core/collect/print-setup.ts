import { AuditExportError } from '../../errors.ts';
import { setupNames } from './check/check-snowflake.ts';
import { keptName, sqlName } from './check/sql-name.ts';

/** What the SQL is about; what is missing gets the names of `setupNames`, or a placeholder in angle brackets. */
export interface SetupOptions {
  user?: string | undefined;
  role?: string | undefined;
  warehouse?: string | undefined;
  /** Addresses or CIDR ranges that the exporter comes from. */
  addresses?: readonly string[];
  /** Base64 of the public key, with or without the lines of PEM around it. */
  publicKey?: string | undefined;
  /** Whether client and address of a query are collected. */
  client: boolean;
}

/**
 * The SQL with which an administrator gives `collect snowflake` what it needs and no more: a service user that logs in
 * with a key only, from given addresses only; a role that can read histories only; a warehouse that costs little. It can
 * be run again. Throws `usage` for an address or a key that is none.
 */
export function printSetup(options: SetupOptions): string {
  const user = nameOf(options.user, setupNames.user);
  const role = nameOf(options.role, setupNames.role);
  const warehouse = nameOf(options.warehouse, setupNames.warehouse);
  const policy = sqlName(setupNames.networkPolicy);
  return [
    '-- Lets audit-export read the query history of this account, and nothing else.',
    '-- Run it as ACCOUNTADMIN; it can be run again. Replace what stands in <angle brackets> first.',
    ...(options.publicKey === undefined ? keyLines : []),
    'USE ROLE ACCOUNTADMIN;',
    '',
    '-- The role: metadata of queries, no data of yours.',
    `CREATE ROLE IF NOT EXISTS ${role} COMMENT = 'audit-export: reads query history';`,
    '-- QUERY_HISTORY and ACCESS_HISTORY: who ran what, on which objects.',
    `GRANT DATABASE ROLE SNOWFLAKE.GOVERNANCE_VIEWER TO ROLE ${role};`,
    ...clientLines(options.client, role),
    '',
    '-- The warehouse: the smallest, asleep after a minute; no statement runs for longer than an hour.',
    `CREATE WAREHOUSE IF NOT EXISTS ${warehouse}`,
    '  WAREHOUSE_SIZE = XSMALL AUTO_SUSPEND = 60 AUTO_RESUME = TRUE INITIALLY_SUSPENDED = TRUE',
    "  STATEMENT_TIMEOUT_IN_SECONDS = 3600 COMMENT = 'audit-export';",
    `GRANT USAGE ON WAREHOUSE ${warehouse} TO ROLE ${role};`,
    '',
    '-- The user: a service, so that it has no password, and can log in only from where the exporter runs.',
    `CREATE NETWORK POLICY IF NOT EXISTS ${policy} ALLOWED_IP_LIST = (${addressList(options.addresses ?? [])});`,
    `CREATE USER IF NOT EXISTS ${user} TYPE = SERVICE COMMENT = 'audit-export';`,
    `ALTER USER ${user} SET`,
    `  DEFAULT_ROLE = ${role} DEFAULT_SECONDARY_ROLES = () DEFAULT_WAREHOUSE = ${warehouse}`,
    `  NETWORK_POLICY = ${policy} RSA_PUBLIC_KEY = '${keyText(options.publicKey)}';`,
    `GRANT ROLE ${role} TO USER ${user};`,
    '',
    '-- Then: audit-export collect snowflake --check',
    '',
  ].join('\n');
}

const keyLines: readonly string[] = [
  '--',
  '-- The key is made where the exporter runs, and the private half stays there:',
  '--   openssl genrsa 2048 | openssl pkcs8 -topk8 -inform PEM -out rsa_key.p8 -nocrypt && chmod 600 rsa_key.p8',
  '--   openssl rsa -in rsa_key.p8 -pubout -out rsa_key.pub',
  '-- <PUBLIC_KEY> is rsa_key.pub without its first and last line, in one line.',
  '',
];

function clientLines(client: boolean, role: string): string[] {
  return client
    ? [
        '-- SESSIONS and LOGIN_HISTORY: from which client and address.',
        `GRANT DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER TO ROLE ${role};`,
      ]
    : [];
}

function nameOf(typed: string | undefined, preset: string): string {
  return sqlName(typed === undefined || typed === '' ? preset : keptName(typed));
}

function addressList(addresses: readonly string[]): string {
  if (addresses.length === 0) return "'<ADDRESS>/32'";
  const wrong = addresses.find((address) => !/^\d{1,3}(\.\d{1,3}){3}(\/\d{1,2})?$/.test(address));
  if (wrong !== undefined)
    throw new AuditExportError('usage', `${JSON.stringify(wrong)} is no IPv4 address or range.`, {
      cure: 'Write it as 203.0.113.7 or 203.0.113.0/24.',
    });
  return addresses.map((address) => `'${address}'`).join(', ');
}

function keyText(key: string | undefined): string {
  if (key === undefined) return '<PUBLIC_KEY>';
  const text = key.replaceAll(/-----(BEGIN|END) PUBLIC KEY-----|\s+/g, '');
  if (/^MI[A-Za-z0-9+/]+={0,2}$/.test(text)) return text;
  throw new AuditExportError('usage', 'What was given as the public key is none in PEM.', {
    cure: 'Make it with: openssl rsa -in rsa_key.p8 -pubout -out rsa_key.pub',
  });
}
