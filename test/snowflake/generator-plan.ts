/** What to make up. Probabilities are from 0 to 1. */
export interface HistoryPlan {
  seed: number;
  /** Queries end from here (inside) to there (outside), in milliseconds since 1970; whole hours. */
  fromMs: number;
  untilMs: number;
  queriesPerHour: number;
  users: readonly string[];
  objects: readonly HistoryObject[];
  /** User and tag of statements that the exporter itself has run, one an hour; people use the tag as well. */
  ownUser: string;
  ownTag: string;
  /** QUERY_HISTORY rows that arrive late, up to `latestMs` after the query's end; the others take 45 minutes at most. */
  lateRate: number;
  /** ACCESS_HISTORY rows that arrive late; the others take 3 hours at most. */
  lateAccessRate: number;
  latestMs: number;
  /** Queries with a second row in QUERY_HISTORY. */
  duplicateRate: number;
  /** Queries that another engine ran, so that only ACCESS_HISTORY has them. */
  accessOnlyRate: number;
  /** Queries that ran for up to 6 hours, and texts of 100,000 characters. */
  longRate: number;
  longTextRate: number;
}

/** Something that queries touch, as ACCESS_HISTORY writes it: a name with dots inside is in double quotes. */
export interface HistoryObject {
  name: string;
  domain: string;
  columns: readonly string[];
}

export const hourMs = 3_600_000;
export const minuteMs = 60_000;

/** People and services, some with names that need care. */
export const simulatedUsers: readonly string[] = [
  'JANE.DOE@ACME.COM',
  'JOHN_SMITH',
  'ANALYST_1',
  'ANALYST_2',
  'dana lower',
  'ÅSA',
  'ETL_SERVICE',
  'BI_SERVICE',
  'CONTRACTOR_9',
  'INTERN',
];

export const simulatedObjects: readonly HistoryObject[] = [
  { name: 'IMMUTA.PUBLIC.CUSTOMER', domain: 'View', columns: ['C_CUSTKEY', 'C_NAME', 'C_PHONE'] },
  { name: 'SALES.PUBLIC.ORDERS', domain: 'Table', columns: ['O_ORDERKEY', 'O_TOTALPRICE'] },
  { name: 'SALES.PUBLIC.LINEITEM', domain: 'Table', columns: ['L_ORDERKEY', 'L_TAX'] },
  { name: 'HR.PAYROLL.SALARY', domain: 'Table', columns: ['EMPLOYEE_ID', 'AMOUNT'] },
  { name: 'SALES."My Schema"."orders.2024"', domain: 'Table', columns: ['id', 'total.net'] },
  { name: '"eu-sales.v1".PUBLIC.REVENUE', domain: 'Materialized view', columns: ['DAY', 'EUR'] },
  { name: 'SALES.PUBLIC.SECURE_CUSTOMER', domain: 'VIEW', columns: ['C_NAME'] },
  { name: 'STAGING.PUBLIC.RAW_EVENTS', domain: 'External table', columns: ['VALUE'] },
  { name: 'STAGING.PUBLIC.CHANGES', domain: 'Stream', columns: [] },
];

/** A plan with something of everything. */
export function historyPlan(
  changes: Partial<HistoryPlan> & Pick<HistoryPlan, 'fromMs' | 'untilMs'>,
): HistoryPlan {
  return {
    seed: 1,
    queriesPerHour: 20,
    users: simulatedUsers,
    objects: simulatedObjects,
    ownUser: 'AUDIT_EXPORT_SERVICE',
    ownTag: 'audit-export',
    lateRate: 0.01,
    lateAccessRate: 0,
    latestMs: 40 * hourMs,
    duplicateRate: 0.02,
    accessOnlyRate: 0.01,
    longRate: 0.01,
    longTextRate: 0.0005,
    ...changes,
  };
}
