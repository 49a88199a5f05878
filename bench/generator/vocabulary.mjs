// @ts-check
/** The people, tables and policies of a company that does not exist. */

/** @typedef {{ database: string, schema: string, name: string, columns: string[] }} Table */

export const CLIENT_ID = 'ac3e0000-5f1d-4b7a-9c2e-0a11d17e8001';
export const CLIENT_NAME = 'ACME Corporation';
export const SNOWFLAKE_ACCOUNT = { identifier: 'ACM48201', region: 'AWS_US_WEST_2' };
export const SNOWFLAKE_HOST = 'acme-prod.snowflakecomputing.com';

const GIVEN_NAMES =
  'ada blaise cora dmitri elif femi grete hiro ines jonas kaya lena milo nadia omar pilar'.split(' ');
const FAMILY_NAMES =
  'archer bellweather castor dunmore everly fairbank gantry holloway ironwood juniper'.split(' ');

/** 160 user names: `ada.archer` and so on. */
export const USERS = GIVEN_NAMES.flatMap((given) => FAMILY_NAMES.map((family) => `${given}.${family}`));

export const SERVICE_USERS = [
  'SVC_DBT_PROD',
  'SVC_FIVETRAN',
  'SVC_TABLEAU',
  'SVC_LOOKER',
  'SVC_AIRFLOW',
  'SVC_REVERSE_ETL',
];

const DEPARTMENTS = 'FINANCE MARKETING SALES CLAIMS RISK SUPPORT LOGISTICS PEOPLE LEGAL DATA_SCIENCE'.split(
  ' ',
);
const LEVELS = 'READER ANALYST ENGINEER MANAGER'.split(' ');

/** 40 roles and groups: `FINANCE_ANALYST` and so on. */
export const ROLES = DEPARTMENTS.flatMap((department) => LEVELS.map((level) => `${department}_${level}`));

export const CLIENTS = [
  'Go 1.1.5',
  'JDBC 3.13.30',
  'JDBC 3.16.1',
  'ODBC 3.1.0',
  'PythonConnector 3.12.3',
  'SnowSQL 1.3.2',
  'Snowflake UI 1.2.7',
  'JavaScript 1.15.0',
];

/** @type {Array<[string, string]>} size and name */
export const WAREHOUSES = [
  ['X-Small', 'ADHOC_WH'],
  ['Small', 'BI_WH'],
  ['Medium', 'TRANSFORM_WH'],
  ['Large', 'LOAD_WH'],
  ['X-Large', 'DATA_SCIENCE_WH'],
];

/** @type {Array<[string, string[]]>} tag and its values */
export const TAGS = [
  ['PII', ['NAME', 'EMAIL', 'PHONE', 'ADDRESS', 'NATIONAL_ID', 'BIRTH_DATE']],
  ['PCI', ['CARD_NUMBER', 'CARD_HOLDER', 'EXPIRY']],
  ['SENSITIVITY', ['PUBLIC', 'INTERNAL', 'CONFIDENTIAL', 'RESTRICTED']],
  ['DATA_DOMAIN', ['CUSTOMER', 'EMPLOYEE', 'FINANCE', 'CLAIMS', 'WEB']],
  ['HEALTH', ['DIAGNOSIS', 'TREATMENT', 'PROVIDER']],
];

export const MASKING_TYPES = ['Full Mask', 'Email Mask', 'Show Last Four', 'Constant Mask', 'No Mask'];

/** @param {string} path `DATABASE.SCHEMA.TABLE` @param {string} columns separated by blanks @returns {Table} */
function table(path, columns) {
  const [database = '', schema = '', name = ''] = path.split('.');
  return { database, schema, name, columns: columns.split(' ') };
}

