import { expect, test } from 'vitest';
import { findAddress } from '../../../../src/adapters/snowflake/account-address.ts';
import { thrownBy } from '../../../fakes/thrown.ts';

test.each([
  ['acme-prod', 'acme-prod.snowflakecomputing.com', 'ACME-PROD'],
  ['ACME-My_Account', 'acme-my-account.snowflakecomputing.com', 'ACME-MY_ACCOUNT'],
  ['xy12345', 'xy12345.snowflakecomputing.com', 'XY12345'],
  ['xy12345.eu-central-1', 'xy12345.eu-central-1.snowflakecomputing.com', 'XY12345'],
  ['xy12345.east-us-2.azure', 'xy12345.east-us-2.azure.snowflakecomputing.com', 'XY12345'],
  ['xy12345.us-east-1.privatelink', 'xy12345.us-east-1.privatelink.snowflakecomputing.com', 'XY12345'],
  ['acme-prod.snowflakecomputing.com', 'acme-prod.snowflakecomputing.com', 'ACME-PROD'],
  ['acme-prod.snowflakecomputing.cn', 'acme-prod.snowflakecomputing.cn', 'ACME-PROD'],
  ['xy12345.cn-northwest-1', 'xy12345.cn-northwest-1.snowflakecomputing.cn', 'XY12345'],
  ['acme.my_prod', 'acme-my-prod.snowflakecomputing.com', 'ACME-MY_PROD'],
  ['xy12345.us-gov-west-1', 'xy12345.us-gov-west-1.snowflakecomputing.com', 'XY12345'],
  ['xy12345.us-central1.gcp', 'xy12345.us-central1.gcp.snowflakecomputing.com', 'XY12345'],
  ['acme-prod.privatelink', 'acme-prod.privatelink.snowflakecomputing.com', 'ACME-PROD'],
  ['acme-ext.global', 'acme-ext.global.snowflakecomputing.com', 'ACME'],
])('--account %s is reached at %s, and called %s in a token', (account, host, tokenAccount) => {
  expect(findAddress(account, undefined)).toMatchObject({ host, tokenAccount, origin: `https://${host}` });
});

test.each([
  ['https://acme-prod.privatelink.snowflakecomputing.com', undefined, 'ACME-PROD'],
  ['https://acme-prod.snowflakecomputing.com/', undefined, 'ACME-PROD'],
  ['https://acme-prod.snowflakecomputing.cn', undefined, 'ACME-PROD'],
  ['https://snowflake.corp.example:8443', 'acme-prod', 'ACME-PROD'],
  ['http://127.0.0.1:8080', 'acme-prod', 'ACME-PROD'],
  ['http://localhost:8080', undefined, undefined],
  ['https://10.0.0.7', undefined, undefined],
])('--account-url %s with --account %s is %s in a token', (url, account, tokenAccount) => {
  expect(findAddress(account, url)).toMatchObject({ origin: new URL(url).origin, tokenAccount });
});

test.each([
  ['acme prod', undefined],
  ['https://acme-prod.snowflakecomputing.com', undefined],
  ['acme..prod', undefined],
  [undefined, undefined],
  [undefined, 'http://acme-prod.snowflakecomputing.com'],
  [undefined, 'http://127.0.0.1.example.com'],
  [undefined, 'https://user:hunter2@acme-prod.snowflakecomputing.com'],
  [undefined, 'https://acme-prod.snowflakecomputing.com/api'],
  [undefined, 'acme-prod.snowflakecomputing.com'],
])('--account %s with --account-url %s is refused, and no password is repeated', (account, url) => {
  const error = thrownBy(() => findAddress(account, url));
  expect(error.code).toBe('usage');
  expect(error.cure).toMatch(/--account|https:/);
  expect(error.message).not.toContain('hunter2');
});
