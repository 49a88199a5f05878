import type { Kind } from './kind.ts';
import {
  customer,
  orders,
  other,
  view,
  stage,
  tableStage,
  udf,
  location,
  alter,
  customerLine,
} from './kind.ts';

/** What writes and changes, as Snowflake's access-history guide lists it. */
export const writes: readonly Kind[] = [
  {
    kind: 'INSERT … VALUES',
    access: [{ modified: [{ ...customer, columns: [{ columnName: 'C_NAME' }] }] }],
    records: [`${customerLine}modified`],
    extra: { columns: ['C_NAME'] },
  },
  {
    kind: 'INSERT … SELECT',
    access: [
      {
        direct: [orders],
        base: [orders],
        modified: [
          {
            ...customer,
            columns: [
              {
                columnName: 'C_NAME',
                baseSources: [{ ...orders, columnName: 'O_NAME' }],
                directSources: [{ ...orders, columnName: 'O_NAME' }],
              },
            ],
          },
        ],
      },
    ],
    records: ['IMMUTA.PUBLIC.ORDERS: direct, base', `${customerLine}modified`],
    extra: {
      objectsModified: [
        {
          columns: ['C_NAME'],
          lineage: [
            {
              column: 'C_NAME',
              baseSources: ['IMMUTA.PUBLIC.ORDERS.O_NAME'],
              directSources: ['IMMUTA.PUBLIC.ORDERS.O_NAME'],
            },
          ],
        },
      ],
    },
  },
  { kind: 'UPDATE', access: [{ modified: [customer] }], records: [`${customerLine}modified`] },
  { kind: 'DELETE', access: [{ modified: [customer] }], records: [`${customerLine}modified`] },
  { kind: 'TRUNCATE', access: [{ modified: [customer] }], records: [`${customerLine}modified`] },
  {
    kind: 'MERGE',
    access: [{ direct: [orders, customer], modified: [customer] }],
    records: ['IMMUTA.PUBLIC.ORDERS: direct', `${customerLine}direct, modified`],
  },
  {
    kind: 'CREATE TABLE … AS SELECT',
    access: [{ direct: [customer], base: [customer], modified: [other] }],
    records: [`${customerLine}direct, base`],
    extra: { objectsModified: [{ object: 'IMMUTA.PUBLIC.COPY' }] },
  },
  {
    kind: 'CREATE TABLE … CLONE',
    access: [
      {
        direct: [customer],
        ddl: { ...other, operationType: 'CREATE', properties: { creationMode: { value: 'CREATE' } } },
      },
    ],
    records: [`${customerLine}direct`],
  },
  {
    kind: 'COPY INTO table',
    access: [{ direct: [stage], base: [stage], modified: [customer] }],
    records: [`${customerLine}modified`],
    extra: { objectsAccessed: [{ stageKind: 'Internal Named' }] },
  },
  {
    kind: "COPY INTO 's3://…'",
    access: [{ direct: [customer], base: [customer], modified: [location] }],
    records: [`${customerLine}direct, base`],
    extra: { objectsModified: [{ object: null, location: 's3://elsewhere/out/' }] },
  },
  {
    kind: 'COPY INTO a stage',
    access: [{ direct: [customer], modified: [stage] }],
    records: [`${customerLine}direct`],
    extra: { objectsModified: [{ object: 'IMMUTA.PUBLIC.FILES', stageKind: 'Internal Named' }] },
  },
  {
    kind: 'PUT of a local file into a stage',
    access: [{ direct: [{ location: 'file:///tmp/a.csv' }], modified: [stage] }],
    records: [],
  },
  {
    kind: 'GET of files from the stage of a table',
    access: [{ direct: [tableStage], base: [tableStage], modified: [{ location: 'file:///tmp/data/' }] }],
    records: [`${customerLine}direct, base`],
    extra: {
      objectsAccessed: [{ type: 'stage', stageKind: 'Table' }],
      objectsModified: [{ object: null, location: 'file:///tmp/data/' }],
    },
  },
  {
    kind: 'INSERT … SELECT of what a function makes (lineage as in the example of the guide)',
    access: [
      {
        direct: [udf, orders],
        modified: [
          {
            ...customer,
            columns: [
              {
                columnName: 'C_NAME',
                directSourceColumns: [{ ...orders, columnName: 'O_NAME' }, udf],
                baseSourceColumns: [{ objectDomain: 'Table' }, location],
              },
            ],
          },
        ],
      },
    ],
    records: ['IMMUTA.PUBLIC.ORDERS: direct', `${customerLine}modified`],
    extra: {
      objectsModified: [
        {
          lineage: [
            {
              column: 'C_NAME',
              directSources: ['IMMUTA.PUBLIC.ORDERS.O_NAME', 'IMMUTA.PUBLIC.F(C VARCHAR)'],
              baseSources: ['?table', 's3://elsewhere/out/'],
            },
          ],
        },
      ],
    },
  },
  {
    kind: 'ALTER TABLE … UNSET MASKING POLICY',
    access: [
      {
        ddl: alter({
          columns: {
            C_PHONE: {
              subOperationType: 'ALTER',
              policies: { 'G.P.MASK': { subOperationType: 'DROP', policyId: { value: 7 } } },
            },
          },
        }),
      },
    ],
    records: [`${customerLine}ddl`],
    extra: {
      objectModifiedByDdl: [
        {
          operation: 'ALTER',
          properties: { columns: { C_PHONE: { policies: { 'G.P.MASK': { subOperationType: 'DROP' } } } } },
        },
      ],
    },
  },
  {
    kind: 'ALTER TABLE … DROP COLUMN',
    access: [{ ddl: alter({ columns: { C_PHONE: { subOperationType: 'DROP' } } }) }],
    records: [`${customerLine}ddl`],
  },
  {
    kind: 'ALTER TABLE … SET TAG',
    access: [
      { ddl: alter({ tags: { 'G.P.PII': { subOperationType: 'ADD', tagValue: { value: 'yes' } } } }) },
    ],
    records: [`${customerLine}ddl`],
  },
  {
    kind: 'ALTER TABLE … RENAME TO a registered name',
    access: [{ ddl: alter({ objectName: { value: 'IMMUTA.PUBLIC.CUSTOMER' } }, other) }],
    records: [`${customerLine}ddl`],
  },
  {
    kind: 'ALTER TABLE … SWAP WITH (two rows)',
    access: [
      {
        ddl: alter({ swapTargetName: { value: 'IMMUTA.PUBLIC.COPY' }, swapTargetDomain: { value: 'Table' } }),
      },
      {
        ddl: alter(
          { swapTargetName: { value: 'IMMUTA.PUBLIC.CUSTOMER' }, swapTargetDomain: { value: 'Table' } },
          other,
        ),
      },
    ],
    records: [`${customerLine}ddl`],
    extra: { objectModifiedByDdl: [{ object: 'IMMUTA.PUBLIC.COPY' }, { object: 'IMMUTA.PUBLIC.CUSTOMER' }] },
  },
  {
    kind: 'CREATE OR REPLACE TABLE with a masking policy and tags',
    access: [
      {
        ddl: {
          ...customer,
          operationType: 'CREATE',
          properties: {
            tags: { 'G.P.PII': { subOperationType: 'ADD', tagValue: { value: 'sensitive' } } },
            columns: {
              C_PHONE: {
                subOperationType: 'ADD',
                maskingPolicies: { 'G.P.MASK': { subOperationType: 'ADD', objectId: { value: 2 } } },
              },
            },
          },
        },
      },
    ],
    records: [`${customerLine}ddl`],
  },
  ...(
    [
      ['CREATE TAG', 'TAG', 'CREATE', { allowedValues: { public: { subOperationType: 'ADD' } } }],
      ['ALTER TAG … SET MASKING POLICY', 'TAG', 'ALTER', { maskingPolicies: { 'G.P.MASK': {} } }],
      ['DROP MASKING POLICY', 'MASKING_POLICY', 'DROP', {}],
      ['CREATE SEQUENCE', 'Sequence', 'CREATE', { start: { value: '2' } }],
      ['ALTER DATABASE, ROLE, SHARE, LISTING, SESSION', 'Share', 'ALTER', {}],
    ] as const
  ).map(([kind, objectDomain, operationType, properties]): Kind => ({
    kind,
    access: [{ ddl: { objectDomain, objectName: 'IMMUTA.PUBLIC.X', operationType, properties } }],
    records: [],
  })),
  ...(
    [
      ['Database', 'IMMUTA'],
      ['Schema', 'IMMUTA.PUBLIC'],
    ] as const
  ).map(([objectDomain, objectName]): Kind => ({
    kind: `DROP ${objectDomain.toUpperCase()}`,
    access: [{ ddl: { objectDomain, objectName, operationType: 'DROP' } }],
    records: [],
  })),
  {
    kind: 'DROP TABLE',
    access: [{ ddl: { ...customer, operationType: 'DROP' } }],
    records: [`${customerLine}ddl`],
  },
  {
    kind: 'CREATE VIEW over the table',
    access: [{ direct: [customer], base: [customer], ddl: { ...view, operationType: 'CREATE' } }],
    records: [`${customerLine}direct, base`],
  },
];
