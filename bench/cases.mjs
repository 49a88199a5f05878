// @ts-check
/** What is measured: each case makes its input, runs its contenders and yields rows; what they are compared with comes first. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { compare, compareCommands } from './compare.mjs';
import { cli, contenders, gzip } from './contenders.mjs';
import { makeInput } from './make-input.mjs';

/** @typedef {import('./compare.mjs').Row} Row */
/** @typedef {import('./contenders.mjs').Contender} Contender */
/** @typedef {import('./start-sink.mjs').Sink} Sink */

/**
 * @typedef {object} Bench
 * @property {string} folder for inputs, which are kept
 * @property {number} mib
 * @property {number} days
 * @property {number} rounds
 * @property {string | undefined} only contenders whose name has this in it, besides gzip
 * @property {Sink} sink
 * @property {(name: string, round: number) => void} onRun
 */

/** @typedef {{ about: string, inputBytes: number, rows: Row[] }} Result */

/** @param {Bench} bench @param {import('./make-input.mjs').InputSpec} spec @param {string} about @returns {Promise<Result>} */
async function exportCase(bench, spec, about) {
  const input = await makeInput(spec, bench.folder);
  const here = contenders.filter(
    ({ name, version }) =>
      (name === gzip.name || bench.only === undefined || name.includes(bench.only)) &&
      version() !== undefined,
  );
  const rows = await compare(here, input, bench);
  return { about: `${about}: ${input.lines} lines`, inputBytes: input.bytes, rows };
}

/** @param {Bench} bench @returns {Promise<Result>} */
async function smallCase(bench) {
  const input = await makeInput({ lines: 1000, hours: 1 }, bench.folder);
  const empty = join(bench.folder, 'empty.mjs');
  const out = join(bench.folder, 'small-out');
  await writeFile(empty, '');
  await rm(out, { recursive: true, force: true });
  await mkdir(out);
  const node = process.execPath;
  let runs = 0;
  const medians = await compareCommands(
    {
      'an empty Node script': { program: node, args: [empty] },
      'audit-export --help': { program: node, args: [cli, '--help'] },
      'audit-export push, 1,000 lines to a folder': {
        program: node,
        // Folders of its own for each run: in the second, all would be there already.
        get args() {
          runs += 1;
          return [cli, 'push', input.file, '--to', join(out, `${runs}`), '--quiet'];
        },
        get env() {
          return { XDG_STATE_HOME: join(out, `state-${runs}`) };
        },
      },
    },
    bench.rounds * 5,
  );
  await rm(out, { recursive: true, force: true });
  return {
    about: 'start-up: 1,000 lines to a folder, and --help',
    inputBytes: input.bytes,
    rows: Object.entries(medians).map(([name, { wallS, cpuS, rssMb }]) => {
      return { name, version: '', wallS, cpuS, rssMb, objects: 0, storedBytes: 0, complete: true };
    }),
  };
}

/** Ten times the input and ten times the partitions, each against the same base. @param {Bench} bench @returns {Promise<Result>} */
async function linearCase(bench) {
  const push = contenders.filter(({ name }) => name === 'audit-export push');
  const mib = Math.max(1, Math.floor(bench.mib / 4));
  const specs = {
    [`${mib} MiB, 2 days`]: { mib, hours: 48 },
    [`${mib * 10} MiB, 2 days`]: { mib: mib * 10, hours: 48 },
    [`${mib} MiB, 20 days (10x the partitions)`]: { mib, hours: 480 },
  };
  /** @type {Row[]} */
  const rows = [];
  for (const [name, spec] of Object.entries(specs)) {
    const [row] = await compare(push, await makeInput(spec, bench.folder), bench);
    if (row !== undefined) rows.push({ ...row, name });
  }
  return { about: 'growth of push', inputBytes: mib * 2 ** 20, rows };
}

/** @type {Record<string, (bench: Bench) => Promise<Result>>} */
export const cases = {
  'two-days': (bench) =>
    exportCase(bench, { mib: bench.mib, hours: 48 }, `${bench.mib} MiB over 48 h, by type and hour`),
  'ninety-days': (bench) =>
    exportCase(
      bench,
      { mib: bench.mib, hours: bench.days * 24 },
      `${bench.mib} MiB over ${bench.days} days, by type and hour`,
    ),
  gib: (bench) => exportCase(bench, { mib: 1024, hours: 168 }, '1 GiB over 7 days, by type and hour'),
  small: smallCase,
  linear: linearCase,
};
