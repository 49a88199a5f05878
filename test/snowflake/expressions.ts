import type { Expression } from './select-reader.ts';
import { notUnderstood, SqlProblem, unknownColumn } from './sql-problem.ts';
import type { ColumnType, Value, ViewRow } from './views.ts';

/** A joined row: one row for each source, null where a LEFT JOIN found none. */
export type JoinedRow = readonly (ViewRow | null)[];

/** An expression made ready: its type, and how it is worked out. */
export interface Compiled {
  type: ColumnType;
  /** Sources it looks at, by their position. */
  sources: ReadonlySet<number>;
  at: (row: JoinedRow) => Value;
}

/** What names and functions mean where an expression stands. */
export interface Scope {
  sources: readonly { alias: string; columns: Readonly<Record<string, ColumnType>> }[];
  binds: readonly { type: string; value: string | null }[];
  /** Simulated time in nanoseconds, and who asks. */
  nowNs: bigint;
  context: Readonly<Record<string, string | null>>;
  /** Value of a window function for a row. */
  window: (expression: Expression & { kind: 'window' }) => Compiled;
}

const none: ReadonlySet<number> = new Set();

/** Makes an expression ready. Throws SqlProblem for names and functions that are not known. */
export function compile(expression: Expression, scope: Scope): Compiled {
  switch (expression.kind) {
    case 'column':
      return column(expression.path, scope);
    case 'bind':
      return bind(expression.index, scope);
    case 'literal':
      return { type: literalType(expression.value), sources: none, at: () => expression.value };
    case 'call':
      return call(expression.name, expression.args, scope);
    case 'window':
      return scope.window(expression);
    case 'cast':
      return cast(compile(expression.of, scope), expression.type);
    default:
      return condition(expression, scope);
  }
}

function column(path: readonly string[], { sources }: Scope): Compiled {
  const [first = '', second] = path;
  const name = second ?? first;
  const index = sources.findIndex(({ alias, columns }) =>
    second === undefined ? name in columns : alias === first,
  );
  const type = sources[index]?.columns[name];
  if (path.length > 2 || type === undefined) throw unknownColumn(path.join('.'));
  return { type, sources: new Set([index]), at: (row) => row[index]?.[name] ?? null };
}

function bind(index: number, { binds }: Scope): Compiled {
  const given = binds[index - 1];
  if (given === undefined)
    throw new SqlProblem('002049', '42601', `SQL compilation error: error line 1\nBind variable ? not set.`);
  const { type, value } = given;
  if (type === 'FIXED') {
    const number = value === null ? null : BigInt(value);
    return { type: 'fixed', sources: none, at: () => number };
  }
  if (type === 'TEXT') return { type: 'text', sources: none, at: () => value };
  throw notUnderstood(`binds of the type ${type}`);
}

function literalType(value: string | bigint | boolean | null): ColumnType {
  if (typeof value === 'bigint') return 'fixed';
  return typeof value === 'boolean' ? 'boolean' : 'text';
}

type Call = (args: readonly Expression[], scope: Scope) => Compiled;

const context =
  (name: string): Call =>
  (args, { context }) => {
    if (args.length > 0) throw notUnderstood(`arguments of ${name}`);
    const value = context[name] ?? null;
    return { type: 'text', sources: none, at: () => value };
  };

const calls: Readonly<Record<string, Call>> = {
  CURRENT_TIMESTAMP: (_, { nowNs }) => ({ type: 'timestamp_ltz', sources: none, at: () => nowNs }),
  DATE_PART: ([part, of], scope) => {
    if (part?.kind !== 'column' || part.path.join('.') !== 'EPOCH_NANOSECOND' || of === undefined)
      throw notUnderstood('this DATE_PART');
    const inner = compile(of, scope);
    if (inner.type !== 'timestamp_ltz') throw wrongType('DATE_PART', inner.type);
    return { ...inner, type: 'fixed' };
  },
  TO_TIMESTAMP_LTZ: ([of, scale], scope) => {
    if (of === undefined || scale?.kind !== 'literal' || scale.value !== 9n)
      throw notUnderstood('this TO_TIMESTAMP_LTZ');
    const inner = compile(of, scope);
    if (inner.type !== 'fixed') throw wrongType('TO_TIMESTAMP_LTZ', inner.type);
    return { ...inner, type: 'timestamp_ltz' };
  },
  TO_JSON: ([of], scope) => {
    if (of === undefined) throw notUnderstood('this TO_JSON');
    const inner = compile(of, scope);
    if (inner.type !== 'array' && inner.type !== 'object') throw wrongType('TO_JSON', inner.type);
    return { ...inner, type: 'text', at: (row) => jsonOf(inner.at(row)) };
  },
  ...Object.fromEntries(
    [
      'CURRENT_USER',
      'CURRENT_ROLE',
      'CURRENT_WAREHOUSE',
      'CURRENT_ACCOUNT',
      'CURRENT_ACCOUNT_NAME',
      'CURRENT_ORGANIZATION_NAME',
      'CURRENT_REGION',
      'CURRENT_VERSION',
    ].map((name) => [name, context(name)]),
  ),
};

