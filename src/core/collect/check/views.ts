/** A view that `collect` reads, and what lets it. */
export interface HistoryView {
  name: 'QUERY_HISTORY' | 'ACCESS_HISTORY' | 'SESSIONS' | 'LOGIN_HISTORY';
  /** A column to ask for. */
  column: string;
  /** Database role of the SNOWFLAKE database that may read it ("SNOWFLAKE database roles", Snowflake documentation). */
  viewer: 'GOVERNANCE_VIEWER' | 'SECURITY_VIEWER';
}

/** The views, by the probe that looks at them. */
export const historyViews = {
  'query-history': { name: 'QUERY_HISTORY', column: 'QUERY_ID', viewer: 'GOVERNANCE_VIEWER' },
  'access-history': { name: 'ACCESS_HISTORY', column: 'QUERY_ID', viewer: 'GOVERNANCE_VIEWER' },
  sessions: { name: 'SESSIONS', column: 'SESSION_ID', viewer: 'SECURITY_VIEWER' },
  'login-history': { name: 'LOGIN_HISTORY', column: 'EVENT_ID', viewer: 'SECURITY_VIEWER' },
} as const satisfies Record<string, HistoryView>;
