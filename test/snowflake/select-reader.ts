import type { Token } from './sql-lexer.ts';
import { cutTokens } from './sql-lexer.ts';
import { syntaxProblem } from './sql-problem.ts';

export type Expression =
  | { kind: 'column'; path: string[] }
  | { kind: 'bind'; index: number }
  | { kind: 'literal'; value: string | bigint | boolean | null }
  | { kind: 'call'; name: string; args: Expression[] }
  | { kind: 'window'; name: string; partition: Expression[]; order: OrderItem[] }
  | { kind: 'cast'; of: Expression; type: string }
  | { kind: 'compare'; sign: string; left: Expression; right: Expression }
  | { kind: 'isNull'; of: Expression; negated: boolean }
  | { kind: 'logic'; sign: 'AND' | 'OR'; left: Expression; right: Expression }
  | { kind: 'not'; of: Expression };

export interface OrderItem {
  by: Expression;
  descending: boolean;
}

export interface SourceItem {
  /** Full name of the view, in parts. */
  name: string[];
  alias: string;
  /** Of a LEFT JOIN. */
  on: Expression | undefined;
}

export interface Select {
  items: { expression: Expression; name: string }[];
  sources: SourceItem[];
  where: Expression | undefined;
  qualify: Expression | undefined;
  order: OrderItem[];
  limit: number | undefined;
  /** How many `?` there are. */
  binds: number;
}

const comparisons = new Set(['=', '<>', '!=', '<', '<=', '>', '>=']);
const constants: Readonly<Record<string, boolean | null>> = { NULL: null, TRUE: true, FALSE: false };

/** Words that end an expression, so that an alias without AS is not mistaken for one. */
const keywords = new Set(
  'SELECT FROM WHERE QUALIFY ORDER BY LIMIT LEFT OUTER JOIN ON AND OR NOT IS AS GROUP HAVING INNER CROSS UNION'.split(
    ' ',
  ),
);

/**
 * Reads one SELECT: named items, one view and LEFT JOINs, WHERE, QUALIFY, ORDER BY, LIMIT. Anything else throws
 * SqlProblem: a part that is not understood is never passed over.
 */
export function readSelect(sql: string): Select {
  return new Reader(cutTokens(sql)).select();
}

