import type { Kind } from './kind.ts';
import { customer, customerLine, denied } from './kind.ts';

/** Procedures, what was refused, other engines, and what accesses nothing. */
export const others: readonly Kind[] = [
  {
    kind: 'a statement of a procedure',
    access: [{ direct: [customer] }],
    records: [`${customerLine}direct`],
    extra: { parentQueryId: 'call', rootQueryId: 'call' },
  },
  {
    kind: 'a statement that was refused: the text names it',
    history: denied,
    records: [`${customerLine}text, error`],
    extra: { errorCode: '002003' },
  },
  {
    kind: 'a statement that was refused: current database and schema complete the name',
    history: {
      ...denied,
      ERROR_MESSAGE: 'no',
      QUERY_TEXT: 'select * from orders',
      DATABASE_NAME: 'IMMUTA',
      SCHEMA_NAME: 'PUBLIC',
    },
    records: ['IMMUTA.PUBLIC.ORDERS: text'],
  },
  {
    kind: 'a statement that failed: only its error names it',
    history: { ...denied, QUERY_TEXT: 'call load()' },
    records: [`${customerLine}error`],
  },
  ...(
    [
      ['a literal in IDENTIFIER', "select * from identifier( 'immuta.public.customer' )"],
      ['a literal in TABLE', "select * from table('IMMUTA.PUBLIC.CUSTOMER')"],
      ['space around dots', 'select * from immuta . public /* why */ .customer where c = 1'],
      ['no schema between two dots: PUBLIC', 'select * from immuta..customer'],
    ] as const
  ).map(([kind, QUERY_TEXT]): Kind => ({
    kind: `a statement that was refused: ${kind}`,
    history: { ...denied, ERROR_MESSAGE: 'no', QUERY_TEXT },
    records: [`${customerLine}text`],
  })),
  {
    kind: 'a name in a comment or a string is none',
    history: {
      ...denied,
      ERROR_MESSAGE: 'no',
      QUERY_TEXT: "selec 'IMMUTA.PUBLIC.CUSTOMER' -- identifier('IMMUTA.PUBLIC.ORDERS')",
    },
    records: [],
  },
  {
    kind: 'a statement that failed and names nothing registered',
    history: { ...denied, ERROR_MESSAGE: 'no', QUERY_TEXT: 'select * from X.Y.Z' },
    records: [],
  },
  {
    kind: 'a read of another engine (Spark, Trino)',
    elsewhere: true,
    access: [{ direct: [customer] }],
    records: [`${customerLine}direct`],
    extra: { source: 'accessHistory' },
  },
  {
    kind: 'SHOW, DESCRIBE, USE: no access',
    history: { QUERY_TEXT: 'show tables', QUERY_TYPE: 'SHOW' },
    records: [],
  },
];
