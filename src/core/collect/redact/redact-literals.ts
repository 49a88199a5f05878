import type { SqlToken, SqlTokenKind } from './sql-tokens.ts';
import { sqlTokens } from './sql-tokens.ts';

/** The placeholders that ALTR's published query audits show. */
const stringPlaceholder = "'literal_string'";
const numberPlaceholder = 'literal_number';

/** Notes and code that was commented out hold values as well, in no form that could be told from other words. */
function redactComment(text: string): string {
  if (text.startsWith('/*')) return '/* comment */';
  return `${text.slice(0, 2)} comment`;
}

const replacements: Partial<Record<SqlTokenKind, (token: SqlToken) => string>> = {
  string: () => stringPlaceholder,
  number: () => numberPlaceholder,
  comment: ({ text }) => redactComment(text),
  // Cut off, nobody can say whether it is a name; and it could not be read to the end again.
  'quoted-name': ({ text, cut }) => (cut ? '' : text),
};

/**
 * Replaces the literals of SQL text by placeholders: strings, dollar-quoted text and hex strings by `'literal_string'`,
 * numbers by `literal_number`, the text of comments by the word comment. Names, binds, operators and white space stay
 * as they are. Text that is cut off within a literal shows nothing of it. Done twice it is the same as done once.
 */
export function redactLiterals(text: string): string {
  let redacted = '';
  for (const token of sqlTokens(text)) redacted += replacements[token.kind]?.(token) ?? token.text;
  return redacted;
}
