import { lstat, readFile, rm } from 'node:fs/promises';
import { expect } from 'vitest';
import type { EventLine } from './events.ts';
import { events, logOf } from './events.ts';
import type { Problem, Pushed } from './harness.ts';
import { Place, writeProfiles } from './harness.ts';
import { inputs, log, moveElsewhere, rotations } from './rotations.ts';

export const kindCount = rotations.length;
/** Each way to give a log, where it is a file and where it is a link. */
export const inputCount = 2 * inputs.length;
const byLink = rotations.find(({ prepare }) => prepare !== undefined);

/** Settings that say how lines are delivered; where to does not change. */
const settings: readonly (readonly string[])[] = [
  [],
  ['--object-size', '1KiB'],
  ['--types', 'query,system,custom,alert,tokenization,native-query,uam'],
  ['--types', 'custom'],
  ['--compression', 'none'],
  ['--profile', 'acme'],
];
export const settingCount = settings.length;

/**
 * A log, its writer, its rotation, and the readers of the store, against what delivery promises: each line that was
 * written is in what was ever stored exactly once, byte for byte; whatever can't be found is told.
 */
export class LogModel {
  readonly place = new Place();
  readonly #input: (typeof inputs)[number];
  readonly #isLinked: boolean;
  #flags: readonly string[] = [];
  #next = 0;
  #rotations = 0;
  /** Whole lines in files that can be found. */
  #written: EventLine[] = [];
  /** Of the log that stands: its whole lines; half a line at its end; whether its last line lacks the LF. */
  #current: EventLine[] = [];
  #half: EventLine | undefined;
  #open = false;
  /** Lengths of the log that stands, as whole pushes saw it. */
  #seen: number[] = [];
  /** Logs that were moved to where nobody looks, with the lines that were not delivered before. */
  #hidden: { name: string; lines: EventLine[] }[] = [];
  /** A log went that was seen to grow: the next push has to say so. */
  #mustTell = false;
  #mayTell = false;
  #undelivered: EventLine[] = [];
  /** A batch was begun and is not ended. */
  #unfinished = false;
  /** Objects that readers took may have been stored again: because --reread was asked for, or their batch was not ended. */
  #storedAgain = false;

  constructor(input: number) {
    this.#input = inputs[input % inputs.length] ?? inputs[0];
    this.#isLinked = input >= inputs.length;
  }

