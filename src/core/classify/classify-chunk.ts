import { isAscii, isUtf8 } from 'node:buffer';
import type { PartitionScheme } from '../layout/partition.ts';
import type { EventVerdict } from './classify-event.ts';
import type { QuickClassifier } from './quick-classifier.ts';
import { eventKey } from './event-key.ts';
import { GoodLines } from './good-lines.ts';
import { groupLines } from './group-lines.ts';
import type { ByteRange } from '../lines/documents/object-scanner.ts';
import { objectsOnLine } from '../lines/documents/object-scanner.ts';
import type { BadLine, ClassifiedChunk, ClassifiedWarning } from '../../ports/classifier.ts';
import type { ReasonCode } from '../../ports/store/quarantine.ts';

const lf = 0x0a;
const cr = 0x0d;
const space = 0x20;
const tab = 0x09;

/** What classifying needs to know, the same for all chunks of a run. */
export interface ClassifyRules {
  classifyEvent: (value: unknown) => EventVerdict;
  /** The same for most lines, without parsing them. */
  classifyQuickly?: QuickClassifier | undefined;
  scheme: PartitionScheme;
  /** Names of the types, in the order of the verdicts' indexes. */
  types: readonly string[];
  /** Names of the arrays that hold events in documents that are none. */
  envelopes?: readonly string[];
  /** Bytes that a line may have, without its line ending. */
  maxLineBytes: number;
  /** Why lines that would be set aside are left out instead. */
  ignored?: ReadonlySet<ReasonCode>;
  /** Whether lines get the key by which their event is known again. */
  eventKeys?: boolean;
}

interface Findings {
  good: GoodLines;
  bad: BadLine[];
  ignored: Map<ReasonCode, number>;
  /** The last line that was set aside or ignored. */
  lastBad: BadLine | undefined;
  extraEvents: number;
  notSelected: Map<number, number>;
  warnings: Map<string, ClassifiedWarning>;
}

/**
 * Says what becomes of each line of a chunk: the only place where lines are parsed. `input` holds whole lines (the last
 * one may lack its LF, at the end of a source); good lines are copied into `output`, which must have room for `outputBytes` of
 * `input`. A line that holds several events, one behind the other, is as many lines. A pure function of bytes and rules: it runs the same on any thread.
 */
export function classifyChunk(input: Buffer, output: Buffer, rules: ClassifyRules): ClassifiedChunk {
  const findings: Findings = {
    good: new GoodLines(rules.eventKeys),
    bad: [],
    ignored: new Map(),
    lastBad: undefined,
    extraEvents: 0,
    notSelected: new Map(),
    warnings: new Map(),
  };
  const utf8 = isUtf8(input);
  let line = 0;
  let blank = 0;
  for (let start = 0; start < input.length; line++) {
    const newline = input.indexOf(lf, start);
    const stop = newline === -1 ? input.length : newline;
    const end = stop > start && input[stop - 1] === cr ? stop - 1 : stop;
    // The length comes first: what is too long for memory can't be looked at for blankness either.
    if (end - start <= rules.maxLineBytes && isBlank(input, start, end)) blank++;
    else classifyLine({ input, start, end, line, utf8 }, rules, findings);
    start = stop + 1;
  }
  const { good, bad, ignored, lastBad, extraEvents, notSelected, warnings } = findings;
  return {
    lines: line,
    extraEvents,
    blank,
    ignored,
    ...(lastBad === undefined || lastBad.line !== line - 1 ? {} : { endsBadly: lastBad.reason }),
    notSelected,
    bad,
    warnings: [...warnings.values()],
    ...groupLines(input, output, good),
  };
}

function isBlank(input: Buffer, start: number, end: number): boolean {
  let at = start;
  while (at < end) {
    const byte = input[at] as number;
    if (byte !== space && byte !== tab && byte !== cr) return false;
    at++;
  }
  return true;
}

interface LineAt {
  input: Buffer;
  start: number;
  end: number;
  line: number;
  /** Whether the whole chunk is UTF-8. */
  utf8: boolean;
}

function classifyLine(at: LineAt, rules: ClassifyRules, findings: Findings): void {
  const { start, end, line } = at;
  if (end - start > rules.maxLineBytes) {
    setAside({ line, start, end, reason: 'too-long', detail: `${end - start} bytes` }, rules, findings);
    return;
  }
  // What is at the end of a line tells the quick classifier where to stop; the last line of a source may lack it.
  const verdict =
    at.utf8 && end < at.input.length ? rules.classifyQuickly?.(at.input, start, end) : undefined;
  if (verdict !== undefined) record(verdict, at, rules, findings);
  else parseLine(at, rules, findings);
}

