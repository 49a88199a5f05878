import { describe, expect, test } from 'vitest';
import { newBooks, translateQuery } from '../../../../../src/core/collect/translate/translate-query.ts';
import type { QueryRow } from '../../../../../src/core/collect/translate/query-row.ts';
import type { TranslationRules } from '../../../../../src/core/collect/translate/translate-query.ts';
import { builtInRules } from '../../classify/classifying.ts';
import { classifyChunk } from '../../../../../src/core/classify/classify-chunk.ts';
import { readDataSources, readUserMap } from '../../../../../src/core/collect/translate/registry.ts';
import { objectsCell, rowOf, rulesWith, seedCells } from './rows.ts';

type Made = Record<string, unknown> & { extra: Record<string, unknown> };

function recordsOf(
  row: QueryRow,
  rules: TranslationRules,
  supplement = false,
): { records: Made[]; counts: object; named: unknown[]; lines: string[] } {
  const books = newBooks();
  const lines = translateQuery(row, rules, books, { supplement });
  const { leftOutUsers, leftOutObjects, ...counts } = books;
  return {
    records: lines.map((line) => JSON.parse(line) as Made),
    counts,
    named: [leftOutUsers.top(9).names, leftOutObjects.top(9).names],
    lines,
  };
}

describe('what files of before made a record of is not made again', () => {
  const both = rowOf({
    DIRECT_OBJECTS_ACCESSED: objectsCell('IMMUTA.PUBLIC.CUSTOMER', 'IMMUTA.PUBLIC.ORDERS'),
  });
  const oldSources = (): ReturnType<typeof readDataSources> =>
    readDataSources(
      'old.csv',
      'object,dataSourceId,dataSourceName\nimmuta.public.customer,12,Another name\n',
    );
  const oldUsers = (): ReturnType<typeof readUserMap> =>
    readUserMap('old.csv', 'snowflakeUser,profileId,userId\nsomebody,1,somebody@immuta.com\n');

  test('an object that was added: its records alone', async () => {
    const rules = await rulesWith();
    const before = [{ ...rules, users: rules.users, dataSources: await oldSources() }];
    const { records, counts } = recordsOf(both, { ...rules, before });
    expect(records.map(({ nativeObject }) => nativeObject)).toEqual(['IMMUTA.PUBLIC.ORDERS']);
    expect(counts).toMatchObject({ records: 1, madeBefore: 1, leftOut: 0 });
    expect(recordsOf(rowOf(), { ...rules, before }).records).toEqual([]);
  });

  test('a user who was added: all records', async () => {
    const rules = await rulesWith();
    const before = [{ ...rules, users: await oldUsers(), dataSources: rules.dataSources }];
    expect(recordsOf(both, { ...rules, before }).records).toHaveLength(2);
  });

  test('where everything was kept before, nothing is new, nor what touched nothing', async () => {
    const rules = await rulesWith({ unmapped: 'keep' });
    const before = [{ ...rules, dataSources: await oldSources() }];
    expect(recordsOf(both, { ...rules, before }).records).toEqual([]);
    const nothing = rowOf({ DIRECT_OBJECTS_ACCESSED: null, BASE_OBJECTS_ACCESSED: null });
    expect(recordsOf(nothing, rules).records).toHaveLength(1);
    expect(recordsOf(nothing, { ...rules, before }).records).toEqual([]);
  });

  test('what was found by one of several files before', async () => {
    const rules = await rulesWith();
    const before = [
      { ...rules, dataSources: await oldSources() },
      { ...rules, users: await oldUsers() },
    ];
    const { records } = recordsOf(both, { ...rules, before });
    expect(records.map(({ nativeObject }) => nativeObject)).toEqual(['IMMUTA.PUBLIC.ORDERS']);
  });

  test('as an event of the universal audit model: the objects that were added, as a supplement', async () => {
    const rules = await rulesWith({ form: 'uam' });
    const before = [{ ...rules, users: rules.users, dataSources: await oldSources() }];
    const [first] = recordsOf(both, rules).records;
    const [more, ...others] = recordsOf(both, { ...rules, before }).records;
    expect(others).toEqual([]);
    expect(more).toMatchObject({
      targets: [{ name: 'Orders' }],
      auditPayload: { supplementOf: first?.['id'] },
    });
    expect(more?.['id']).not.toBe(first?.['id']);
  });
});

