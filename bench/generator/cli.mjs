// @ts-check
/** Writes generated events to standard output: `node bench/generator/cli.mjs --lines 1000 > events.jsonl`. */
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { parseArgs } from 'node:util';
import { AUDIT_TYPES, DAMAGES, describeEvents, generateEvents } from './events.mjs';

/** @typedef {import('./events.mjs').AuditType} AuditType */
/** @typedef {import('./events.mjs').Damage} Damage */
/** @typedef {import('./events.mjs').GeneratorOptions} GeneratorOptions */

const HELP = `node bench/generator/cli.mjs (--lines N | --bytes SIZE) [options] > FILE

  --seed N           same seed, same bytes (1)
  --lines N          how many lines, damaged ones included
  --bytes SIZE       as many whole lines as fit: 5000000, 200MiB, 1GiB, 10MB
  --from TIME        start of the range of event times, ISO 8601 in UTC (2026-09-01T00:00:00Z)
  --hours N          length of the range (48)
  --types LIST       audit types, or shares as query=8,alert=1: ${AUDIT_TYPES.join(', ')} (all)
  --late SHARE       events that are hours or days late, 0 to 1 (0)
  --damage SHARE     damaged lines, 0 to 1 (0)
  --damages LIST     the kinds of damage: ${DAMAGES.join(', ')} (all but too-long)
  --place LIST       exactly one line of each of these kinds of damage, needs --lines
  --order ORDER      time or random (time)
  --too-long SIZE    a too-long line has one byte more than this (16MiB)
  --describe FILE    write what must become of each line there, as JSON lines
`;

const OPTIONS = /** @type {const} */ ({
  seed: { type: 'string' },
  lines: { type: 'string' },
  bytes: { type: 'string' },
  from: { type: 'string' },
  hours: { type: 'string' },
  types: { type: 'string' },
  late: { type: 'string' },
  damage: { type: 'string' },
  damages: { type: 'string' },
  place: { type: 'string' },
  order: { type: 'string' },
  'too-long': { type: 'string' },
  describe: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
});

/** @typedef {Partial<Record<Exclude<keyof typeof OPTIONS, 'help'>, string>>} Flags */

/** @type {Record<string, number>} */
const UNITS = { '': 1, B: 1, kB: 1e3, MB: 1e6, GB: 1e9, KiB: 2 ** 10, MiB: 2 ** 20, GiB: 2 ** 30 };

/** @param {string} text @returns {number} bytes */
function parseSize(text) {
  const match = /^(\d+(?:\.\d+)?)([A-Za-z]*)$/u.exec(text);
  const unit = UNITS[match?.[2] ?? ''];
  if (match === null || unit === undefined) throw new RangeError(`no size: "${text}"`);
  return Math.floor(Number(match[1]) * unit);
}

/** @param {string} text @returns {number} */
function parseNumber(text) {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) throw new RangeError(`no number: "${text}"`);
  return value;
}

/** @param {string} text @returns {number} epoch milliseconds */
function parseTime(text) {
  const time = /Z$|[+-]\d\d:\d\d$/u.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(time)) throw new RangeError(`no ISO 8601 time with its offset: "${text}"`);
  return time;
}

/** @param {string} text @returns {readonly AuditType[] | Partial<Record<AuditType, number>>} */
function parseTypes(text) {
  const names = text.split(',');
  if (!text.includes('=')) return names.map((name) => oneOf(name, AUDIT_TYPES));
  return Object.fromEntries(
    names.map((pair) => {
      const [name = '', share = ''] = pair.split('=');
      return [oneOf(name, AUDIT_TYPES), parseNumber(share)];
    }),
  );
}

/** @template {string} T @param {string} name @param {readonly T[]} names @returns {T} */
function oneOf(name, names) {
  const known = names.find((candidate) => candidate === name);
  if (known === undefined) throw new RangeError(`"${name}" is none of ${names.join(', ')}`);
  return known;
}

/** @param {string} text @returns {Damage[]} */
const parseDamages = (text) => text.split(',').map((name) => oneOf(name, DAMAGES));

/** Flag → the generator's option. @type {Array<[keyof Flags, keyof GeneratorOptions, (text: string) => unknown]>} */
const TRANSLATION = [
  ['seed', 'seed', parseNumber],
  ['lines', 'lines', parseNumber],
  ['bytes', 'bytes', parseSize],
  ['from', 'fromMs', parseTime],
  ['hours', 'hours', parseNumber],
  ['types', 'types', parseTypes],
  ['late', 'late', parseNumber],
  ['damage', 'damage', parseNumber],
  ['damages', 'damages', parseDamages],
  ['place', 'place', parseDamages],
  ['order', 'order', (text) => oneOf(text, ['time', 'random'])],
  ['too-long', 'tooLongBytes', parseSize],
];

/** @param {Flags} flags @returns {GeneratorOptions} */
function toOptions(flags) {
  return Object.fromEntries(
    TRANSLATION.flatMap(([flag, option, parse]) => {
      const text = flags[flag];
      return text === undefined ? [] : [[option, parse(text)]];
    }),
  );
}

/** @param {import('node:stream').Writable} stream @param {string | Buffer} data */
async function write(stream, data) {
  if (!stream.write(data)) await once(stream, 'drain');
}

/** @param {GeneratorOptions} options @param {string} path where the expectations go */
async function writeDescribed(options, path) {
  const descriptions = createWriteStream(path);
  for (const { bytes, expectations } of describeEvents(options)) {
    await write(process.stdout, bytes);
    await write(descriptions, expectations.map((expectation) => `${JSON.stringify(expectation)}\n`).join(''));
  }
  descriptions.end();
  await once(descriptions, 'finish');
}

/** @param {string[]} args */
async function main(args) {
  const { values } = parseArgs({ args, options: OPTIONS });
  const { help, ...flags } = values;
  if (help === true) {
    await write(process.stdout, HELP);
    return;
  }
  const options = toOptions(flags);
  if (flags.describe === undefined) {
    for (const bytes of generateEvents(options)) await write(process.stdout, bytes);
  } else {
    await writeDescribed(options, flags.describe);
  }
}

process.stdout.on('error', (error) => {
  // The reader has had enough (`| head`).
  if ('code' in error && error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 2;
}
