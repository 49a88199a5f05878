import type { Witnessed } from './witnesses.ts';
import type { Finding, FindingCode, Unproven } from './finding.ts';

/** What a verification found. `--json` prints it as it is. Shape: schemas/verify-report.schema.json. Times are ISO 8601, UTC. */
export interface VerifyReport {
  report: 'verify';
  version: 1;
  at: string;
  store: string;
  /** `quick`: contents were not read; `deep`: each line was looked at. */
  mode: 'quick' | 'full' | 'deep';
  /** Event times that were looked at; null for all. The end is exclusive. */
  from: string | null;
  to: string | null;
  /** `intact`, `findings`, or `not-proven`: nothing was found, but not all could be looked at. */
  verdict: 'intact' | 'findings' | 'not-proven';
  logs: VerifiedLog[];
  objects: {
    /** Objects that logs tell of. */
    claimed: number;
    listed: number;
    /** Objects whose content was read; its bytes, uncompressed and as stored, and its lines. */
    read: number;
    bytes: number;
    storedBytes: number;
    lines: number;
    /** The tool's own, and folder markers. */
    leftOut: number;
    /** Stored by writers that are at work, and in no log yet. */
    inFlight: number;
  };
  /** Writers that were at work: what they have stored since has its leaves by then. `leaves`: what was published when they began. */
  underWay: { log: string; run: string; since: string; until: string; leaves: number }[];
  /** How often each code was found. */
  counts: Partial<Record<FindingCode, number>>;
  findings: Finding[];
  notProven: (Unproven & { times: number })[];
}

export interface VerifiedLog {
  id: string;
  /** Verifier keys, in their order. */
  keys: string[];
  /** Whether the auditor has one of them from elsewhere (--key); else it is the log's own word. */
  keyIsGiven: boolean;
  /** Leaves and root (base64) of the newest checkpoint that is signed; null where none is. */
  leaves: number | null;
  root: string | null;
  checkpoints: number;
  first: string | null;
  last: string | null;
  closed: boolean;
  runs: number;
  objects: number;
  lines: number;
  quarantined: number;
  quietSeconds: number;
  /** What the witnesses of --witness-key have seen of it. */
  witnessed: Witnessed[];
  /** What `--remember` had of it. */
  remembered: { leaves: number; at: string; tiles: number | null } | null;
}