test("the seed's example becomes the seed's twenty fields, in camelCase", async () => {
  const { records } = recordsOf(rowOf(), await rulesWith());
  expect(records).toEqual([
    {
      endTime: '2021-09-20 17:20:02.421000000 +0000',
      // uuid5(uuid5(NAMESPACE_URL, 'urn:audit-export:native-query'), 'QUERY_ID/OBJECT') of Python's uuid module.
      id: '646554b8-13bb-5a93-9653-740be71a9a38',
      dateTime: '1632160800000',
      recordType: 'nativeQuery',
      success: true,
      component: 'nativeSql',
      accessType: 'query',
      handler: 'Snowflake',
      profileId: 1,
      userId: 'jane.doe@immuta.com',
      sqlUser: 'JANE.DOE@IMMUTA.COM',
      dataSourceId: 12,
      dataSourceName: 'Public Customer Data',
      nativeObject: 'IMMUTA.PUBLIC.CUSTOMER',
      nativeObjectType: 'view',
      database: 'IMMUTA',
      host: 'acme-prod.snowflakecomputing.com',
      startTime: '2021-09-20 17:20:00.391000000 +0000',
      duration: 2030,
      query: 'select * from IMMUTA.PUBLIC.CUSTOMER;',
      extra: {
        queryId: seedCells['QUERY_ID'],
        queryType: 'SELECT',
        executionStatus: 'SUCCESS',
        role: 'ANALYST',
        sessionId: '30036471543391118',
        accessPath: ['direct'],
        columns: ['C_NAME'],
        objectsAccessed: [{ object: 'IMMUTA.PUBLIC.CUSTOMER', type: 'view' }],
      },
    },
  ]);
});

test('a record is recognised as native-query, filed by the end of the query, and without a warning', async () => {
  const { lines } = recordsOf(rowOf(), await rulesWith());
  const input = Buffer.from(`${lines[0]}\n`);
  const rules = builtInRules({});
  const chunk = classifyChunk(input, Buffer.alloc(input.length + 1), rules);
  expect(chunk.bad).toEqual([]);
  expect([...chunk.lineTypes].map((index) => rules.types[index])).toEqual(['native-query']);
  expect([...chunk.lineTimes]).toEqual([1_632_158_402_421]);
  expect(chunk.warnings).toEqual([]);
});

describe('one record for each query and object', () => {
  test('a join of two registered objects gives two, an object named twice one', async () => {
    const cell = objectsCell('IMMUTA.PUBLIC.CUSTOMER', 'IMMUTA.PUBLIC.ORDERS', 'IMMUTA.PUBLIC.CUSTOMER');
    const { records, counts } = recordsOf(rowOf({ DIRECT_OBJECTS_ACCESSED: cell }), await rulesWith());
    expect(records.map(({ dataSourceId }) => dataSourceId)).toEqual([12, 13]);
    expect(new Set(records.map(({ id }) => id)).size).toBe(2);
    expect(counts).toMatchObject({ records: 2 });
  });

  test('the same row gives the same bytes again', async () => {
    const rules = await rulesWith();
    expect(recordsOf(rowOf(), rules).lines).toEqual(recordsOf(rowOf(), rules).lines);
  });
});

