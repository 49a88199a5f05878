import { closeSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from 'node:fs';
import { eventKeyBytes } from '../../../core/classify/event-key.ts';
import { KeyFilter, filterBytes } from './seen-events-filter.ts';
import { bytesOfWords, compareKeys, findKey, keyWords, wordsOf } from './seen-events-keys.ts';

const ownerOnly = 0o600;
/** `AESEEN01` and the number of keys. */
const magic = Buffer.from('AESEEN01');
const headerBytes = 16;
/** Keys that are read at once to find one: 1 KiB. */
const blockKeys = 64;
/** Keys that are read at once in order: 64 KiB. */
const sweepKeys = 4096;

/** Keys in rising order, a list of words at a time. */
export type SortedKeys = Iterable<Uint32Array>;

/**
 * Keys in a file, sorted, never changed: header, keys, the first key of each block, filter. Filter and first keys are in
 * memory (a little more than two bytes a key), so that a key that is not there seldom needs the disk, and one that is
 * needs one read.
 */
export class KeySegment {
  readonly path: string;
  readonly keys: number;
  readonly #file: number;
  readonly #blockStarts: Uint32Array;
  readonly #filter: KeyFilter;

  private constructor(path: string, file: number, keys: number) {
    this.path = path;
    this.keys = keys;
    this.#file = file;
    const blocks = Math.ceil(keys / blockKeys);
    const startsAt = headerBytes + keys * eventKeyBytes;
    const filterAt = startsAt + blocks * eventKeyBytes;
    if (fstatSync(file).size !== filterAt + filterBytes(keys)) throw new Error('it has not the right length');
    this.#blockStarts = wordsOf(readAt(file, startsAt, blocks * eventKeyBytes));
    this.#filter = new KeyFilter(readAt(file, filterAt, filterBytes(keys)));
  }

  /** Throws where the file is not one of these, or not whole. */
  static open(path: string): KeySegment {
    const file = openSync(path, 'r');
    try {
      const header = readAt(file, 0, headerBytes);
      if (!header.subarray(0, magic.length).equals(magic)) throw new Error('it is no file of keys');
      return new KeySegment(path, file, header.readUInt32LE(magic.length));
    } catch (error) {
      closeSync(file);
      throw error;
    }
  }

  /** Sets the flag of each key that is there to 1; those that are set are not looked up. */
  mark(keys: Uint32Array, flags: Uint8Array): void {
    for (let key = 0; key < flags.length; key++)
      if (flags[key] === 0 && this.#filter.mayHave(keys, key) && this.#has(keys, key)) flags[key] = 1;
  }

  #has(keys: Uint32Array, key: number): boolean {
    const { at, isThere } = findKey(this.#blockStarts, keys, key);
    if (isThere || at === -1) return isThere;
    return findKey(this.#block(at * blockKeys, blockKeys), keys, key).isThere;
  }

  *sorted(): Generator<Uint32Array> {
    for (let from = 0; from < this.keys; from += sweepKeys) yield this.#block(from, sweepKeys);
  }

  close(): void {
    closeSync(this.#file);
  }

  #block(from: number, atMost: number): Uint32Array {
    const count = Math.min(atMost, this.keys - from);
    return wordsOf(readAt(this.#file, headerBytes + from * eventKeyBytes, count * eventKeyBytes));
  }
}

/** Writes sorted keys to a new file and makes it durable; `keys` is their number. */
export function writeSegment(path: string, sorted: SortedKeys, keys: number): void {
  const file = openSync(path, 'wx', ownerOnly);
  try {
    const header = Buffer.alloc(headerBytes);
    magic.copy(header);
    header.writeUInt32LE(keys, magic.length);
    writeAll(file, header);
    const filter = KeyFilter.for(keys);
    const starts: Buffer[] = [];
    let written = 0;
    for (const words of sorted) {
      const bytes = bytesOfWords(words);
      writeAll(file, bytes);
      for (let key = 0; key < words.length / keyWords; key++, written++) {
        filter.add(words, key);
        if (written % blockKeys === 0)
          starts.push(Buffer.from(bytes.subarray(key * eventKeyBytes, (key + 1) * eventKeyBytes)));
      }
    }
    if (written !== keys) throw new Error(`${written} keys came where ${keys} were announced`);
    writeAll(file, Buffer.concat(starts));
    writeAll(file, filter.bits);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

/** Merges lists that have no key in common into one, in order. */
export function* mergeSorted(lists: readonly SortedKeys[]): Generator<Uint32Array> {
  const cursors = lists.map((list) => new Cursor(list)).filter((cursor) => !cursor.isDone);
  let out = new Uint32Array(sweepKeys * keyWords);
  let used = 0;
  while (cursors.length > 0) {
    let first = cursors[0] as Cursor;
    for (const cursor of cursors)
      if (compareKeys(cursor.words, cursor.key, first.words, first.key) < 0) first = cursor;
    out.set(first.words.subarray(first.key * keyWords, (first.key + 1) * keyWords), used);
    used += keyWords;
    first.advance();
    if (first.isDone) cursors.splice(cursors.indexOf(first), 1);
    if (used < out.length) continue;
    yield out;
    out = new Uint32Array(sweepKeys * keyWords);
    used = 0;
  }
  if (used > 0) yield out.subarray(0, used);
}

/** Walks along a list. */
class Cursor {
  readonly #lists: Iterator<Uint32Array>;
  words: Uint32Array = new Uint32Array(0);
  key = -1;
  isDone = false;

  constructor(list: SortedKeys) {
    this.#lists = list[Symbol.iterator]();
    this.advance();
  }

  advance(): void {
    this.key++;
    while (this.key * keyWords >= this.words.length && !this.isDone) {
      const { done, value } = this.#lists.next();
      this.isDone = done === true;
      if (done !== true) {
        this.words = value;
        this.key = 0;
      }
    }
  }
}

function readAt(file: number, position: number, bytes: number): Buffer {
  const into = Buffer.allocUnsafe(bytes);
  let have = 0;
  while (have < bytes) {
    const read = readSync(file, into, have, bytes - have, position + have);
    if (read === 0) throw new Error('it ends too early');
    have += read;
  }
  return into;
}

function writeAll(file: number, bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length;) at += writeSync(file, bytes, at);
}
