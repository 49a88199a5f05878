// @ts-check
/** SQL as a warehouse sees it: dashboards, ad-hoc questions, transformations and loads. */
import { gap } from './template.mjs';
import { TABLES, qualifiedName } from './vocabulary.mjs';

/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {{ text: string, type: string, tables: import('./vocabulary.mjs').Table[], columns: string[] }} Statement */
/** @typedef {{ string: (random: Random) => string, number: (random: Random) => string }} Literals how values are written */

/** ALTR scrubs literals, and its sample shows them between typographic quotes. @type {Literals} */
const TYPOGRAPHIC_LITERALS = { string: () => '‘literal_string’', number: () => 'literal_number' };
/** @type {Literals} */
const SCRUBBED_LITERALS = { string: () => "'literal_string'", number: () => 'literal_number' };
/** Immuta keeps them. @type {Literals} */
const RAW_LITERALS = {
  string: (random) =>
    random.chance(0.3)
      ? `'${random.pick(['München', 'São Paulo', 'Zürich', '東京', "O''Fallon", 'Québec'])}'`
      : `'${random.pick(['ACTIVE', 'SHIPPED', 'GOLD', 'EMEA', '2026-09-01', 'wire transfer', 'web'])}'`,
  number: () => gap('digits', 5),
};

/**
 * @param {Random} random
 * @param {{ scrubbed: boolean, size: 'short' | 'medium' | 'long' }} options
 * @returns {Statement}
 */
export function writeStatement(random, { scrubbed, size }) {
  const literals = scrubbed ? (random.chance(0.15) ? TYPOGRAPHIC_LITERALS : SCRUBBED_LITERALS) : RAW_LITERALS;
  if (size === 'long') return random.chance(0.7) ? commonTables(random, literals) : merge(random, literals);
  if (size === 'medium') return random.chance(0.85) ? report(random, literals) : merge(random, literals);
  return random.chance(0.8) ? lookUp(random, literals) : change(random, literals);
}

/** @param {Random} random @param {Literals} literals @returns {string} */
function condition(random, literals, prefix = '') {
  const column = prefix + random.pick(random.pick(TABLES).columns);
  const form = random.below(6);
  if (form === 0) return `${column} = ${literals.string(random)}`;
  if (form === 1) return `${column} > ${literals.number(random)}`;
  if (form === 2)
    return `${column} IN (${Array.from({ length: random.between(2, 6) }, () => literals.string(random)).join(', ')})`;
  if (form === 3) return `${column} BETWEEN ${literals.string(random)} AND ${literals.string(random)}`;
  if (form === 4) return `UPPER(${column}) LIKE ${literals.string(random)}`;
  return `${column} IS ${random.chance(0.5) ? 'NOT ' : ''}NULL`;
}

/** @param {Random} random @param {Literals} literals @returns {Statement} */
function lookUp(random, literals) {
  const table = random.pick(TABLES);
  const columns = random.sample(table.columns, random.between(1, 5));
  const where = Array.from({ length: random.between(1, 2) }, () => condition(random, literals)).join(' AND ');
  return {
    text: `SELECT ${columns.join(', ')} FROM ${random.chance(0.6) ? qualifiedName(table) : table.name} WHERE ${where} LIMIT ${literals.number(random)};`,
    type: 'SELECT',
    tables: [table],
    columns,
  };
}

/** @param {Random} random @param {Literals} literals @returns {Statement} */
function change(random, literals) {
  const table = random.pick(TABLES);
  const columns = random.sample(table.columns, random.between(1, 4));
  const where = condition(random, literals);
  const name = qualifiedName(table);
  const type = random.pick(['UPDATE', 'DELETE', 'INSERT', 'COPY']);
  const values = columns.map(() => literals.string(random)).join(', ');
  const text = {
    UPDATE: `UPDATE ${name} SET ${columns.map((column) => `${column} = ${literals.string(random)}`).join(', ')} WHERE ${where};`,
    DELETE: `DELETE FROM ${name} WHERE ${where};`,
    INSERT: `INSERT INTO ${name} (${columns.join(', ')}) VALUES (${values});`,
    COPY: `COPY INTO ${name} FROM @ACME_PROD.LANDING.${table.name}_STAGE FILE_FORMAT = (TYPE = PARQUET) PATTERN = ${literals.string(random)};`,
  }[type];
  return { text: text ?? '', type, tables: [table], columns };
}

