import { deflateRawSync, inflateRawSync } from 'node:zlib';

/** A line, when its event happened (epoch milliseconds), and its audit type. */
export interface TimedLine {
  readonly timeMs: number;
  readonly type: string;
  readonly line: string;
}

/** Characters that are held as they are; what is beyond that is sorted and kept compressed. */
const runChars = 32 * 1024 * 1024;
/** Of each compressed run, so much is unpacked at a time. */
const blockChars = 256 * 1024;
/** What a line takes beside its text. */
const perLine = 100;

/** A sorted part of the lines, of which a block is unpacked at a time. */
class Run {
  readonly #blocks: Buffer[];
  #lines: TimedLine[] = [];
  #next = 0;

  constructor(blocks: Buffer[]) {
    this.#blocks = blocks;
    this.#unpack();
  }

  get first(): TimedLine | undefined {
    return this.#lines[this.#next];
  }

  skip(): void {
    if (++this.#next === this.#lines.length) this.#unpack();
  }

  #unpack(): void {
    const block = this.#blocks.shift();
    this.#lines = block === undefined ? [] : unpacked(block);
    this.#next = 0;
  }
}

/**
 * Puts lines in the order of time; those of one time stay in the order in which they came. Memory is bounded by the compressed size of
 * what is put in.
 */
export class LinesByTime {
  readonly #runs: Buffer[][] = [];
  #open: TimedLine[] = [];
  #chars = 0;

  add(line: TimedLine): void {
    this.#open.push(line);
    this.#chars += line.line.length + perLine;
    if (this.#chars >= runChars) this.#close();
  }

  #close(): void {
    this.#runs.push(packed(this.#sorted()));
    this.#open = [];
    this.#chars = 0;
  }

  #sorted(): TimedLine[] {
    return this.#open.sort((a, b) => a.timeMs - b.timeMs);
  }

  /** Takes all of them out, the earliest first. */
  *take(): Generator<TimedLine> {
    if (this.#runs.length === 0) {
      yield* this.#sorted();
      return;
    }
    this.#close();
    const runs = this.#runs.splice(0).map((blocks) => new Run(blocks));
    for (let next = earliest(runs); next?.first !== undefined; next = earliest(runs)) {
      yield next.first;
      next.skip();
    }
  }
}

/** The run whose first line is the earliest, of several the one that was there first. */
function earliest(runs: readonly Run[]): Run | undefined {
  let found: Run | undefined;
  for (const run of runs)
    if (run.first !== undefined && run.first.timeMs < (found?.first?.timeMs ?? Number.POSITIVE_INFINITY))
      found = run;
  return found;
}

function packed(lines: readonly TimedLine[]): Buffer[] {
  const blocks: Buffer[] = [];
  let texts: string[] = [];
  let chars = 0;
  for (const { timeMs, type, line } of lines) {
    texts.push(`${timeMs} ${type} ${line}`);
    chars += line.length;
    if (chars < blockChars) continue;
    blocks.push(deflateRawSync(texts.join('\n'), { level: 1 }));
    texts = [];
    chars = 0;
  }
  if (texts.length > 0) blocks.push(deflateRawSync(texts.join('\n'), { level: 1 }));
  return blocks;
}

function unpacked(block: Buffer): TimedLine[] {
  return inflateRawSync(block)
    .toString()
    .split('\n')
    .map((text) => {
      const [timeMs = '', type = ''] = text.split(' ', 2);
      return { timeMs: Number(timeMs), type, line: text.slice(timeMs.length + type.length + 2) };
    });
}
