import { AuditExportError } from '../../errors.ts';

/** Where an account is reached, and what it is called. */
export interface AccountAddress {
  /** `https://acme-prod.snowflakecomputing.com`: scheme, host and port. */
  origin: string;
  host: string;
  /** As it was given, in upper case. */
  account: string;
  /** How a key-pair token names it: upper case, without region. Missing where only an address without a name is known. */
  tokenAccount: string | undefined;
}

const domains = ['.snowflakecomputing.com', '.snowflakecomputing.cn'] as const;
type Domain = (typeof domains)[number];

/** The domain that a name ends with, as whole host names do. */
function domainOf(text: string): Domain | undefined {
  return domains.find((domain) => text.toLowerCase().endsWith(domain));
}

/**
 * Finds the address from `--account` (`acme-prod`, `acme.prod` as in SQL, or a locator with its region,
 * `xy12345.eu-central-1`) or from `--account-url`, which goes before. Host names take `-` for `_` ("Account identifiers",
 * Snowflake documentation). Accounts in China are below `.cn`.
 * Throws `usage`.
 */
export function findAddress(account: string | undefined, url: string | undefined): AccountAddress {
  const name = account === undefined || account === '' ? undefined : accountName(account);
  if (url !== undefined && url !== '') return addressOfUrl(url, name);
  if (name === undefined)
    throw new AuditExportError('usage', 'It is not said which Snowflake account to read.', {
      cure: 'Use --account NAME (acme-prod) or --account-url URL.',
    });
  const host = `${name.toLowerCase().replaceAll('_', '-')}${domainOf(account ?? '') ?? regionalDomain(name)}`;
  return {
    origin: `https://${host}`,
    host,
    account: name.toUpperCase(),
    tokenAccount: tokenAccount(name),
  };
}

function accountName(text: string): string {
  const domain = domainOf(text);
  const name = domain === undefined ? text : text.slice(0, -domain.length);
  if (/^[A-Za-z0-9](?:[\w.-]*[A-Za-z0-9])?$/.test(name) && !name.includes('..')) return dashed(name);
  throw new AuditExportError('usage', `--account ${JSON.stringify(text)} is no name of an account.`, {
    cure: 'Write it as ORGANIZATION-ACCOUNT (acme-prod) or LOCATOR.REGION (xy12345.eu-central-1); an address goes with --account-url.',
  });
}

/** What can stand behind the dot of a locator: a region, of AWS unless a cloud follows; and what is no region. */
const regionForm = /^(?:[a-z]{2}(?:-[a-z]+)+-?\d+|global|privatelink|gov|fhplus)$/i;

/** `ORGANIZATION.ACCOUNT`, as SQL writes it, is `ORGANIZATION-ACCOUNT` everywhere else. */
function dashed(name: string): string {
  const [organization, account, ...more] = name.split('.');
  return account === undefined || more.length > 0 || regionForm.test(account)
    ? name
    : `${organization}-${account}`;
}

function regionalDomain(name: string): Domain {
  return /\.cn-/i.test(name) ? '.snowflakecomputing.cn' : '.snowflakecomputing.com';
}

/** The locator stands without its region ("Using key-pair authentication", SQL API); `.global` names end at the `-`. */
function tokenAccount(name: string): string {
  const cut = name.toLowerCase().endsWith('.global') ? name.split('-')[0] : name.split('.')[0];
  return (cut ?? name).toUpperCase();
}

function addressOfUrl(text: string, name: string | undefined): AccountAddress {
  const url = plainUrl(text);
  const label = isAddressOnly(url.hostname) ? undefined : accountOfHost(url.hostname);
  const known = name ?? label;
  return {
    origin: url.origin,
    host: url.hostname,
    account: (known ?? url.hostname.split('.')[0] ?? url.hostname).toUpperCase(),
    tokenAccount: known === undefined ? undefined : tokenAccount(known),
  };
}

function plainUrl(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.username !== '' || url.password !== '')
    throw refusedUrl('is no plain address: scheme, host and port, without a user');
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname)))
    throw refusedUrl('is not https');
  if (url.pathname !== '/' || url.search !== '') throw refusedUrl('has a path');
  return url;
}

/** The text is not repeated: it may hold a password. */
function refusedUrl(why: string): AuditExportError {
  return new AuditExportError('usage', `What --account-url names ${why}.`, {
    cure: 'Write it as https://HOST, for instance https://acme-prod.privatelink.snowflakecomputing.com.',
  });
}

function accountOfHost(host: string): string {
  const domain = domainOf(host);
  return domain === undefined ? (host.split('.')[0] ?? host) : host.slice(0, -domain.length);
}

/** Whether a host is this machine: plain http is for tests, and goes no further. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '[::1]' || /^127(\.\d{1,3}){3}$/.test(host);
}

function isAddressOnly(host: string): boolean {
  return isLoopback(host) || host.startsWith('[') || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}