/** What is not plainly a good line: only here it is found out what it is. */
function parseLine(given: LineAt, rules: ClassifyRules, findings: Findings): void {
  const at = behindMark(given);
  const { start, end, line } = at;
  const text = textOf(at);
  if (text === undefined) {
    const why = { reason: 'invalid-utf8', detail: 'the bytes are not UTF-8' } as const;
    setAside({ line, start, end, ...why }, rules, findings);
    return;
  }
  try {
    record(classify(parse(text), rules), at, rules, findings);
  } catch (error) {
    if (!(error instanceof NotJson)) throw error;
    const events = severalEvents(at);
    if (events === undefined) setAside({ line, start, end, ...error.why }, rules, findings);
    for (const { event, value } of events ?? [])
      record(classify(value, rules), { ...at, ...event }, rules, findings);
    findings.extraEvents += Math.max(0, (events?.length ?? 0) - 1);
  }
}

class NotJson extends Error {
  readonly why: { reason: 'not-json'; detail: string };

  constructor(cause: unknown) {
    super('not JSON', { cause });
    this.why = { reason: 'not-json', detail: whereJsonEnds(cause) };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new NotJson(error);
  }
}

/** Files that begin with a byte order mark were put one behind the other. */
function behindMark(at: LineAt): LineAt {
  const { input, start, end } = at;
  const isMark =
    end - start > 3 && input[start] === 0xef && input[start + 1] === 0xbb && input[start + 2] === 0xbf;
  return isMark ? { ...at, start: start + 3 } : at;
}

/** The objects of a line that holds two or more, each whole. Where one of them is not, nobody knows what was meant. */
function severalEvents(at: LineAt): { event: ByteRange; value: unknown }[] | undefined {
  try {
    return objectsOnLine(at.input, at.start, at.end)?.map((event) => ({
      event,
      value: parse(textOf({ ...at, ...event }) ?? ''),
    }));
  } catch (error) {
    if (error instanceof NotJson) return undefined;
    throw error;
  }
}

function setAside(bad: BadLine, { ignored }: ClassifyRules, findings: Findings): void {
  findings.lastBad = bad;
  if (ignored?.has(bad.reason) !== true) findings.bad.push(bad);
  else findings.ignored.set(bad.reason, (findings.ignored.get(bad.reason) ?? 0) + 1);
}

/** Decodes a line; undefined if it is not UTF-8. Latin-1 decoding of ASCII is the fastest there is. */
function textOf({ input, start, end, utf8 }: LineAt): string | undefined {
  const bytes = input.subarray(start, end);
  if (isAscii(bytes)) return input.toString('latin1', start, end);
  return utf8 || isUtf8(bytes) ? input.toString('utf8', start, end) : undefined;
}

/** The engine's message quotes the data; ours gives the place only, where the engine names it. */
function whereJsonEnds(error: unknown): string {
  const message = error instanceof Error ? error.message : '';
  if (/^(?:Unexpected end|Unterminated string)/.test(message)) return 'it ends too early';
  const position = / (?:in|after) JSON at position (\d+)(?: \(line \d+ column \d+\))?$/.exec(message)?.[1];
  return position === undefined ? 'unexpected character' : `unexpected character at position ${position}`;
}

/** A recursive schema of a user's own can be led deeper than the stack: that is the line's fault, not the run's. */
function classify(value: unknown, { classifyEvent }: ClassifyRules): EventVerdict {
  try {
    return classifyEvent(value);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { ok: false, reason: 'schema-violation', detail: 'it is nested too deeply to be checked' };
  }
}

function record(
  verdict: EventVerdict,
  { input, line, start, end }: LineAt,
  rules: ClassifyRules,
  findings: Findings,
): void {
  const { good, notSelected, warnings } = findings;
  if (!verdict.ok) {
    if ('notSelected' in verdict)
      notSelected.set(verdict.notSelected, (notSelected.get(verdict.notSelected) ?? 0) + 1);
    else {
      const { ok: _, ...why } = verdict;
      setAside({ line, start, end, ...why }, rules, findings);
    }
    return;
  }
  good.starts.push(start);
  good.ends.push(end);
  good.times.push(verdict.timeMs);
  good.types.push(verdict.typeIndex);
  if (good.keys !== undefined) {
    const type = rules.types[verdict.typeIndex] ?? '';
    good.keys.push(
      eventKey({ type, id: verdict.id, timeMs: verdict.timeMs, line: input.subarray(start, end) }),
    );
  }
  good.partitions.push(rules.scheme.partitionOf(verdict.typeIndex, verdict.timeMs));
  const type = rules.types[verdict.typeIndex] ?? '';
  for (const warning of verdict.warnings) warn(warnings, { type, warning, lines: 1, firstLine: line });
  for (const unknown of verdict.unknown ?? [])
    warn(warnings, { type, ...unknown, lines: 1, firstLine: line });
}

function warn(warnings: Findings['warnings'], found: ClassifiedWarning): void {
  const key = `${found.type} ${found.warning}`;
  const known = warnings.get(key);
  if (known === undefined) warnings.set(key, found);
  else known.lines++;
}
