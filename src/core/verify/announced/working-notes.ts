import { isAuditExportError } from '../../../errors.ts';
import type { StoredObject, StoreReader } from '../../../ports/store/store-reader.ts';
import { checkpointKey, originOf, parseLogKey, workingInPath } from '../../log/log-keys.ts';
import type { Note, VerifierKey } from '../../log/signed-note.ts';
import { parseNote, parseVerifierKey, verifiedBy } from '../../log/signed-note.ts';
import type { Working } from '../../log/working.ts';
import { parseWorking } from '../../log/working.ts';
import { FindingBook } from '../finding.ts';
import type { Lineage } from '../log/lineage.ts';
import type { ListedLog } from '../log/list-logs.ts';
import { listLogs } from '../log/list-logs.ts';
import { LogFiles } from '../log/log-files.ts';

/** S3 takes no request of a clock that is further from its own. */
const clockToleranceMs = 15 * 60_000;

interface ReadNote {
  key: string;
  note: Note;
  working: Working;
}

/** By what notes are read and judged. */
export interface WorkingNotesOptions {
  reader: StoreReader;
  /** Keys that the auditor has. */
  given: readonly VerifierKey[];
  /** When the verification began. */
  nowMs: number;
  book: FindingBook;
  lineage: Lineage;
}

/**
 * Which writers were at work while a store was verified, as they have signed it before they stored anything: what they store has
 * its leaves later. A note counts until the time that it says, or until a log tells of the end of its run.
 */
export class WorkingNotes {
  readonly #options: WorkingNotesOptions;
  readonly #read = new Map<string, readonly ReadNote[]>();
  readonly #known = new Set<string>();
  readonly #keys = new Map<string, readonly VerifierKey[]>();
  #signed: Working[] = [];

  constructor(options: WorkingNotesOptions) {
    this.#options = options;
  }

  /** Reads the notes of logs. The ends of their runs are to be listened for. */
  async read(logs: readonly ListedLog[], book = this.#options.book): Promise<void> {
    for (const { id, working } of logs) {
      const files = new LogFiles(id, this.#options.reader, book);
      const notes: ReadNote[] = [];
      for (const key of working) {
        if (this.#known.has(key)) continue;
        this.#known.add(key);
        const note = await readNote(key, { files, book });
        if (note !== undefined) notes.push(note);
      }
      this.#read.set(id, notes);
      this.#options.lineage.watch(
        notes.flatMap(({ working: { run, untilMs } }) => (this.#isPast(untilMs) ? [] : [run])),
      );
    }
  }

  /** Checks the signatures of the notes of a log whose keys are known now: none where it has no leaf yet. */
  judge(log: string, keys: readonly VerifierKey[], book = this.#options.book): void {
    this.#keys.set(log, keys);
    for (const read of this.#read.get(log) ?? []) {
      const word = wordOf(read.note, this.#keysFor(read.working));
      if (word === 'signed') this.#signed.push(read.working);
      // A key that the log has just changed to has its leaf with the next checkpoint.
      else if (word === 'bad' || this.#isPast(read.working.untilMs))
        book.add({
          code: word === 'bad' ? 'checkpoint-bad-signature' : 'foreign-key',
          key: read.key,
          log,
          message:
            'The note that a writer is at work was changed, or is signed by another key than that of the log.',
        });
    }
  }

  /** Looks for notes that came since: of writers that have begun while the store was read. */
  async refresh(): Promise<void> {
    const book = new FindingBook();
    try {
      const logs = await listLogs(this.#options.reader, [], book);
      await this.read(logs, book);
      for (const { id } of logs) this.judge(id, this.#keys.get(id) ?? [], book);
    } catch (error) {
      if (!isAuditExportError(error)) throw error;
    }
  }

  /** Those that count. */
  get active(): readonly Working[] {
    const { lineage } = this.#options;
    return this.#signed.filter(({ untilMs, run }) => !this.#isPast(untilMs) && !lineage.hasEnded(run));
  }

  /** Whether a run is under way of which a log has not published anything yet. */
  hasBegun(log: string): boolean {
    return this.active.some((one) => one.log === log && one.size === 0);
  }

  /** Tells of logs that had more leaves, as a note says, than they have now: `sizes`, by their ids. */
  async reportShorter(sizes: ReadonlyMap<string, number>): Promise<void> {
    const { reader, book } = this.#options;
    for (const [log, now] of sizes) {
      const had = Math.max(0, ...this.#signed.flatMap((one) => (one.log === log ? [one.size] : [])));
      // What came since the listing is there all the same.
      if (had <= now || !(await new LogFiles(log, reader, book).isGone(checkpointKey(log, had)))) continue;
      const message = `A run was announced when the log had ${had} leaves, and it has ${now} now. (A copy that was made while its log was being written is brought up to date first.)`;
      book.add({ code: 'log-rolled-back', log, message });
    }
  }

  /** From when on a log's writer is at work; undefined where it is not. */
  sinceMs(log: string): number | undefined {
    const times = this.active.flatMap((one) => (one.log === log ? [one.sinceMs] : []));
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Whether an object may be one of those whose leaves come later: by when the store says that it was stored. */
  covers({ modifiedMs }: StoredObject): boolean {
    if (modifiedMs === undefined) return false;
    return this.active.some(
      ({ sinceMs, untilMs }) =>
        modifiedMs >= sinceMs - clockToleranceMs && modifiedMs <= untilMs + clockToleranceMs,
    );
  }

  #isPast(untilMs: number): boolean {
    return untilMs <= this.#options.nowMs;
  }

  /** The keys of the log and those that the auditor has; where there is neither, the note's own word is taken. */
  #keysFor({ log, verifier }: Working): VerifierKey[] {
    const given = this.#options.given.map((key) => ({ ...key, name: originOf(log) }));
    const keys = [...(this.#keys.get(log) ?? []), ...given];
    return keys.length > 0 ? keys : ownKey(verifier, log);
  }
}

async function readNote(
  key: string,
  { files, book }: { files: LogFiles; book: FindingBook },
): Promise<ReadNote | undefined> {
  const { bytes } = await files.read(key);
  if (bytes === undefined) return undefined;
  const log = files.id;
  const named = workingInPath(parseLogKey(key)?.path ?? '');
  try {
    const note = parseNote(bytes.toString('utf8'));
    const working = parseWorking(note.text, log);
    if (working.run !== named?.run || working.untilMs !== named.untilMs)
      throw new Error('it has another name');
    return { key, note, working };
  } catch (error) {
    const message = `The note that a writer is at work was changed: ${(error as Error).message}`;
    book.add({ code: 'checkpoint-bad-signature', key, log, message });
    return undefined;
  }
}

function wordOf(note: Note, keys: readonly VerifierKey[]): 'signed' | 'bad' | 'foreign' {
  try {
    return verifiedBy(note, keys).length > 0 ? 'signed' : 'foreign';
  } catch (error) {
    if (!isAuditExportError(error)) throw error;
    return 'bad';
  }
}

function ownKey(verifier: string, log: string): VerifierKey[] {
  try {
    const key = parseVerifierKey(verifier);
    return key.name === originOf(log) ? [key] : [];
  } catch (error) {
    if (!isAuditExportError(error)) throw error;
    return [];
  }
}
