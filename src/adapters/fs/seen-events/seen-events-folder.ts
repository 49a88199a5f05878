import { closeSync, fsyncSync, openSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { AuditExportError } from '../../../errors.ts';
import type { CommittedKeys, SeenBatch, SeenEvents } from '../../../ports/state/seen-events.ts';
import type { SeenEventsBounds } from './seen-events-batch.ts';
import { KeyBatch } from './seen-events-batch.ts';
import { keyWords, wordsOf } from './seen-events-keys.ts';
import { KeySegment, mergeSorted, writeSegment } from './seen-events-segment.ts';
import type { SortedKeys } from './seen-events-segment.ts';
import { makeFolderSync } from '../make-folder.ts';

/** Five million keys are 90 MB of disk and 11 MB of memory. */
export const usualSeenEventsBounds = { maxKeys: 5_000_000, memoryKeys: 512 * 1024 } as const;

/** What messages say of an index: what is in it, what cures a folder that can't be used, and what the loss of a file means. */
export interface SeenEventsWords {
  what: string;
  cure: string;
  loss: string;
}

const usualWords: SeenEventsWords = {
  what: 'delivered events',
  cure: 'Give this user the right to write there and free disk, or push without --dedupe.',
  loss: 'events that it knew may be delivered once more',
};

/** The keys of one commit, or of several of one day that were merged: commits `from` to `to`. */
interface DaySegment {
  day: number;
  from: number;
  to: number;
  segment: KeySegment;
}

interface CountedKeys {
  lists: SortedKeys[];
  keys: number;
}

const segmentName = /^(\d+)-(\d+)-(\d+)\.keys$/;
const stagedName = /\.staged$/;

/**
 * The index of seen events in a folder: files of sorted keys, each made durable under another name and then renamed, so
 * that a commit is one rename. What is kept follows from the files alone: the window ends with the day of the latest
 * commit, so that a delivery that is repeated after a crash sees the same as the first time.
 *
 * One process at a time may use the folder: the lock of the profile sees to that.
 */
export class SeenEventsFolder implements SeenEvents {
  readonly #folder: string;
  readonly #bounds: SeenEventsBounds;
  readonly #words: SeenEventsWords;
  #segments: DaySegment[] = [];
  readonly #open = new Set<KeyBatch>();

  private constructor(folder: string, bounds: SeenEventsBounds, words: SeenEventsWords) {
    this.#folder = folder;
    this.#bounds = bounds;
    this.#words = words;
  }

  /** Throws `state-not-written` where the folder can't be made, and `config-invalid` for files that are broken. */
  static open(folder: string, bounds: SeenEventsBounds, words = usualWords): SeenEventsFolder {
    const opened = new SeenEventsFolder(folder, bounds, words);
    opened.#guard(() => makeFolderSync(folder, 0o700));
    opened.#load();
    return opened;
  }

  get keys(): number {
    return keysOf(this.#segments);
  }

  daysOf(keys: Uint8Array): Uint32Array {
    const words = wordsOf(keys);
    const flags = new Uint8Array(words.length / keyWords);
    const days = new Uint32Array(flags.length);
    const inOrder = [...new Set(this.#segments.map(({ day }) => day))].toSorted((a, b) => b - a);
    this.#guard(() => {
      for (const day of inOrder) {
        for (const { segment } of this.#ofDay(day)) segment.mark(words, flags);
        for (const [key, flag] of flags.entries()) if (flag === 1 && days[key] === 0) days[key] = day + 1;
      }
    });
    return days;
  }

  begin(): SeenBatch {
    const batch = new KeyBatch(this.#folder, this.#bounds);
    this.#open.add(batch);
    return {
      note: (keys) => this.#guard(() => this.#note(wordsOf(keys), batch)),
      add: (keys) => this.#guard(() => addTo(batch, wordsOf(keys))),
      commit: async (day) => {
        const committed = this.#guard(() => this.#commit(batch, day));
        this.#end(batch);
        return committed;
      },
      abandon: async () => this.#end(batch),
    };
  }

  async close(): Promise<void> {
    for (const batch of this.#open) this.#end(batch);
    for (const { segment } of this.#segments) segment.close();
    this.#segments = [];
  }

  #end(batch: KeyBatch): void {
    this.#open.delete(batch);
    batch.close();
  }

  /** File by file rather than key by key: so the parts of memory that are looked at stay close together. */
  #note(keys: Uint32Array, batch: KeyBatch): Uint8Array {
    const flags = new Uint8Array(keys.length / keyWords);
    for (const { segment } of this.#segments) segment.mark(keys, flags);
    for (const open of this.#open) open.mark(keys, flags);
    batch.take(keys, flags);
    return flags;
  }

  #load(): void {
    for (const name of readdirSync(this.#folder)) {
      const path = join(this.#folder, name);
      if (stagedName.test(name)) rmSync(path, { force: true });
      const [, day, from, to] = (segmentName.exec(name) ?? []).map(Number);
      if (day === undefined || from === undefined || to === undefined) continue;
      this.#segments.push({ day, from, to, segment: openSegment(path, this.#words) });
    }
    // A merged file was there before those that it replaces were removed.
    this.#remove(
      this.#segments.filter((one) =>
        this.#segments.some(
          (other) => other !== one && other.day === one.day && other.from <= one.from && one.to <= other.to,
        ),
      ),
    );
    this.#dropWhatIsOver();
  }

  #commit(batch: KeyBatch, day: number): CommittedKeys {
    const added = batch.size;
    let crowdedOut = batch.crowdedOut;
    if (added > 0) {
      const commit = 1 + Math.max(0, ...this.#segments.map(({ to }) => to));
      this.#put(
        { day, from: commit, to: commit },
        { lists: batch.sorted(), keys: added },
        this.#worthMerging(day, added, 2),
      );
      crowdedOut += this.#dropWhatIsOver();
      this.#mergeAnEarlierDay(day);
    }
    return { added, crowdedOut };
  }

  /**
   * The segments of the day, from the latest on, as long as they are not much larger than what comes to them: so each key
   * is copied seldom. A segment stays so small that dropping one does not drop most.
   */
  #worthMerging(day: number, added: number, ratio: number): DaySegment[] {
    const merged: DaySegment[] = [];
    let keys = added;
    for (const one of this.#ofDay(day)) {
      if (one.segment.keys > ratio * keys || keys + one.segment.keys > this.#bounds.maxKeys / 4) break;
      merged.push(one);
      keys += one.segment.keys;
    }
    return merged;
  }

  /** A day that is over is looked at often and written no more: it becomes one file. */
  #mergeAnEarlierDay(today: number): void {
    const days = new Set(this.#segments.flatMap(({ day }) => (day < today ? [day] : [])));
    for (const day of days) {
      const merged = this.#worthMerging(day, 1, Number.POSITIVE_INFINITY);
      const [latest] = merged;
      if (latest === undefined || merged.length === 1) continue;
      this.#put(latest, { lists: [], keys: 0 }, merged);
      return;
    }
  }

  /** The latest first. */
  #ofDay(wanted: number): DaySegment[] {
    return this.#segments.filter(({ day }) => day === wanted).toSorted((a, b) => b.to - a.to);
  }

  /** Writes keys, together with those of segments that they replace, which lie before them without a gap. */
  #put(
    { day, from, to }: Omit<DaySegment, 'segment'>,
    { lists, keys }: CountedKeys,
    replaced: readonly DaySegment[],
  ): void {
    const first = Math.min(from, ...replaced.map((one) => one.from));
    const path = join(this.#folder, `${day}-${first}-${to}.keys`);
    const unfinished = `${path}.staged`;
    const merged = mergeSorted([...lists, ...replaced.map(({ segment }) => segment.sorted())]);
    writeSegment(unfinished, merged, keys + keysOf(replaced));
    renameSync(unfinished, path);
    syncFolder(this.#folder);
    this.#segments.push({ day, from: first, to, segment: KeySegment.open(path) });
    this.#remove(replaced);
  }

  /** Drops days that have left the window, then the oldest segments of what is too much; says how many keys were too much. */
  #dropWhatIsOver(): number {
    const lastDay = Math.max(...this.#segments.map(({ day }) => day));
    this.#remove(this.#segments.filter(({ day }) => day < lastDay - this.#bounds.days));
    const newestFirst = this.#segments.toSorted((a, b) => b.day - a.day || b.to - a.to);
    let kept = 0;
    const tooMuch = newestFirst.filter(({ segment }, index) => {
      kept += segment.keys;
      return index > 0 && kept > this.#bounds.maxKeys;
    });
    this.#remove(tooMuch);
    return keysOf(tooMuch);
  }

  #remove(segments: readonly DaySegment[]): void {
    this.#segments = this.#segments.filter((segment) => !segments.includes(segment));
    for (const { segment } of segments) {
      segment.close();
      rmSync(segment.path, { force: true });
    }
  }

  #guard<T>(work: () => T): T {
    try {
      return work();
    } catch (error) {
      const { what, cure } = this.#words;
      throw new AuditExportError(
        'state-not-written',
        `The index of ${what} in ${this.#folder} can't be kept: ${(error as Error).message}.`,
        { cure, cause: error },
      );
    }
  }
}

/** Takes keys of which none is in the batch yet. */
function addTo(batch: KeyBatch, keys: Uint32Array): void {
  const flags = new Uint8Array(keys.length / keyWords);
  batch.mark(keys, flags);
  batch.take(keys, flags);
}

function keysOf(segments: readonly DaySegment[]): number {
  return segments.reduce((sum, { segment }) => sum + segment.keys, 0);
}

function openSegment(path: string, { what, loss }: SeenEventsWords): KeySegment {
  try {
    return KeySegment.open(path);
  } catch (error) {
    throw new AuditExportError(
      'config-invalid',
      `The index of ${what} is broken: ${path}: ${(error as Error).message}.`,
      { cure: `Remove that file: ${loss}.`, cause: error },
    );
  }
}

function syncFolder(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
