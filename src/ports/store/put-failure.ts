import { AuditExportError } from '../../errors.ts';

/** Why a PUT failed, as far as it matters for trying it again. */
export const putFailureCauses = [
  /** The store asks to slow down. */
  'throttled',
  /** The store, or a gateway before it, has trouble of its own. */
  'server',
  /** It can't be reached, or the connection was cut. */
  'network',
  /** It was reached and said nothing in time. */
  'no-answer',
  /** Another writer of the same key is not done yet. */
  'conflict',
  /** The store does not let us, or is not as it was set up: a person has to mend it. */
  'denied',
  /** The credentials are no longer valid. */
  'expired',
  /** The store takes our time for wrong. */
  'clock-skew',
  /** The same request can only fail again. */
  'final',
] as const;

export type PutFailureCause = (typeof putFailureCauses)[number];

/** What whoever tries again has to know of a failure. */
export interface PutTrouble {
  cause: PutFailureCause;
  /** Whether the object may have been stored all the same: then a later `already-there` can be the echo of this PUT. */
  maybeStored: boolean;
  /** The store's own wish how long to wait. */
  retryAfterMs?: number;
}

/** One PUT that failed: the error to show, and what it means for another try. */
export class PutFailure extends AuditExportError {
  readonly trouble: PutTrouble;

  constructor({ code, message, cure, details, cause }: AuditExportError, trouble: PutTrouble) {
    super(code, message, {
      details,
      ...(cure === undefined ? {} : { cure }),
      ...(cause === undefined ? {} : { cause }),
    });
    this.trouble = trouble;
  }
}
