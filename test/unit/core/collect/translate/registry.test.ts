import { describe, expect, test } from 'vitest';
import { readDataSources, readUserMap } from '../../../../../src/core/collect/translate/registry.ts';

const head = 'snowflakeUser,profileId,userId\n';
const objectHead = 'object,dataSourceId,dataSourceName\n';

describe('users', () => {
  test.each([
    ['written plain, it means upper case', 'jane', 'JANE', true],
    ['written plain, it does not mean another case', 'jane', 'Jane', false],
    ['written as Snowflake shows it, it is found', 'Jane.Doe@acme.com', 'Jane.Doe@acme.com', true],
    ['an address in capitals is found', 'jane.doe@acme.com', 'JANE.DOE@ACME.COM', true],
    ['in quotes it means what it says', '"""jane"""', 'jane', true],
    ['in quotes it means nothing else', '"""jane"""', 'JANE', false],
    ['other alphabets', 'åsa', 'ÅSA', true],
  ])('%s', async (_, written, stored, found) => {
    const users = await readUserMap('u.csv', `${head}${written},1,id\n`);
    expect(users.find(stored) !== undefined).toBe(found);
  });

  test('what is meant goes before what looks alike', async () => {
    const users = await readUserMap('u.csv', `${head}JANE,1,a\n"""jane""",2,b\n`);
    expect([users.find('JANE')?.profileId, users.find('jane')?.profileId]).toEqual([1, 2]);
  });
});

describe('objects', () => {
  test.each([
    ['plain', 'immuta.public.customer', 'IMMUTA.PUBLIC.CUSTOMER', true],
    ['quoted parts', 'sales."""My.Schema"""."x"', '', false],
    ['a stored name in quotes', 'SALES.PUBLIC.T', '"SALES"."PUBLIC"."T"', true],
    ['another schema', 'a.b.c', 'A.X.C', false],
  ])('%s', async (_, written, stored, found) => {
    const text = written.includes('"') ? `${objectHead}"x.y.z",1,n\n` : `${objectHead}${written},1,n\n`;
    const objects = await readDataSources('o.csv', text);
    expect(objects.find(stored) !== undefined).toBe(found);
  });

  test('quoted identifiers with dots, as JSON', async () => {
    const text = JSON.stringify({
      'sales."My.Schema"."orders.2024"': { dataSourceId: 7, dataSourceName: 'O' },
    });
    const objects = await readDataSources('o.json', text);
    expect(objects.find('SALES."My.Schema"."orders.2024"')).toMatchObject({ dataSourceId: 7 });
    expect(objects.find('SALES."MY.SCHEMA"."ORDERS.2024"')).toBeUndefined();
  });
});

describe('files', () => {
  test.each([
    ['CSV with a mark at its beginning and CRLF', `\uFEFF${head.trim()}\r\nJANE,1,j\r\n`],
    ['an array', '[{"snowflakeUser":"JANE","profileId":1,"userId":"j"}]'],
    ['an object by name', '{"JANE":{"profileId":1,"userId":"j"}}'],
  ])('%s', async (_, text) => {
    const users = await readUserMap('u', text);
    expect(users.find('JANE')).toMatchObject({ profileId: 1, userId: 'j' });
  });

  test('what is left out is null', async () => {
    const users = await readUserMap('u.csv', `${head}JANE,,\n`);
    expect(users.find('JANE')).toMatchObject({ profileId: null, userId: null });
  });

  test.each([
    ['nothing', '', 'it is empty'],
    [
      'a slip in a column',
      'snowflakeUsr,profileId,userId\n',
      'line 1: there is no column "snowflakeUsr" (did you mean snowflakeUser?)',
    ],
    ['a missing column', 'snowflakeUser,userId\n', 'line 1: the column profileId is missing'],
    ['too few fields', `${head}A,1,a\nB,2\n`, 'line 3'],
    ['a number that is none', `${head}A,1,a\nB,x,b\n`, 'line 3: profileId is "x", which is no whole number'],
    ['no name', `${head}A,1,a\n,2,b\n`, 'line 3: snowflakeUser is missing'],
    ['one name twice', `${head}jane,1,a\nB,2,b\nJANE,3,c\n`, 'line 4 and line 2 both say what JANE is'],
    ['broken JSON', '[{"snowflakeUser":"A",}]', 'it is not JSON'],
    ['an unknown member', '[{"snowflakeUser":"A","profile":1}]', 'entry 1: there is no member "profile"'],
    ['no object', '[1]', 'entry 1: it is not an object'],
  ])('%s is told with its place', async (_, text, message) => {
    await expect(readUserMap('u.csv', text)).rejects.toThrow(message);
    await expect(readUserMap('u.csv', text)).rejects.toMatchObject({ code: 'document-invalid' });
  });
});
