/**
 * Finds a piece of text in bytes, sixteen places in one step; upper and lower case of ASCII letters count as one. AssemblyScript, as
 * slot-scan.ts. src/core/readers/find/text-window.ts is who calls it.
 */

const needles = memory.data(1024);

/** Where needles may be written, in lower case: room for 1024 bytes. */
export function needlesAt(): usize {
  return needles;
}

function lower(byte: u32): u32 {
  return byte - 0x41 < 26 ? byte | 0x20 : byte;
}

function isThere(at: usize, needle: usize, length: usize): bool {
  for (let index: usize = 0; index < length; index++)
    if (lower(load<u8>(at + index)) != load<u8>(needle + index)) return false;
  return true;
}

/**
 * The first place from `start` on where the `length` bytes at `needle` stand before `end`; `end` if there is none. Up to 16 bytes
 * behind `end` are read.
 */
export function find(start: usize, end: usize, needle: usize, length: usize): usize {
  if (start + length > end) return end;
  const caseBit = i8x16.splat(0x20);
  const first = i8x16.splat(<i8>(load<u8>(needle) | 0x20));
  const last = i8x16.splat(<i8>(load<u8>(needle + length - 1) | 0x20));
  const stop = end - length;
  for (let at = start; at <= stop; at += 16) {
    const heads = v128.eq<i8>(v128.or(v128.load(at), caseBit), first);
    const tails = v128.eq<i8>(v128.or(v128.load(at + length - 1), caseBit), last);
    let mask = <u32>v128.bitmask<i8>(v128.and(heads, tails));
    while (mask != 0) {
      const place = at + <usize>ctz<u32>(mask);
      if (place > stop) return end;
      if (isThere(place, needle, length)) return place;
      mask &= mask - 1;
    }
  }
  return end;
}
