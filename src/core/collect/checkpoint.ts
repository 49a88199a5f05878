import { AuditExportError } from '../../errors.ts';
import type { SeenPart } from './seen-queries.ts';
import { printNanoseconds } from './translate/snowflake-time.ts';
import type { ReadingRules } from './windows.ts';
import { firstStart } from './windows.ts';

/** How far the collector of an account has come: its cursor in the journal. Times are nanoseconds since 1970 UTC, as text. */
export interface Checkpoint {
  /** Where the first run began: before it, nothing was read. */
  readonly fromNs: string;
  /** Queries that ended before it have been read. */
  readonly watermarkNs: string;
  /** From here on the index of seen queries knows every query that was read. */
  readonly ledgerFromNs: string;
  /** What the index does not know yet of the batch that was done last. */
  readonly unindexed: readonly SeenPart[];
}

/** What a run begins with. Times are nanoseconds since 1970. */
export interface RunStart {
  /** Where the state lies, for messages. */
  location: string | undefined;
  sinceNs: bigint | undefined;
  nowNs: bigint;
  untilNs: bigint;
  rules: ReadingRules;
}

/**
 * The checkpoint to continue at: the one there is, or that of a first run. Throws `usage` where what is asked for lies before
 * all that was ever read.
 */
export function beginOrContinue(known: Checkpoint | undefined, start: RunStart): Checkpoint {
  const fromNs = firstStart(start, start.sinceNs, start.rules);
  if (known === undefined) {
    const first = String(fromNs);
    return { fromNs: first, watermarkNs: first, ledgerFromNs: first, unindexed: [] };
  }
  if (start.sinceNs === undefined || fromNs >= BigInt(known.fromNs)) return known;
  throw new AuditExportError(
    'usage',
    `--since ${printNanoseconds(fromNs)} lies before the beginning of what was collected to here, ${printNanoseconds(BigInt(known.fromNs))}.`,
    {
      cure: 'Add --again (and --until) to read that time by hand, or leave --since out to continue.',
      details: { state: start.location },
    },
  );
}

/** The checkpoint at another watermark; the index of seen queries reaches back as far as the overlap. */
export function checkpointAt(
  known: Checkpoint,
  {
    watermarkNs,
    overlapNs,
    unindexed = [],
  }: { watermarkNs: bigint; overlapNs: bigint; unindexed?: Checkpoint['unindexed'] },
): Checkpoint {
  const reachNs = watermarkNs - overlapNs;
  // A longer overlap than before does not bring back what was forgotten.
  const ledgerFromNs = reachNs > BigInt(known.ledgerFromNs) ? String(reachNs) : known.ledgerFromNs;
  return { fromNs: known.fromNs, watermarkNs: String(watermarkNs), ledgerFromNs, unindexed };
}
