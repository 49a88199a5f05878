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
  /** What ACCESS_HISTORY alone knows has been read where it began before it. */
  readonly accessOnlyNs: string;
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
  /** How long a row of QUERY_HISTORY is waited for, for what ACCESS_HISTORY alone knows. */
  waitedNs: bigint;
  /** What began before it was never read; undefined: before this run. */
  firstNs: bigint | undefined;
}

/**
 * The checkpoint to continue at: the one there is, or that of a first run. Throws `usage` where what is asked for lies before
 * all that was ever read.
 */
export function beginOrContinue(known: Checkpoint | undefined, start: RunStart): Checkpoint {
  const fromNs = firstStart(start, start.sinceNs, start.rules);
  if (known === undefined) {
    const { waitedNs, firstNs = fromNs } = start;
    const first = String(fromNs);
    const accessOnlyNs = String(latest(firstNs, fromNs - waitedNs));
    return { fromNs: first, watermarkNs: first, accessOnlyNs, ledgerFromNs: first, unindexed: [] };
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

/**
 * The checkpoint at another watermark, behind which `accessOnlyNs` is read too; the index of seen queries reaches back as far
 * as the overlap.
 */
export function checkpointAt(
  known: Checkpoint,
  {
    watermarkNs,
    accessOnlyNs = 0n,
    overlapNs,
    unindexed = [],
  }: {
    watermarkNs: bigint;
    accessOnlyNs?: bigint;
    overlapNs: bigint;
    unindexed?: Checkpoint['unindexed'];
  },
): Checkpoint {
  return {
    fromNs: known.fromNs,
    watermarkNs: String(watermarkNs),
    accessOnlyNs: String(latest(BigInt(known.accessOnlyNs), accessOnlyNs)),
    // A longer overlap than before does not bring back what was forgotten.
    ledgerFromNs: String(latest(BigInt(known.ledgerFromNs), watermarkNs - overlapNs)),
    unindexed,
  };
}

const latest = (a: bigint, b: bigint): bigint => (a > b ? a : b);
