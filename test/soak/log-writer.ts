import { createHash } from 'node:crypto';
import { appendFile, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { rotationsOfFiles, rotationsOfLinks, targetOf } from './soak-rotations.ts';

/** Numbers from 0 to 1 that are the same in every run with the same seed (Park and Miller). */
export function seeded(seed: number): () => number {
  let state = (seed % 2_147_483_646) + 1;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** What was written: each event with the folder it belongs to, and the lines that are no events. */
export class WrittenLines {
  /** Folder and hash of the line, to how often it was written. */
  readonly events = new Map<string, number>();
  readonly bad = new Set<string>();
  /** For whoever looks for a line that is missing: which one an event is, and behind which line the log was rotated how. */
  readonly numbers = new Map<string, number>();
  readonly rotations: { behind: number; kind: string; nth: number }[] = [];
  readonly name: string;
  count = 0;

  constructor(name: string) {
    this.name = name;
  }

  addEvent(folder: string, line: string): void {
    const key = eventKey(folder, line);
    this.events.set(key, (this.events.get(key) ?? 0) + 1);
    this.numbers.set(key, ++this.count);
  }

  /** Where an event was written, in words; undefined where it was not written here. */
  placeOf(key: string): string | undefined {
    const number = this.numbers.get(key);
    if (number === undefined) return undefined;
    const next = this.rotations.find(({ behind }) => behind >= number);
    return `${this.name} line ${number}, ${next === undefined ? 'not rotated' : `then ${next.kind} (${next.nth}, behind line ${next.behind})`}`;
  }

  addBad(line: string): void {
    this.bad.add(line);
    this.count++;
  }
}

/** A line in a folder, in few bytes: a soak writes millions. */
export function eventKey(folder: string, line: string): string {
  return `${folder} ${createHash('sha256').update(line, 'utf8').digest('base64url').slice(0, 22)}`;
}

const dayMs = 86_400_000;
const firstDayMs = Date.UTC(2026, 2, 1);
const days = 5;
const badShare = 0.01;

/** Where a log is and what becomes of it. */
export interface LogPlace {
  readonly folder: string;
  /** Another folder that is looked at as well. */
  readonly quarantine: string;
  readonly name: string;
  /** Whether the log is a symbolic link to the file that is written. */
  readonly isLink?: boolean;
  /** Where each file has to get a look before it is rotated: waits for that, and says whether it came. */
  readonly looked?: (path: string) => Promise<boolean>;
}

/**
 * Writes a log as programs do: lines, halves of lines, and now and then a new file in its place. What it wrote is in
 * `written` before it is in the file.
 */
export class LogWriter {
  readonly written: WrittenLines;
  readonly #path: string;
  readonly #place: LogPlace;
  readonly #chance: () => number;
  #kinds: string[] = [];
  #lines = 0;
  #rotations = 0;

  constructor(place: LogPlace, seed: number) {
    this.#path = join(place.folder, `${place.name}.log`);
    this.#place = place;
    this.written = new WrittenLines(place.name);
    this.#chance = seeded(seed);
  }

  /** Before the first line. */
  async begin(): Promise<void> {
    if (this.#place.isLink === true) await symlink(targetOf({ path: this.#path }, 0), this.#path);
    await this.append(1);
  }

  /** Appends so many lines, sometimes in two pieces with a pause between them. */
  async append(count: number): Promise<void> {
    const text = Array.from({ length: count }, () => `${this.#line()}\n`).join('');
    const cut = this.#chance() < 0.3 ? Math.floor(text.length * this.#chance()) : text.length;
    await appendFile(this.#path, text.slice(0, cut));
    if (cut === text.length) return;
    await sleep(30);
    await appendFile(this.#path, text.slice(cut));
  }

  /** Puts the log aside, each kind in its turn; answers with the kind, undefined where it must not be yet. What follows begins a new file. */
  async rotate(): Promise<string | undefined> {
    if (!(await this.#isLooked())) return undefined;
    const kinds = this.#place.isLink === true ? rotationsOfLinks : rotationsOfFiles;
    if (this.#kinds.length === 0) this.#kinds = Object.keys(kinds).toSorted(() => this.#chance() - 0.5);
    const kind = this.#kinds.pop() ?? '';
    this.written.rotations.push({ behind: this.written.count, kind, nth: this.#rotations + 1 });
    await kinds[kind]?.({
      path: this.#path,
      quarantine: this.#place.quarantine,
      nth: ++this.#rotations,
      append: () => this.append(1 + Math.floor(this.#chance() * 5)),
      pause: async () => {
        await sleep(this.#chance() ** 3 * 2500);
        while (!(await this.#isLooked()));
      },
    });
    return kind;
  }

  async #isLooked(): Promise<boolean> {
    return (await this.#place.looked?.(this.#path)) ?? true;
  }

  #line(): string {
    const n = ++this.#lines;
    if (n > 1 && this.#chance() < badShare) {
      const line = `${this.#place.name} ${n}: this is no event`;
      this.written.addBad(line);
      return line;
    }
    const timeMs = firstDayMs + Math.floor(this.#chance() * days * dayMs);
    const line = JSON.stringify({
      eventTime: timeMs,
      eventID: `custom-audit-${this.#place.name}-${n}`,
      clientID: 'soak',
      eventDetails: 'x'.repeat(Math.floor(this.#chance() * 400)),
    });
    this.written.addEvent(
      `audit_type=custom/event_date=${new Date(timeMs).toISOString().slice(0, 10)}`,
      line,
    );
    return line;
  }
}
