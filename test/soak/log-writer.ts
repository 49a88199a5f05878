import { createHash } from 'node:crypto';
import { appendFile, copyFile, rename, truncate } from 'node:fs/promises';
import { join } from 'node:path';

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
  count = 0;

  addEvent(folder: string, line: string): void {
    const key = eventKey(folder, line);
    this.events.set(key, (this.events.get(key) ?? 0) + 1);
    this.count++;
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

/**
 * Writes a log as programs do: lines, halves of lines, and now and then a new file in its place. What it wrote is in
 * `written` before it is in the file.
 */
export class LogWriter {
  readonly written = new WrittenLines();
  readonly #path: string;
  readonly #name: string;
  readonly #chance: () => number;
  #lines = 0;
  #rotations = 0;

  constructor(folder: string, name: string, seed: number) {
    this.#path = join(folder, `${name}.log`);
    this.#name = name;
    this.#chance = seeded(seed);
  }

  /** Appends so many lines, sometimes in two pieces with a pause between them. */
  async append(count: number): Promise<void> {
    const text = Array.from({ length: count }, () => `${this.#line()}\n`).join('');
    const cut = this.#chance() < 0.3 ? Math.floor(text.length * this.#chance()) : text.length;
    await appendFile(this.#path, text.slice(0, cut));
    if (cut === text.length) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
    await appendFile(this.#path, text.slice(cut));
  }

  /** Puts the log aside, by renaming it or by copying and cutting it. */
  async rotate(how: 'rename' | 'copy and cut'): Promise<void> {
    const aside = `${this.#path}.${++this.#rotations}`;
    if (how === 'rename') await rename(this.#path, aside).catch(() => undefined);
    else {
      await copyFile(this.#path, aside).catch(() => undefined);
      await truncate(this.#path).catch(() => undefined);
    }
  }

  #line(): string {
    const n = ++this.#lines;
    if (n > 1 && this.#chance() < badShare) {
      const line = `${this.#name} ${n}: this is no event`;
      this.written.addBad(line);
      return line;
    }
    const timeMs = firstDayMs + Math.floor(this.#chance() * days * dayMs);
    const line = JSON.stringify({
      eventTime: timeMs,
      eventID: `custom-audit-${this.#name}-${n}`,
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
