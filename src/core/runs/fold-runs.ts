import type {
  BeginRecord,
  EndRecord,
  MarkRecord,
  RunIdentity,
  RunRecord,
  SummaryRecord,
  TypeActivity,
} from './run-record.ts';
import { parseRunRecord } from './run-record.ts';

/** One run, as the lines that it has left tell of it. */
export interface RecordedRun extends RunIdentity {
  /** Missing where the run is under way, or was killed. */
  end: EndRecord | undefined;
  /** How far it had come when it last said so. */
  mark: MarkRecord | undefined;
}

/** What is known of one audit type over all runs. */
export interface KnownType {
  /** Event time of its latest event, epoch ms. */
  latestMs: number;
  /** The oldest that a latest event became before a newer one was delivered; undefined until there were two. */
  longestMs: number | undefined;
}

/** An instant (epoch ms) at which a run said up to which event it has delivered an audit type. */
interface Sighting {
  type: string;
  atMs: number;
  latestMs: number;
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
  const sightings: Sighting[] = [];
  let unreadable = 0;
  for (const line of lines) {
    if (line === '') continue;
    const record = parseRunRecord(line);
    if (record === undefined) {
      unreadable++;
      continue;
    }
    sightings.push(...sightingsOf(record));
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
    types: knownTypes(summaries, sightings),
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

function sightingsOf(record: RunRecord): Sighting[] {
  if (record.record === 'begin' || record.record === 'summary') return [];
  const atMs = Date.parse(record.record === 'end' ? record.endedAt : record.at);
  return Object.entries(record.types).flatMap(([type, { latest }]) =>
    latest === null ? [] : [{ type, atMs, latestMs: Date.parse(latest) }],
  );
}

function knownTypes(
  summaries: readonly SummaryRecord[],
  sightings: readonly Sighting[],
): Map<string, KnownType> {
  const types = new Map<string, KnownType>();
  for (const { types: summed } of summaries)
    for (const [type, { latest, longestMs }] of Object.entries(summed))
      types.set(type, { latestMs: Date.parse(latest), longestMs: longestMs ?? undefined });
  for (const { type, atMs, latestMs } of sightings.toSorted(
    (a, b) => a.atMs - b.atMs || a.latestMs - b.latestMs,
  )) {
    const known = types.get(type);
    if (known === undefined) types.set(type, { latestMs, longestMs: undefined });
    else if (latestMs > known.latestMs) {
      known.longestMs = Math.max(known.longestMs ?? 0, atMs - known.latestMs);
      known.latestMs = latestMs;
    }
  }
  return types;
}

/** What a compacted file keeps. */
export interface KeptRuns {
  runs: number;
  bytes: number;
}

/** A type of which nothing came for so long is forgotten: it was given up, and not by an oversight. */
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
    [...book.types].flatMap(([type, { latestMs, longestMs }]): [string, TypeActivity][] =>
      latestMs < nowMs - forgottenAfterMs
        ? []
        : [[type, { latest: new Date(latestMs).toISOString(), longestMs: longestMs ?? null }]],
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
