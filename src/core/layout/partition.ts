import type { Granularity, Layout } from './layout.ts';
import { renderLayout } from './layout.ts';

const hourMs = 3_600_000;
const dayMs = 86_400_000;

/** The number of whole units since 1970, and the time at which such a unit begins. */
const clocks: Record<Granularity, { unitOf: (ms: number) => number; startOf: (unit: number) => number }> = {
  hour: { unitOf: (ms) => Math.floor(ms / hourMs), startOf: (unit) => unit * hourMs },
  day: { unitOf: (ms) => Math.floor(ms / dayMs), startOf: (unit) => unit * dayMs },
  month: {
    unitOf: (ms) => {
      const date = new Date(ms);
      return date.getUTCFullYear() * 12 + date.getUTCMonth();
    },
    startOf: (unit) => Date.UTC(Math.floor(unit / 12), unit % 12),
  },
  year: { unitOf: (ms) => new Date(ms).getUTCFullYear(), startOf: (unit) => Date.UTC(unit, 0) },
};

/**
 * Numbers the partitions of a layout: one small integer for each type and unit of time, cheap to compute for every
 * line, to send between threads and to look up.
 */
export interface PartitionScheme {
  /** `typeIndex` counts in `types`; the time is in milliseconds since 1970. */
  partitionOf: (typeIndex: number, timeMs: number) => number;
  /** The folder of a partition, below the prefix; and its type, where the layout keeps types apart. */
  describe: (partition: number) => { folder: string; type: string | undefined };
}

/** Builds the numbering for the given types (their order matters and must be the same wherever numbers are compared). */
export function buildPartitionScheme(layout: Layout, types: readonly string[]): PartitionScheme {
  const { unitOf, startOf } = clocks[layout.granularity];
  const slots = layout.byType ? types.length : 1;
  return {
    partitionOf: (typeIndex, timeMs) => unitOf(timeMs) * slots + (layout.byType ? typeIndex : 0),
    describe: (partition) => {
      const type = layout.byType ? types[partition % slots] : undefined;
      return { folder: renderLayout(layout, type ?? '', startOf(Math.floor(partition / slots))), type };
    },
  };
}
