import { DuckDBInstance } from '@duckdb/node-api';
import type { DuckDBConnection } from '@duckdb/node-api';

/** Functions of Trino that DuckDB lacks, as its documentation describes them. */
const macros = [
  `json_extract_scalar(j, p) AS CASE WHEN json_type(CAST(j AS JSON), p) IN ('OBJECT', 'ARRAY', 'NULL') THEN NULL ELSE json_extract_string(CAST(j AS JSON), p) END`,
  'json_format(j) AS CAST(j AS VARCHAR)',
  'json_parse(s) AS CAST(s AS JSON)',
  'regexp_like(s, p) AS regexp_matches(s, p)',
  `trino_regexp_extract(s, p, g) AS NULLIF(regexp_extract(s, p, g), '')`,
  'trino_from_unixtime(s, z) AS to_timestamp(s)',
  'from_iso8601_timestamp(s) AS CAST(s AS TIMESTAMPTZ)',
  `array_join(l, s) AS array_to_string(l, s)`,
];

/** The words of both dialects that differ and mean the same. */
const words: readonly [RegExp, string][] = [
  [/\$((?:\["\w+"\])+)'/g, '$1'],
  [/\btransform\(/g, 'list_transform('],
  [/\bfilter\(/g, 'list_filter('],
  [/\bcardinality\(/g, 'len('],
  [/\belement_at\(/g, 'list_extract('],
  [/\bconcat\(/g, 'list_concat('],
  [/\bregexp_extract\(/g, 'trino_regexp_extract('],
  [/\bfrom_unixtime\(/g, 'trino_from_unixtime('],
  [/ARRAY\(JSON\)/g, 'JSON[]'],
  [/ARRAY\(VARCHAR\)/g, 'VARCHAR[]'],
  [/\b(x\d*) -> /g, 'lambda $1: '],
];

/** Opens a database that runs SELECTs written for Trino. */
export async function openTrino(): Promise<DuckDBConnection> {
  const connection = await (await DuckDBInstance.create(':memory:')).connect();
  for (const macro of macros) await connection.run(`CREATE MACRO ${macro}`);
  await connection.run("SET TimeZone = 'UTC'");
  return connection;
}

/** The same statement in DuckDB's words. */
export function inDuckDb(sql: string): string {
  return words.reduce(
    (text, [from, to], index) =>
      index === 0
        ? text.replaceAll(from, (_, path: string) => `$${path.replaceAll(/\["(\w+)"\]/g, '."$1"')}'`)
        : text.replaceAll(from, to),
    sql,
  );
}
