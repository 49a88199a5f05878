import type { ViewRow } from '../../../../snowflake/views.ts';

// Registered are IMMUTA.PUBLIC.CUSTOMER and IMMUTA.PUBLIC.ORDERS, and the user JANE.DOE@IMMUTA.COM.
export const customer = { objectDomain: 'Table', objectId: 1, objectName: 'IMMUTA.PUBLIC.CUSTOMER' };
export const orders = { objectDomain: 'Table', objectId: 2, objectName: 'IMMUTA.PUBLIC.ORDERS' };
export const other = { objectDomain: 'Table', objectId: 3, objectName: 'IMMUTA.PUBLIC.COPY' };
export const view = { objectDomain: 'View', objectId: 4, objectName: 'IMMUTA.PUBLIC.V' };
export const stream = { objectDomain: 'Stream', objectId: 5, objectName: 'IMMUTA.PUBLIC.CHANGES' };
export const stage = {
  objectDomain: 'Stage',
  objectId: 6,
  objectName: 'IMMUTA.PUBLIC.FILES',
  stageKind: 'Internal Named',
};
export const tableStage = { ...customer, objectDomain: 'Stage', stageKind: 'Table' };
export const udf = {
  objectDomain: 'FUNCTION',
  objectName: 'IMMUTA.PUBLIC.F',
  argumentSignature: '(C VARCHAR)',
  dataType: 'VARCHAR',
};
export const procedure = {
  objectDomain: 'PROCEDURE',
  objectName: 'IMMUTA.PUBLIC.P',
  argumentSignature: '()',
  dataType: 'VARCHAR',
};
export const location = { objectDomain: 'Stage', location: 's3://elsewhere/out/' };

export interface Access {
  direct?: object[];
  base?: object[];
  modified?: object[];
  ddl?: object;
  policies?: object[];
}

export interface Kind {
  kind: string;
  /** One for each row of ACCESS_HISTORY. */
  access?: Access[];
  history?: ViewRow;
  /** QUERY_HISTORY has no row of it. */
  elsewhere?: true;
  /** `object: ways` of each record. */
  records: string[];
  extra?: object;
}

export const alter = (properties: object, { objectName, objectDomain } = customer): object => ({
  objectName,
  objectDomain,
  operationType: 'ALTER',
  properties,
});
export const customerLine = 'IMMUTA.PUBLIC.CUSTOMER: ';
export const denied = {
  EXECUTION_STATUS: 'FAIL',
  ERROR_CODE: '002003',
  ERROR_MESSAGE: "SQL compilation error:\nObject 'IMMUTA.PUBLIC.CUSTOMER' does not exist or not authorized.",
};