describe('what no file names', () => {
  const stranger = { USER_NAME: 'STRANGER' };
  const elsewhere = { DIRECT_OBJECTS_ACCESSED: objectsCell('X.Y.Z') };
  const nothing = { DIRECT_OBJECTS_ACCESSED: null, ACCESS_QUERY_ID: null };
  test.each([
    ['a user is dropped and counted', stranger, 'drop', { unmappedUsers: 1, touching: 1, leftOut: 1 }],
    ['an object is dropped and counted', elsewhere, 'drop', { unmappedObjects: 1, touching: 1, leftOut: 1 }],
    ['a query of nothing is dropped and counted', nothing, 'drop', { withoutObjects: 1 }],
    ['a user is kept', stranger, 'keep', { records: 1, unmappedUsers: 1, touching: 1 }],
    ['an object is kept', elsewhere, 'keep', { records: 1, unmappedObjects: 1, touching: 1 }],
    ['a query of nothing is kept', nothing, 'keep', { records: 1, withoutObjects: 1 }],
    [
      'an invisible object is kept',
      { DIRECT_OBJECTS_ACCESSED: '[{"objectDomain":"Table"}]' },
      'keep',
      { records: 1, unmappedObjects: 1, touching: 1 },
    ],
  ] as const)('%s', async (_, changes, unmapped, counted) => {
    const { counts } = recordsOf(rowOf(changes), await rulesWith({ unmapped }));
    const { leftOutUsers: _users, leftOutObjects: _objects, ...none } = newBooks();
    expect(counts).toEqual({ ...none, ...counted });
  });

  test('who and what was left out is named', async () => {
    const rules = await rulesWith();
    expect(recordsOf(rowOf(stranger), rules).named).toEqual([[{ name: 'STRANGER', queries: 1 }], []]);
    expect(recordsOf(rowOf(elsewhere), rules).named).toEqual([[], [{ name: 'X.Y.Z', queries: 1 }]]);
  });

  test('kept, it has nulls in the fields that nobody can say', async () => {
    const { records } = recordsOf(rowOf({ ...stranger, ...nothing }), await rulesWith({ unmapped: 'keep' }));
    expect(records).toMatchObject([
      {
        profileId: null,
        userId: null,
        dataSourceId: null,
        dataSourceName: null,
        nativeObject: null,
        nativeObjectType: null,
        database: null,
        sqlUser: 'STRANGER',
      },
    ]);
  });

  test('kept without its objects, a query gets a supplement when they become known', async () => {
    const rules = await rulesWith({ unmapped: 'keep' });
    const [first] = recordsOf(rowOf(nothing), rules).records;
    const { records } = recordsOf(rowOf(), rules, true);
    expect(records.map(({ extra }) => extra['supplementOf'])).toEqual([first?.['id']]);
    expect(records[0]?.['id']).not.toBe(first?.['id']);
  });
});

test('a failed statement that was told by its text is not told again when its access comes', async () => {
  const failed = { EXECUTION_STATUS: 'FAIL' };
  const before = rowOf({ ...failed, DIRECT_OBJECTS_ACCESSED: null, ACCESS_QUERY_ID: null });
  const rules = await rulesWith();
  expect(recordsOf(before, rules).records).toMatchObject([{ success: false, dataSourceId: 12 }]);
  const both = objectsCell('IMMUTA.PUBLIC.CUSTOMER', 'IMMUTA.PUBLIC.ORDERS');
  const { records } = recordsOf(rowOf({ ...failed, DIRECT_OBJECTS_ACCESSED: both }), rules, true);
  expect(records.map(({ dataSourceId }) => dataSourceId)).toEqual([13]);
});