function jsonOf(value: Value): string | null {
  return value === null ? null : JSON.stringify(value);
}

function call(name: string, args: readonly Expression[], scope: Scope): Compiled {
  const known = calls[name];
  if (known === undefined)
    throw new SqlProblem('002140', '42601', `SQL compilation error:\nUnknown function ${name}`);
  return known(args, scope);
}

function cast(of: Compiled, type: string): Compiled {
  if (type !== 'VARCHAR') throw notUnderstood(`a cast to ${type}`);
  if (of.type !== 'fixed' && of.type !== 'text') throw notUnderstood(`a cast of ${of.type} to text`);
  return {
    ...of,
    type: 'text',
    at: (row) => {
      const value = of.at(row);
      return typeof value === 'bigint' ? String(value) : value;
    },
  };
}

type Condition = Extract<Expression, { kind: 'compare' | 'isNull' | 'logic' | 'not' }>;

function condition(expression: Condition, scope: Scope): Compiled {
  const truth = (sources: ReadonlySet<number>, at: Compiled['at']): Compiled => ({
    type: 'boolean',
    sources,
    at,
  });
  if (expression.kind === 'isNull') {
    const { sources, at } = compile(expression.of, scope);
    return truth(sources, (row) => (at(row) === null) !== expression.negated);
  }
  if (expression.kind === 'not') {
    const { sources, at } = compile(expression.of, scope);
    return truth(sources, (row) => {
      const value = at(row);
      return value === null ? null : value !== true;
    });
  }
  const left = compile(expression.left, scope);
  const right = compile(expression.right, scope);
  const sources = new Set([...left.sources, ...right.sources]);
  if (expression.kind === 'compare') return truth(sources, compareBy(expression.sign, left, right));
  const decisive = expression.sign === 'OR';
  return truth(sources, (row) => joinTruths(left.at(row), () => right.at(row), decisive));
}

/** Logic of three values: unknown (null) gives way only to what decides. */
function joinTruths(left: Value, right: () => Value, decisive: boolean): Value {
  if (left === decisive) return decisive;
  const second = right();
  if (second === decisive) return decisive;
  return left === null || second === null ? null : !decisive;
}

const outcomes: Readonly<Record<string, (order: number) => boolean>> = {
  '=': (order) => order === 0,
  '<>': (order) => order !== 0,
  '<': (order) => order < 0,
  '<=': (order) => order <= 0,
  '>': (order) => order > 0,
  '>=': (order) => order >= 0,
};

function compareBy(sign: string, left: Compiled, right: Compiled): Compiled['at'] {
  if (left.type !== right.type)
    throw new SqlProblem(
      '001038',
      '22023',
      `SQL compilation error:\nCan not compare ${left.type} and ${right.type}`,
    );
  const outcome = outcomes[sign];
  if (outcome === undefined) throw notUnderstood(`the sign ${sign}`);
  return (row) => {
    const a = left.at(row);
    const b = right.at(row);
    return a === null || b === null ? null : outcome(orderOf(a, b));
  };
}

/** NULLs come last, as Snowflake sorts them. */
export function orderOf(a: Value, b: Value): number {
  if (a === b) return 0;
  if (a === null) return 1;
  if (b === null) return -1;
  return a < b ? -1 : 1;
}

function wrongType(name: string, type: ColumnType): SqlProblem {
  return new SqlProblem(
    '001044',
    '42P13',
    `SQL compilation error:\nInvalid argument types for function '${name}': (${type.toUpperCase()})`,
  );
}
