/** A line as somebody reads it. */
export interface LaidOutLine {
  lines: string[];
  /** Where the fault is: which of the lines, and which character of it, both from 0; undefined where no place is known. */
  fault: { line: number; column: number } | undefined;
}

/**
 * Lays a line out: JSON one member a line, its tokens as they are; all else as it is. `instancePath` (JSON Pointer, RFC
 * 6901) is the value at fault; of what is not JSON, or not UTF-8, the fault is where that begins.
 */
export function layOutLine(text: string, instancePath: string | undefined): LaidOutLine {
  const broken = text.indexOf('\uFFFD');
  const column = broken === -1 ? faultOfJson(text) : broken;
  if (column !== undefined) return { lines: [text], fault: { line: 0, column } };
  const layout = new Layout(instancePath);
  for (const [token] of text.matchAll(tokens)) layout.add(token);
  return layout.end();
}

const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"|[{}[\],:]|[^\s{}[\],:"]+/g;

interface Level {
  isList: boolean;
  /** Of the value that is under way. */
  key: string | number;
}

/** White space is put between tokens; they themselves stay as they are, numbers to their last digit. */
class Layout {
  readonly #wanted: string | undefined;
  readonly #lines: string[] = [];
  readonly #levels: Level[] = [];
  #line = '';
  #fault: LaidOutLine['fault'];
  /** Behind a bracket that was opened. */
  #isFirst = false;
  #awaitsKey = false;

  constructor(instancePath: string | undefined) {
    this.#wanted = instancePath;
  }

  add(token: string): void {
    if (token === '}' || token === ']') this.#close(token);
    else if (token === ',') this.#next();
    else if (token === ':') {
      this.#line += ': ';
      this.#awaitsKey = false;
    } else this.#value(token);
  }

  end(): LaidOutLine {
    return { lines: [...this.#lines, this.#line], fault: this.#fault };
  }

  #value(token: string): void {
    if (this.#isFirst) this.#break();
    this.#isFirst = false;
    const level = this.#levels.at(-1);
    if (this.#awaitsKey && level !== undefined) level.key = JSON.parse(token) as string;
    else this.#mark();
    this.#line += token;
    if (token !== '{' && token !== '[') return;
    const isList = token === '[';
    this.#levels.push({ isList, key: isList ? 0 : '' });
    this.#isFirst = true;
    this.#awaitsKey = !isList;
  }

  #mark(): void {
    const pointer = this.#levels.map(({ key }) => `/${pointerWord(key)}`).join('');
    if (pointer === this.#wanted) this.#fault ??= { line: this.#lines.length, column: this.#line.length };
  }

  #next(): void {
    const level = this.#levels.at(-1);
    this.#line += ',';
    this.#break();
    this.#awaitsKey = level?.isList === false;
    if (typeof level?.key === 'number') level.key += 1;
  }

  #close(token: string): void {
    this.#levels.pop();
    if (!this.#isFirst) this.#break();
    this.#isFirst = false;
    this.#awaitsKey = false;
    this.#line += token;
  }

  #break(): void {
    this.#lines.push(this.#line);
    this.#line = '  '.repeat(this.#levels.length);
  }
}

function pointerWord(key: string | number): string {
  return String(key).replaceAll('~', '~0').replaceAll('/', '~1');
}

/** Where text stops being the beginning of JSON; undefined where all of it is JSON. */
function faultOfJson(text: string): number | undefined {
  if (standing(text) === 'whole') return undefined;
  let good = 0;
  let bad = text.length + 1;
  // Whatever could still become JSON is shorter than what can't.
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    if (standing(text.slice(0, middle)) === 'wrong') bad = middle;
    else good = middle;
  }
  return good;
}

function standing(text: string): 'whole' | 'begun' | 'wrong' {
  try {
    JSON.parse(text);
    return 'whole';
  } catch (error) {
    const { message } = error as Error;
    // V8 says where, unless it is the end or a token that it shows.
    const at = /at position (\d+)/.exec(message)?.[1];
    const isEnd = message.startsWith('Unexpected end') || (at !== undefined && Number(at) >= text.length);
    return isEnd ? 'begun' : 'wrong';
  }
}
