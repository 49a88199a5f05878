// @ts-check
/**
 * The bench: `npm run bench -- [options]`. Runs `push` from dist/ and, in turn, `gzip -6` of the same bytes and every
 * peer that is installed; prints medians. Nothing leaves the machine.
 */
import { mkdir } from 'node:fs/promises';
import { availableParallelism, cpus, release, tmpdir, type } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { cases } from './cases.mjs';
import { renderResult } from './render.mjs';
import { startSink } from './start-sink.mjs';

const HELP = `npm run bench -- [options]

  --case LIST      ${Object.keys(cases).join(', ')} (two-days,small)
  --mib N          size of the input of two-days and ninety-days; a quarter of it for linear (200)
  --days N         days of ninety-days (90)
  --rounds N       rounds after the warm-up (3)
  --only TEXT      of the contenders, those with TEXT in their name, and gzip
  --folder FOLDER  where inputs are made and kept for the next time (a folder in TMPDIR)
  --json           print JSON
`;

const { values } = parseArgs({
  options: {
    case: { type: 'string', default: 'two-days,small' },
    mib: { type: 'string', default: '200' },
    days: { type: 'string', default: '90' },
    rounds: { type: 'string', default: '3' },
    only: { type: 'string' },
    folder: { type: 'string', default: join(tmpdir(), 'audit-export-bench-data') },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', short: 'h', default: false },
  },
});

/** @param {'mib' | 'days' | 'rounds'} name @returns {number} */
function count(name) {
  const value = Number(values[name]);
  if (!Number.isInteger(value) || value < 1)
    throw new RangeError(`--${name} ${values[name]} is no whole number`);
  return value;
}

async function main() {
  const sink = await startSink();
  try {
    await mkdir(values.folder, { recursive: true });
    const bench = {
      folder: values.folder,
      mib: count('mib'),
      days: count('days'),
      rounds: count('rounds'),
      only: values.only,
      sink,
      onRun: (/** @type {string} */ name, /** @type {number} */ round) => {
        process.stderr.write(`${round === 0 ? 'warm-up' : `round ${round}`}: ${name}\n`);
      },
    };
    const machine = {
      date: new Date().toISOString().slice(0, 10),
      cores: availableParallelism(),
      cpu: cpus()[0]?.model ?? '',
      system: `${type()} ${release()}`,
      node: process.versions.node,
    };
    /** @type {Record<string, import('./cases.mjs').Result>} */
    const results = {};
    for (const name of values.case.split(',')) {
      const run = cases[name];
      if (run === undefined) throw new RangeError(`--case: there is no ${name}\n\n${HELP}`);
      results[name] = await run(bench);
      if (!values.json) process.stdout.write(renderResult(name, results[name]));
    }
    const about = `${machine.date}, ${machine.cores} cores (${machine.cpu}), ${machine.system}, Node ${machine.node}\n`;
    process.stdout.write(values.json ? `${JSON.stringify({ machine, results }, undefined, 2)}\n` : about);
    const broken = Object.values(results).flatMap(({ rows }) => rows.filter(({ complete }) => !complete));
    for (const { name } of broken) process.stderr.write(`${name}: lines out differ from lines in\n`);
    if (broken.length > 0) process.exitCode = 1;
  } finally {
    sink.close();
  }
}

if (values.help) process.stdout.write(HELP);
else {
  try {
    await main();
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 2;
  }
}
