/** Where a probe looks. */
export type CheckLayer = 'log-in' | 'role' | 'warehouse' | 'account' | 'privileges' | 'reading';

interface ProbeRow {
  id: string;
  layer: CheckLayer;
  /** What it is about; whether it is so the result says. */
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
    title: 'Log-in with the key or token',
    tries: 'SELECT CURRENT_USER(), CURRENT_ROLE(), CURRENT_WAREHOUSE()',
    needs: [],
  },
  {
    id: 'role',
    layer: 'role',
    title: 'Role that the statements run with',
    tries: 'looks which role the statement ran with',
    needs: ['log-in'],
  },
  {
    id: 'warehouse',
    layer: 'warehouse',
    title: 'Warehouse that the role may use',
    tries: 'looks which warehouse the statement ran with',
    needs: ['log-in', 'role'],
  },
  {
    id: 'clock',
    layer: 'account',
    title: "Clock of this machine beside Snowflake's",
    tries: "compares it with CURRENT_TIMESTAMP(); windows go by Snowflake's clock, tokens by this machine's",
    needs: ['log-in', 'role'],
  },
  {
    id: 'query-history',
    layer: 'privileges',
    title: 'Reading QUERY_HISTORY',
    tries: 'SELECT … FROM SNOWFLAKE.ACCOUNT_USAGE.QUERY_HISTORY LIMIT 0',
    needs: ['log-in', 'role'],
  },
  {
    id: 'edition',
    layer: 'account',
    title: 'Edition of the account: is there an ACCESS_HISTORY',
    tries:
      'looks whether ACCESS_HISTORY is there for a role that may read QUERY_HISTORY: one grant opens both',
    needs: ['log-in', 'role', 'query-history'],
  },
  {
    id: 'access-history',
    layer: 'privileges',
    title: 'Reading ACCESS_HISTORY',
    tries: 'SELECT … FROM SNOWFLAKE.ACCOUNT_USAGE.ACCESS_HISTORY LIMIT 0',
    needs: ['log-in', 'role', 'edition'],
  },
  {
    id: 'sessions',
    layer: 'privileges',
    title: 'Reading SESSIONS: the client of a query',
    tries: 'SELECT … FROM SNOWFLAKE.ACCOUNT_USAGE.SESSIONS LIMIT 0',
    needs: ['log-in', 'role'],
    client: true,
  },
  {
    id: 'login-history',
    layer: 'privileges',
    title: 'Reading LOGIN_HISTORY: log-ins, and the address of a client',
    tries: 'SELECT … FROM SNOWFLAKE.ACCOUNT_USAGE.LOGIN_HISTORY LIMIT 0',
    needs: ['log-in', 'role'],
    client: true,
  },
  {
    id: 'statement',
    layer: 'reading',
    title: 'The very statement of a collection',
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
