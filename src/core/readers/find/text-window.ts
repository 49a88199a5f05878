import { findTextWasm } from '../../../generated/find-text.ts';

/** What is used of WebAssembly. It is missing where the engine runs without compilers (`node --jitless`). */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: unknown };
}

/** What wasm/find-text.ts exports. */
interface Exports {
  memory: { readonly buffer: ArrayBuffer; grow: (pages: number) => number };
  needlesAt: () => number;
  find: (start: number, end: number, needle: number, length: number) => number;
}

/**
 * Bytes that texts are looked for in; upper and lower case of ASCII letters count as one. They are copied there once, however many
 * texts there are, for WebAssembly sees no other memory.
 */
export interface TextWindow {
  /** Puts these bytes there, one behind the other, instead of what was there; they are good until the next call. */
  fill: (...pieces: readonly Buffer[]) => Buffer;
  /** The first place from `from` on where the text of this number begins; undefined if there is none. */
  find: (text: number, from: number) => number | undefined;
}

const pageBytes = 64 * 1024;
/** The search looks at sixteen bytes at once. */
const lookaheadBytes = 16;
/** What is looked for of a longer text: its beginning. */
export const longestNeedle = 256;

/** Builds a window in which these texts of ASCII, which are not empty, are looked for; up to four. */
export function buildTextWindow(texts: readonly string[]): TextWindow {
  const needles = texts.map((text) => text.slice(0, longestNeedle).toLowerCase());
  return scanningWindow(needles) ?? plainWindow(needles);
}

/** A window for engines without WebAssembly, or without vectors in it. */
export function plainWindow(needles: readonly string[]): TextWindow {
  let text = '';
  return {
    fill: (...pieces) => {
      const bytes = Buffer.concat(pieces);
      text = bytes.toString('latin1').replaceAll(/[A-Z]+/g, (letters) => letters.toLowerCase());
      return bytes;
    },
    find: (number, from) => {
      const at = text.indexOf(needles[number] as string, from);
      return at === -1 ? undefined : at;
    },
  };
}

function scanningWindow(needles: readonly string[]): TextWindow | undefined {
  const exports = instance();
  if (exports === undefined) return undefined;
  const { memory, find, needlesAt } = exports;
  const sought = needles.map((needle, number) => {
    const at = needlesAt() + number * longestNeedle;
    new Uint8Array(memory.buffer, at, needle.length).set(Buffer.from(needle, 'latin1'));
    return { at, length: needle.length };
  });
  const base = memory.buffer.byteLength;
  let room = Buffer.alloc(0);
  let end = base;
  return {
    fill: (...pieces) => {
      const bytes = pieces.reduce((sum, { length }) => sum + length, 0);
      if (bytes > room.length) {
        memory.grow(Math.ceil((bytes - room.length + lookaheadBytes) / pageBytes));
        room = Buffer.from(memory.buffer, base, memory.buffer.byteLength - base - lookaheadBytes);
      }
      let filled = 0;
      for (const piece of pieces) filled += piece.copy(room, filled);
      end = base + filled;
      return room.subarray(0, filled);
    },
    find: (number, from) => {
      const { at: needle, length } = sought[number] as (typeof sought)[number];
      const at = find(base + from, end, needle, length);
      return at === end ? undefined : at - base;
    },
  };
}

function instance(): Exports | undefined {
  const { WebAssembly: api } = globalThis as { WebAssembly?: WebAssemblyApi };
  if (api === undefined) return undefined;
  try {
    const compiled = new api.Module(Buffer.from(findTextWasm, 'base64'));
    return new api.Instance(compiled, {}).exports as Exports;
  } catch {
    // A processor without vectors.
    return undefined;
  }
}
