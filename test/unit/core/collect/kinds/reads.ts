import type { Kind } from './kind.ts';
import { customer, orders, view, stream, stage, procedure, udf, customerLine } from './kind.ts';

/** What reads, as Snowflake's access-history guide lists it. */
export const reads: readonly Kind[] = [
  {
    kind: 'SELECT from a table',
    access: [{ direct: [customer], base: [customer] }],
    records: [`${customerLine}direct, base`],
  },
  {
    kind: 'SELECT from a view that is not registered',
    access: [{ direct: [view], base: [customer] }],
    records: [`${customerLine}base`],
  },
  {
    kind: 'SELECT from a join of two',
    access: [{ direct: [customer, orders], base: [customer, orders] }],
    records: [`${customerLine}direct, base`, 'IMMUTA.PUBLIC.ORDERS: direct, base'],
  },
  {
    kind: 'SELECT from a stream',
    access: [{ direct: [stream], base: [customer] }],
    records: [`${customerLine}base`],
  },
  {
    kind: 'SELECT through a masking policy',
    access: [
      {
        direct: [view],
        base: [view],
        policies: [
          {
            ...customer,
            columns: [
              { columnName: 'C_PHONE', policies: [{ policyName: 'G.P.MASK', policyKind: 'MASKING_POLICY' }] },
            ],
          },
        ],
      },
    ],
    records: [`${customerLine}policy`],
    extra: { columns: ['C_PHONE'], policiesReferenced: [{ column: 'C_PHONE', policy: 'G.P.MASK' }] },
  },
  { kind: 'SELECT from files in a stage', access: [{ direct: [stage], base: [stage] }], records: [] },
  {
    kind: 'SELECT with a function over the table',
    access: [{ direct: [udf, customer] }],
    records: [`${customerLine}direct`],
  },
  {
    kind: 'a view with a shared function',
    access: [{ direct: [view], base: [udf, customer] }],
    records: [`${customerLine}base`],
    extra: { baseObjectsAccessed: [{ object: 'IMMUTA.PUBLIC.F(C VARCHAR)' }, {}] },
  },
  { kind: 'a call of a function', access: [{ direct: [udf] }], records: [] },
  { kind: 'CALL of a procedure', access: [{ direct: [procedure], base: [procedure] }], records: [] },
];
