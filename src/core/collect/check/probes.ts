/** Where a probe looks. */
export type CheckLayer = 'log-in' | 'role' | 'warehouse' | 'account' | 'privileges' | 'reading';

interface ProbeRow {
  id: string;
  layer: CheckLayer;
  /** What is so where it passes. */
  title: string;
  /** What is done to find out. */
  tries: string;
  /** Probes without which this one makes no sense. */
  needs: readonly string[];
  /** Tried only where client and address of a query are collected too. */
  client?: true;
}

/** The probes in the order in which they are tried. None of them changes anything. */
const rows = [
  {
    id: 'log-in',
    layer: 'log-in',
    title: 'Snowflake knows the user, and takes the key or token',
    tries: 'SELECT CURRENT_USER(), CURRENT_ROLE(), CURRENT_WAREHOUSE()',
    needs: [],
  },
  {
    id: 'role',
    layer: 'role',
    title: 'The role is granted to the user, and is no administrator',
    tries: 'looks which role the statement ran with',
    needs: ['log-in'],
  },
  {
    id: 'warehouse',
    layer: 'warehouse',
    title: 'There is a warehouse that the role may use',
    tries: 'looks which warehouse the statement ran with',
    needs: ['log-in', 'role'],
  },
  {
    id: 'clock',
    layer: 'account',
    title: 'The clock of this machine is right',
    tries: "compares it with CURRENT_TIMESTAMP(); windows go by Snowflake's clock, tokens by this machine's",
    needs: ['log-in', 'role'],
  },
  {
    id: 'edition',
    layer: 'account',
    title: 'The account has ACCESS_HISTORY: Enterprise Edition or higher',
    tries: 'SHOW TAGS, which the Standard Edition does not have either',
    needs: ['log-in', 'role'],
  },
  {
    id: 'query-history',
    layer: 'privileges',
    title: 'QUERY_HISTORY may be read',
    tries: 'SELECT … FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY LIMIT 0',
    needs: ['log-in', 'role'],
  },
  {
    id: 'access-history',
    layer: 'privileges',
    title: 'ACCESS_HISTORY may be read',
    tries: 'SELECT … FROM SNOWFLAKE.ACCOUNT_USAGE.ACCESS_HISTORY LIMIT 0',
    needs: ['log-in', 'role', 'edition'],
  },
  {
    id: 'sessions',
    layer: 'privileges',
    title: 'SESSIONS may be read: the client of a query',
    tries: 'SELECT … FROM SNOWFLAKE.ACCOUNT_USAGE.SESSIONS LIMIT 0',
    needs: ['log-in', 'role'],
    client: true,
  },
  {
    id: 'login-history',
    layer: 'privileges',
    title: 'LOGIN_HISTORY may be read: the address of a client',
    tries: 'SELECT … FROM SNOWFLAKE.ACCOUNT_USAGE.LOGIN_HISTORY LIMIT 0',
    needs: ['log-in', 'role'],
    client: true,
  },
  {
    id: 'statement',
    layer: 'reading',
    title: 'The very statement of a collection runs',
    tries: 'the statement of collect snowflake for the last day, LIMIT 1',
    needs: ['warehouse', 'query-history', 'access-history', 'sessions', 'login-history'],
  },
] as const satisfies readonly ProbeRow[];

export type CheckProbeId = (typeof rows)[number]['id'];

export interface CheckProbe extends ProbeRow {
  id: CheckProbeId;
  needs: readonly CheckProbeId[];
}

export const checkProbes: readonly CheckProbe[] = rows;
