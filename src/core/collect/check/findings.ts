import type { CheckStatus } from './check-report.ts';
import type { CheckProbeId } from './probes.ts';
import { sqlName } from './sql-name.ts';

/** Names that the words are completed with. */
export interface CheckNames {
  account: string;
  user: string;
  role: string;
  /** As it was asked for, or the name that `--print-setup` gives it. */
  warehouse: string;
}

type Words = (names: CheckNames, detail: string) => string;

interface FindingRow {
  probe: CheckProbeId | 'any';
  status: CheckStatus;
  /** `detail` is what only the single case knows. */
  says: Words;
  cure?: Words;
  /** SQL that an administrator runs. */
  grant?: Words;
}

const again = 'then: audit-export collect snowflake --check';

const table = {
  'needs-unmet': { probe: 'any', status: 'skipped', says: (_, detail) => `because of ${detail}` },
  'not-collected': {
    probe: 'any',
    status: 'skipped',
    says: () =>
      'neither client and address of queries (--sessions) nor log-ins (--also logins) are collected',
  },
  'other-error': { probe: 'any', status: 'fail', says: (_, detail) => detail },
  'logged-in': { probe: 'log-in', status: 'pass', says: ({ account }, detail) => `${detail} on ${account}` },
  'log-in-refused': { probe: 'log-in', status: 'fail', says: (_, detail) => detail },
  'no-answer': { probe: 'log-in', status: 'fail', says: (_, detail) => detail },
  'role-in-use': { probe: 'role', status: 'pass', says: ({ role }) => role },
  'role-not-granted': {
    probe: 'role',
    status: 'fail',
    says: ({ role, user }) => `the role ${role} does not exist, or is not granted to ${user}`,
    cure: () => `run the GRANT, or make the role with audit-export collect snowflake --print-setup, ${again}`,
    grant: ({ role, user }) => `GRANT ROLE ${sqlName(role)} TO USER ${sqlName(user)};`,
  },
  'role-too-wide': {
    probe: 'role',
    status: 'warn',
    says: ({ role }) => `${role} is an administrator: it can do far more than read histories`,
    cure: () =>
      'make a role of its own with audit-export collect snowflake --print-setup, and name it with --role',
  },
  'warehouse-in-use': { probe: 'warehouse', status: 'pass', says: (_, detail) => detail },
  'warehouse-missing': {
    probe: 'warehouse',
    status: 'fail',
    says: ({ role, warehouse }, detail) =>
      detail === ''
        ? `no warehouse is named, and the user has no default that ${role} may use`
        : `the warehouse ${warehouse} does not exist, or ${role} may not use it`,
    cure: () => `name one with --warehouse, and run the GRANT, ${again}`,
    grant: ({ role, warehouse }) =>
      `GRANT USAGE ON WAREHOUSE ${sqlName(warehouse)} TO ROLE ${sqlName(role)};`,
  },
  'clock-right': { probe: 'clock', status: 'pass', says: (_, detail) => detail },
  'clock-wrong': {
    probe: 'clock',
    status: 'warn',
    says: (_, detail) => detail,
    cure: () => 'set the clock of this machine (NTP): Snowflake refuses key-pair tokens of another time',
  },
  'edition-enough': {
    probe: 'edition',
    status: 'pass',
    says: () => 'ACCESS_HISTORY is there: Enterprise or higher',
  },
  'edition-standard': {
    probe: 'edition',
    status: 'fail',
    says: ({ account, role }) =>
      `${account} has no ACCESS_HISTORY, although ${role} may read QUERY_HISTORY, which the same grant opens: it is of the Standard Edition`,
    cure: () =>
      'ask Snowflake for the Enterprise Edition: without it nobody can tell which objects a query read',
  },
  'edition-unknown': { probe: 'edition', status: 'warn', says: (_, detail) => `not known: ${detail}` },
  'view-readable': { probe: 'any', status: 'pass', says: (_, detail) => `${detail} may be read` },
  'governance-view-denied': {
    probe: 'any',
    status: 'fail',
    says: ({ role }, detail) =>
      `${role} may not read SNOWFLAKE.ACCOUNT_USAGE.${detail}: it lacks the database role SNOWFLAKE.GOVERNANCE_VIEWER`,
    cure: () => `run the GRANT as ACCOUNTADMIN, ${again}`,
    grant: ({ role }) => `GRANT DATABASE ROLE SNOWFLAKE.GOVERNANCE_VIEWER TO ROLE ${sqlName(role)};`,
  },
  'security-view-denied': {
    probe: 'any',
    status: 'fail',
    says: ({ role }, detail) =>
      `${role} may not read SNOWFLAKE.ACCOUNT_USAGE.${detail}: it lacks the database role SNOWFLAKE.SECURITY_VIEWER`,
    cure: () => `run the GRANT as ACCOUNTADMIN, or leave out --sessions and --also logins, ${again}`,
    grant: ({ role }) => `GRANT DATABASE ROLE SNOWFLAKE.SECURITY_VIEWER TO ROLE ${sqlName(role)};`,
  },
  'statement-runs': { probe: 'statement', status: 'pass', says: () => 'it runs, and gives rows' },
  'nothing-to-read': {
    probe: 'statement',
    status: 'warn',
    says: () => 'it runs, and finds no query of the last day: the histories are up to three hours late',
  },
  'statement-fails': { probe: 'statement', status: 'fail', says: (_, detail) => detail },
} as const satisfies Record<string, FindingRow>;

export type CheckFindingCode = keyof typeof table;

/** Everything that can be found, by name. The names are a contract with scripts; the texts are not. */
export const checkFindings: Readonly<Record<CheckFindingCode, FindingRow>> = table;

export const checkFindingCodes = Object.keys(table) as CheckFindingCode[];
