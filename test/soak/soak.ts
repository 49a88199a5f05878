import { createHash } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { PushReport } from '../../src/core/accounting/push-report.ts';
import type { FaultControl } from '../../src/ports/aws/emulator.ts';
import type { JournalRecord } from '../../src/ports/state/journal.ts';
import type { KnownFile } from '../../src/ports/sources/known-file.ts';
import type { CliOptions, CliRun, RunningCli } from '../e2e/run-cli.ts';
import { startCli } from '../e2e/run-cli.ts';
import type { Workspace } from '../e2e/workspace.ts';
import { filesBelow } from '../e2e/workspace.ts';
import type { LogWriter } from './log-writer.ts';
import type { SoakRecord } from './soak-record.ts';
import { seeded } from './log-writer.ts';

/** The programs that a soak has started: none outlives it, however it ends. */
export class Programs {
  readonly #started = new Set<RunningCli>();
  #isOver = false;

  /** Throws once the soak is over. */
  start(workspace: Workspace, args: readonly string[], options: CliOptions): RunningCli {
    if (this.#isOver) throw new Error('the soak is over');
    const run = startCli(workspace, args, { ...options, ownProcess: true });
    this.#started.add(run);
    void run.ended.finally(() => this.#started.delete(run));
    return run;
  }

  async end(): Promise<void> {
    this.#isOver = true;
    const left = [...this.#started];
    for (const { child } of left) child.kill('SIGKILL');
    await Promise.all(left.map(({ ended }) => ended));
  }
}

/** What a soak is about, and until when (epoch milliseconds). */
export interface Soak {
  workspace: Workspace;
  programs: Programs;
  environment: Readonly<Record<string, string>>;
  untilMs: number;
  seed: number;
  /** A number that changes with each PUT that the store sees. */
  puts: () => number;
  /** What happened, for whoever reads the result. */
  tally: Map<string, number>;
  /** Problems that runs told of. */
  problems: string[];
  record: SoakRecord;
  /** Resolves when the last line is written: not before are the last runs ended. */
  written: Promise<unknown>;
}

const idleMs = 8000;
const mostTurns = 30;

/** Each fault hits this share of the PUTs. */
const rate = 0.05;
const onPut = { service: 's3', operation: 'PutObject' };

/** All that S3 does on a bad day, at once; and beside it, now and then, an outage of access. */
export async function makeTrouble(faults: FaultControl, { untilMs, seed, tally }: Soak): Promise<void> {
  const constant = [
    { kind: 'error', status: 503, code: 'SlowDown' },
    { kind: 'error', status: 500, code: 'InternalError' },
    { kind: 'error', status: 409, code: 'ConditionalRequestConflict' },
    { kind: 'error-after', status: 500, code: 'InternalError' },
    { kind: 'reset' },
    { kind: 'reset-in-body', bytes: 20 },
    { kind: 'reset-after' },
    { kind: 'slow', ms: 200 },
  ] as const;
  for (const [index, fault] of constant.entries())
    faults.add({ ...fault, match: onPut, rate, seed: seed + index });
  const outages = [
    { kind: 'deny', forMs: 2000 },
    { kind: 'expired', forMs: 1500 },
    { kind: 'throttle', perSecond: 5, forMs: 3000 },
    { kind: 'no-answer', rate: 0.5, forMs: 1000 },
    { kind: 'clock-skew', ms: 3_600_000, forMs: 2000 },
  ] as const;
  const chance = seeded(seed);
  for (let turn = 0; Date.now() < untilMs; turn++) {
    const outage = outages[turn % outages.length];
    if (outage !== undefined) {
      const match = outage.kind === 'clock-skew' ? {} : { match: onPut };
      const id = faults.add({ ...outage, ...match, seed: turn });
      count(tally, outage.kind);
      await sleep(outage.forMs);
      faults.remove(id);
    }
    await sleep(Math.min(1000 + chance() * 4000, Math.max(0, untilMs - Date.now())));
  }
  faults.clear();
}

/** Writes to a log and rotates it, at most each `betweenMs`, until the time is over. */
export async function keepWriting(
  writer: LogWriter,
  { untilMs, seed, tally }: Soak,
  betweenMs: number,
): Promise<void> {
  const chance = seeded(seed);
  await writer.begin();
  for (let rotatedMs = Date.now(); Date.now() < untilMs;) {
    await writer.append(1 + Math.floor(chance() * 12));
    await sleep(20 + chance() * 60);
    if (Date.now() < rotatedMs + betweenMs * (1 + chance())) continue;
    const kind = await writer.rotate();
    if (kind !== undefined) count(tally, kind);
    rotatedMs = Date.now();
  }
}

/**
 * Waits until a journal knows the content that stands at a path now: its first line, or, where it is empty, that it was seen
 * empty there. Inodes alone say nothing: they are used again when a file is deleted. Says whether it came to that.
 */
export async function journalKnows(workspace: Workspace, path: string): Promise<boolean> {
  for (const untilMs = Date.now() + 60_000; Date.now() < untilMs; await sleep(300)) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return true;
    const [firstLine = ''] = (await readFile(path, 'utf8')).split('\n');
    const hash = createHash('sha256').update(firstLine).digest('hex').slice(0, 32);
    const isKnown = (await knownFiles(workspace)).some(
      (file) =>
        file.path === path &&
        file.inode === `${found.dev}:${found.ino}` &&
        (found.size === 0 ? file.head.bytes === 0 : file.firstLine.hash === hash),
    );
    if (isKnown) return true;
  }
  return false;
}

/** What all journals ever said of files. */
async function knownFiles(workspace: Workspace): Promise<KnownFile[]> {
  const folder = workspace.path('state');
  const journals = (await filesBelow(folder)).filter((file) => /destinations\/[^/]+\/journal/.test(file));
  const texts = journals.map((journal) => readFile(join(folder, journal), 'utf8').catch(() => ''));
  return (await Promise.all(texts)).flatMap((text) => filesIn(text));
}

function recordIn(line: string): JournalRecord | undefined {
  try {
    return JSON.parse(line.slice(line.indexOf('{'))) as JournalRecord;
  } catch {
    return undefined;
  }
}

/** What a journal says of files. It may be written while it is read: what is not a whole line says nothing. */
function filesIn(journal: string): KnownFile[] {
  return journal
    .split('\n')
    .slice(0, -1)
    .flatMap((line) => {
      const record = recordIn(line);
      if (record === undefined) return [];
      if (record.kind === 'begin')
        return record.batch.parts.flatMap((part) => (part.kind === 'file' ? [part.file] : []));
      return record.kind === 'owner' ? [] : (record.standing.files ?? []);
    });
}

/** Starts a command again and again, and kills most of its runs; the last one is left to its end. */
export async function runAndKill(name: string, args: readonly string[], soak: Soak): Promise<CliRun> {
  const chance = seeded(soak.seed);
  while (Date.now() < soak.untilMs) {
    const run = soak.programs.start(soak.workspace, args, {
      environment: soak.environment,
      timeoutMs: 600_000,
    });
    await Promise.race([
      sleep(Math.min(300 + chance() * 3000, Math.max(0, soak.untilMs - Date.now()))),
      run.ended,
    ]);
    run.child.kill('SIGKILL');
    await note(name, await run.ended, soak);
  }
  await soak.written;
  const last = soak.programs.start(soak.workspace, args, {
    environment: soak.environment,
    timeoutMs: 600_000,
  });
  return note(`${name}, last`, await last.ended, soak);
}

/** Follows, killed at random moments, stopped in order or told to reload at others. Answers with the last run. */
export async function followAndKill(name: string, args: readonly string[], soak: Soak): Promise<CliRun> {
  const chance = seeded(soak.seed);
  const start = (): RunningCli =>
    soak.programs.start(soak.workspace, args, { environment: soak.environment, timeoutMs: 7_200_000 });
  while (Date.now() < soak.untilMs) {
    const run = start();
    await sleep(Math.min(1000 + chance() * 9000, Math.max(0, soak.untilMs - Date.now())));
    const luck = chance();
    if (luck < 0.2) {
      run.child.kill('SIGHUP');
      await sleep(500);
    }
    run.child.kill(luck > 0.8 ? 'SIGTERM' : 'SIGKILL');
    await note(name, await run.ended, soak);
  }
  await soak.written;
  return finish(`${name}, last`, await stopWhenIdle(start(), soak.puts), args, soak);
}

/** Follows without being disturbed. `resident` gets its memory in bytes, about once a second. */
export async function followInPeace(
  name: string,
  args: readonly string[],
  soak: Soak,
  resident: number[],
): Promise<CliRun> {
  const run = soak.programs.start(soak.workspace, args, {
    environment: soak.environment,
    timeoutMs: 7_200_000,
  });
  while (Date.now() < soak.untilMs && run.child.exitCode === null) {
    const bytes = await residentBytes(run.child.pid ?? 0);
    if (bytes !== undefined) resident.push(bytes);
    await sleep(1000);
  }
  await soak.written;
  return finish(name, await stopWhenIdle(run, soak.puts), args, soak);
}

/** Gives it the time to read what was written last (no PUT for a while means that it has), and stops it in order. */
async function stopWhenIdle(run: RunningCli, puts: () => number): Promise<CliRun> {
  // On a busy machine it takes a while until it listens to signals.
  while (run.child.exitCode === null && !run.stderrSoFar().includes('Following')) await sleep(200);
  for (let turn = 0, before = -1; turn < mostTurns && before !== puts(); turn++) {
    before = puts();
    await sleep(idleMs);
  }
  run.child.kill('SIGTERM');
  return run.ended;
}

/** What was left when the time to drain was over, as on a busy machine, is delivered by the next run. */
async function finish(name: string, run: CliRun, args: readonly string[], soak: Soak): Promise<CliRun> {
  if (run.stdout === '') throw new Error(`${name}: no report, exit ${run.code} ${run.signal}\n${run.stderr}`);
  const { outcome } = JSON.parse(run.stdout) as PushReport;
  await note(`${name} ${outcome}`, run, soak);
  if (outcome !== 'interrupted') return run;
  const next = soak.programs.start(soak.workspace, args, {
    environment: soak.environment,
    timeoutMs: 600_000,
  });
  return finish(name, await stopWhenIdle(next, soak.puts), args, soak);
}

/** Linux only: undefined elsewhere. */
async function residentBytes(pid: number): Promise<number | undefined> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
  const kib = /^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1];
  return kib === undefined ? undefined : Number(kib) * 1024;
}

