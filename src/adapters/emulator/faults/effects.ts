import type { FaultKind } from '../../../ports/aws/emulator.ts';

/** What the active faults do to one request. */
export interface Effects {
  kinds: FaultKind[];
  delayMs: number;
  error: FaultError | undefined;
  errorAfter: FaultError | undefined;
  reset: 'before' | 'after' | undefined;
  cutAfterBytes: number | undefined;
  noAnswer: boolean;
  denied: boolean;
  expired: boolean;
  keyDisabled: boolean;
  bucketRegion: string | undefined;
  moving: boolean;
  clockOffsetMs: number;
  propagationMs: number;
}

export interface FaultError {
  readonly status: number;
  readonly code: string;
  readonly message: string;
}

/** A request that no fault touches. */
export function noEffects(): Effects {
  return {
    kinds: [],
    delayMs: 0,
    error: undefined,
    errorAfter: undefined,
    reset: undefined,
    cutAfterBytes: undefined,
    noAnswer: false,
    denied: false,
    expired: false,
    keyDisabled: false,
    bucketRegion: undefined,
    moving: false,
    clockOffsetMs: 0,
    propagationMs: 0,
  };
}
