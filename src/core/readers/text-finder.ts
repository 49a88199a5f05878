import { findTextWasm } from '../../generated/find-text.ts';

/** What is used of WebAssembly. It is missing where the engine runs without compilers (`node --jitless`). */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: unknown };
}

/** What wasm/find-text.ts exports. */
interface Exports {
  memory: { readonly buffer: ArrayBuffer; grow: (pages: number) => number };
  needleAt: () => number;
  find: (start: number, end: number, length: number) => number;
}

/** Finds one text in bytes; upper and lower case of ASCII letters count as one. */
export interface TextFinder {
  /**
   * Calls back for each place where the text begins, in order. The answer is the place from which on to look for the next one, behind
   * the one that was found.
   */
  each: (bytes: Buffer, found: (at: number) => number) => void;
}

const pageBytes = 64 * 1024;
const windowBytes = 1024 * 1024;
/** The search looks at sixteen bytes at once. */
const lookaheadBytes = 16;
/** What is looked for of a longer text: its beginning. */
const longestNeedle = 256;

/** Builds the finder of a text of ASCII, which is not empty. */
export function buildTextFinder(text: string): TextFinder {
  const needle = text.slice(0, longestNeedle).toLowerCase();
  return scanningFinder(needle) ?? plainFinder(needle);
}

/** A finder for engines without WebAssembly, or without vectors in it. */
export function plainFinder(needle: string): TextFinder {
  const pattern = new RegExp(needle.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&'), 'gi');
  return {
    each: (bytes, found) => {
      const text = bytes.toString('latin1');
      pattern.lastIndex = 0;
      for (let match = pattern.exec(text); match !== null; match = pattern.exec(text))
        pattern.lastIndex = found(match.index);
    },
  };
}

function scanningFinder(needle: string): TextFinder | undefined {
  const exports = instance();
  if (exports === undefined) return undefined;
  const { memory, find, needleAt } = exports;
  const base = memory.buffer.byteLength;
  memory.grow((windowBytes + lookaheadBytes + longestNeedle) / pageBytes + 1);
  const window = new Uint8Array(memory.buffer, base, windowBytes + longestNeedle);
  new Uint8Array(memory.buffer, needleAt(), needle.length).set(Buffer.from(needle, 'latin1'));
  return {
    each: (bytes, found) => {
      // Windows overlap, so that no place is cut.
      for (let start = 0; start < bytes.length; start += windowBytes) {
        const length = bytes.copy(window, 0, start, start + windowBytes + needle.length - 1);
        const end = base + length;
        let at = find(base, end, needle.length);
        let next = start;
        while (at !== end) {
          next = found(start + at - base);
          if (next >= start + length) break;
          at = find(base + next - start, end, needle.length);
        }
        // The loop adds a window; what was passed over is not looked at again.
        if (next > start + windowBytes) start = next - windowBytes;
      }
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
