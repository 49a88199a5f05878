/** What may come next: a value, a key, a colon, a comma, or the closing bracket of what is open. */
type Next = 'value' | 'value-or-close' | 'key' | 'key-or-close' | 'colon' | 'comma-or-close' | 'top';

/** White space, then a string, a bracket or mark, or a bare word. A string may not hold control characters. */
// oxlint-disable-next-line no-control-regex -- control characters are what is being refused
const token = /[ \t\r\n]*(?:("(?:[^"\\\u0000-\u001f]|\\.)*")|([{}[\],:])|([-+.\w]+))/y;
const bareWord = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;
/** What a cut may leave of a token: the beginning of a string, or nothing. */
// oxlint-disable-next-line no-control-regex -- control characters are what is being refused
const cutToken = /^[ \t\r\n]*(?:"(?:[^"\\\u0000-\u001f]|\\.)*\\?)?$/;

/**
 * Whether a text can be the beginning of one JSON array, or of JSON objects one after the other; with `complete`, whether it
 * is all of that.
 */
export function isJsonPrefix(text: string, kind: 'array' | 'objects', complete: boolean): boolean {
  const reader = new PrefixReader(kind);
  let at = 0;
  for (;;) {
    token.lastIndex = at;
    const match = token.exec(text);
    if (match === null) break;
    at = token.lastIndex;
    const word = match[3];
    // A word at the very end may go on.
    const good = word === undefined || bareWord.test(word) || (at === text.length && !complete);
    if (!good || !reader.take(match[2] ?? (word === undefined ? 'string' : 'word'))) return false;
  }
  const rest = text.slice(at);
  return complete ? rest.trim() === '' && reader.isComplete : cutToken.test(rest);
}

class PrefixReader {
  readonly #kind: 'array' | 'objects';
  readonly #open: string[] = [];
  #next: Next = 'top';
  #values = 0;

  constructor(kind: 'array' | 'objects') {
    this.#kind = kind;
  }

  get isComplete(): boolean {
    return this.#open.length === 0 && this.#values > 0;
  }

  /** Takes the next token; false if it can't stand here. */
  take(token: string): boolean {
    switch (token) {
      case '{':
      case '[':
        return this.#begin(token);
      case '}':
      case ']':
        return this.#close(token);
      case ',':
        return this.#step(['comma-or-close'], this.#open.at(-1) === '{' ? 'key' : 'value');
      case ':':
        return this.#step(['colon'], 'value');
      case 'string':
        if (this.#next === 'key' || this.#next === 'key-or-close') return this.#step([this.#next], 'colon');
        return this.#step(['value', 'value-or-close'], 'comma-or-close');
      default:
        return this.#step(['value', 'value-or-close'], 'comma-or-close');
    }
  }

  #step(from: readonly Next[], to: Next): boolean {
    if (!from.includes(this.#next)) return false;
    this.#next = to;
    return true;
  }

  #begin(bracket: '{' | '['): boolean {
    if (this.#next === 'top') {
      const another = this.#kind === 'array' ? this.#values === 0 && bracket === '[' : bracket === '{';
      if (!another) return false;
    } else if (this.#next !== 'value' && this.#next !== 'value-or-close') return false;
    this.#open.push(bracket);
    this.#next = bracket === '{' ? 'key-or-close' : 'value-or-close';
    return true;
  }

  #close(bracket: '}' | ']'): boolean {
    const empty: Next = bracket === '}' ? 'key-or-close' : 'value-or-close';
    if (this.#next !== 'comma-or-close' && this.#next !== empty) return false;
    if (this.#open.pop() !== (bracket === '}' ? '{' : '[')) return false;
    if (this.#open.length === 0) this.#values++;
    this.#next = this.#open.length === 0 ? 'top' : 'comma-or-close';
    return true;
  }
}
