import type {
  BeginRecord,
  EndRecord,
  MarkRecord,
  RunIdentity,
  SummaryRecord,
  TypeActivity,
} from './run-record.ts';
import { parseRunRecord } from './run-record.ts';
import { decodeHours, encodeHours, mergeHours } from './spoken-hours.ts';

/** One run, as the lines that it has left tell of it. */
export interface RecordedRun extends RunIdentity {
  /** Missing where the run is under way, or was killed. */
  end: EndRecord | undefined;
  /** How far it had come when it last said so. */
  mark: MarkRecord | undefined;
}

/** What is known of one audit type over all runs: its latest event (epoch ms) and the hours in which it spoke, rising. */
export interface KnownType {
  latestMs: number;
  hours: number[];
}

/** All that the file tells. */
export interface RunBook {
  /** Oldest first, by their beginning. */
  runs: RecordedRun[];
  /** Runs of which only a sum is left. */
  summarised: number;
  types: Map<string, KnownType>;
  /** Lines that could not be read: torn by a crash, or written by something else. */
  unreadable: number;
}

/** Puts the lines of the file together. Their order does not matter, and a line that is there twice counts once. */
export function foldRuns(lines: Iterable<string>): RunBook {
  const begins = new Map<string, BeginRecord>();
  const marks = new Map<string, MarkRecord>();
  const ends = new Map<string, EndRecord>();
  const summaries: SummaryRecord[] = [];
  const types = new Map<string, KnownType>();
  let unreadable = 0;
  for (const line of lines) {
    if (line === '') continue;
    const record = parseRunRecord(line);
    if (record === undefined) {
      unreadable++;
      continue;
    }
    addTypes(types, activityOf(record));
    if (record.record === 'begin') begins.set(record.id, record);
    else if (record.record === 'end') ends.set(record.id, record);
    else if (record.record === 'summary') summaries.push(record);
    else if ((marks.get(record.id)?.at ?? '') <= record.at) marks.set(record.id, record);
  }
  const ids = new Set([...begins.keys(), ...ends.keys()]);
  const runs = [...ids].map((id) => recordedRun(begins.get(id) ?? ends.get(id), marks.get(id), ends.get(id)));
  return {
    runs: runs.sort((a, b) => Date.parse(a.startedAt) - Date.parse(b.startedAt) || (a.id < b.id ? -1 : 1)),
    summarised: summaries.reduce((sum, { runs }) => sum + runs, 0),
    types,
    unreadable,
  };
}

function recordedRun(
  known: RunIdentity | undefined,
  mark: MarkRecord | undefined,
  end: EndRecord | undefined,
): RecordedRun {
  const { id, command, startedAt, pid, host, store, inputs, work, job } = known as RunIdentity;
  return { id, command, startedAt, pid, host, store, inputs, work, job, mark, end };
}

type Activity = Readonly<Record<string, { latest: string | null; hours: readonly string[] }>>;

function activityOf(record: BeginRecord | MarkRecord | EndRecord | SummaryRecord): Activity {
  if (record.record === 'begin') return {};
  if (record.record === 'summary') return record.types;
  const { types, hours } = record;
  return Object.fromEntries(
    [...new Set([...Object.keys(types), ...Object.keys(hours)])].map((type) => [
      type,
      { latest: types[type]?.latest ?? null, hours: hours[type] ?? [] },
    ]),
  );
}

function addTypes(types: Map<string, KnownType>, activity: Activity): void {
  for (const [type, { latest, hours }] of Object.entries(activity)) {
    const known = types.get(type) ?? { latestMs: Number.NEGATIVE_INFINITY, hours: [] };
    known.latestMs = Math.max(known.latestMs, latest === null ? known.latestMs : Date.parse(latest));
    if (hours.length > 0) known.hours = mergeHours(known.hours, decodeHours(hours));
    if (known.latestMs > Number.NEGATIVE_INFINITY) types.set(type, known);
  }
}

/** What a compacted file keeps. */
export interface KeptRuns {
  runs: number;
  bytes: number;
}

/** A type that was not heard for so long is forgotten: it was given up, and not by an oversight. */
const forgottenAfterMs = 180 * 24 * 3_600_000;

/**
 * The lines of a file that holds the latest runs only, within both bounds, and a sum of what is left out. Of
 * its marks a run keeps the last. Folding the result gives the same types, and the same of the runs that are left.
 */
export function compactRuns(lines: readonly string[], kept: KeptRuns, nowMs: number): string[] {
  const book = foldRuns(lines);
  const latest: string[] = [];
  let bytes = 0;
  let runs = 0;
  for (const run of book.runs.toReversed()) {
    const text = linesOf(run);
    bytes += text.join('\n').length + 1;
    if (runs === kept.runs || bytes > kept.bytes) break;
    runs++;
    latest.unshift(...text);
  }
  const types = Object.fromEntries(
    [...book.types].flatMap(([type, { latestMs, hours }]): [string, TypeActivity][] =>
      latestMs < nowMs - forgottenAfterMs
        ? []
        : [[type, { latest: new Date(latestMs).toISOString(), hours: encodeHours(hours) }]],
    ),
  );
  const summary: SummaryRecord = {
    record: 'summary',
    version: 1,
    runs: book.summarised + book.runs.length - runs,
    types,
  };
  return [JSON.stringify(summary), ...latest];
}

function linesOf({ end, mark, ...identity }: RecordedRun): string[] {
  const begin: BeginRecord = { record: 'begin', version: 1, ...identity };
  return [end ?? begin, ...(mark === undefined ? [] : [mark])].map((record) => JSON.stringify(record));
}
