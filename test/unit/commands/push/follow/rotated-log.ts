import {
  appendFileSync,
  copyFileSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';

/** Something that happens to a log, at once. */
export interface LogStep {
  what: string;
  run: () => void;
}

/** A log in a folder, and its writer, who rotates it: all that happens to it comes in steps that others may come between. */
export class RotatedLog {
  /** Lines that were written, in order. */
  readonly written: string[] = [];
  readonly #folder: string;
  readonly #chance: () => number;
  #rotations = 0;
  #movedUp = 0;

  constructor(folder: string, chance: () => number) {
    this.#folder = folder;
    this.#chance = chance;
  }

  /** So many rounds of writing and rotating; the last one is not rotated. */
  *steps(rounds: number, kinds: readonly RotationKind[]): Generator<LogStep> {
    for (let round = 0; round < rounds; round++) {
      for (let times = 1 + this.#below(3); times > 0; times--) yield* this.#write();
      const kind = kinds[this.#below(kinds.length)];
      if (kind !== undefined) yield* this[kind](++this.#rotations);
    }
    yield* this.#write();
  }

  *gzipInPlace(nth: number): Generator<LogStep> {
    yield* this.#gzip(
      'app.log',
      `app.log${[nth === 1 ? '' : `.x${nth}`, `-${nth}`, `.${nth}`][this.#below(3)]}.gz`,
    );
  }

  *renameAndGzip(nth: number): Generator<LogStep> {
    yield* this.rename(nth);
    if (this.#chance() < 0.5) yield* this.#write();
    yield* this.#gzip(`app.log.${nth}`, `app.log.${nth}.gz`);
  }

  *rename(nth: number): Generator<LogStep> {
    yield this.#step(`rename to app.log.${nth}`, () =>
      renameSync(this.#path('app.log'), this.#path(`app.log.${nth}`)),
    );
  }

  *replace(): Generator<LogStep> {
    yield this.#step('copy to .coming', () => copyFileSync(this.#path('app.log'), this.#path('.coming')));
    yield this.#step('rename .coming to app.log', () =>
      renameSync(this.#path('.coming'), this.#path('app.log')),
    );
  }

  *empty(nth: number): Generator<LogStep> {
    yield* this.rename(nth);
    yield this.#step('empty', () => writeFileSync(this.#path('app.log'), ''));
  }

  *copyAndCut(nth: number): Generator<LogStep> {
    const [from, to] = [this.#path('app.log'), this.#path(`app.log.${nth}`)];
    const share = this.#chance();
    if (this.#chance() < 0.5)
      yield this.#step(`app.log.${nth}: ${share} of app.log`, () =>
        writeFileSync(to, readFileSync(from).subarray(0, readFileSync(from).length * share)),
      );
    yield this.#step(`app.log.${nth}: all of app.log`, () => writeFileSync(to, readFileSync(from)));
    yield this.#step('cut app.log', () => truncateSync(from));
  }

  *copyCutAndGzip(nth: number): Generator<LogStep> {
    yield* this.copyAndCut(nth);
    if (this.#chance() < 0.7) yield* this.#write();
    yield* this.#gzip(`app.log.${nth}`, `app.log.${nth}.gz`);
  }

  /** As logrotate does without dates: the older ones move up. */
  *moveUp(): Generator<LogStep> {
    for (let older = this.#movedUp++; older >= 1; older--)
      yield this.#step(`rename app.log.up.${older} to ${older + 1}`, () =>
        renameSync(this.#path(`app.log.up.${older}`), this.#path(`app.log.up.${older + 1}`)),
      );
    yield this.#step('rename to app.log.up.1', () =>
      renameSync(this.#path('app.log'), this.#path('app.log.up.1')),
    );
  }

  /** Into another folder that is looked at. */
  *moveAway(nth: number): Generator<LogStep> {
    mkdirSync(this.#path('quarantine'), { recursive: true });
    yield this.#step(`move to quarantine/app.log.${nth}`, () =>
      renameSync(this.#path('app.log'), this.#path(`quarantine/app.log.${nth}`)),
    );
  }

  *#write(): Generator<LogStep> {
    const lines = Array.from({ length: 1 + this.#below(40) }, () => this.#line());
    const text = lines.join('');
    const cut = this.#chance() < 0.3 ? Math.floor(this.#chance() * text.length) : text.length;
    yield this.#step(`append ${lines.length} lines, ${cut} of ${text.length} bytes`, () =>
      appendFileSync(this.#path('app.log'), text.slice(0, cut)),
    );
    if (cut < text.length)
      yield this.#step('append the rest', () => appendFileSync(this.#path('app.log'), text.slice(cut)));
  }

  #line(): string {
    const text = Array.from({ length: 100 }, () => Math.floor(this.#chance() * 36).toString(36)).join('');
    const line = `{"n":${this.written.length},"text":"${text}"}\n`;
    this.written.push(line);
    return line;
  }

  *#gzip(from: string, to: string): Generator<LogStep> {
    const archive = (): Buffer => gzipSync(readFileSync(this.#path(from)));
    const cut = this.#chance();
    if (this.#chance() < 0.5) yield this.#step(`${to}: empty`, () => writeFileSync(this.#path(to), ''));
    yield this.#step(`${to}: ${cut} of it`, () =>
      writeFileSync(this.#path(to), archive().subarray(0, archive().length * cut)),
    );
    yield this.#step(`${to}: whole`, () => writeFileSync(this.#path(to), archive()));
    yield this.#step(`delete ${from}`, () => rmSync(this.#path(from)));
  }

  #path(name: string): string {
    return join(this.#folder, name);
  }

  #step(what: string, run: () => void): LogStep {
    return { what, run };
  }

  #below(count: number): number {
    return Math.floor(this.#chance() * count);
  }
}

export type RotationKind =
  | 'gzipInPlace'
  | 'renameAndGzip'
  | 'rename'
  | 'replace'
  | 'empty'
  | 'copyAndCut'
  | 'copyCutAndGzip'
  | 'moveUp'
  | 'moveAway';
