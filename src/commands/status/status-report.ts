import type { RunState } from '../../core/runs/run-states.ts';
import type { Silence } from '../../core/runs/expectation.ts';
import type { RunReason } from '../../ports/state/run-history.ts';
import type { ProfileState } from '../../ports/state/config-store.ts';

/** How every export stands. `--json` prints it as it is. Shape: schemas/status-report.schema.json. Times are ISO 8601, UTC. */
export interface StatusReport {
  report: 'status';
  version: 1;
  at: string;
  configuration: {
    /** Null where there is none. */
    file: string | null;
    /** Where it was looked for, in this order. */
    lookedFor: string[];
  };
  /** Ids of the problems that were forgotten just now. */
  dismissed: string[];
  profiles: ProfileStatus[];
}

export interface ProfileStatus {
  /** Null for the runs without a profile. */
  profile: string | null;
  state: ProfileState | null;
  store: string | null;
  /** Folders of its state: its own, and those of the units that `schedule` has printed. */
  folders: string[];
  /** End of the last run after which something that it read is durable in this store. */
  lastSuccess: string | null;
  accessTest: { at: string; verdict: string; summary: string } | null;
  /** The runs that hold a lock now. */
  locks: { pid: number; host: string; startedAt: string }[];
  /** The latest first. */
  runs: StatusRun[];
  /** Runs that are known, and runs of which only a sum is left. */
  runsKnown: number;
  runsSummarised: number;
  types: TypeStatus[];
  /** The command that sets what is not expected yet, going by what was seen; null where there is nothing to propose. */
  proposal: string | null;
  spool: { files: number; bytes: number; oldest: string | null } | null;
  quarantine: { folders: string[]; lists: number; lines: number } | null;
  problems: StatusProblem[];
}

export interface StatusRun {
  id: string;
  command: string;
  store: string;
  host: string;
  pid: number;
  startedAt: string;
  endedAt: string | null;
  seconds: number | null;
  /** Counted from 1: the runs before it that were asked the same and did not end well, and itself. */
  attempt: number;
  outcome: RunState;
  exitCode: number | null;
  reason: RunReason | null;
  /** What is to be known of it although nothing is wrong; missing where there is nothing. */
  note?: string;
  inputs: number;
  /** Null where the run left no numbers. */
  lines: { read: number; delivered: number; alreadyDelivered: number; quarantined: number } | null;
  objects: number | null;
  bytes: number | null;
  retries: Readonly<Record<string, number>>;
}

export interface TypeStatus {
  type: string;
  /** Event time of its latest event; null where none is known. */
  latest: string | null;
  /** From that event until now. */
  lagSeconds: number | null;
  /** How old the latest event was when the run that brought it ended; null where no run tells. */
  deliveryLagSeconds: number | null;
  silence: Silence;
}

/** What somebody should look at, and the one command or step that helps. */
export interface StatusProblem {
  problem: ProblemCode;
  message: string;
  cure: string;
  /** Of what can be dismissed. */
  id?: string;
  /** Since when, where that is known. */
  since?: string;
}

export const problemCodes = [
  'draft',
  'unreadable',
  'access-test-failed',
  'not-tested',
  'last-run-failed',
  'source',
  'left-out',
  'silence',
  'schema',
  'spool-waits',
  'quarantine',
  'no-runs',
] as const;
export type ProblemCode = (typeof problemCodes)[number];