/** A dashboard's tile. @param {Random} random @param {Literals} literals @returns {Statement} */
function report(random, literals) {
  const [fact, ...dimensions] = random.sample(TABLES, random.between(2, 4));
  if (fact === undefined) return lookUp(random, literals);
  const grouped = dimensions.flatMap((table, index) =>
    random.sample(table.columns, random.between(1, 3)).map((column) => `d${index + 1}.${column}`),
  );
  const measures = random
    .sample(fact.columns, random.between(2, 5))
    .map(
      (column) =>
        `${random.pick(['SUM', 'COUNT', 'AVG', 'MAX', 'COUNT_IF'])}(f.${column}) AS ${column}_${random.pick(['TOTAL', 'N', 'AVG', 'MAX'])}`,
    );
  const joins = dimensions.map(
    (table, index) =>
      `${random.pick(['LEFT JOIN', 'JOIN'])} ${qualifiedName(table)} d${index + 1}\n    ON d${index + 1}.${table.columns[0]} = f.${random.pick(fact.columns)}`,
  );
  const where = Array.from({ length: random.between(1, 4) }, () => condition(random, literals, 'f.'));
  return {
    text: [
      `SELECT ${[...grouped, ...measures].join(',\n       ')}`,
      `FROM ${qualifiedName(fact)} f`,
      ...joins,
      `WHERE ${where.join('\n  AND ')}`,
      `GROUP BY ${grouped.map((_, index) => index + 1).join(', ')}`,
      `ORDER BY ${random.between(1, grouped.length)} DESC\nLIMIT ${literals.number(random)};`,
    ].join('\n'),
    type: 'SELECT',
    tables: [fact, ...dimensions],
    columns: grouped.map((column) => column.slice(3)),
  };
}

/** A transformation tool's model: common table expressions, one upon the other. @param {Random} random @param {Literals} literals @returns {Statement} */
function commonTables(random, literals) {
  const parts = Array.from({ length: random.between(2, 4) }, () => report(random, literals));
  const names = parts.map((part, index) => `${part.tables[0]?.name.toLowerCase() ?? 'part'}_${index + 1}`);
  const target = random.pick(TABLES);
  const body = parts
    .map(({ text }, index) => `${names[index]} AS (\n  ${text.slice(0, -1).replaceAll('\n', '\n  ')}\n)`)
    .join(',\n');
  const creates = random.chance(0.4);
  const head = creates
    ? `CREATE OR REPLACE TEMPORARY TABLE ACME_ANALYTICS.STAGING.${target.name}__DBT_TMP AS (\n`
    : '';
  return {
    text: `${head}WITH ${body}\nSELECT * FROM ${names.join(' NATURAL JOIN ')}${creates ? '\n)' : ''};`,
    type: creates ? 'CREATE_TABLE_AS_SELECT' : 'SELECT',
    tables: parts.flatMap(({ tables }) => tables),
    columns: parts.flatMap(({ columns }) => columns),
  };
}

/** @param {Random} random @param {Literals} literals @returns {Statement} */
function merge(random, literals) {
  const target = random.pick(TABLES);
  const columns = random.sample(target.columns, random.between(4, 12));
  const key = target.columns[0] ?? 'ID';
  const source = report(random, literals);
  return {
    text: [
      `MERGE INTO ${qualifiedName(target)} AS target`,
      `USING (\n${source.text.slice(0, -1)}\n) AS source ON target.${key} = source.${key}`,
      `WHEN MATCHED AND ${condition(random, literals, 'source.')} THEN UPDATE SET`,
      columns.map((column) => `  target.${column} = source.${column}`).join(',\n'),
      `WHEN NOT MATCHED THEN INSERT (${columns.join(', ')})`,
      `VALUES (${columns.map((column) => `source.${column}`).join(', ')});`,
    ].join('\n'),
    type: 'MERGE',
    tables: [target, ...source.tables],
    columns: [...columns, ...source.columns],
  };
}
