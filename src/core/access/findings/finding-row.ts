import type { ProbeId } from './probes.ts';
import type { Names } from '../tested/tested-access.ts';

/**
 * What a probe comes to. `fail`: it is wrong; `warn`: worth knowing, and no reason to fail; `not-yet-visible`: it was
 * changed a moment ago and may not count yet; `skipped`: it was not tried, or shows nothing, and the message says why.
 */
export type ProbeStatus = 'pass' | 'warn' | 'fail' | 'not-yet-visible' | 'skipped';

/** `detail` is what only the single case knows: a region, a reason of AWS, a list. */
export type Words = (names: Names, detail: string) => string;

/** One thing that can be found, and what cures it. */
export interface FindingRow {
  probe: ProbeId | 'any';
  status: ProbeStatus;
  says: Words;
  cure?: Words;
  /** What `detail` looks like, for the documentation. */
  such?: string;
  /** Against the rule, by which `fail` and `not-yet-visible` stop what needs the probe, and all else does not. */
  blocks?: boolean;
  /** Time may cure it, if something was changed a moment ago: `waitsFor` says what is waited for. */
  waitsFor?: string;
  /** What it is called where it was changed too short a time ago to know. */
  soon?: string;
}

export type FindingTable = Readonly<Record<string, FindingRow>>;
