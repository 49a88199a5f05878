import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { redactLiterals } from '../../../../../src/core/collect/redact/redact-literals.ts';
import { sqlTokens } from '../../../../../src/core/collect/redact/sql-tokens.ts';

const S = "'literal_string'";
const N = 'literal_number';

describe('literals become the placeholders of the ALTR sample', () => {
  test.each([
    [
      'the sample itself',
      "SELECT FIRST_NAME FROM CUSTOMER_DATA WHERE ID = 'x' LIMIT 5;",
      `SELECT FIRST_NAME FROM CUSTOMER_DATA WHERE ID = ${S} LIMIT ${N};`,
    ],
    ['a doubled quote', "a = 'O''Brien' and b", `a = ${S} and b`],
    ['a backslash before a quote', String.raw`a = 'O\'Brien' and b`, `a = ${S} and b`],
    ['a backslash that is itself escaped', String.raw`a = 'x\\' and b = 'y'`, `a = ${S} and b = ${S}`],
    ['an empty string', "a = ''", `a = ${S}`],
    ['a quote alone in a string', "a = '''' and b = 'c'", `a = ${S} and b = ${S}`],
    ['a string over lines', "a = 'x\ny'\nand b", `a = ${S}\nand b`],
    ['comment signs in a string', "a = '-- /* //' and b = 'c'", `a = ${S} and b = ${S}`],
    ['dollar quotes', "a = $$it's 'secret'$$ and b = 'c'", `a = ${S} and b = ${S}`],
    ['a dollar in dollar quotes', 'a = $$5$ and $6$$ and b', `a = ${S} and b`],
    ['casts of strings and numbers', "'2020-01-01'::date, 1::int", `${S}::date, ${N}::int`],
    ['typed literals', "DATE '2020-01-01' + INTERVAL '1 day'", `DATE ${S} + INTERVAL ${S}`],
    ['hex strings', "x'DEADBEEF', X'00'", `x${S}, X${S}`],
    ['hex numbers', '0xDEADBEEF', N],
    ['integers, fractions, exponents', '1, 1.5, .5, 1., 1e10, 1.5E-3, 2e+7', Array(7).fill(N).join(', ')],
    ['negative numbers keep their sign', 'a = -5 - -6', `a = -${N} - -${N}`],
    ['sums without spaces', 'a+1-2*3', `a+${N}-${N}*${N}`],
    ['a number before a range of letters', '123abc', N],
    ['a list of numbers', 'IN (1,2,3)', `IN (${N},${N},${N})`],
    ['a number in an object', "{'ssn':123456789}", `{${S}:${N}}`],
    ['a number after a quoted path', '"a":12', `"a":${N}`],
    ['a long run of digits after a colon', 'x:123456789', `x:${N}`],
  ])('%s', (_, sql, redacted) => {
    expect(redactLiterals(sql)).toBe(redacted);
  });
});

describe('what is no literal stays as it is', () => {
  test.each([
    ['numbers in names', 'SELECT col_2024, t1.a9 FROM db1.schema2.t3$4'],
    [
      'quoted names, with digits, dots, quotes and comment signs',
      'SELECT "a.1"" -- \'x\'" FROM "my db"."2024"',
    ],
    ['binds', 'WHERE a = ? AND b = :1 AND c IN (:2, :3) LIMIT :4 AND d = :name'],
    ['positional columns and variables', 'SELECT $1, $2, $my_var FROM @stage'],
    ['stages and their paths', 'COPY INTO t FROM @db.schema.stage/2024/01/file_7.csv'],
    ['paths into semi-structured data', 'SELECT src:customer.name::string FROM t'],
    ['letters of other alphabets', 'SELECT größe, 数量2 FROM tabelle'],
    ['constants that are words', 'SELECT NULL, TRUE, CURRENT_DATE'],
    ['nothing', ''],
  ])('%s', (_, sql) => {
    expect(redactLiterals(sql)).toBe(sql);
  });
});

