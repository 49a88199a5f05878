import { notUnderstood, SqlProblem, syntaxProblem, unknownColumn, hiddenObject } from './sql-problem.ts';

/** What stands in quotes, and comments: taken as it is. */
const opaque = /('(?:[^'\\]|''|\\[^])*'|"(?:[^"]|"")*"|--[^\n]*|\/\*[^]*?\*\/)/;

/** What Snowflake writes otherwise than DuckDB, and no more: anything else runs as it is, or fails. */
const rewrites: readonly (readonly [RegExp, string])[] = [
  [/\bDATE_PART\s*\(\s*EPOCH_NANOSECOND\s*,/gi, 'EPOCH_NANOSECOND('],
  [/\bCURRENT_TIMESTAMP\s*\(\s*\)/gi, 'SIMULATED_NOW()'],
  [
    /\bCURRENT_(USER|ROLE|WAREHOUSE|ACCOUNT|ACCOUNT_NAME|ORGANIZATION_NAME|REGION|VERSION)\s*\(\s*\)/gi,
    "(SELECT value FROM SNOWFLAKE.ARRIVED.CONTEXT WHERE name = 'CURRENT_$1')",
  ],
  // ARRAY_AGG leaves NULLs out, and is an empty array where nothing is left.
  [/\bARRAY_AGG\s*\(\s*([\w.]+)\s*\)/gi, 'COALESCE(LIST($1) FILTER (WHERE $1 IS NOT NULL), [])'],
  [/\bTO_JSON\s*\(/gi, 'VARIANT_TEXT('],
];

/** Functions that our statements may call: all of them are Snowflake's. What only DuckDB knows must not pass here. */
const snowflakeFunctions: ReadonlySet<string> = new Set(
  'DATE_PART TO_TIMESTAMP_LTZ TO_JSON ARRAY_AGG ROW_NUMBER COALESCE MIN MAX COUNT IFF CURRENT_TIMESTAMP CURRENT_USER CURRENT_ROLE CURRENT_WAREHOUSE CURRENT_ACCOUNT CURRENT_ACCOUNT_NAME CURRENT_ORGANIZATION_NAME CURRENT_REGION CURRENT_VERSION'.split(
    ' ',
  ),
);
/** Words before a bracket that are no functions. */
const words: ReadonlySet<string> = new Set(
  'AS AND OR NOT IN EXISTS OVER WHERE ON FROM SELECT WITH BY THEN WHEN ELSE JOIN VALUES UNION ALL'.split(' '),
);

/** Snowflake's SQL as DuckDB takes it. Throws SqlProblem for a function that Snowflake is not known to have. */
export function translate(sql: string): string {
  return sql
    .split(opaque)
    .map((part, index) => (index % 2 === 1 ? part : translatePart(part)))
    .join('');
}

function translatePart(part: string): string {
  for (const [, name = ''] of part.matchAll(/\b([A-Za-z_]\w*)\s*\(/g)) {
    const word = name.toUpperCase();
    if (!snowflakeFunctions.has(word) && !words.has(word))
      throw new SqlProblem('002140', '42601', `SQL compilation error:\nUnknown function ${word}`);
  }
  return rewrites.reduce((text, [pattern, by]) => text.replace(pattern, by), part);
}

/** Views of ACCOUNT_USAGE that a statement names. */
export function viewsNamedIn(sql: string): string[] {
  const names = sql.matchAll(/\b(?:FROM|JOIN)\s+([A-Za-z_][\w$]*(?:\.[A-Za-z_][\w$]*)+)/gi);
  return [...new Set([...names].map(([, name = '']) => name.toUpperCase()))];
}

/** Macros that stand for Snowflake's functions. */
export const macros: readonly string[] = [
  'CREATE MACRO EPOCH_NANOSECOND(t) AS epoch_ns(t)',
  'CREATE MACRO TO_TIMESTAMP_LTZ(n, s) AS make_timestamp_ns(n::BIGINT)',
  'CREATE MACRO SIMULATED_NOW() AS (SELECT make_timestamp_ns(ns) FROM SNOWFLAKE.ARRIVED.NOW)',
  'CREATE MACRO IFF(c, a, b) AS CASE WHEN c THEN a ELSE b END',
  'CREATE MACRO VARIANT_TEXT(v) AS to_json(v)::VARCHAR',
];

interface Meaning {
  pattern: RegExp;
  problem: (found: RegExpExecArray) => SqlProblem;
}

const meanings: readonly Meaning[] = [
  { pattern: /Parser Error: (.*)/, problem: ([, what = '']) => syntaxProblem(what) },
  {
    pattern: /(?:column(?: named)?|Referenced table) "([^"]+)"/i,
    problem: ([, name = '']) => unknownColumn(name),
  },
  {
    pattern: /(?:Table|Schema) with name "?([^\s"]+)"? does not exist/,
    problem: ([, name = '']) => hiddenObject(name),
  },
  {
    pattern: /Cannot compare values of type (\S+) and type (\S+)/,
    problem: ([, a = '', b = '']) =>
      new SqlProblem('001038', '22023', `SQL compilation error:\nCan not compare ${a} and ${b}`),
  },
  {
    pattern: /Values were not provided for|Expected \d+ parameters/i,
    problem: () =>
      new SqlProblem('002049', '42601', 'SQL compilation error: error line 1\nBind variable ? not set.'),
  },
];

/** What DuckDB refuses, as Snowflake would say it. */
export function problemOf(error: Error): SqlProblem {
  for (const { pattern, problem } of meanings) {
    const found = pattern.exec(error.message);
    if (found !== null) return problem(found);
  }
  return notUnderstood(error.message);
}
