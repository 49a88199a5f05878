import type { Spool } from '../../ports/store/spool.ts';
import type { Deliverer } from './deliverer.ts';
import type { DeliveryLimits } from './limits.ts';
import { OpenObject } from './open-object.ts';
import { PageMemory } from './page-memory.ts';
import type { Sealer } from './sealer.ts';
import type { ClassifiedChunk, PartitionSlice } from '../../ports/classifier.ts';

/** Bytes written to the spool in one go. */
const spoolWriteBytes = 4 * 1024 * 1024;

export interface AssemblerOptions {
  /** Uncompressed bytes that an object may have. One line that is longer makes an object of its own. */
  objectBytes: number;
  limits: DeliveryLimits;
  sealer: Sealer;
  deliverer: Deliverer;
  spool: Spool;
}

/**
 * Appends classified lines to the open object of their partition and hands full objects over. An object is cut before
 * the line that would make it larger than `objectBytes`, and by nothing else: which lines make an object depends on the
 * input alone.
 */
export class Assembler {
  readonly #options: AssemblerOptions;
  readonly #memory: PageMemory;
  readonly #open = new Map<number, OpenObject>();

  constructor(options: AssemblerOptions) {
    this.#options = options;
    this.#memory = new PageMemory(options.limits.pageMemoryBytes, options.limits.pageBytes);
  }

  /** Partitions that have an object open. */
  get openObjects(): number {
    return this.#open.size;
  }

  /** Takes all lines of a chunk, which must come in the order of the input. */
  async append(chunk: ClassifiedChunk): Promise<void> {
    for (const slice of chunk.slices) await this.#appendSlice(chunk, slice);
  }

  /** Hands all open objects over: the input has ended. Stops early if told to, and says whether it came to the end. */
  async finish(signal: AbortSignal): Promise<boolean> {
    for (const [partition, object] of this.#open) {
      if (signal.aborted) return false;
      this.#open.delete(partition);
      await this.#options.deliverer.deliver(object);
    }
    return true;
  }

  async #appendSlice(chunk: ClassifiedChunk, slice: PartitionSlice): Promise<void> {
    let start = slice.start;
    let line = slice.firstLine;
    while (line < slice.endLine) {
      const object = this.#objectOf(slice.partition);
      const endLine = this.#linesThatFit(object, chunk, { ...slice, start, firstLine: line });
      if (endLine === line) {
        await this.#handOver(object);
        continue;
      }
      const end = chunk.lineEnds[endLine - 1] as number;
      object.count(chunk, line, endLine);
      object.bytes += end - start;
      await this.#appendBytes(object, chunk.content, [start, end]);
      start = end;
      line = endLine;
    }
  }

  #objectOf(partition: number): OpenObject {
    let object = this.#open.get(partition);
    if (object === undefined) {
      object = new OpenObject(partition, this.#memory);
      this.#open.set(partition, object);
    }
    return object;
  }

  /** Sealed first, so that its pages are free before more are asked for. */
  async #handOver(object: OpenObject): Promise<void> {
    this.#open.delete(object.partition);
    await this.#options.sealer.seal(object);
    await this.#options.deliverer.deliver(object);
  }

  /** The index behind the last line of the slice that still fits into the object; an empty object takes any one line. */
  #linesThatFit(object: OpenObject, chunk: ClassifiedChunk, slice: PartitionSlice): number {
    const room = this.#options.objectBytes - object.bytes;
    if (slice.end - slice.start <= room) return slice.endLine;
    let line = slice.firstLine;
    while (line < slice.endLine && (chunk.lineEnds[line] as number) - slice.start <= room) line++;
    return line === slice.firstLine && object.bytes === 0 ? line + 1 : line;
  }

  async #appendBytes(object: OpenObject, content: Buffer, [start, end]: [number, number]): Promise<void> {
    for (let at = start; at < end;) {
      at = object.unsealed.append(content, at, end);
      if (at < end) await this.#spoolLargest();
    }
    if (object.unsealed.length >= this.#options.limits.blockBytes) await this.#options.sealer.seal(object);
  }

  /** Memory is short: moves the largest unsealed parts to the spool until half of the pages are free. */
  async #spoolLargest(): Promise<void> {
    const byPages = [...this.#open.values()]
      .filter(({ unsealed }) => unsealed.pages > 0)
      .sort((a, b) => b.unsealed.pages - a.unsealed.pages);
    const wanted = this.#memory.pages / 2;
    for (let next = 0; next < byPages.length && this.#memory.freePages < wanted;) {
      next = await this.#spoolSome(byPages, next);
    }
  }

  /** Spools objects from `first` on in one write; returns the index of the next. */
  async #spoolSome(objects: readonly OpenObject[], first: number): Promise<number> {
    const batch = Buffer.allocUnsafe(Math.max(spoolWriteBytes, pageBytesOf(objects[first], this.#memory)));
    const lengths: number[] = [];
    let filled = 0;
    let next = first;
    while (next < objects.length && filled + pageBytesOf(objects[next], this.#memory) <= batch.length) {
      const bytes = (objects[next++] as OpenObject).unsealed.takePages(batch, filled);
      lengths.push(bytes);
      filled += bytes;
    }
    let position = await this.#options.spool.write(batch.subarray(0, filled));
    for (const [index, length] of lengths.entries()) {
      (objects[first + index] as OpenObject).unsealed.noteSpooled(position, length);
      position += length;
    }
    return next;
  }
}

function pageBytesOf(object: OpenObject | undefined, memory: PageMemory): number {
  return (object?.unsealed.pages ?? 0) * memory.pageBytes;
}
