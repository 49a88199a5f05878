import { syntaxProblem } from './sql-problem.ts';

/** `name`: an identifier, in upper case unless it was quoted. */
export interface Token {
  kind: 'name' | 'text' | 'number' | 'sign' | 'end';
  text: string;
  quoted: boolean;
}

const patterns: readonly [RegExp, (match: RegExpExecArray) => Omit<Token, 'quoted'> | undefined][] = [
  [/\s+|--[^\n]*|\/\*[\s\S]*?\*\//y, () => undefined],
  [/"((?:[^"]|"")+)"/y, ([, inner = '']) => ({ kind: 'name', text: inner.replaceAll('""', '"') })],
  [/[A-Za-z_][\w$]*/y, ([word]) => ({ kind: 'name', text: word.toUpperCase() })],
  [/'((?:[^'\\]|''|\\[\s\S])*)'/y, ([, inner = '']) => ({ kind: 'text', text: unescape(inner) })],
  [/\d+/y, ([digits]) => ({ kind: 'number', text: digits })],
  [/::|<>|!=|<=|>=|[(),.=<>?;*]/y, ([sign]) => ({ kind: 'sign', text: sign })],
];

function unescape(inner: string): string {
  return inner.replaceAll(/''|\\([\s\S])/g, (pair: string, escaped?: string) =>
    pair === "''" ? "'" : (escaped ?? ''),
  );
}

/** Cuts SQL into tokens, without comments and white space. Throws SqlProblem. */
export function cutTokens(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const next = nextToken(sql, at);
    if (next.token !== undefined) tokens.push({ ...next.token, quoted: sql[at] === '"' });
    at = next.end;
  }
  tokens.push({ kind: 'end', text: '', quoted: false });
  return tokens;
}

function nextToken(sql: string, at: number): { token: Omit<Token, 'quoted'> | undefined; end: number } {
  for (const [pattern, make] of patterns) {
    pattern.lastIndex = at;
    const match = pattern.exec(sql);
    if (match !== null) return { token: make(match), end: pattern.lastIndex };
  }
  throw syntaxProblem(`unexpected '${sql.slice(at, at + 10)}'`);
}
