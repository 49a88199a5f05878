import type { RunOutcome, RunProgress, RunReason, UnknownInEvents } from '../../ports/state/run-history.ts';
import { balanceMembers } from '../accounting/balance.ts';

export const runOutcomes = [
  'delivered',
  'delivered-with-quarantine',
  'delivered-in-part',
  'interrupted',
  'failed',
] as const satisfies readonly RunOutcome[];
/** What makes a run findable: the first line that it leaves, and a part of the last. Times are ISO 8601. */
export interface RunIdentity {
  id: string;
  command: string;
  startedAt: string;
  pid: number;
  host: string;
  store: string;
  inputs: number;
  /** The same for runs that were asked the same: command, store and inputs. */
  work: string;
  /** The same, but for numbers in the inputs: a job that pushes a file with the day in its name is one job. */
  job: string;
}

export interface BeginRecord extends RunIdentity {
  record: 'begin';
  version: 1;
}

/** How far a run that lasts has come. A later mark of the run stands for the earlier ones. */
export interface MarkRecord extends RunProgress {
  record: 'mark';
  version: 1;
  id: string;
  at: string;
}

/** Holds all of the beginning as well: it is good without the other line. */
export interface EndRecord extends RunIdentity, RunProgress {
  record: 'end';
  version: 1;
  endedAt: string;
  outcome: RunOutcome;
  exitCode: number;
  reason: RunReason | null;
  note?: string;
  unknown?: UnknownInEvents[];
}

/** What is kept of one type beyond the runs themselves. */
export interface TypeActivity {
  /** Event time of its latest event, ISO 8601. */
  latest: string;
  /** The oldest that a latest event became before a newer one was delivered, in ms; null until there were two. */
  longestMs: number | null;
}

/** Stands for the runs that were left out when the file was compacted. */
export interface SummaryRecord {
  record: 'summary';
  version: 1;
  runs: number;
  types: Readonly<Record<string, TypeActivity>>;
}

export type RunRecord = BeginRecord | MarkRecord | EndRecord | SummaryRecord;

type Members = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const isText = (value: unknown): value is string => typeof value === 'string';
const isInstant = (value: unknown): boolean => isText(value) && !Number.isNaN(Date.parse(value));
const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isOutcome = (value: unknown): boolean => runOutcomes.some((outcome) => outcome === value);
const allOf = (value: unknown, check: (member: unknown) => boolean): boolean =>
  isObject(value) && Object.values(value).every(check);

function isIdentity(value: Members): boolean {
  const { id, command, startedAt, pid, host, store, inputs, work, job } = value;
  const texts = [id, command, host, store, work, job];
  return texts.every(isText) && isInstant(startedAt) && isCount(pid) && isCount(inputs);
}

function isTypeFacts(value: unknown): boolean {
  if (!isObject(value) || !isCount(value['delivered']) || !isCount(value['alreadyDelivered'])) return false;
  return [value['earliest'], value['latest']].every((time) => time === null || isInstant(time));
}

function isProgress({ balance, types, objects, bytes, compressedBytes, retries }: Members): boolean {
  return (
    isObject(balance) &&
    balanceMembers.every((member) => isCount(balance[member])) &&
    allOf(types, isTypeFacts) &&
    allOf(retries, isCount) &&
    [objects, bytes, compressedBytes].every(isCount)
  );
}

const isReason = (value: unknown): boolean =>
  value === null ||
  (isObject(value) &&
    isText(value['code']) &&
    isText(value['message']) &&
    (value['cure'] === null || isText(value['cure'])));

const isUnknown = (value: unknown): boolean =>
  value === undefined ||
  (Array.isArray(value) &&
    value.every(
      (part) =>
        isObject(part) &&
        [part['type'], part['warning'], part['schemaLine']].every(isText) &&
        isCount(part['lines']),
    ));

const checks: Readonly<Record<RunRecord['record'], (value: Members) => boolean>> = {
  begin: isIdentity,
  mark: (value) => isText(value['id']) && isInstant(value['at']) && isProgress(value),
  end: (value) =>
    isIdentity(value) &&
    isProgress(value) &&
    isInstant(value['endedAt']) &&
    isOutcome(value['outcome']) &&
    isCount(value['exitCode']) &&
    isReason(value['reason']) &&
    (value['note'] === undefined || isText(value['note'])) &&
    isUnknown(value['unknown']),
  summary: ({ runs, types }) =>
    isCount(runs) &&
    allOf(
      types,
      (type) =>
        isObject(type) &&
        isInstant(type['latest']) &&
        (type['longestMs'] === null || isCount(type['longestMs'])),
    ),
};

/** Reads one line of the file; undefined for one that is torn, or of another program. */
export function parseRunRecord(line: string): RunRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return undefined;
  }
  if (!isObject(value) || value['version'] !== 1) return undefined;
  const kind = value['record'];
  if (!isText(kind) || !Object.hasOwn(checks, kind)) return undefined;
  return checks[kind as RunRecord['record']](value) ? (value as unknown as RunRecord) : undefined;
}