describe('what is hard to carry', () => {
  test.each<[string, Record<string, string | null>, object]>([
    [
      'a failed query',
      { EXECUTION_STATUS: 'FAIL', ERROR_CODE: '002003', ERROR_MESSAGE: 'no such table' },
      { success: false, extra: { errorCode: '002003', errorMessage: 'no such table' } },
    ],
    ['a status in lower case', { EXECUTION_STATUS: 'success' }, { success: true }],
    ['an unknown query type', { QUERY_TYPE: 'UNKNOWN' }, { extra: { queryType: 'UNKNOWN' } }],
    [
      'nanoseconds',
      { START_NS: '1632158400000000001', END_NS: '1632158400000000999' },
      { startTime: '2021-09-20 17:20:00.000000001 +0000', duration: 0 },
    ],
    [
      'a procedure and its statement',
      { PARENT_QUERY_ID: 'p', ROOT_QUERY_ID: 'r' },
      { extra: { parentQueryId: 'p', rootQueryId: 'r' } },
    ],
    [
      'client and address',
      { CLIENT_APPLICATION_ID: 'JDBC 3.8.7', CLIENT_IP: '203.0.113.7' },
      { extra: { client: 'JDBC 3.8.7', clientIp: '203.0.113.7' } },
    ],
    [
      '100,000 characters',
      { QUERY_TEXT: 'ä'.repeat(100_000) },
      { query: 'ä'.repeat(100_000), extra: { queryCut: true } },
    ],
    ['no text', { QUERY_TEXT: null }, { query: null }],
  ])('%s', async (_, changes, expected) => {
    expect(recordsOf(rowOf(changes), await rulesWith()).records).toMatchObject([expected]);
  });

  test.each([
    ['a quoted name with dots', 'SALES."My.Schema"."orders.2024"', 'SALES'],
    ['a quoted database', '"eu.sales""1".PUBLIC.T', 'eu.sales"1'],
    ['a name that is not closed', '"oops.T', '"oops'],
  ])('%s', async (_, name, database) => {
    const row = rowOf({ DIRECT_OBJECTS_ACCESSED: objectsCell(name) });
    const { records } = recordsOf(row, await rulesWith({ unmapped: 'keep' }));
    expect(records).toMatchObject([{ nativeObject: name, database }]);
  });

  test('policies, what was written and what DDL did are kept; redacted, DDL shows names and no values', async () => {
    const policies = [
      {
        objectName: 'A.B.T',
        columns: [
          { columnName: 'SSN', policies: [{ policyName: 'A.B.MASK', policyKind: 'MASKING_POLICY' }] },
        ],
        policies: [{ policyName: 'A.B.ROWS', policyKind: 'ROW_ACCESS_POLICY' }],
      },
    ];
    const row = rowOf({
      POLICIES_REFERENCED: JSON.stringify(policies),
      OBJECTS_MODIFIED: objectsCell('A.B.W'),
      OBJECT_MODIFIED_BY_DDL:
        '{"objectDomain":"Table","objectName":"A.B.D","operationType":"ALTER","properties":{"comment":{"value":"secret"},"allowedValues":{"secret too":{}},"swapTargetName":{"value":"A.B.E"}}}',
    });
    expect(recordsOf(row, await rulesWith()).records[0]?.extra).toMatchObject({
      policiesReferenced: [
        { object: 'A.B.T', policy: 'A.B.ROWS', kind: 'ROW_ACCESS_POLICY' },
        { object: 'A.B.T', column: 'SSN', policy: 'A.B.MASK', kind: 'MASKING_POLICY' },
      ],
      objectsModified: [{ object: 'A.B.W', type: 'table', columns: [] }],
      objectModifiedByDdl: [
        { object: 'A.B.D', type: 'table', operation: 'ALTER', properties: { comment: { value: 'secret' } } },
      ],
    });
    const [line = ''] = recordsOf(row, await rulesWith({ redact: true })).lines;
    expect(line).not.toContain('secret');
    expect(line).toContain('A.B.E');
  });

  test.each(['[', '"oops"', '[1]', '["IMMUTA.PUBLIC.CUSTOMER"]', '7', 'true'])(
    'a cell that holds %s is never taken for no access, and the query is named',
    async (cell) => {
      const rules = await rulesWith();
      for (const column of ['DIRECT_OBJECTS_ACCESSED', 'POLICIES_REFERENCED'])
        expect(() => recordsOf(rowOf({ [column]: cell }), rules)).toThrow(
          `${column} of the query ${seedCells['QUERY_ID']}`,
        );
    },
  );

  test.each(['null', '[]', '[null]'])('a cell that holds %s is no access', async (cell) => {
    const row = rowOf({ DIRECT_OBJECTS_ACCESSED: cell });
    expect(recordsOf(row, await rulesWith()).records).toEqual([]);
  });
});

test('redacted, neither the text nor the message shows a literal', async () => {
  const changes = {
    QUERY_TEXT: "select 1 where ssn = '123-45'",
    ERROR_MESSAGE: "Numeric value '123-45' is not recognized",
  };
  const { records, lines } = recordsOf(rowOf(changes), await rulesWith({ redact: true }));
  expect(records[0]?.['query']).toBe("select literal_number where ssn = 'literal_string'");
  expect(lines.join('')).not.toContain('123-45');
});
