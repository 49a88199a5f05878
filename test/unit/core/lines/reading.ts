import { ChunkMemoryPool } from '../../../../src/core/lines/chunk-memory.ts';
import type { ChunkMemory } from '../../../../src/core/lines/chunk-memory.ts';
import type { ContentAccount } from '../../../../src/core/lines/content-account.ts';
import { cutChunks } from '../../../../src/core/lines/cut-chunks.ts';
import { inPieces } from '../../../fakes/reused-buffer.ts';
import type { SourceFormat } from '../../../../src/ports/sources/source.ts';

/** Notes what is told of a content while it is made to lines. */
export class NotedContent implements ContentAccount {
  readonly name = 'events.json';
  readonly format: SourceFormat;
  readonly from: { readonly offset: number };
  readonly mayWait: boolean;
  waits = false;
  bytes = 0;
  /** Behind the last line or document that is whole. */
  ended = 0;

  constructor(format: SourceFormat, { offset = 0, mayWait = false } = {}) {
    this.format = format;
    this.from = { offset };
    this.mayWait = mayWait;
  }

  addContent(bytes: Buffer, end: number): void {
    if (end > 0) this.ended = this.bytes + end;
    this.bytes += bytes.length;
  }

  takeAll(): void {
    this.ended = this.bytes;
  }
}

/** A line as it came out of the cutter. */
export interface CutLine {
  offset: number;
  text: string;
  /** How it came: within a chunk, or in parts. */
  long: boolean;
}

/** Counts what is lent and not given back, and spoils memory that is given back. */
export class CountingPool extends ChunkMemoryPool {
  lent = 0;
  mostBytes = 0;

  override take(bytes?: number): ChunkMemory {
    const memory = super.take(bytes);
    this.lent++;
    this.mostBytes = Math.max(this.mostBytes, memory.input.length);
    let given = false;
    const release = (): void => {
      if (given) throw new Error('memory was given back twice');
      given = true;
      this.lent--;
      memory.input.fill(0x3f);
      memory.release();
    };
    return { input: memory.input, output: memory.output, release };
  }
}

/** The lines of a text as anybody reads them: closed by LF or CRLF, the last one perhaps not closed at all. */
export function plainLines(bytes: Buffer): CutLine[] {
  const lines: CutLine[] = [];
  let offset = 0;
  for (const text of bytes.toString('latin1').split('\n')) {
    lines.push({ offset, text: text.endsWith('\r') ? text.slice(0, -1) : text, long: false });
    offset += text.length + 1;
  }
  if (lines.at(-1)?.offset === bytes.length) lines.pop();
  return lines;
}

export interface Cutting {
  sizes: readonly number[];
  chunkBytes: number;
  maxLineBytes: number;
  startOffset?: number;
}

/** Cuts bytes as a run does, gives all memory back, and says which lines came out. */
export async function cutLines(
  bytes: Buffer,
  { sizes, chunkBytes, maxLineBytes, startOffset = 0 }: Cutting,
): Promise<{ lines: CutLine[]; pool: CountingPool }> {
  const pool = new CountingPool(chunkBytes);
  const lines: CutLine[] = [];
  let parts: string[] = [];
  for await (const cut of cutChunks(inPieces(bytes, sizes), { source: 7, startOffset, pool, maxLineBytes })) {
    if (cut.source !== 7) throw new Error('a cut of another source');
    if (cut.kind === 'chunk') {
      for (const line of plainLines(cut.input)) lines.push({ ...line, offset: cut.offset + line.offset });
      cut.release();
    } else {
      parts.push(cut.bytes.toString('latin1'));
      if (!cut.last) continue;
      lines.push({ offset: cut.offset, text: parts.join(''), long: true });
      parts = [];
    }
  }
  if (parts.length > 0) throw new Error('a long line never ended');
  return { lines, pool };
}
