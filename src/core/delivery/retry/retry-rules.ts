import type { PutFailureCause } from '../../../ports/store/put-failure.ts';
import type { BackOff } from './back-off.ts';

/** What is done about failures of one cause. */
export interface RetryRule {
  backOff: BackOff;
  /** So many failures of an object are tried again without a pause: the store adapter has mended what was wrong. */
  mended: number;
  /** In a run that has stored nothing yet, the failure of an object with which it gives up: a wrong set-up is told at once. */
  toldAt: number;
  /** Failures in a row, over all objects, and how long they have to last, to be an outage; none: never one. */
  outage: { failures: number; lastingMs: number } | undefined;
}

/** Passing trouble, as AWS advises: exponential back-off with full jitter (AWS Builders' Library, "Timeouts, retries, and backoff with jitter"). */
const quick: BackOff = { firstMs: 100, mostMs: 20_000 };
/** What a person has to mend takes longer, and each refused request may raise an alarm of its own over there. */
const slow: BackOff = { firstMs: 5000, mostMs: 60_000 };

const never = Number.POSITIVE_INFINITY;
/** A store that never answered is more likely misspelt than away: told after about ten seconds. */
const unreachable: RetryRule = {
  backOff: quick,
  mended: 0,
  toldAt: 8,
  outage: { failures: 4, lastingMs: 2000 },
};
const busy: RetryRule = {
  backOff: quick,
  mended: 0,
  toldAt: never,
  outage: { failures: 10, lastingMs: 10_000 },
};
const refused: RetryRule = {
  backOff: slow,
  mended: 0,
  toldAt: 1,
  outage: { failures: 3, lastingMs: 0 },
};

/** The rule for each cause; `final` has none. */
export const retryRules: Readonly<Record<Exclude<PutFailureCause, 'final'>, RetryRule>> = {
  throttled: busy,
  server: busy,
  network: unreachable,
  'no-answer': { ...unreachable, toldAt: 2 },
  // Says that the store works, and concerns one key alone.
  conflict: { backOff: quick, mended: 0, toldAt: never, outage: undefined },
  denied: refused,
  // The next try has fresh credentials.
  expired: { ...refused, mended: 1, toldAt: 2 },
  // The next try goes by the clock of the store.
  'clock-skew': { ...unreachable, mended: 1, toldAt: 6 },
};
