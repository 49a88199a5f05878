import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import type { Timer } from '../../src/ports/clock.ts';
import type { PushReport } from '../../src/core/accounting/push-report.ts';
import { promiseErrors } from '../fakes/json-schema.ts';
import { canShareProcess, isFreeFor, startInProcess } from './in-process.ts';
import { faultsOfCures } from './printed-cures.ts';
import type { Workspace } from './workspace.ts';

/** The program under test: the one that is built here, or an installed one that the environment names. */
export const program =
  process.env['AUDIT_EXPORT_TEST_PROGRAM'] ??
  fileURLToPath(new URL('../../bin/audit-export.js', import.meta.url));

const memoryProbe = new URL('./memory-probe.mjs', import.meta.url).href;

/** What the program reads; `open` leaves the pipe open, for the test to write to; nothing: an empty stdin. */
export type StdinOf = Buffer | AsyncIterable<Buffer> | 'open' | undefined;

export interface CliOptions {
  readonly stdin?: StdinOf;
  /**
   * Whether the program is started, where that is the point: it is killed, watched from outside, or is given what Node reads
   * itself. Else the command line runs in the process of the test.
   */
  readonly ownProcess?: boolean;
  /** What the program tells and waits by, in the process of the test; the machine's where it is not said. */
  readonly clock?: Timer;
  readonly environment?: Readonly<Record<string, string>>;
  /** Measure the highest RSS. */
  readonly measureMemory?: boolean;
  /** Flags for node itself. */
  readonly nodeFlags?: readonly string[];
  /** The program hangs if it takes longer, and is killed. */
  readonly timeoutMs?: number;
}

export interface CliRun {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly milliseconds: number;
}

/** A program under way, be it in a process of its own or not. */
export interface RunningProgram {
  readonly child: Pick<ChildProcess, 'kill' | 'stdin' | 'exitCode'>;
  /** What it has written to stderr so far. */
  readonly stderrSoFar: () => string;
  readonly ended: Promise<CliRun>;
}

export interface RunningCli extends RunningProgram {
  readonly child: RunningProgram['child'] & Partial<ChildProcess>;
}

/** An environment of the workspace alone: nothing of the machine's AWS settings or of the user's own files. */
export function environmentOf(workspace: Workspace): Record<string, string> {
  return {
    PATH: process.env['PATH'] ?? '',
    HOME: workspace.path('home'),
    XDG_STATE_HOME: workspace.path('state'),
    XDG_CONFIG_HOME: workspace.path('config'),
    TMPDIR: workspace.path('tmp'),
    AWS_EC2_METADATA_DISABLED: 'true',
  };
}

/** Starts `audit-export` in a workspace: in this process where nothing speaks against it. */
export function startCli(
  workspace: Workspace,
  args: readonly string[],
  options: CliOptions = {},
): RunningCli {
  const { stdin, timeoutMs = 60_000, clock } = options;
  if (needsProcess(options) || !isFreeFor(workspace.folder)) return startProgram(workspace, args, options);
  const environment = { ...environmentOf(workspace), ...options.environment };
  return startInProcess({ folder: workspace.folder, args, environment, stdin, timeoutMs, clock });
}

function needsProcess({ ownProcess, measureMemory, nodeFlags, environment = {} }: CliOptions): boolean {
  const isNamed = process.env['AUDIT_EXPORT_TEST_PROGRAM'] !== undefined;
  return (
    isNamed ||
    ownProcess === true ||
    measureMemory === true ||
    nodeFlags !== undefined ||
    !canShareProcess(environment)
  );
}

