import { Readable, Transform, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { onTestFinished } from 'vitest';
import { systemClock } from '../../src/adapters/system/system-clock.ts';
import type { runProcess, StoppingSignal, WholeProcess } from '../../src/cli/run-process.ts';
import type { Timer } from '../../src/ports/clock.ts';
import type { CliRun, RunningProgram, StdinOf } from './run-cli.ts';

/** As built, so that worker threads find their code, and once for all files that run in a worker of the tests. */
const built = new URL('../../dist/cli/run-process.js', import.meta.url).href;

/**
 * The variables that the program takes from what it is handed. Any other may be read by a library or by Node itself, and
 * wants a process of its own.
 */
const handedNames =
  /^(?:AUDIT_EXPORT_[A-Z_]+|SNOWFLAKE_[A-Z_]+|XDG_[A-Z_]+|HOME|PATH|TMPDIR|TERM|NO_COLOR|AWS_(?:REGION|DEFAULT_REGION|ACCESS_KEY_ID|SECRET_ACCESS_KEY|SESSION_TOKEN|MAX_ATTEMPTS|EC2_METADATA_DISABLED|ENDPOINT_URL(?:_[A-Z0-9]+)?)|JOB_COMPLETION_INDEX)$/;

/** Whether a run in this environment can be one of many in a process. */
export function canShareProcess(environment: Readonly<Record<string, string>>): boolean {
  return Object.entries(environment).every(([name, value]) => value !== '' && handedNames.test(name));
}

/** One run in this process: whose folder it is, and what it is given. */
export interface RunRequest {
  readonly folder: string;
  readonly args: readonly string[];
  readonly environment: Readonly<Record<string, string>>;
  readonly stdin: StdinOf;
  readonly timeoutMs: number;
  readonly clock?: Timer | undefined;
}

/** Names on the command line are relative to the folder of the process, of which there is one. */
const folders = { before: '', current: '', runs: new Set<object>() };

/** Whether the process is free for a run in this folder: others may run there, and nowhere else. */
export function isFreeFor(folder: string): boolean {
  return folders.runs.size === 0 || folders.current === folder;
}

/** Makes it the folder of the process; answers with what ends that. */
function enter(folder: string): () => void {
  if (folders.runs.size === 0) folders.before = process.cwd();
  const run = {};
  folders.runs.add(run);
  folders.current = folder;
  process.chdir(folder);
  return () => {
    if (folders.runs.delete(run) && folders.runs.size === 0) process.chdir(folders.before);
  };
}

/** Runs a command line in this process, with streams, signals, clock and environment of its own. */
export function startInProcess({
  folder,
  args,
  environment,
  stdin,
  timeoutMs,
  clock = systemClock,
}: RunRequest): RunningProgram {
  const written = { stdout: collector(), stderr: collector() };
  const listeners: { stop?: (name: StoppingSignal) => void; hangUp: Set<() => void> } = { hangUp: new Set() };
  const input = inputOf(stdin);
  const startedMs = performance.now();
  const handed: WholeProcess = {
    stdin: input,
    stdout: written.stdout.stream,
    stderr: written.stderr.stream,
    environment,
    workingFolder: folder,
    clock,
    version: '0.0.0',
    onStop: (listener) => {
      listeners.stop = listener;
    },
    onHangUp: (listener) => {
      listeners.hangUp.add(listener);
      return () => listeners.hangUp.delete(listener);
    },
  };
  const resultOf = (code: number): CliRun => ({
    code,
    signal: null,
    stdout: written.stdout.text(),
    stderr: written.stderr.text(),
    milliseconds: performance.now() - startedMs,
  });
  const state: { exitCode: number | null } = { exitCode: null };
  const leave = enter(folder);
  const ended = runBuilt(args, handed)
    .finally(leave)
    .then((code) => {
      state.exitCode = code;
      return resultOf(code);
    });
  // What a test that failed has left running is in nobody's way.
  whenTestEnds(() => {
    listeners.stop?.('SIGTERM');
    leave();
  });
  const child: RunningProgram['child'] = {
    stdin: stdin === 'open' ? (input as Pipe) : null,
    get exitCode() {
      return state.exitCode;
    },
    kill: (name) => {
      if (name === 'SIGHUP') for (const listener of listeners.hangUp) listener();
      else if (name === 'SIGINT' || name === 'SIGTERM') listeners.stop?.(name);
      else throw new Error(`${name} needs ownProcess: true`);
      return true;
    },
  };
  const told = (): string => written.stderr.text() + written.stdout.text();
  return {
    child,
    stderrSoFar: written.stderr.text,
    ended: within(timeoutMs, ended, () => {
      listeners.stop?.('SIGTERM');
      leave();
      return `audit-export ${args.join(' ')} hung for ${timeoutMs} ms\n${told()}`;
    }),
  };
}

async function runBuilt(args: readonly string[], handed: WholeProcess): Promise<number> {
  const loaded = (await import(built)) as { runProcess: typeof runProcess };
  return loaded.runProcess(args, handed);
}

function whenTestEnds(act: () => void): void {
  try {
    onTestFinished(act);
  } catch {
    // A hook that prepares the tests of a file waits for what it runs.
  }
}

function collector(): { stream: Writable; text: () => string } {
  const pieces: Buffer[] = [];
  const stream = new Writable({
    decodeStrings: true,
    write: (piece: Buffer, _, done) => {
      pieces.push(Buffer.from(piece));
      done();
    },
  });
  return { stream, text: () => Buffer.concat(pieces).toString('utf8') };
}

function inputOf(stdin: StdinOf): Readable {
  if (stdin === undefined) return Readable.from([]);
  const pipe = new Pipe({ highWaterMark: pipeBytes });
  if (Buffer.isBuffer(stdin)) pipe.end(stdin);
  else if (stdin !== 'open')
    pipeline(Readable.from(stdin, { objectMode: false }), pipe).catch(() => undefined);
  return pipe;
}

/** A pipe of Linux gives no more at once (pipe(7), "Pipe capacity"). */
const pipeBytes = 65_536;

/** Gives what is written in the pieces in which a pipe gives it. */
class Pipe extends Transform {
  override _transform(bytes: Buffer, _: BufferEncoding, done: () => void): void {
    for (let at = 0; at < bytes.length; at += pipeBytes) this.push(bytes.subarray(at, at + pipeBytes));
    done();
  }
}

function within<T>(ms: number, promise: Promise<T>, complain: () => string): Promise<T> {
  const limited = new Promise<T>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(complain())), ms);
    promise.then(resolve, reject).finally(() => clearTimeout(timer));
  });
  limited.catch(() => undefined);
  return limited;
}
