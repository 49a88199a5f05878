import type { SnowflakeStatement } from '../../../ports/snowflake.ts';
import { ownQueryTag } from '../statement/statement.ts';

const view = (name: string): string => `SNOWFLAKE.ACCOUNT_USAGE.${name}`;

/** Asks for the users there are, with their e-mail. Needs SECURITY_VIEWER. */
export function usersStatement(): SnowflakeStatement {
  return {
    text: [
      'SELECT u.NAME AS NAME, MIN(u.EMAIL) AS EMAIL',
      `FROM ${view('USERS')} AS u`,
      'WHERE u.DELETED_ON IS NULL AND u.NAME IS NOT NULL',
      'GROUP BY u.NAME',
      'ORDER BY u.NAME',
    ].join('\n'),
    queryTag: ownQueryTag,
  };
}

/** Asks for the tables and views of a database. Needs OBJECT_VIEWER. */
export function databaseStatement(database: string): SnowflakeStatement {
  return {
    text: [
      'SELECT t.TABLE_CATALOG AS DATABASE_NAME, t.TABLE_SCHEMA AS SCHEMA_NAME, t.TABLE_NAME AS OBJECT_NAME',
      `FROM ${view('TABLES')} AS t`,
      "WHERE t.DELETED IS NULL AND t.TABLE_CATALOG = ? AND t.TABLE_SCHEMA <> 'INFORMATION_SCHEMA'",
      'GROUP BY t.TABLE_CATALOG, t.TABLE_SCHEMA, t.TABLE_NAME',
      'ORDER BY t.TABLE_CATALOG, t.TABLE_SCHEMA, t.TABLE_NAME',
    ].join('\n'),
    binds: [{ type: 'TEXT', value: database }],
    queryTag: ownQueryTag,
  };
}

/** Asks for the objects that a tag is set on, themselves or one of their columns. Needs GOVERNANCE_VIEWER. */
export function tagStatement([database, schema, tag]: readonly string[]): SnowflakeStatement {
  return {
    text: [
      'SELECT r.OBJECT_DATABASE AS DATABASE_NAME, r.OBJECT_SCHEMA AS SCHEMA_NAME, r.OBJECT_NAME AS OBJECT_NAME',
      `FROM ${view('TAG_REFERENCES')} AS r`,
      'WHERE r.OBJECT_DELETED IS NULL AND r.OBJECT_SCHEMA IS NOT NULL',
      '  AND r.TAG_DATABASE = ? AND r.TAG_SCHEMA = ? AND r.TAG_NAME = ?',
      'GROUP BY r.OBJECT_DATABASE, r.OBJECT_SCHEMA, r.OBJECT_NAME',
      'ORDER BY r.OBJECT_DATABASE, r.OBJECT_SCHEMA, r.OBJECT_NAME',
    ].join('\n'),
    binds: [database, schema, tag].map((value) => ({ type: 'TEXT', value: value ?? null })),
    queryTag: ownQueryTag,
  };
}
