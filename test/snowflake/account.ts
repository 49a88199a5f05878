import type { KeyObject } from 'node:crypto';
import type { AccountUsage } from './account-usage.ts';
import { hiddenObject, noWarehouse, SqlProblem } from './sql-problem.ts';
import type { ViewName } from './views.ts';
import { viewerOf } from './views.ts';

export interface SimulatedUser {
  name: string;
  /** What RSA_PUBLIC_KEY and RSA_PUBLIC_KEY_2 are set to. */
  publicKeys?: readonly KeyObject[];
  /** Programmatic access tokens and OAuth tokens, and when they end (milliseconds since 1970). */
  tokens?: Readonly<Record<string, { kind: 'PROGRAMMATIC_ACCESS_TOKEN' | 'OAUTH'; expiresMs?: number }>>;
  roles: readonly string[];
  defaultRole?: string;
  defaultWarehouse?: string;
}

export interface SimulatedRole {
  /** Of the SNOWFLAKE database, or `IMPORTED PRIVILEGES`. */
  databaseRoles: readonly string[];
  warehouses: readonly string[];
}

/** An account as it is set up. Tests change it while the server runs. */
export interface SimulatedAccount {
  /** Upper case: `ACME-PROD`, or a locator. */
  name: string;
  organization: string;
  region: string;
  edition: 'STANDARD' | 'ENTERPRISE';
  users: SimulatedUser[];
  roles: Record<string, SimulatedRole>;
  usage: AccountUsage;
  /** The addresses that the network policy lets in; all where it is missing. */
  allowedAddresses?: readonly string[];
}

/** Who runs a statement, with what. */
export interface Context {
  user: SimulatedUser;
  role: string;
  warehouse: string | null;
}

/** Finds role and warehouse of a request: the body's, else the user's. Names are compared as they are. */
export function enterContext(
  account: SimulatedAccount,
  user: SimulatedUser,
  asked: { role?: unknown; warehouse?: unknown },
): Context {
  const role = typeof asked.role === 'string' ? asked.role : (user.defaultRole ?? 'PUBLIC');
  if (role !== 'PUBLIC' && !user.roles.includes(role))
    throw new SqlProblem(
      '390189',
      '08004',
      `Role '${role}' specified in the connect string does not exist or not authorized. Contact your local system administrator, or attempt to login with another role, e.g. PUBLIC.`,
    );
  const warehouse = typeof asked.warehouse === 'string' ? asked.warehouse : user.defaultWarehouse;
  const usable = warehouse !== undefined && grantsOf(account, role).warehouses.includes(warehouse);
  return { user, role, warehouse: usable ? warehouse : null };
}

function grantsOf({ roles }: SimulatedAccount, role: string): SimulatedRole {
  return roles[role] ?? { databaseRoles: [], warehouses: [] };
}

/** Checks that a role may read a view. What is not granted does not exist, as in Snowflake. Throws SqlProblem. */
export function checkView(account: SimulatedAccount, context: Context, full: string): void {
  const viewer = viewerOf[full.replace(/^SNOWFLAKE\.ACCOUNT_USAGE\./, '') as ViewName];
  const { databaseRoles } = grantsOf(account, context.role);
  const granted = databaseRoles.includes('IMPORTED PRIVILEGES') || databaseRoles.includes(viewer);
  // ACCESS_HISTORY comes with the Enterprise Edition.
  const inEdition = account.edition === 'ENTERPRISE' || !full.endsWith('.ACCESS_HISTORY');
  if (viewer === undefined || !inEdition || !granted) throw hiddenObject(full);
}

/** Reading a view takes a warehouse. */
export function needWarehouse({ warehouse }: Context): void {
  if (warehouse === null) throw noWarehouse();
}

/** What the context functions answer. */
export function contextFunctions(
  { name, organization, region }: SimulatedAccount,
  { user, role, warehouse }: Context,
): Record<string, string | null> {
  return {
    CURRENT_USER: user.name,
    CURRENT_ROLE: role,
    CURRENT_WAREHOUSE: warehouse,
    CURRENT_ACCOUNT: name.split('-').at(-1) ?? name,
    CURRENT_ACCOUNT_NAME: name.split('-').at(-1) ?? name,
    CURRENT_ORGANIZATION_NAME: organization,
    CURRENT_REGION: region,
    CURRENT_VERSION: '9.37.1',
  };
}
