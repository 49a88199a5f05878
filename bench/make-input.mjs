// @ts-check
/** The data of the bench: generated once, in a folder of its own, and kept for the next run. */
import { createReadStream, createWriteStream, existsSync } from 'node:fs';
import { mkdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { tallyLines } from './fingerprint.mjs';
import { generateEvents } from './generator/events.mjs';

/** @typedef {import('./fingerprint.mjs').Tally} Tally */
/** @typedef {{ mib?: number, lines?: number, hours: number, order?: 'time' | 'random' }} InputSpec */
/** @typedef {Tally & { file: string, bytes: number }} Input */

/**
 * @param {InputSpec} spec
 * @param {string} folder
 * @returns {Promise<Input>}
 */
export async function makeInput({ mib, lines, hours, order = 'time' }, folder) {
  await mkdir(folder, { recursive: true });
  const size = mib === undefined ? { lines: lines ?? 1000 } : { bytes: mib * 2 ** 20 };
  const file = join(
    folder,
    `events-${mib === undefined ? `${lines}-lines` : `${mib}MiB`}-${hours}h-${order}.jsonl`,
  );
  const tallyFile = `${file}.tally.json`;
  if (!existsSync(tallyFile)) {
    await pipeline(
      Readable.from(generateEvents({ ...size, hours, order }), { objectMode: false }),
      createWriteStream(`${file}.part`),
    );
    await rename(`${file}.part`, file);
    await writeFile(tallyFile, JSON.stringify(await tallyLines(createReadStream(file))));
  }
  return { file, bytes: (await stat(file)).size, ...JSON.parse(await readFile(tallyFile, 'utf8')) };
}
