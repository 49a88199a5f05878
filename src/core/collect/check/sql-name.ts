/**
 * A name as it is written in SQL: as it is where Snowflake would read it back the same, else in double quotes
 * ("Identifier requirements", Snowflake documentation).
 */
export function sqlName(name: string): string {
  return /^[A-Z_][A-Z0-9_$]*$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

/** A name that was typed, as Snowflake keeps it: in upper case, unless it stands in double quotes. */
export function keptName(typed: string): string {
  const quoted = /^"(.+)"$/.exec(typed)?.[1];
  return quoted === undefined ? typed.toUpperCase() : quoted.replaceAll('""', '"');
}
