import { expect, test } from 'vitest';
import { printSetup } from '../../../../src/core/collect/statement/print-setup.ts';
import { thrownBy } from '../../../fakes/thrown.ts';

/** The statements without comments. */
function statements(sql: string): string[] {
  return sql
    .split('\n')
    .filter((line) => !line.startsWith('--') && line !== '')
    .join('\n')
    .split(/;\n?/)
    .map((statement) => statement.replaceAll(/\s+/g, ' ').trim())
    .filter((statement) => statement !== '');
}

test('the set-up makes role, warehouse, policy and user, and grants what is read', () => {
  expect(statements(printSetup({ client: true }))).toEqual([
    'USE ROLE ACCOUNTADMIN',
    "CREATE ROLE IF NOT EXISTS AUDIT_EXPORT COMMENT = 'audit-export: reads query history'",
    'GRANT DATABASE ROLE SNOWFLAKE.GOVERNANCE_VIEWER TO ROLE AUDIT_EXPORT',
    'GRANT DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER TO ROLE AUDIT_EXPORT',
    "CREATE WAREHOUSE IF NOT EXISTS AUDIT_EXPORT_WH WAREHOUSE_SIZE = XSMALL AUTO_SUSPEND = 60 AUTO_RESUME = TRUE INITIALLY_SUSPENDED = TRUE STATEMENT_TIMEOUT_IN_SECONDS = 3600 COMMENT = 'audit-export'",
    'GRANT USAGE ON WAREHOUSE AUDIT_EXPORT_WH TO ROLE AUDIT_EXPORT',
    "CREATE OR ALTER NETWORK POLICY AUDIT_EXPORT_POLICY ALLOWED_IP_LIST = ('<ADDRESS>/32')",
    "CREATE USER IF NOT EXISTS AUDIT_EXPORT_SERVICE TYPE = SERVICE COMMENT = 'audit-export'",
    "ALTER USER AUDIT_EXPORT_SERVICE SET DEFAULT_ROLE = AUDIT_EXPORT DEFAULT_SECONDARY_ROLES = () DEFAULT_WAREHOUSE = AUDIT_EXPORT_WH NETWORK_POLICY = AUDIT_EXPORT_POLICY RSA_PUBLIC_KEY = '<PUBLIC_KEY>'",
    'GRANT ROLE AUDIT_EXPORT TO USER AUDIT_EXPORT_SERVICE',
  ]);
});

test('nothing is granted on tables, and without client and address SECURITY_VIEWER is not', () => {
  const sql = printSetup({ client: false });
  expect(sql).not.toContain('SECURITY_VIEWER');
  for (const wide of [
    'IMPORTED PRIVILEGES',
    'OBJECT_VIEWER',
    'USAGE_VIEWER',
    'ON ALL',
    'ON ACCOUNT',
    'OWNERSHIP',
  ])
    expect(sql).not.toContain(wide);
});

test.each([
  ['audit', 'AUDIT'],
  ['"audit.svc"', '"audit.svc"'],
  ['x; DROP USER y', '"X; DROP USER Y"'],
  ['a"b', '"A""B"'],
])('the name %s is written as %s, and can not end the statement', (user, written) => {
  expect(statements(printSetup({ user, role: 'R', client: false }).replaceAll(written, 'NAME'))).toContain(
    'GRANT ROLE R TO USER NAME',
  );
});

test('addresses and key take the place of the placeholders', () => {
  const publicKey = '-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkq\nhkiG9w0=\n-----END PUBLIC KEY-----\n';
  const sql = printSetup({ addresses: ['203.0.113.7', '198.51.100.0/24'], publicKey, client: true });
  expect(sql).toContain("ALLOWED_IP_LIST = ('203.0.113.7', '198.51.100.0/24')");
  expect(sql).toContain("RSA_PUBLIC_KEY = 'MIIBIjANBgkqhkiG9w0='");
  expect(sql).not.toMatch(/<[A-Z_]+>/);
  expect(sql).not.toContain('openssl');
});

test.each([
  { addresses: ["203.0.113.7') --"] },
  { addresses: ['example.com'] },
  { publicKey: "'; DROP USER x; --" },
  { publicKey: '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----' },
])('what is no address and no public key is refused: %j', (options) => {
  const error = thrownBy(() => printSetup({ ...options, client: false }));
  expect(error.code).toBe('usage');
  expect(error.message).not.toContain('MIIE');
});

const rule = 'AUDIT_EXPORT.PUBLIC.AUDIT_EXPORT_IPV6';
const policy = 'CREATE OR ALTER NETWORK POLICY AUDIT_EXPORT_POLICY';

// What is not said in CREATE OR ALTER is left out of the policy: nothing that was let in before stays.
test.each([
  [['203.0.113.7'], `${policy} ALLOWED_IP_LIST = ('203.0.113.7')`],
  [['2001:db8::/64'], `${policy} ALLOWED_NETWORK_RULE_LIST = ('${rule}')`],
  [
    ['203.0.113.7', '2001:db8::/64'],
    `${policy} ALLOWED_NETWORK_RULE_LIST = ('${rule}') ALLOWED_IP_LIST = ('203.0.113.7')`,
  ],
])('run again with %j, the policy lets in these and no others', (addresses, statement) => {
  const sql = statements(printSetup({ addresses, client: false }));
  expect(sql.filter((text) => text.includes('NETWORK POLICY'))).toEqual([statement]);
  expect(sql.filter((text) => text.includes('NETWORK RULE'))).toEqual(
    addresses.includes('2001:db8::/64')
      ? [`CREATE OR ALTER NETWORK RULE ${rule} TYPE = IPV6 VALUE_LIST = ('2001:db8::/64') MODE = INGRESS`]
      : [],
  );
});

test.each([
  '999.1.1.1/77',
  '203.0.113.7/33',
  '203.0.113',
  '01.2.3.4',
  '2001:db8::/129',
  ':::',
  'host',
  "1.2.3.4'",
])('%s is no address', (address) => {
  expect(thrownBy(() => printSetup({ addresses: [address], client: false })).code).toBe('usage');
});

test('it says what the role can see', () => {
  expect(printSetup({ client: false })).toContain('the text of every query of everybody');
});
