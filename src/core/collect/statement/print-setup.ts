import { AuditExportError } from '../../../errors.ts';
import { setupNames } from '../check/check-snowflake.ts';
import { keptName, sqlName } from '../check/sql-name.ts';

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
    '-- The role. It reads no table of yours. What it can see is who ran what: the text of every query of everybody, with',
    '-- the values that are written in it, names of objects and columns, policies and tags.',
    `CREATE ROLE IF NOT EXISTS ${role} COMMENT = 'audit-export: reads query history';`,
    '-- QUERY_HISTORY, ACCESS_HISTORY, their aggregates, and the views of policies and tags: more than is read, and the least',
    '-- that opens both histories.',
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
    ...policyLines(policy, options.addresses ?? []),
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

/**
 * The policy lets in what is named now, and nothing that it let in before: CREATE OR ALTER leaves out what is not said. IPv6
 * takes a network rule, which lies in a schema, and which a policy names as text.
 * https://docs.snowflake.com/en/sql-reference/sql/create-network-policy
 * https://docs.snowflake.com/en/sql-reference/sql/create-network-rule
 */
function policyLines(policy: string, addresses: readonly string[]): string[] {
  const wrong = addresses.find((address) => familyOf(address) === undefined);
  if (wrong !== undefined)
    throw new AuditExportError('usage', `${JSON.stringify(wrong)} is no address or range of IPv4 or IPv6.`, {
      cure: 'Write it as 203.0.113.7, 203.0.113.0/24 or 2001:db8::/64.',
    });
  const v6 = addresses.filter((address) => familyOf(address) === 6);
  const v4 = addresses.filter((address) => familyOf(address) === 4);
  const list = addresses.length === 0 ? "'<ADDRESS>/32'" : quoted(v4);
  const { database } = setupNames;
  const rule = `${database}.PUBLIC.AUDIT_EXPORT_IPV6`;
  const ruleLines = [
    `CREATE DATABASE IF NOT EXISTS ${database} COMMENT = 'audit-export: holds its network rule';`,
    `CREATE OR ALTER NETWORK RULE ${rule} TYPE = IPV6 VALUE_LIST = (${quoted(v6)}) MODE = INGRESS;`,
  ];
  const allowed = [
    ...(v6.length === 0 ? [] : [`ALLOWED_NETWORK_RULE_LIST = ('${rule}')`]),
    ...(list === '' ? [] : [`ALLOWED_IP_LIST = (${list})`]),
  ];
  return [
    ...(v6.length === 0 ? [] : ruleLines),
    `CREATE OR ALTER NETWORK POLICY ${policy} ${allowed.join(' ')};`,
  ];
}

const quoted = (addresses: readonly string[]): string =>
  addresses.map((address) => `'${address}'`).join(', ');

/** 4 or 6 for an address or range; undefined for what is neither. */
function familyOf(written: string): 4 | 6 | undefined {
  const [, address = '', bits] = /^([0-9a-fA-F:.]+)(?:\/(\d{1,3}))?$/.exec(written) ?? [];
  const family = address.includes(':') ? 6 : 4;
  const isAddress = family === 6 ? isIpv6(address) : isIpv4(address);
  return isAddress && Number(bits ?? 0) <= (family === 6 ? 128 : 32) ? family : undefined;
}

function isIpv4(address: string): boolean {
  const parts = address.split('.');
  return parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
}

/** The rules for what stands in brackets in a URL are those of RFC 4291. */
const isIpv6 = (address: string): boolean => URL.canParse(`http://[${address}]/`);

function keyText(key: string | undefined): string {
  if (key === undefined) return '<PUBLIC_KEY>';
  const text = key.replaceAll(/-----(BEGIN|END) PUBLIC KEY-----|\s+/g, '');
  if (/^MI[A-Za-z0-9+/]+={0,2}$/.test(text)) return text;
  throw new AuditExportError('usage', 'What was given as the public key is none in PEM.', {
    cure: 'Make it with: openssl rsa -in rsa_key.p8 -pubout -out rsa_key.pub',
  });
}
