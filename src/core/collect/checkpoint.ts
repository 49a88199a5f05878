import { AuditExportError } from '../../errors.ts';
import type { Checkpoint, LedgerPart } from '../../ports/collect-state.ts';
import { printNanoseconds } from './translate/snowflake-time.ts';
import type { ReadingRules } from './windows.ts';
import { firstStart } from './windows.ts';

/** What a run begins with. Times are nanoseconds since 1970. */
export interface RunStart {
  store: string | undefined;
  /** Where the state lies, for messages. */
  location: string;
  sinceNs: bigint | undefined;
  nowNs: bigint;
  untilNs: bigint;
  rules: ReadingRules;
}

/**
 * The checkpoint to continue at: the one there is, or that of a first run. Throws `usage` where the state is of another
 * store, or where what is asked for lies before all that this state has ever read.
 */
export function beginOrContinue(known: Checkpoint | undefined, start: RunStart): Checkpoint {
  const fromNs = firstStart(start, start.sinceNs, start.rules);
  if (known === undefined) {
    const first = String(fromNs);
    const { store = '' } = start;
    return {
      version: 1,
      store,
      fromNs: first,
      watermarkNs: first,
      ledgerFromNs: first,
      batches: 0,
      ledger: [],
    };
  }
  checkStore(known, start.store, start.location);
  if (start.sinceNs === undefined || fromNs >= BigInt(known.fromNs)) return known;
  throw new AuditExportError(
    'usage',
    `--since ${printNanoseconds(fromNs)} lies before the beginning of what this state has collected, ${printNanoseconds(BigInt(known.fromNs))}.`,
    {
      cure: 'Add --again (and --until) to read that time by hand, or leave --since out to continue.',
      details: { state: start.location },
    },
  );
}

/** Throws `usage` where a state is of another store: delivering to this one would leave a gap in both. */
export function checkStore(known: Checkpoint, store: string | undefined, location: string): void {
  if (store === undefined || known.store === store) return;
  throw new AuditExportError(
    'usage',
    `The state in ${location} is of what was delivered to ${known.store}, not to ${store}.`,
    {
      cure: 'Use a profile of its own for each store (--profile NAME), or remove that folder to begin anew with --since.',
    },
  );
}

/** The checkpoint after a batch: its queries are in the ledger, and the ledger reaches back as far as the overlap. */
export function nextCheckpoint(
  { ledger, ...known }: Checkpoint,
  part: LedgerPart | undefined,
  { watermarkNs, overlapNs }: { watermarkNs: bigint; overlapNs: bigint },
): Checkpoint {
  const reachNs = watermarkNs - overlapNs;
  // A longer overlap than before does not bring back what was forgotten.
  const ledgerFromNs = reachNs > BigInt(known.ledgerFromNs) ? reachNs : BigInt(known.ledgerFromNs);
  const parts = part === undefined ? ledger : [...ledger, part];
  return {
    ...known,
    watermarkNs: String(watermarkNs),
    ledgerFromNs: String(ledgerFromNs),
    batches: part?.batch ?? known.batches,
    ledger: parts.filter(({ untilNs }) => BigInt(untilNs) > ledgerFromNs),
  };
}
