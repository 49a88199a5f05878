import type { SourcePosition } from '../../core/ledger/source-position.ts';
import type { Ledger } from '../../ports/ledger.ts';

/** How far files were delivered. */
export interface FollowLedger {
  positions: () => readonly SourcePosition[];
  /** Says that files were delivered so far; again is free. Throws `state-not-written`. */
  advance: (positions: readonly SourcePosition[]) => Promise<void>;
}

/**
 * Keeps two ledgers as one. The follower's own says where to go on, also when the destination has changed meanwhile; that
 * of the destination tells a push without `--follow` what need not be delivered again.
 */
export function followLedger(ledgers: readonly Ledger[]): FollowLedger {
  return {
    positions: () => {
      const furthest = new Map<string, SourcePosition>();
      for (const { state } of ledgers)
        for (const position of state.positions.values()) {
          const known = furthest.get(position.id);
          if (known === undefined || known.stored < position.stored) furthest.set(position.id, position);
        }
      return [...furthest.values()];
    },
    advance: async (positions) => {
      if (positions.length === 0) return;
      for (const ledger of ledgers) await ledger.add({ kind: 'advance', positions });
    },
  };
}
