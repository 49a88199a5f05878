import { slotScanWasm } from '../../../generated/slot-scan.ts';
import type { Slot, SlotTree } from './value-slots.ts';

/** What is used of WebAssembly. It is missing where the engine runs without compilers (`node --jitless`). */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: unknown };
}

/** What wasm/slot-scan.ts exports. */
interface Exports {
  memory: { readonly buffer: ArrayBuffer; grow: (pages: number) => number };
  setUp: (slots: number, count: number, root: number, line: number) => void;
  readLine: (length: number) => number;
}

/** What a number is whose bytes lie at these places of the line; 0 leaves the line to the parser. */
type KindOfNumber = (start: number, end: number) => number;

const pageBytes = 64 * 1024;
/** Longer lines are left to the parser. */
const longestLine = 1024 * 1024;
/** The scanner looks at sixteen bytes at once. */
const lookaheadBytes = 16;
const cellCount = 256;
const tableBytes = cellCount * 4;
const memberBytes = 20;
const lf = 0x0a;

/**
 * The scanner with its memory: the slots of a tree, the tables of its members, and the line that is read. Bounded by the
 * tree and the longest line.
 */
export class SlotMemory {
  /** By slot: kind, kinds of items, and where what is there begins and ends in the line. */
  readonly kinds: Uint8Array;
  readonly itemKinds: Uint8Array;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly #line: Uint8Array;
  readonly #readLine: Exports['readLine'];

  private constructor(exports: Exports, tree: SlotTree) {
    const { count, root } = tree;
    const slots = exports.memory.buffer.byteLength;
    const tables = aligned(slots + count * 10);
    const line = aligned(tables + sizeOf(root));
    exports.memory.grow(Math.ceil((line + longestLine + lookaheadBytes - slots) / pageBytes));
    const { buffer } = exports.memory;
    this.starts = new Int32Array(buffer, slots, count);
    this.ends = new Int32Array(buffer, slots + count * 4, count);
    this.kinds = new Uint8Array(buffer, slots + count * 8, count);
    this.itemKinds = new Uint8Array(buffer, slots + count * 9, count);
    this.#line = new Uint8Array(buffer, line, longestLine + lookaheadBytes);
    this.#readLine = exports.readLine;
    new TableWriter(new DataView(buffer), tables).table(root);
    exports.setUp(slots, count, tables, line);
  }

  /** Undefined where the engine has no WebAssembly, or none with vectors. */
  static open(tree: SlotTree, kindOfNumber: KindOfNumber): SlotMemory | undefined {
    const module = scanner();
    if (module === undefined) return undefined;
    const { Instance } = module.api;
    const { exports } = new Instance(module.compiled, { 'slot-scan': { kindOfNumber } });
    return new SlotMemory(exports as Exports, tree);
  }

  /** Reads the line in bytes `start` to `end`: its shape, or 0 if it is left to the parser. */
  read(bytes: Buffer, start: number, end: number): number {
    const length = end - start;
    if (length > longestLine) return 0;
    bytes.copy(this.#line, 0, start, end);
    this.#line[length] = lf;
    return this.#readLine(length);
  }
}

let compiled: { api: WebAssemblyApi; compiled: object } | undefined;

function scanner(): typeof compiled {
  const { WebAssembly: api } = globalThis as { WebAssembly?: WebAssemblyApi };
  if (compiled !== undefined || api === undefined) return compiled;
  try {
    compiled = { api, compiled: new api.Module(Buffer.from(slotScanWasm, 'base64')) };
  } catch {
    // A processor without vectors: everything is parsed.
  }
  return compiled;
}

function aligned(address: number): number {
  return Math.ceil(address / 8) * 8;
}

/** Such a key is never written as it is, and whoever meets an escape in a key leaves it to the parser. */
function isPlain(key: string): boolean {
  return !/["\\]/.test(key);
}

function sizeOf(slot: Slot): number {
  let bytes = tableBytes;
  for (const [key, member] of slot.members) {
    bytes += aligned(memberBytes + Buffer.byteLength(key));
    if (member.members.size > 0) bytes += sizeOf(member);
  }
  return bytes;
}

/** Writes tables of members as the scanner reads them. */
class TableWriter {
  readonly #view: DataView;
  #next: number;

  constructor(view: DataView, start: number) {
    this.#view = view;
    this.#next = start;
  }

  /** Returns where the table lies. */
  table({ members }: Slot): number {
    const table = this.#take(tableBytes);
    for (const [text, slot] of members) {
      if (!isPlain(text)) continue;
      const key = Buffer.from(text);
      const member = this.#take(memberBytes + key.length);
      const cell = table + cellOf(key) * 4;
      const own = slot.members.size === 0 ? 0 : this.table(slot);
      const words = [this.#view.getUint32(cell, true), slot.number, own, Number(slot.items), key.length];
      for (const [index, word] of words.entries()) this.#view.setUint32(member + index * 4, word, true);
      for (const [index, byte] of key.entries()) this.#view.setUint8(member + memberBytes + index, byte);
      this.#view.setUint32(cell, member, true);
    }
    return table;
  }

  #take(bytes: number): number {
    const at = this.#next;
    this.#next += aligned(bytes);
    return at;
  }
}

/** Members whose keys are of equal length and ends share a cell. */
function cellOf(key: Uint8Array): number {
  const [first = 0] = key;
  return (key.length * 29 + first * 7 + (key.at(-1) ?? 0) * 13) & (cellCount - 1);
}
