import { columnPlaces, QueryRow } from '../../../../../src/core/collect/translate/query-row.ts';
import type { TranslationRules } from '../../../../../src/core/collect/translate/translate-query.ts';
import { readDataSources, readUserMap } from '../../../../../src/core/collect/translate/registry.ts';

/** The seed's own example, as Snowflake would have it. */
export const seedCells: Readonly<Record<string, string | null>> = {
  QUERY_ID: '01b123a2-0603-e937-006a-b60300c5f902',
  START_NS: '1632158400391000000',
  END_NS: '1632158402421000000',
  ACCESS_QUERY_ID: '01b123a2-0603-e937-006a-b60300c5f902',
  USER_NAME: 'JANE.DOE@IMMUTA.COM',
  ROLE_NAME: 'ANALYST',
  SESSION_ID: '30036471543391118',
  QUERY_TYPE: 'SELECT',
  EXECUTION_STATUS: 'SUCCESS',
  QUERY_TEXT: 'select * from IMMUTA.PUBLIC.CUSTOMER;',
  DIRECT_OBJECTS_ACCESSED: JSON.stringify([
    {
      objectDomain: 'View',
      objectId: 9,
      objectName: 'IMMUTA.PUBLIC.CUSTOMER',
      columns: [{ columnId: 1, columnName: 'C_NAME' }],
    },
  ]),
};

const accessColumns = [
  'DIRECT_OBJECTS_ACCESSED',
  'BASE_OBJECTS_ACCESSED',
  'OBJECTS_MODIFIED',
  'OBJECT_MODIFIED_BY_DDL',
  'POLICIES_REFERENCED',
];

export function rowOf(changes: Readonly<Record<string, string | null>> = {}): QueryRow {
  const cells: Record<string, string | null> = { ...seedCells, ...changes };
  for (const column of accessColumns) {
    const held = cells[column];
    // One row of ACCESS_HISTORY, as an array of rows.
    if (held !== undefined && held !== null) cells[column] = `[${held}]`;
  }
  const columns = Object.keys(cells).map((name) => ({ name, type: 'text' }));
  return new QueryRow(Object.values(cells), columnPlaces(columns));
}

/** Objects as ACCESS_HISTORY lists them. */
export function objectsCell(...names: readonly string[]): string {
  return JSON.stringify(names.map((objectName) => ({ objectDomain: 'Table', objectName, columns: [] })));
}

export async function rulesWith(changes: Partial<TranslationRules> = {}): Promise<TranslationRules> {
  return {
    logins: false,
    users: await readUserMap(
      'users.csv',
      'snowflakeUser,profileId,userId\njane.doe@immuta.com,1,jane.doe@immuta.com\n',
    ),
    dataSources: await readDataSources(
      'objects.csv',
      'object,dataSourceId,dataSourceName\nimmuta.public.customer,12,Public Customer Data\nimmuta.public.orders,13,Orders\n',
    ),
    unmapped: 'drop',
    redact: false,
    form: 'native-query',
    host: 'acme-prod.snowflakecomputing.com',
    madeMsOf: () => 1_632_160_800_000,
    ...changes,
  };
}
