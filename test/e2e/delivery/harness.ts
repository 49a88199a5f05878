import { mkdtempSync } from 'node:fs';
import { appendFile, cp, mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect } from 'vitest';
import { run } from '../../../src/cli/run.ts';
import type { PushReport } from '../../../src/core/accounting/push-report.ts';
import { capturedTerminal } from '../../fakes/captured-terminal.ts';
import { schemaErrors } from '../../fakes/json-schema.ts';
import { readExport } from '../read-export.ts';
import { folderStore } from '../stores.ts';
import { filesBelow } from '../workspace.ts';
import type { EventLine } from './events.ts';
import { logOf } from './events.ts';
import type { Moment } from './object-faults.ts';
import { killedAt, refusingFrom } from './object-faults.ts';
import { fullFrom, tornAt } from './state-faults.ts';

/** What stands in the way of a file being delivered as it should be; docs/delivery.md. */
export interface Problem {
  readonly kind: 'missing' | 'edited' | 'broken' | 'unreadable' | 'dropped' | 'uncut' | 'incomplete';
  readonly source: string;
  readonly message: string;
  readonly cure: string;
}

export interface DeliveryReport extends Omit<PushReport, 'outcome' | 'waiting' | 'problems'> {
  readonly outcome: PushReport['outcome'] | 'delivered-in-part';
  readonly waiting: readonly { readonly source: string; readonly bytes: number }[];
  readonly problems: readonly Problem[];
}

export interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Pushed extends Ran {
  readonly report: DeliveryReport;
}

export interface PushOptions {
  readonly stdin?: string | Readable;
  readonly environment?: Readonly<Record<string, string>>;
  /** Where to deliver, as flags; with a profile none, else `--to` the export folder. */
  readonly to?: readonly string[];
}

/** A `push --follow` that is under way. */
export interface Follower {
  /** Tells it to stop, as SIGTERM does, and waits for its report. */
  readonly stop: () => Promise<Pushed>;
  /** Tells it to read its configuration again, as SIGHUP does. */
  readonly hangUp: () => void;
  readonly stderr: () => string;
  readonly ended: Promise<Pushed>;
}

/** All places of a file of tests: they go when it ends, for tests that run side by side have no end of their own. */
const made: Place[] = [];
afterAll(async () => {
  await Promise.all(made.map((place) => place.close()));
});

/**
 * A folder of one test: configuration, state, home and export lie in it, the logs in `logs`. Everything runs in this
 * process, by absolute paths, and sees nothing of the machine's own environment.
 */
export class Place {
  readonly folder = mkdtempSync(join(tmpdir(), 'audit-export-test-'));
  readonly export: string;
  readonly state: string;
  /** Folders that readers took objects away to. */
  readonly #taken: string[] = [];
  readonly #followers: (() => Promise<unknown>)[] = [];
  readonly #defaultTo: readonly string[];

  constructor(defaultTo?: readonly string[]) {
    this.export = this.path('export');
    this.state = this.path('state');
    this.#defaultTo = defaultTo ?? ['--to', this.export];
    made.push(this);
  }

  path(...names: readonly string[]): string {
    return join(this.folder, ...names);
  }

  /** Writes a file anew, its folders included; answers with its path. */
  async write(name: string, content: string | Buffer | readonly EventLine[]): Promise<string> {
    await mkdir(dirname(this.path(name)), { recursive: true });
    await writeFile(this.path(name), bytesOf(content));
    return this.path(name);
  }

  async append(name: string, content: string | Buffer | readonly EventLine[]): Promise<string> {
    await mkdir(dirname(this.path(name)), { recursive: true });
    await appendFile(this.path(name), bytesOf(content));
    return this.path(name);
  }

  async move(from: string, to: string): Promise<void> {
    await mkdir(dirname(this.path(to)), { recursive: true });
    await rename(this.path(from), this.path(to));
  }

  get environment(): Record<string, string> {
    return {
      HOME: this.path('home'),
      XDG_STATE_HOME: this.state,
      XDG_CONFIG_HOME: this.path('config'),
      TMPDIR: this.path('tmp'),
      AWS_EC2_METADATA_DISABLED: 'true',
    };
  }

  /** Runs any command. */
  async run(argv: readonly string[], { stdin = '', environment = {} }: PushOptions = {}): Promise<Ran> {
    const { context, stdout, stderr } = capturedTerminal('', {
      stdin: typeof stdin === 'string' ? Readable.from(stdin === '' ? [] : [Buffer.from(stdin)]) : stdin,
      environment: { ...this.environment, ...environment },
      workingFolder: this.folder,
    });
    const code = await run(argv, context);
    return { code, stdout: stdout(), stderr: stderr() };
  }

