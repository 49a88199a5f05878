import type { FileHandle } from 'node:fs/promises';
import { open } from 'node:fs/promises';
import type { SourceFile } from '../../ports/source.ts';
import { hashedBytes } from '../../core/ledger/source-position.ts';
import type { TailedStream } from '../../core/follow/tailed-stream.ts';
import type { LineBlock, LineRules } from '../../core/follow/whole-lines.ts';
import { longestLook, takeWholeLines } from '../../core/follow/whole-lines.ts';

import { isCompressed } from './decompress.ts';

/** A file is read in looks of this size; a larger one where a line does not end in it. */
export const lookBytes = 1024 * 1024;

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);
const lineEndings = [Buffer.from('\n'), Buffer.from('\r\n')];

/** What came of a look: lines, nothing new, or that the file does not hold any more what was read of it. */
export type Look =
  | { kind: 'lines'; block: LineBlock; raw: Buffer; more: boolean }
  | { kind: 'nothing' }
  | { kind: 'cut'; detail: string };

/**
 * A file that is being followed. It is held open, so that it is read to its end although it is renamed or deleted
 * meanwhile.
 */
export class TailedFile {
  readonly stream: TailedStream;
  /** Its path now. The stream keeps that of the input, where the file was rotated away from it. */
  place: string;
  /** Whether it is one of the inputs still; else it was renamed or deleted, and only its rest is read. */
  followed = true;
  /** Whether it was looked at what its content is. An empty file may become a copy of another. */
  isIdentified = false;
  /** When there was something new in it (epoch milliseconds). */
  activeMs: number;
  #handle: FileHandle | undefined;
  /** Size and time of change when nothing more was to be had. */
  #seen = { size: -1, modifiedMs: -1 };

  constructor(stream: TailedStream, place: string, nowMs: number) {
    this.stream = stream;
    this.place = place;
    this.activeMs = nowMs;
  }

  get isOpen(): boolean {
    return this.#handle !== undefined;
  }

  /** Whether a file of this size and time of change was read already as far as it can be. */
  hasSeen({ size, modifiedMs }: { size: number; modifiedMs: number }): boolean {
    return this.#seen.size === size && this.#seen.modifiedMs === modifiedMs;
  }

  /**
   * Looks for new lines, into `buffer` where they fit; with `final` the end of the file closes a line as well. Throws
   * what the file system throws.
   */
  async look(buffer: Buffer, rules: LineRules, final = false): Promise<Look> {
    const handle = await this.#opened();
    if (handle === undefined) return { kind: 'cut', detail: 'another file has its name' };
    const { size, mtimeMs } = await handle.stat();
    const modifiedMs = Math.floor(mtimeMs);
    if (!final && this.hasSeen({ size, modifiedMs })) return { kind: 'nothing' };
    const { stored } = this.stream.at;
    if (size < stored) return { kind: 'cut', detail: `it was cut from ${stored} to ${size} bytes` };
    const taken = await this.#take(handle, { buffer, size, rules, final });
    // Only now: had it been cut or written anew before or while it was read, this would show it.
    if (!(await this.holds())) return { kind: 'cut', detail: 'it was written anew' };
    this.stream.modifiedMs = modifiedMs;
    if (taken === undefined) {
      this.#seen = { size, modifiedMs };
      return { kind: 'nothing' };
    }
    const { block, raw } = taken;
    return { kind: 'lines', block, raw, more: stored + block.stored < size };
  }

  /** Whether the file still holds what was read of it. */
  async holds(): Promise<boolean> {
    const { at, head, tail } = this.stream;
    const handle = this.#handle ?? (await this.#opened());
    if (handle === undefined) return false;
    if (!(await bytesAt(handle, 0, Buffer.allocUnsafe(head.length))).equals(head)) return false;
    if (at.stored <= hashedBytes) return true;
    return (await bytesAt(handle, at.stored - tail.length, Buffer.allocUnsafe(tail.length))).equals(tail);
  }

  /** The file as it is now, to tell it from others; undefined where it is gone. */
  async now(): Promise<SourceFile | undefined> {
    const handle = await this.#opened();
    if (handle === undefined) return undefined;
    const { size, mtimeMs } = await handle.stat();
    const bytes = (start: number, end: number): Promise<Buffer> =>
      bytesAt(handle, start, Buffer.alloc(Math.max(0, end - start)));
    return {
      path: this.stream.path,
      inode: this.stream.inode,
      storedBytes: size,
      modifiedMs: Math.floor(mtimeMs),
      bytes,
      isCompressed: async () => isCompressed(await bytes(0, 4)),
    };
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = undefined;
    await handle?.close();
  }

  async #take(
    handle: FileHandle,
    { buffer, size, rules, final }: { buffer: Buffer; size: number; rules: LineRules; final: boolean },
  ): Promise<{ block: LineBlock; raw: Buffer } | undefined> {
    await this.#passOver(handle);
    const { stored } = this.stream.at;
    const unread = size - stored;
    let bytes = await bytesAt(handle, stored, buffer.subarray(0, Math.min(unread, buffer.length)));
    let block = takeWholeLines(bytes, rules, final && bytes.length === unread);
    if (block === undefined && bytes.length === buffer.length && unread > bytes.length) {
      const most = longestLook(rules) + 2 * buffer.length;
      bytes = await bytesAt(handle, stored, Buffer.allocUnsafeSlow(Math.min(unread, most)));
      block = takeWholeLines(bytes, rules, final && bytes.length === unread);
    }
    return block === undefined ? undefined : { block, raw: bytes.subarray(0, block.stored) };
  }

  /** Passes over what is of no line that is to come. */
  async #passOver(handle: FileHandle): Promise<void> {
    const { at, unterminated } = this.stream;
    if (at.stored === 0) {
      const start = await bytesAt(handle, 0, Buffer.alloc(byteOrderMark.length));
      if (start.equals(byteOrderMark)) this.stream.pass(start);
    } else if (unterminated) {
      const next = await bytesAt(handle, at.stored, Buffer.alloc(2));
      const ending = lineEndings.find((ending) => next.subarray(0, ending.length).equals(ending));
      if (ending !== undefined) this.stream.pass(ending);
    }
  }

  /** Opens it by its path, if its file still stands there. */
  async #opened(): Promise<FileHandle | undefined> {
    if (this.#handle !== undefined) return this.#handle;
    const handle = await open(this.place, 'r');
    const { dev, ino } = await handle.stat({ bigint: true });
    if (`${dev}:${ino}` === this.stream.inode) {
      this.#handle = handle;
      return handle;
    }
    await handle.close();
    return undefined;
  }
}

/** Fills a buffer from a place on; a shorter one where the file ends before. */
export async function bytesAt(handle: FileHandle, at: number, buffer: Buffer): Promise<Buffer> {
  let done = 0;
  while (done < buffer.length) {
    const { bytesRead } = await handle.read(buffer, done, buffer.length - done, at + done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return buffer.subarray(0, done);
}