/**
 * Counts how a run ended, and keeps the problems that it told: there is none, whatever is killed and rotated when. But what a
 * push saw empty, and the next one finds rotated and compressed, can't be known again: that is told.
 */
async function note(
  name: string,
  run: CliRun,
  { tally, problems, record, workspace }: Soak,
): Promise<CliRun> {
  const { signal, code, stdout } = run;
  await record.note(name, run);
  count(tally, signal === null ? `${name}: exit ${code}` : `${name}: killed`);
  const report = stdout.trim() === '' ? {} : (JSON.parse(stdout) as Partial<PushReport>);
  for (const { kind, source, message } of report.problems ?? [])
    if (kind === 'missing' && (await wasEmpty(workspace, source))) count(tally, `${name}: empty, then gone`);
    else problems.push(`${name}: ${kind} ${source}: ${message}`);
  return run;
}

/** Whether nothing was ever seen in all that a journal misses of a path. */
async function wasEmpty(workspace: Workspace, path: string): Promise<boolean> {
  const lost = (await knownFiles(workspace)).filter(
    (file) => file.path === path && file.lostMs !== undefined,
  );
  return lost.length > 0 && lost.every(({ head }) => head.bytes === 0);
}

function count(tally: Map<string, number>, what: string): void {
  tally.set(what, (tally.get(what) ?? 0) + 1);
}
