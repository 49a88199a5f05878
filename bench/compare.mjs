// @ts-check
/** Measures contenders side by side: a warm-up, then rounds in which each has its turn, and what each export holds. */
import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { addTallies, tallyLines } from './fingerprint.mjs';
import { measure, median } from './measure.mjs';

/** @typedef {import('./contenders.mjs').Contender} Contender */
/** @typedef {import('./make-input.mjs').Input} Input */
/** @typedef {import('./measure.mjs').Cost} Cost */
/** @typedef {import('./sink.mjs').SinkTally} SinkTally */
/** @typedef {import('./start-sink.mjs').Sink} Sink */

/**
 * @typedef {object} Row medians of one contender
 * @property {string} name
 * @property {string} version
 * @property {number} wallS
 * @property {number} cpuS
 * @property {number | undefined} rssMb
 * @property {number} objects
 * @property {number} storedBytes
 * @property {boolean} complete whether all lines came out, each once and unaltered, in every round
 */

/** What is in a folder of gzip files. @param {string} folder @returns {Promise<SinkTally>} */
async function tallyFolder(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => join(parentPath, name));
  const tallies = [];
  let bytes = 0;
  for (const file of files) {
    bytes += (await stat(file)).size;
    tallies.push(await tallyLines(createReadStream(file).pipe(createGunzip())));
  }
  return { objects: files.length, bytes, ...addTallies(tallies) };
}

/**
 * @param {Contender} contender
 * @param {Input} input
 * @param {Sink} sink
 * @returns {Promise<{ cost: Cost, tally: SinkTally }>}
 */
async function runOnce(contender, input, sink) {
  const folder = await mkdtemp(join(tmpdir(), 'audit-export-bench-'));
  try {
    const cost = await measure(contender.command({ input, endpoint: sink.url, folder }));
    const tally = contender.writesTo === 'sink' ? await sink.takeTally() : await tallyFolder(folder);
    return { cost, tally };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * @param {readonly Contender[]} contenders
 * @param {Input} input
 * @param {{ rounds: number, sink: Sink, onRun: (name: string, round: number) => void }} options round 0 is the warm-up
 * @returns {Promise<Row[]>}
 */
export async function compare(contenders, input, { rounds, sink, onRun }) {
  const runs = contenders.map((contender) => ({
    contender,
    costs: /** @type {Cost[]} */ ([]),
    tallies: /** @type {SinkTally[]} */ ([]),
  }));
  for (let round = 0; round <= rounds; round += 1) {
    for (const { contender, costs, tallies } of runs) {
      onRun(contender.name, round);
      const { cost, tally } = await runOnce(contender, input, sink);
      tallies.push(tally);
      if (round > 0) costs.push(cost);
    }
  }
  return runs.map(({ contender, costs, tallies }) => {
    const last = tallies.at(-1);
    return {
      name: contender.name,
      version: contender.version() ?? '',
      wallS: median(costs.map(({ wallS }) => wallS)),
      cpuS: median(costs.map(({ cpuS }) => cpuS)),
      rssMb: costs[0]?.rssMb === undefined ? undefined : median(costs.map(({ rssMb = 0 }) => rssMb)),
      objects: last.objects,
      storedBytes: last.bytes,
      complete: tallies.every(({ lines, sum }) => lines === input.lines && sum === input.sum),
    };
  });
}

/**
 * Runs commands in turn, without looking at what they write.
 * @param {Readonly<Record<string, import('./measure.mjs').Command>>} commands
 * @param {number} rounds
 * @returns {Promise<Record<string, Cost>>} medians
 */
export async function compareCommands(commands, rounds) {
  /** @type {Record<string, Cost[]>} */
  const costs = {};
  for (let round = 0; round <= rounds; round += 1) {
    for (const [name, command] of Object.entries(commands)) {
      const cost = await measure(command);
      if (round > 0) (costs[name] ??= []).push(cost);
    }
  }
  return Object.fromEntries(
    Object.entries(costs).map(([name, of]) => [
      name,
      {
        wallS: median(of.map(({ wallS }) => wallS)),
        cpuS: median(of.map(({ cpuS }) => cpuS)),
        rssMb: of[0]?.rssMb === undefined ? undefined : median(of.map(({ rssMb = 0 }) => rssMb)),
      },
    ]),
  );
}
