const kib = 1024;
const mib = 1024 * kib;

/**
 * What bounds the memory of a run. None of these numbers shows in what is delivered: they decide when bytes are
 * compressed or spooled, never which bytes make an object.
 */
export interface DeliveryLimits {
  /** Unsealed bytes of all open objects together. */
  pageMemoryBytes: number;
  pageBytes: number;
  /** A block this large is compressed. */
  blockBytes: number;
  /** Blocks being compressed at once. */
  compressing: number;
  /** Compressed pieces of open objects held in memory; more go to the spool. */
  pieceMemoryBytes: number;
  /** Objects on their way to the store at once, and their compressed bytes. */
  uploads: number;
  uploadBytes: number;
}

export const defaultLimits: DeliveryLimits = {
  pageMemoryBytes: 64 * mib,
  pageBytes: 4 * kib,
  blockBytes: 512 * kib,
  compressing: 4,
  pieceMemoryBytes: 32 * mib,
  uploads: 8,
  uploadBytes: 32 * mib,
};