export const TABLES = [
  table(
    'ACME_PROD.CRM.CUSTOMERS',
    'CUSTOMER_ID FIRST_NAME LAST_NAME EMAIL PHONE_NUMBER BIRTH_DATE STREET CITY POSTAL_CODE COUNTRY_CODE SEGMENT LOYALTY_TIER CREATED_AT UPDATED_AT IS_ACTIVE MARKETING_CONSENT',
  ),
  table(
    'ACME_PROD.CRM.CONTACTS',
    'CONTACT_ID CUSTOMER_ID CHANNEL SUBJECT OPENED_AT CLOSED_AT AGENT_ID SATISFACTION_SCORE NOTES',
  ),
  table(
    'ACME_PROD.SALES.ORDERS',
    'ORDER_ID CUSTOMER_ID ORDER_DATE STATUS CURRENCY NET_AMOUNT TAX_AMOUNT DISCOUNT_CODE SHIP_TO_COUNTRY WAREHOUSE_CODE SALES_REP_ID',
  ),
  table(
    'ACME_PROD.SALES.ORDER_LINES',
    'ORDER_ID LINE_NUMBER PRODUCT_ID QUANTITY UNIT_PRICE LINE_DISCOUNT RETURNED_QUANTITY FULFILLED_AT',
  ),
  table(
    'ACME_PROD.SALES.PRODUCTS',
    'PRODUCT_ID SKU PRODUCT_NAME CATEGORY BRAND LIST_PRICE COST_PRICE INTRODUCED_ON DISCONTINUED_ON',
  ),
  table(
    'ACME_PROD.FINANCE.PAYMENTS',
    'PAYMENT_ID ORDER_ID CARD_TOKEN CARD_LAST_FOUR PAYMENT_METHOD AMOUNT CURRENCY AUTHORIZED_AT SETTLED_AT REFUNDED_AMOUNT GATEWAY_REFERENCE',
  ),
  table(
    'ACME_PROD.FINANCE.GL_ENTRIES',
    'ENTRY_ID PERIOD ACCOUNT_CODE COST_CENTER DEBIT CREDIT POSTED_BY POSTED_AT SOURCE_DOCUMENT',
  ),
  table(
    'ACME_PROD.PEOPLE.EMPLOYEES',
    'EMPLOYEE_ID NATIONAL_ID FULL_NAME WORK_EMAIL JOB_TITLE GRADE MANAGER_ID SALARY BANK_ACCOUNT HIRED_ON LEFT_ON LOCATION',
  ),
  table(
    'ACME_PROD.CLAIMS.CLAIMS',
    'CLAIM_ID POLICY_NUMBER CLAIMANT_ID LOSS_DATE REPORTED_AT CAUSE RESERVE_AMOUNT PAID_AMOUNT ADJUSTER_ID STATUS DIAGNOSIS_CODE',
  ),
  table(
    'ACME_PROD.WEB.SESSIONS',
    'SESSION_ID VISITOR_ID CUSTOMER_ID STARTED_AT ENDED_AT LANDING_PAGE REFERRER DEVICE_TYPE COUNTRY_CODE PAGE_VIEWS',
  ),
  table(
    'ACME_PROD.LOGISTICS.SHIPMENTS',
    'SHIPMENT_ID ORDER_ID CARRIER TRACKING_NUMBER DISPATCHED_AT DELIVERED_AT WEIGHT_KG DEPOT_CODE',
  ),
  table(
    'ACME_ANALYTICS.MARTS.DIM_CUSTOMER',
    'CUSTOMER_KEY CUSTOMER_ID VALID_FROM VALID_TO SEGMENT REGION LIFETIME_VALUE CHURN_SCORE FIRST_ORDER_DATE LAST_ORDER_DATE',
  ),
  table(
    'ACME_ANALYTICS.MARTS.FCT_DAILY_REVENUE',
    'REVENUE_DATE REGION CATEGORY GROSS_REVENUE NET_REVENUE ORDERS UNITS NEW_CUSTOMERS',
  ),
  table(
    'ACME_ANALYTICS.STAGING.STG_EVENTS',
    'EVENT_ID EVENT_NAME EVENT_AT USER_ID PAYLOAD LOADED_AT SOURCE_FILE',
  ),
];

/** @param {Table} table @returns {string} `DATABASE.SCHEMA.TABLE` */
export function qualifiedName({ database, schema, name }) {
  return `${database}.${schema}.${name}`;
}

/** An address of a network that is private or kept for documentation (RFC 1918, RFC 5737). @param {import('./random.mjs').Random} random */
export function address(random) {
  const network = random.pick([
    '10.20',
    '10.24',
    '10.112',
    '172.16',
    '192.168',
    '192.0.2',
    '198.51.100',
    '203.0.113',
  ]);
  return network.split('.').length === 3
    ? `${network}.${random.between(1, 254)}`
    : `${network}.${random.below(256)}.${random.between(1, 254)}`;
}

/** A constant GUID of the company's own things (tags, groups). @param {import('./random.mjs').Random} random */
export function fixedGuid(random) {
  const hex = Array.from({ length: 4 }, () => random.next().toString(16).padStart(8, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}