describe('comments', () => {
  test.each([
    ['to the end of the line', "a -- where ssn = '123'\n+ 'b'", `a -- comment\n+ ${S}`],
    ['with two slashes', "a // don't\n+ 'b'", `a // comment\n+ ${S}`],
    ['block', "a /* it's 5 */ + 'b'", `a /* comment */ + ${S}`],
    ['block with stars', 'a /*** x **/ + 1', `a /* comment */ + ${N}`],
    ['block that opens with a slash', "a /*/ 'x' */ + 1", `a /* comment */ + ${N}`],
    ['blocks do not nest', "a /* /* b */ 'c' /* */", `a /* comment */ ${S} /* comment */`],
    ['dashes in a block', 'a /* -- */ + 1', `a /* comment */ + ${N}`],
    [
      'a quote in a comment opens no string',
      "-- don't\nselect 'secret', 'b'",
      `-- comment\nselect ${S}, ${S}`,
    ],
  ])('%s', (_, sql, redacted) => {
    expect(redactLiterals(sql)).toBe(redacted);
  });
});

describe('text that is cut off shows nothing of the literal it was cut in', () => {
  test.each([
    ['a string', "a = 'secr", `a = ${S}`],
    ['a string, after a backslash', "a = 'secr\\", `a = ${S}`],
    ['a string, after the first of two quotes', "a = 'O'", `a = ${S}`],
    ['dollar quotes', 'a = $$secr', `a = ${S}`],
    ['dollar quotes, before the last sign', 'a = $$secr$', `a = ${S}`],
    ['a block comment', 'a /* secr', 'a /* comment */'],
    ['a line comment', 'a -- secr', 'a -- comment'],
    ['a quoted name', 'a = "secr', 'a = '],
    ['a quoted name, after a doubled quote', 'a = "secr""', 'a = '],
    ['a number', 'a = 12.3', `a = ${N}`],
    ['a number in its exponent', 'a = 1.5E-', `a = ${N}-`],
  ])('%s', (_, sql, redacted) => {
    expect(redactLiterals(sql)).toBe(redacted);
  });
});

/** Pieces of SQL with what becomes of them; each holds `hidden` where it must not be seen any more. */
const hidden = 'q9z8x7';
const pieces: [string, string][] = [
  [`'${hidden}'`, S],
  [`'a''${hidden}'`, S],
  [`'\\'${hidden}--'`, S],
  [`'/*${hidden}'`, S],
  [`$$'${hidden}$ "$$`, S],
  [`/*'"${hidden}*/`, '/* comment */'],
  [`--'"$$${hidden}\n`, '-- comment\n'],
  [`//${hidden}'\n`, '// comment\n'],
  ['12345.678e-9', N],
  [`"a''b--$$"`, `"a''b--$$"`],
  ['"x""y"', '"x""y"'],
  ['col_1', 'col_1'],
  ['?', '?'],
  ['(', '('],
  ['=', '='],
  ['@st/2024', '@st/2024'],
];
const sqlText = fc
  .array(fc.constantFrom(...pieces), { maxLength: 20 })
  .map((list) => list.map(([sql, redacted]) => ({ sql, redacted })));

describe('for any text', () => {
  test('each piece becomes what it is, whatever stands around it', () => {
    fc.assert(
      fc.property(sqlText, (list) => {
        const sql = list.map((piece) => piece.sql).join(' ');
        expect(redactLiterals(sql)).toBe(list.map((piece) => piece.redacted).join(' '));
      }),
    );
  });

  test('wherever it is cut, no literal shows through', () => {
    fc.assert(
      fc.property(sqlText, fc.nat(), (list, place) => {
        const sql = list.map((piece) => piece.sql).join(' ');
        const cut = sql.slice(0, place % (sql.length + 1));
        for (let length = hidden.length; length >= 2; length -= 1)
          expect(redactLiterals(cut)).not.toContain(hidden.slice(0, length));
      }),
    );
  });

  test('tokens joined are the text, and redacting twice is redacting once', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.constantFrom("'", '"', '$', '-', '/', '*', '\\', '\n', ':', '1', '.', 'e', 'a', '@', ' '),
        ),
        (characters) => {
          const sql = characters.join('');
          expect([...sqlTokens(sql)].map(({ text }) => text).join('')).toBe(sql);
          const once = redactLiterals(sql);
          expect(redactLiterals(once)).toBe(once);
        },
      ),
    );
  });

  test('100,000 characters take no time to speak of, however they are meant', () => {
    for (const unit of ["'", '$', '/*', '"', "''", '\\', '-', '1e', '*/', "'\\"]) {
      const sql = unit.repeat(100_000 / unit.length);
      const startedMs = performance.now();
      redactLiterals(sql);
      expect(performance.now() - startedMs).toBeLessThan(2000);
    }
  });
});