  /** Pushes with `--json`. The report holds to its schema, its sum is right and its exit code is that of the process. */
  async push(args: readonly string[], options: PushOptions = {}): Promise<Pushed> {
    return asPushed(await this.run(this.#pushArgs(args, options), options));
  }

  /** A push during which the store refuses its n-th object (from 1) and all that follow. */
  async pushRefusedFrom(nth: number, args: readonly string[]): Promise<Pushed> {
    return await this.refusedFrom(nth, () => this.push(args));
  }

  /** Runs something while the store refuses its n-th object (from 1) and all that follow. */
  async refusedFrom<T>(nth: number, run: () => Promise<T>): Promise<T> {
    return await refusingFrom(this.export, nth, run);
  }

  /** A push that is killed; answers whether it came so far. */
  async pushKilledAt(moment: Moment, args: readonly string[]): Promise<boolean> {
    return await this.killedDuring(moment, () => this.run(this.#pushArgs(args, {})));
  }

  /** Runs something that is killed; answers whether it came so far. */
  async killedDuring(moment: Moment, run: () => Promise<unknown>): Promise<boolean> {
    return await killedAt({ store: this.export, state: this.state }, moment, run);
  }

  /** A push during which the power is cut in the middle of the n-th record of the journal; answers whether it came so far. */
  async pushTornAt(nth: number, args: readonly string[], options: PushOptions = {}): Promise<boolean> {
    const place = { store: this.export, state: this.state };
    return await tornAt(place, nth, () => this.run(this.#pushArgs(args, options)));
  }

  /** A push during which the disk of the state is full from its n-th write (from 1) on. */
  async pushFullFrom(nth: number, args: readonly string[], options: PushOptions = {}): Promise<Ran> {
    return await fullFrom(this.state, nth, () => this.run(this.#pushArgs(args, options)));
  }

  follow(args: readonly string[], options: PushOptions = {}): Follower {
    const controller = new AbortController();
    const { context, stdout, stderr } = capturedTerminal('', {
      stdin: typeof options.stdin === 'object' ? options.stdin : new Readable({ read: () => undefined }),
      environment: { ...this.environment, ...options.environment },
      workingFolder: this.folder,
      signal: controller.signal,
    });
    let hangUp = (): void => undefined;
    context.onHangUp = (listener) => {
      hangUp = listener;
      return () => undefined;
    };
    const flags = ['--follow', '--flush-interval', '1s'];
    const ended = run(this.#pushArgs([...flags, ...args], options), context).then((code) =>
      asPushed({ code, stdout: stdout(), stderr: stderr() }),
    );
    ended.catch(() => undefined);
    const stop = async (): Promise<Pushed> => {
      controller.abort();
      return await ended;
    };
    this.#followers.push(stop);
    return { stop, ended, stderr, hangUp: () => hangUp() };
  }

  /** A reader takes all objects away; they count as delivered. */
  async take(): Promise<void> {
    if ((await filesBelow(this.export)).length === 0) return;
    const folder = this.path(`taken-${this.#taken.length}`);
    await rename(this.export, folder);
    this.#taken.push(folder);
  }

  /** A reader takes one object away: the first of those whose key holds this text. */
  async takeOne(text: string): Promise<void> {
    const key = (await folderStore(this.export).list()).find((key) => key.includes(text));
    if (key === undefined) throw new Error(`no object with ${text} in its key`);
    const folder = this.path(`taken-${this.#taken.length}`);
    await mkdir(dirname(join(folder, key)), { recursive: true });
    await rename(join(this.export, key), join(folder, key));
    this.#taken.push(folder);
  }

  /** Somebody empties the store: what was in it counts no longer. */
  async empty(): Promise<void> {
    await rm(this.export, { recursive: true, force: true });
  }

  /** The lines of all objects that were ever stored, those that readers took away too, with their folders. */
  async delivered({ oncePerKey = false } = {}): Promise<EventLine[]> {
    const lines: EventLine[] = [];
    const keys = new Set<string>();
    for (const folder of [this.export, ...this.#taken]) {
      const { objects, faults } = await readExport(folderStore(folder));
      expect(faults).toEqual([]);
      for (const { key, folder, content } of objects) {
        if (oncePerKey && keys.has(key)) continue;
        keys.add(key);
        for (const text of content.toString('utf8').split('\n').slice(0, -1)) lines.push({ text, folder });
      }
    }
    return lines;
  }

  /**
   * Each of these lines was stored exactly once, byte for byte, in the folder of its event time, and nothing else was. With
   * `oncePerKey` an object that was stored again after a reader took it counts once: that is what --reread does.
   */
  async expectExactly(
    lines: readonly EventLine[],
    { oncePerKey = false, when = '' }: { oncePerKey?: boolean; when?: string } = {},
  ): Promise<void> {
    expect(differences(lines, await this.delivered({ oncePerKey })), when).toEqual([]);
  }

  /** Waits until so many lines were stored. */
  async until(count: number): Promise<void> {
    const patienceMs = 15_000;
    const until = performance.now() + patienceMs;
    let stored = (await this.delivered({ oncePerKey: true })).length;
    while (stored < count && performance.now() < until) {
      await sleep(100);
      stored = (await this.delivered({ oncePerKey: true })).length;
    }
    expect(stored, `lines stored after ${patienceMs} ms`).toBeGreaterThanOrEqual(count);
  }

  /** Stops what a test that failed left running, and removes the folder. */
  async close(): Promise<void> {
    await Promise.allSettled(this.#followers.map((stop) => stop()));
    await rm(this.folder, { recursive: true, force: true });
  }

  /** What is in the state folder now. */
  async keepState(name: string): Promise<void> {
    await cp(this.state, this.path(name), { recursive: true });
  }

  /** Makes the state what it was when it was kept under this name. */
  async restoreState(name: string): Promise<void> {
    await rm(this.state, { recursive: true, force: true });
    await cp(this.path(name), this.state, { recursive: true });
  }

  #pushArgs(args: readonly string[], { to = this.#defaultTo }: PushOptions): string[] {
    return ['push', '--json', ...to, ...args];
  }
}

/** With a profile or without one: what is delivered is the same. */
export const places = [
  { given: 'without a profile', newPlace: () => Promise.resolve(new Place()) },
  { given: 'with a profile', newPlace: newProfilePlace },
] as const;

/** A place whose profile `acme` delivers to the export folder. */
export async function newProfilePlace(more: Readonly<Record<string, unknown>> = {}): Promise<Place> {
  const place = new Place(['--profile', 'acme']);
  await writeProfiles(place, { acme: { to: place.export, ...more } });
  return place;
}

export async function writeProfiles(
  place: Place,
  profiles: Readonly<Record<string, unknown>>,
): Promise<void> {
  await place.write('audit-export.json', JSON.stringify({ profiles }));
}

/** What a run says of its problems, without the words. */
export function problemsOf({ report }: Pushed): { kind: string; source: string }[] {
  return report.problems.map(({ kind, source }) => ({ kind, source }));
}

const shown = 8;

/** Lines that are not there exactly once, in their folder. */
function differences(expected: readonly EventLine[], found: readonly EventLine[]): string[] {
  const left = new Map<string, number>();
  const add = ({ folder, text }: EventLine, by: number): void => {
    const name = `${folder} ${text}`;
    left.set(name, (left.get(name) ?? 0) + by);
  };
  for (const line of expected) add(line, 1);
  for (const line of found) add(line, -1);
  const wrong = [...left].filter(([, count]) => count !== 0);
  const told = wrong
    .slice(0, shown)
    .map(([name, count]) => `${count > 0 ? 'missing' : 'doubled or not expected'}: ${name}`);
  return wrong.length > shown ? [...told, `… and ${wrong.length - shown} more lines`] : told;
}

function bytesOf(content: string | Buffer | readonly EventLine[]): string | Buffer {
  return typeof content === 'string' || Buffer.isBuffer(content) ? content : logOf(content);
}

function asPushed(ran: Ran): Pushed {
  let report: DeliveryReport;
  try {
    report = {
      waiting: [],
      problems: [],
      ...(JSON.parse(ran.stdout) as object),
    } as unknown as DeliveryReport;
  } catch {
    throw new Error(`no report: exit ${ran.code}\n${ran.stderr}\n${ran.stdout.slice(0, 2000)}`);
  }
  const { stdout, stderr, code } = ran;
  if (report.report !== 'push') throw new Error(`no push: exit ${code}\n${stderr}\n${stdout.slice(0, 2000)}`);
  expect(schemaErrors('push-report', report)).toEqual([]);
  expect({ code, balanced: report.balanced }, stderr).toEqual({ code: report.exitCode, balanced: true });
  return { ...ran, report };
}