  /** The profile delivers to the same folder as `--to`. */
  async begin(): Promise<void> {
    await writeProfiles(this.place, { acme: { to: this.place.export } });
    if (this.#isLinked) await byLink?.prepare?.(this.place);
    await this.append(3);
  }

  async append(count: number): Promise<void> {
    const lines = this.#take(count);
    const before = this.#finished();
    await this.place.append(log, before + logOf(lines));
    this.#add(lines);
  }

  /** Half a line, or a whole one without its LF. */
  async appendOpen(whole: boolean): Promise<void> {
    if (this.#half !== undefined || this.#open) return;
    const [line] = this.#take(1);
    if (line === undefined) return;
    await this.place.append(log, whole ? line.text : firstHalf(line));
    this.#open = whole;
    if (whole) this.#add([line]);
    else this.#half = line;
  }

  async rotate(kind: number): Promise<void> {
    const rotation = rotations[kind % rotations.length];
    if (!this.#mayRotate() || (rotation === byLink && !(await this.#maySwitch()))) return;
    this.#rotations += 1;
    await rotation?.rotate(this.place, this.#rotations);
    await this.#beginAnew();
  }

  async moveElsewhere(): Promise<void> {
    // What an unfinished batch has stored of it nobody can say here.
    if (!this.#mayRotate() || this.#unfinished || (await this.#isLink())) return;
    const grew = this.#seen.some((length, index) => index > 0 && length > (this.#seen[index - 1] ?? 0));
    // What was never seen to grow goes silently: that is no log, as far as anybody can know.
    if (!grew) return;
    this.#rotations += 1;
    const name = await moveElsewhere(this.place, this.#rotations);
    const lines = this.#current.filter((line) => this.#undelivered.includes(line));
    this.#hidden.push({ name, lines });
    this.#written = this.#written.filter((line) => !lines.includes(line));
    this.#mustTell = true;
    this.#mayTell = true;
    await this.#beginAnew();
  }

  async bringBack(): Promise<void> {
    const hidden = this.#hidden.shift();
    if (hidden === undefined) return;
    this.#rotations += 1;
    await this.place.move(hidden.name, `${log}.${this.#rotations}`);
    this.#written.push(...hidden.lines);
    this.#mustTell = false;
  }

  /** As rsync does: a new file with the same beginning takes the name. */
  async replace(count: number): Promise<void> {
    // What a link points to would stand as it was: then all of the new file is new.
    if (await this.#isLink()) return;
    const lines = this.#take(count);
    const content = await readFile(this.place.path(log), 'utf8');
    await this.place.write('.coming', content + this.#finished() + logOf(lines));
    await this.place.move('.coming', log);
    this.#add(lines);
  }

  async newFile(count: number): Promise<void> {
    if (this.#input.given !== 'a folder') return;
    const lines = this.#take(count);
    await this.place.write(`logs/other-${this.#next}.log`, lines);
    this.#written.push(...lines);
    this.#undelivered.push(...lines);
  }

  takeObjects(): Promise<void> {
    this.#storedAgain ||= this.#unfinished;
    return this.place.take();
  }

  changeSettings(setting: number): void {
    this.#flags = settings[setting % settings.length] ?? [];
  }

  async push(...flags: readonly string[]): Promise<void> {
    const pushed = await this.place.push([...flags, ...this.#args()], this.#to());
    await this.#check(pushed, flags.includes('--reread'));
  }

  /** A follower that has delivered what there is, and is stopped. */
  async follow(): Promise<void> {
    const follower = this.place.follow(this.#args(), this.#to());
    await this.place.until(this.#written.length);
    await this.#check(await follower.stop());
  }

  async rereadAll(): Promise<void> {
    this.#storedAgain = true;
    await this.push('--reread');
  }

  async pushRefused(nth: number): Promise<void> {
    const { code, stderr } = await this.place.refusedFrom(nth, () =>
      this.place.push(this.#args(), this.#to()),
    );
    expect([0, 5, 6], stderr).toContain(code);
    this.#unfinished = true;
    this.#mustTell = false;
  }

  async pushKilled(nth: number, after: boolean): Promise<void> {
    const moment = { nth, when: after ? ('after' as const) : ('before' as const) };
    await this.place.killedDuring(moment, () =>
      this.place.run(['push', ...this.#flagsOf(), ...this.#args()]),
    );
    this.#unfinished = true;
    this.#mustTell = false;
  }

  /** The power is cut in the middle of a record of the journal. */
  async pushTorn(nth: number): Promise<void> {
    await this.place.pushTornAt(nth, this.#args(), this.#to());
    this.#unfinished = true;
    this.#mustTell = false;
  }

  /** With a profile nothing is delivered that can't be written down. */
  async pushOnFullDisk(nth: number): Promise<void> {
    const { code, stderr } = await this.place.pushFullFrom(nth, this.#args(), { to: ['--profile', 'acme'] });
    expect([0, 3, 5, 6], stderr).toContain(code);
    this.#unfinished = true;
    this.#mustTell = false;
  }

  /** Everything is brought back and finished: now all of it is there. */
  async end(push: () => Promise<void> = () => this.push()): Promise<void> {
    while (this.#hidden.length > 0) await this.bringBack();
    if (this.#half !== undefined || this.#open) await this.append(1);
    await push();
    await this.push();
  }

  async close(): Promise<void> {
    await rm(this.place.folder, { recursive: true, force: true });
  }

  #args(): string[] {
    return [
      ...this.#flags.filter((flag) => flag !== '--profile' && flag !== 'acme'),
      this.#input.inputOf(this.place),
    ];
  }

  #flagsOf(): string[] {
    return this.#flags.includes('--profile') ? ['--profile', 'acme'] : ['--to', this.place.export];
  }

  #to(): { to: string[] } {
    return { to: this.#flagsOf() };
  }

  async #check({ code, report, stderr }: Pushed, isReread = false): Promise<void> {
    // What was cut together with a log that is hidden can't be offered again; it had its name from where the log stood.
    const mayBeApart = isReread && this.#hidden.length > 0;
    const isApart = ({ kind, message }: Problem): boolean =>
      mayBeApart && kind === 'incomplete' && message.includes(`bytes that ${this.place.path(log)} held`);
    const others = report.problems.filter((problem) => problem.kind !== 'missing' && !isApart(problem));
    expect(others, stderr).toEqual([]);
    if (this.#mustTell) expect(code, 'what can not be found is told').toBe(6);
    else if (!this.#mayTell) expect([0, 5], stderr).toContain(code);
    this.#mustTell = false;
    this.#mayTell = this.#hidden.length > 0;
    await this.place.expectExactly(this.#written, { oncePerKey: this.#storedAgain });
    this.#undelivered = [];
    this.#unfinished = false;
    this.#seen.push((await readFile(this.place.path(log))).length);
  }

  /** A link is switched that was seen before: a file would be deleted, and of another link nobody knows where it pointed. */
  async #maySwitch(): Promise<boolean> {
    return this.#seen.length > 0 && (await this.#isLink());
  }

  async #isLink(): Promise<boolean> {
    return (await lstat(this.place.path(log))).isSymbolicLink();
  }

  /** A log that is followed by its name, or by a glob, must have been seen before it goes. */
  #mayRotate(): boolean {
    return this.#input.given === 'a folder' || this.#seen.length > 0;
  }

  async #beginAnew(): Promise<void> {
    this.#current = [];
    this.#half = undefined;
    this.#open = false;
    this.#seen = [];
    await this.append(1);
  }

  #take(count: number): EventLine[] {
    this.#next += count;
    return events(this.#next - count, this.#next);
  }

  #add(lines: readonly EventLine[]): void {
    this.#written.push(...lines);
    this.#current.push(...lines);
    this.#undelivered.push(...lines);
  }

  /** What ends the line that is open. */
  #finished(): string {
    const half = this.#half;
    const open = this.#open;
    this.#half = undefined;
    this.#open = false;
    if (half === undefined) return open ? '\n' : '';
    this.#add([half]);
    return `${half.text.slice(firstHalf(half).length)}\n`;
  }
}

const firstHalf = ({ text }: EventLine): string => text.slice(0, text.length / 2);
