import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeMap, mapSettings } from '../../../../src/commands/collect/map.ts';
import { globalSettings } from '../../../../src/core/config/global-settings.ts';
import { resolveSettings } from '../../../../src/core/config/setting.ts';
import { readDataSources, readUserMap } from '../../../../src/core/collect/translate/registry.ts';
import { rejectionOf } from '../../../fakes/thrown.ts';
import { AccountUsage } from '../../../snowflake/account-usage.ts';
import { usageSession } from '../../../snowflake/usage-session.ts';
import type { ViewRow } from '../../../snowflake/views.ts';

let usage: AccountUsage;

beforeAll(async () => {
  usage = new AccountUsage();
  const seen = (rows: ViewRow[]): { row: ViewRow; visibleMs: number }[] =>
    rows.map((row) => ({ row, visibleMs: 0 }));
  await usage.insert(
    'USERS',
    seen([
      { NAME: 'JANE', EMAIL: 'jane@acme.com' },
      { NAME: 'dana lower', EMAIL: null },
      { NAME: 'GONE', DELETED_ON: 1n },
    ]),
  );
  const table = { TABLE_CATALOG: 'SALES', TABLE_SCHEMA: 'PUBLIC' };
  await usage.insert(
    'TABLES',
    seen([
      { ...table, TABLE_NAME: 'ORDERS' },
      { ...table, TABLE_NAME: 'orders.2024' },
      { ...table, TABLE_NAME: 'DROPPED', DELETED: 1n },
      { ...table, TABLE_SCHEMA: 'INFORMATION_SCHEMA', TABLE_NAME: 'TABLES' },
      { ...table, TABLE_CATALOG: 'HR', TABLE_NAME: 'SALARY' },
    ]),
  );
  const tag = {
    TAG_DATABASE: 'GOV',
    TAG_SCHEMA: 'TAGS',
    TAG_NAME: 'PII',
    OBJECT_DATABASE: 'HR',
    OBJECT_SCHEMA: 'PUBLIC',
  };
  await usage.insert(
    'TAG_REFERENCES',
    seen([
      { ...tag, OBJECT_NAME: 'SALARY', COLUMN_NAME: 'AMOUNT' },
      { ...tag, OBJECT_NAME: 'SALARY', COLUMN_NAME: 'NAME' },
      { ...tag, TAG_NAME: 'OTHER', OBJECT_NAME: 'LUNCH' },
    ]),
  );
});

afterAll(() => usage.close());

function make(
  kind: 'users' | 'objects',
  flags: Record<string, string[]>,
  files: Record<string, string> = {},
): Promise<string> {
  const options = resolveSettings(
    { ...globalSettings, ...mapSettings },
    { flags, environment: {}, profile: undefined },
  );
  return makeMap(kind, options, {
    openSession: async () => usageSession(async () => usage, { nowMs: () => 5, user: 'X' }),
    readFile: async (file) => files[file] ?? '',
    signal: new AbortController().signal,
  });
}

test('users with their e-mail, as collect reads them; those that are gone are not', async () => {
  const text = await make('users', {});
  expect(text.split('\n')[0]).toBe('snowflakeUser,profileId,userId');
  const users = await readUserMap('users.csv', text);
  expect([users.size, users.find('JANE'), users.find('dana lower')]).toMatchObject([
    2,
    { userId: 'jane@acme.com' },
    { userId: null },
  ]);
});

test('objects of a database and of a tag, each once', async () => {
  const text = await make('objects', { database: ['sales'], tag: ['gov.tags.pii'] });
  const objects = await readDataSources('objects.csv', text);
  expect(objects.size).toBe(3);
  for (const name of ['SALES.PUBLIC.ORDERS', 'SALES.PUBLIC."orders.2024"', 'HR.PUBLIC.SALARY'])
    expect(objects.find(name)).toMatchObject({ dataSourceId: null });
});

test('refreshed, what the file says stays, and what is new is added', async () => {
  const before =
    'object,dataSourceId,dataSourceName\nsales.public.orders,7,Orders of ours\nold.public.t,8,Old\n';
  const text = await make(
    'objects',
    { database: ['SALES'], into: ['objects.csv'] },
    { 'objects.csv': before },
  );
  expect(text.split('\n').slice(1, 4)).toEqual([
    'sales.public.orders,7,Orders of ours',
    'old.public.t,8,Old',
    'SALES.PUBLIC."orders.2024",,orders.2024'.replace(
      /^.*?(?=,)/,
      (name) => `"${name.replaceAll('"', '""')}"`,
    ),
  ]);
});

test('from the export of an API, by where things stand in it', async () => {
  const answer = JSON.stringify({
    count: 2,
    hits: [
      { id: 3, profile: { email: 'jane@acme.com' }, native: { snowflake: 'JANE' } },
      { id: 4, profile: { email: 'no@acme.com' } },
    ],
  });
  const take = ['snowflakeUser=/native/snowflake', 'profileId=/id', 'userId=/profile/email'];
  expect(await make('users', { from: ['users.json'], take }, { 'users.json': answer })).toBe(
    'snowflakeUser,profileId,userId\nJANE,3,jane@acme.com\n',
  );
});

test.each<[string, 'users' | 'objects', Record<string, string[]>, string]>([
  ['no objects are meant', 'objects', {}, 'missing-answer'],
  ['a tag without its schema', 'objects', { tag: ['PII'] }, 'usage'],
  ['an export without places', 'users', { from: ['x.json'] }, 'usage'],
  [
    'a place of another column',
    'users',
    { from: ['x.json'], take: ['snowflakeUser=/a', 'name=/b'] },
    'usage',
  ],
  ['an export that is none', 'users', { from: ['x.json'], take: ['snowflakeUser=/a'] }, 'document-invalid'],
])('%s is told', async (_, kind, flags, code) => {
  expect((await rejectionOf(make(kind, flags))).code).toBe(code);
});
