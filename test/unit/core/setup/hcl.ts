/** As much of the Terraform language as is needed to read a module without providers: blocks, arguments, jsonencode. */
export interface HclBlock {
  type: string;
  labels: string[];
  members: Record<string, unknown>;
  blocks: HclBlock[];
}

/** A reference such as `aws_iam_role.x.arn`. */
export class Reference {
  readonly path: string;
  constructor(path: string) {
    this.path = path;
  }
}

const token = /\s+|#[^\n]*|("(?:[^"\\]|\\.)*")|([A-Za-z_][\w.-]*)|([{}[\]()=,])/y;

/** Parses a file; throws on anything that it does not know. */
export function parseHcl(text: string): HclBlock[] {
  const parser = new Parser(tokensOf(text));
  const blocks: HclBlock[] = [];
  while (!parser.ended) blocks.push(parser.block());
  return blocks;
}

function tokensOf(text: string): string[] {
  const tokens: string[] = [];
  token.lastIndex = 0;
  while (token.lastIndex < text.length) {
    const at = token.lastIndex;
    const match = token.exec(text);
    if (match === null) throw new Error(`no HCL at ${text.slice(at, at + 20)}`);
    const found = match[1] ?? match[2] ?? match[3];
    if (found !== undefined) tokens.push(found);
  }
  return tokens;
}

class Parser {
  readonly #tokens: string[];
  #at = 0;

  constructor(tokens: string[]) {
    this.#tokens = tokens;
  }

  get ended(): boolean {
    return this.#at >= this.#tokens.length;
  }

  block(): HclBlock {
    const block: HclBlock = { type: this.#next(), labels: [], members: {}, blocks: [] };
    while (this.#peek() !== '{') block.labels.push(unquote(this.#next()));
    this.#take('{');
    while (this.#peek() !== '}') {
      if (this.#tokens[this.#at + 1] === '=') this.#member(block.members);
      else block.blocks.push(this.block());
    }
    this.#take('}');
    return block;
  }

  #member(members: Record<string, unknown>): void {
    const name = unquote(this.#next());
    this.#take('=');
    if (name in members) throw new Error(`${name} stands twice`);
    members[name] = this.#value();
    if (this.#peek() === ',') this.#next();
  }

  #value(): unknown {
    const first = this.#next();
    if (first.startsWith('"')) return unquote(first);
    if (first === '{') return this.#object();
    if (first === '[') return this.#list();
    if (first !== 'jsonencode') return new Reference(first);
    this.#take('(');
    const value = this.#value();
    this.#take(')');
    return value;
  }

  #object(): Record<string, unknown> {
    const members: Record<string, unknown> = {};
    while (this.#peek() !== '}') this.#member(members);
    this.#take('}');
    return members;
  }

  #list(): unknown[] {
    const items: unknown[] = [];
    while (this.#peek() !== ']') {
      items.push(this.#value());
      if (this.#peek() === ',') this.#next();
    }
    this.#take(']');
    return items;
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #next(): string {
    const found = this.#tokens[this.#at];
    if (found === undefined) throw new Error('the file ends too soon');
    this.#at += 1;
    return found;
  }

  #take(wanted: string): void {
    const found = this.#next();
    if (found !== wanted) throw new Error(`${wanted} expected, not ${found}`);
  }
}

function unquote(text: string): string {
  if (!text.startsWith('"')) return text;
  if (/(?<!\$)\$\{|(?<!%)%\{/.test(text)) throw new Error(`a template: ${text}`);
  return (JSON.parse(text) as string).replaceAll(/([$%])\1(?=\{)/g, (_doubled, sign: string) => sign);
}
