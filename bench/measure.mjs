// @ts-check
/** Runs a program and measures what it and all its children cost. */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';

/**
 * @typedef {object} Command
 * @property {string} program
 * @property {readonly string[]} args
 * @property {Readonly<Record<string, string>>} [env] added to the environment
 * @property {string} [stdoutFile]
 */

/**
 * @typedef {object} Cost
 * @property {number} wallS
 * @property {number} cpuS user and system, of the whole process tree
 * @property {number | undefined} rssMb peak of the largest single process, in 10^6 bytes; unknown without GNU time
 */

const { stdout = '', stderr = '' } = spawnSync('/usr/bin/time', ['--version'], { encoding: 'utf8' });
const hasGnuTime = `${stdout}${stderr}`.includes('GNU');

/** GNU time gives CPU and memory; without it, the shell's own `time` gives CPU. @param {string} report */
function wrapped(report) {
  return hasGnuTime
    ? { program: '/usr/bin/time', before: ['--quiet', '-o', report, '-f', '%U %S %M'] }
    : {
        program: 'bash',
        before: ['-c', 'TIMEFORMAT="%U %S"; { time "$@" 2>&3; } 3>&2 2> "$0"', report],
      };
}

/**
 * @param {Command} command
 * @param {string} report where the shell or GNU time writes what was used
 * @returns {Promise<{ wallS: number, code: number, said: string }>}
 */
async function run({ program, args, env, stdoutFile }, report) {
  const { program: wrapper, before } = wrapped(report);
  const stdout = stdoutFile === undefined ? undefined : await open(stdoutFile, 'w');
  try {
    const startedMs = performance.now();
    const child = spawn(wrapper, [...before, program, ...args], {
      env: { ...process.env, ...env },
      stdio: ['ignore', stdout?.fd ?? 'ignore', 'pipe'],
    });
    let said = '';
    child.stderr?.on('data', (piece) => {
      said = `${said}${piece}`.slice(-2000);
    });
    const [code] = await once(child, 'close');
    return { wallS: (performance.now() - startedMs) / 1000, code, said };
  } finally {
    await stdout?.close();
  }
}

/** Runs to the end. Throws if the exit code is not 0. @param {Command} command @returns {Promise<Cost>} */
export async function measure(command) {
  const report = join(tmpdir(), `audit-export-bench-${process.pid}-${Math.trunc(performance.now())}`);
  try {
    const { wallS, code, said } = await run(command, report);
    if (code !== 0) throw new Error(`${command.program} ${command.args.join(' ')}: exit ${code}\n${said}`);
    const [user = 0, system = 0, rssKib] = (await readFile(report, 'utf8')).trim().split(/\s+/).map(Number);
    return { wallS, cpuS: user + system, rssMb: rssKib === undefined ? undefined : (rssKib * 1024) / 1e6 };
  } finally {
    await rm(report, { force: true });
  }
}

/** @param {readonly number[]} values at least one @returns {number} */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
  const lower = sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
  return (lower + upper) / 2;
}