/** Starts the program in a process of its own. */
export function startProgram(
  workspace: Workspace,
  args: readonly string[],
  options: CliOptions = {},
): RunningProgram & { readonly child: ChildProcess } {
  const { stdin, environment = {}, nodeFlags = [], timeoutMs = 60_000 } = options;
  const probe = options.measureMemory === true ? ['--import', memoryProbe] : [];
  const startedMs = performance.now();
  const child = spawn(process.execPath, [...probe, ...nodeFlags, program, ...args], {
    cwd: workspace.folder,
    env: { ...environmentOf(workspace), AUDIT_EXPORT_E2E_PEAK: workspace.path('peak'), ...environment },
    stdio: [stdin === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
  });
  const stdout: Buffer[] = [];
  const stderr: Buffer[] = [];
  child.stdout?.on('data', (piece: Buffer) => stdout.push(piece));
  child.stderr?.on('data', (piece: Buffer) => stderr.push(piece));
  const textOf = (pieces: readonly Buffer[]): string => Buffer.concat(pieces).toString('utf8');
  feed(child, stdin);
  const ended = new Promise<CliRun>((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill('SIGKILL');
      reject(
        new Error(
          `audit-export ${args.join(' ')} hung for ${timeoutMs} ms\n${textOf(stderr)}${textOf(stdout)}`,
        ),
      );
    }, timeoutMs);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      clearTimeout(timer);
      const milliseconds = performance.now() - startedMs;
      resolve({ code, signal, stdout: textOf(stdout), stderr: textOf(stderr), milliseconds });
    });
  });
  ended.catch(() => undefined);
  return { child, stderrSoFar: () => textOf(stderr), ended };
}

/** A program that stops reading is its own affair: what can't be written to it is dropped. */
function feed(child: ChildProcess, stdin: CliOptions['stdin']): void {
  if (stdin === undefined || child.stdin === null) return;
  child.stdin.on('error', () => undefined);
  if (stdin === 'open') return;
  if (Buffer.isBuffer(stdin)) child.stdin.end(stdin);
  else pipeline(Readable.from(stdin, { objectMode: false }), child.stdin).catch(() => undefined);
}

/** Runs `audit-export` to its end. What it prints with --json has the shape that is promised for it, whatever a test looks at,
 * and each command of a cure is one that can be pasted. */
export async function runCli(
  workspace: Workspace,
  args: readonly string[],
  options: CliOptions = {},
): Promise<CliRun> {
  const run = await startCli(workspace, args, options).ended;
  if (args.includes('--json')) {
    const faults = faultsOfJson(run.stdout);
    if (faults.length > 0)
      throw new Error(`audit-export ${args.join(' ')}: ${faults.join('; ')}\n${run.stdout}`);
  }
  const faults = await faultsOfCures(run.stderr, args);
  if (faults.length > 0)
    throw new Error(`audit-export ${args.join(' ')}: ${faults.join('; ')}\n${run.stderr}`);
  return run;
}

/** Lines of JSON, and nothing, are no report. */
function faultsOfJson(stdout: string): string[] {
  try {
    return promiseErrors(JSON.parse(stdout) as object);
  } catch {
    return [];
  }
}

export interface PushRun extends CliRun {
  readonly report: PushReport;
}

/** Runs a command with `--json` and reads its report. Throws with all the output where there is none. */
export async function runForReport(
  workspace: Workspace,
  args: readonly string[],
  options: CliOptions = {},
): Promise<PushRun> {
  return withReport(await runCli(workspace, [...args, '--json'], options));
}

/** Reads the report of a run with `--json`. */
export function withReport(run: CliRun): PushRun {
  try {
    return { ...run, report: JSON.parse(run.stdout) as PushReport };
  } catch {
    throw new Error(`no report: exit ${run.code} ${run.signal}\n${run.stderr}\n${run.stdout.slice(0, 2000)}`);
  }
}

/** The highest RSS, in bytes, of the last run of the workspace that measured memory. */
export async function peakBytes(workspace: Workspace): Promise<number> {
  return Number(await readFile(workspace.path('peak'), 'utf8'));
}

/** Writes to an open stdin, and waits until the pipe has taken it. */
export async function writeTo({ child }: RunningCli, bytes: Buffer): Promise<void> {
  if (child.stdin?.write(bytes) === false) await once(child.stdin, 'drain');
}