class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;
  #binds = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  select(): Select {
    this.#expect('SELECT');
    const items = this.#list(() => this.#item());
    const sources = this.#takes('FROM') ? this.#sources() : [];
    const where = this.#takes('WHERE') ? this.#expression() : undefined;
    const qualify = this.#takes('QUALIFY') ? this.#expression() : undefined;
    const order = this.#takes('ORDER', 'BY') ? this.#list(() => this.#orderItem()) : [];
    const limit = this.#takes('LIMIT') ? Number(this.#take('number').text) : undefined;
    this.#takes(';');
    if (this.#peek().kind !== 'end') throw this.#unexpected();
    return { items, sources, where, qualify, order, limit, binds: this.#binds };
  }

  #item(): { expression: Expression; name: string } {
    const expression = this.#expression();
    if (this.#takes('AS')) return { expression, name: this.#take('name').text };
    if (expression.kind === 'column') return { expression, name: expression.path.at(-1) ?? '' };
    throw syntaxProblem('an item of the SELECT has no name (AS)');
  }

  #sources(): SourceItem[] {
    const sources = [this.#source()];
    while (this.#takes('LEFT')) {
      this.#takes('OUTER');
      this.#expect('JOIN');
      const source = this.#source();
      this.#expect('ON');
      sources.push({ ...source, on: this.#expression() });
    }
    return sources;
  }

  #source(): SourceItem {
    const name = [this.#take('name').text];
    while (this.#takes('.')) name.push(this.#take('name').text);
    const named = this.#takes('AS') || (this.#peek().kind === 'name' && !this.#isKeyword());
    const alias = named ? this.#take('name').text : (name.at(-1) ?? '');
    return { name, alias, on: undefined };
  }

  #orderItem(): OrderItem {
    const by = this.#expression();
    const descending = this.#takes('DESC');
    if (!descending) this.#takes('ASC');
    return { by, descending };
  }

  #expression(): Expression {
    let left = this.#conjunction();
    while (this.#takes('OR')) left = { kind: 'logic', sign: 'OR', left, right: this.#conjunction() };
    return left;
  }

  #conjunction(): Expression {
    let left = this.#negation();
    while (this.#takes('AND')) left = { kind: 'logic', sign: 'AND', left, right: this.#negation() };
    return left;
  }

  #negation(): Expression {
    return this.#takes('NOT') ? { kind: 'not', of: this.#negation() } : this.#comparison();
  }

  #comparison(): Expression {
    const left = this.#cast();
    if (this.#takes('IS')) {
      const negated = this.#takes('NOT');
      this.#expect('NULL');
      return { kind: 'isNull', of: left, negated };
    }
    const { kind, text } = this.#peek();
    if (kind !== 'sign' || !comparisons.has(text)) return left;
    this.#at++;
    return { kind: 'compare', sign: text === '!=' ? '<>' : text, left, right: this.#cast() };
  }

  #cast(): Expression {
    let of = this.#primary();
    while (this.#takes('::')) of = { kind: 'cast', of, type: this.#take('name').text };
    return of;
  }

  #primary(): Expression {
    const token = this.#peek();
    this.#at++;
    if (token.kind === 'number') return { kind: 'literal', value: BigInt(token.text) };
    if (token.kind === 'text') return { kind: 'literal', value: token.text };
    if (token.kind === 'sign' && token.text === '?') return { kind: 'bind', index: ++this.#binds };
    if (token.kind === 'sign' && token.text === '(') {
      const inner = this.#expression();
      this.#expect(')');
      return inner;
    }
    this.#at--;
    return this.#named();
  }

  #named(): Expression {
    const token = this.#peek();
    if (token.kind !== 'name' || this.#isKeyword()) throw this.#unexpected();
    this.#at++;
    const constant = token.quoted ? undefined : constants[token.text];
    if (constant !== undefined) return { kind: 'literal', value: constant };
    if (this.#takes('(')) return this.#call(token.text);
    const path = [token.text];
    while (this.#takes('.')) path.push(this.#take('name').text);
    return { kind: 'column', path };
  }

  #call(name: string): Expression {
    const empty = this.#takes(')');
    const args = empty ? [] : this.#list(() => this.#expression());
    if (!empty) this.#expect(')');
    if (!this.#takes('OVER')) return { kind: 'call', name, args };
    this.#expect('(');
    const partition = this.#takes('PARTITION', 'BY') ? this.#list(() => this.#expression()) : [];
    const order = this.#takes('ORDER', 'BY') ? this.#list(() => this.#orderItem()) : [];
    this.#expect(')');
    return { kind: 'window', name, partition, order };
  }

  #list<T>(one: () => T): T[] {
    const all = [one()];
    while (this.#takes(',')) all.push(one());
    return all;
  }

  #peek(): Token {
    return this.#tokens[this.#at] ?? { kind: 'end', text: '', quoted: false };
  }

  #isKeyword(): boolean {
    const { text, quoted } = this.#peek();
    return !quoted && keywords.has(text);
  }

  /** Goes over these words or signs, if all of them are next. */
  #takes(...words: string[]): boolean {
    const next = words.every((word, ahead) => {
      const token = this.#tokens[this.#at + ahead];
      return token?.text === word && !token.quoted && (token.kind === 'name' || token.kind === 'sign');
    });
    if (next) this.#at += words.length;
    return next;
  }

  #take(kind: Token['kind']): Token {
    const token = this.#peek();
    if (token.kind !== kind) throw this.#unexpected();
    this.#at++;
    return token;
  }

  #expect(word: string): void {
    if (!this.#takes(word)) throw this.#unexpected(word);
  }

  #unexpected(instead?: string): Error {
    const found = this.#peek();
    const what = found.kind === 'end' ? 'the end' : `'${found.text}'`;
    return syntaxProblem(`unexpected ${what}${instead === undefined ? '' : `, instead of '${instead}'`}`);
  }
}
