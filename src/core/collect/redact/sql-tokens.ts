/** What a piece of SQL text is, as far as literals go. */
export type SqlTokenKind =
  | 'space'
  | 'comment'
  | 'string'
  | 'quoted-name'
  | 'stage'
  | 'bind'
  | 'number'
  | 'word'
  | 'other';

export interface SqlToken {
  kind: SqlTokenKind;
  text: string;
  /** The text ends within it: Snowflake cuts a query after 100,000 characters. */
  cut: boolean;
}

interface TokenRule {
  kind: SqlTokenKind;
  /** Sticky; must match at least one character where it matches at all. */
  pattern: RegExp;
  /** What a whole token ends with, where one can be cut. */
  closing?: RegExp;
}

/**
 * Snowflake's lexical rules, the first that fits counts. Block comments do not nest; `//` begins a comment as `--` does;
 * in a string a quote is written `''` or `\'`; between `$$` nothing is special.
 * https://docs.snowflake.com/en/sql-reference/data-types-text#string-constants
 */
const rules: readonly TokenRule[] = [
  { kind: 'space', pattern: /\s+/y },
  { kind: 'comment', pattern: /(?:--|\/\/)[^\n\r]*/y },
  { kind: 'comment', pattern: /\/\*[^*]*(?:\*(?!\/)[^*]*)*(?:\*\/)?/y, closing: /^\/\*[^]*\*\/$/ },
  { kind: 'string', pattern: /\$\$[^$]*(?:\$(?!\$)[^$]*)*(?:\$\$)?/y, closing: /^\$\$[^]*\$\$$/ },
  { kind: 'string', pattern: /'[^'\\]*(?:(?:''|\\[^])[^'\\]*)*(?:'|\\?$)/y },
  { kind: 'quoted-name', pattern: /"[^"]*(?:""[^"]*)*"?/y, closing: /^"(?:[^"]|"")*"$/ },
  { kind: 'stage', pattern: /@[^\s,;()'"]*/y },
  { kind: 'bind', pattern: /:\d+/y },
  // Letters that follow belong to it: what is no number to Snowflake (0xFF) must not stay behind by half.
  { kind: 'number', pattern: /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[\w$\u0080-\uffff]*/y },
  { kind: 'word', pattern: /[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/y },
  { kind: 'word', pattern: /\$\w+/y },
  { kind: 'other', pattern: /[^]/y },
];

/** Cuts SQL text into tokens; joined, they are the text again. Any text has tokens, valid SQL or not. */
export function* sqlTokens(text: string): Generator<SqlToken> {
  let at = 0;
  let before: SqlTokenKind = 'other';
  while (at < text.length) {
    const token = tokenAt(text, at, before);
    yield token;
    at += token.text.length;
    if (token.kind !== 'space' && token.kind !== 'comment') before = token.kind;
  }
}

function tokenAt(text: string, at: number, before: SqlTokenKind): SqlToken {
  for (const { kind, pattern, closing } of rules) {
    pattern.lastIndex = at;
    const found = pattern.exec(text)?.[0];
    if (found === undefined || (kind === 'bind' && !isBind(found, before))) continue;
    return { kind, text: found, cut: closing !== undefined && !closing.test(found) };
  }
  return { kind: 'other', text: text.charAt(at), cut: false };
}

/** `{'age':42}` holds a number, not the 42nd bind: a bind does not follow on a key. */
function isBind(text: string, before: SqlTokenKind): boolean {
  return text.length <= 6 && before !== 'string' && before !== 'quoted-name';
}
