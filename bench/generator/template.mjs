// @ts-check
/**
 * Lines with gaps. Building an event as JSON costs tens of microseconds; copying its bytes and filling the few fields
 * that differ costs one. A gap is written into the event as `{{name:argument}}`, has a fixed width, and is filled when
 * a line is rendered.
 */
import { toCalendar } from './calendar.mjs';

/** @typedef {import('./random.mjs').Random} Random */
/** @typedef {{ offset: number, kind: number, argument: number }} Gap */
/** @typedef {{ bytes: Buffer, gaps: Gap[] }} Template */
/** @typedef {{ timeMs: number, sequence: number, random: Random }} Moment what a line's gaps are filled from */

const GUID = 0;
const GUID_UPPER = 1;
const HEX = 2;
const DIGITS = 3;
const SEQUENCE = 4;
const EPOCH = 5;
const ISO = 6;
const NINE_DIGITS_Z = 7;
const NINE_FINE_DIGITS_Z = 8;
const EIGHT_DIGITS_OFFSET = 9;
const MONTH = 10;

/**
 * Name of a gap → its kind and its width in bytes, which may depend on its argument.
 * @type {Record<string, { kind: number, width: (argument: number) => number }>}
 */
const GAP_KINDS = {
  guid: { kind: GUID, width: () => 36 },
  guidUpper: { kind: GUID_UPPER, width: () => 36 },
  hex: { kind: HEX, width: (digits) => digits },
  digits: { kind: DIGITS, width: (digits) => digits },
  sequence: { kind: SEQUENCE, width: () => 9 },
  epoch: { kind: EPOCH, width: () => 13 },
  iso: { kind: ISO, width: () => 24 },
  nineDigitsZ: { kind: NINE_DIGITS_Z, width: () => 30 },
  nineFineDigitsZ: { kind: NINE_FINE_DIGITS_Z, width: () => 30 },
  eightDigitsOffset: { kind: EIGHT_DIGITS_OFFSET, width: () => 34 },
  month: { kind: MONTH, width: () => 4 },
};

/**
 * @param {string} name of GAP_KINDS
 * @param {number} [argument] a number of digits, or milliseconds to add to the event time
 * @returns {string} a gap inside a JSON string
 */
export function gap(name, argument = 0) {
  return `{{${name}:${argument}}}`;
}

/**
 * @param {string} name of GAP_KINDS
 * @param {number} [argument]
 * @returns {string} a gap that stands for a JSON number: its quotes go away
 */
export function numberGap(name, argument = 0) {
  return `{{=${name}:${argument}}}`;
}

/**
 * @param {unknown} event JSON value with gaps
 * @returns {Template} its line, closed by LF
 */
export function compileTemplate(event) {
  const text = JSON.stringify(event);
  const pattern = /"\{\{=(\w+):(-?\d+)\}\}"|\{\{(\w+):(-?\d+)\}\}/gu;
  /** @type {Gap[]} */
  const gaps = [];
  let line = '';
  let end = 0;
  for (const match of text.matchAll(pattern)) {
    const name = match[1] ?? match[3] ?? '';
    const argument = Number(match[2] ?? match[4]);
    const known = GAP_KINDS[name];
    if (known === undefined) throw new RangeError(`unknown gap "${name}"`);
    line += text.slice(end, match.index);
    gaps.push({ offset: Buffer.byteLength(line), kind: known.kind, argument });
    line += '0'.repeat(known.width(argument));
    end = match.index + match[0].length;
  }
  return { bytes: Buffer.from(`${line}${text.slice(end)}\n`), gaps };
}

/**
 * Copies the line to `target` and fills its gaps.
 * @param {Template} template
 * @param {Buffer} target with `template.bytes.length` bytes of room
 * @param {number} offset
 * @param {Moment} moment
 */
export function renderLine(template, target, offset, moment) {
  target.set(template.bytes, offset);
  for (const { offset: within, kind, argument } of template.gaps) {
    const at = offset + within;
    if (kind <= DIGITS) fillByChance(target, at, { kind, argument, random: moment.random });
    else if (kind === SEQUENCE) writeDigits(target, at, { value: 100_000_000 + moment.sequence, width: 9 });
    else fillByTime(target, at, { kind, timeMs: moment.timeMs + argument, random: moment.random });
  }
}

const HEX_LOWER = Buffer.from('0123456789abcdef');
const HEX_UPPER = Buffer.from('0123456789ABCDEF');

/** @param {Buffer} target @param {number} at @param {{ kind: number, argument: number, random: Random }} gap */
function fillByChance(target, at, { kind, argument, random }) {
  if (kind === GUID) writeGuid(target, at, { digits: HEX_LOWER, random });
  else if (kind === GUID_UPPER) writeGuid(target, at, { digits: HEX_UPPER, random });
  else if (kind === HEX) writeHex(target, at, { digits: HEX_LOWER, width: argument, random });
  else {
    // A JSON number has no leading zero.
    for (let digit = 0; digit < argument; digit += 1) {
      target[at + digit] = digit === 0 ? 49 + random.below(9) : 48 + random.below(10);
    }
  }
}

/** @param {Buffer} target @param {number} at @param {{ digits: Buffer, width: number, random: Random }} hex */
function writeHex(target, at, { digits, width, random }) {
  let bits = 0;
  for (let digit = 0; digit < width; digit += 1) {
    if ((digit & 7) === 0) bits = random.next();
    target[at + digit] = /** @type {number} */ (digits[bits & 15]);
    bits >>>= 4;
  }
}

/** A random (version 4) UUID, RFC 9562. @param {Buffer} target @param {number} at @param {{ digits: Buffer, random: Random }} guid */
function writeGuid(target, at, { digits, random }) {
  writeHex(target, at, { digits, width: 36, random });
  target[at + 8] = 45;
  target[at + 13] = 45;
  target[at + 14] = 52;
  target[at + 18] = 45;
  target[at + 19] = /** @type {number} */ (digits[8 + random.below(4)]);
  target[at + 23] = 45;
}

/** @param {Buffer} target @param {number} at @param {{ kind: number, timeMs: number, random: Random }} time */
function fillByTime(target, at, { kind, timeMs, random }) {
  if (kind === EPOCH) {
    writeDigits(target, at, { value: timeMs, width: 13 });
    return;
  }
  const calendar = toCalendar(timeMs);
  if (kind === MONTH) {
    writeDigits(target, at, { value: (calendar.year - 1900) * 12 + calendar.month - 1, width: 4 });
    return;
  }
  writeToSecond(target, at, calendar);
  if (kind === ISO) {
    target[at + 10] = 84;
    writeDigits(target, at + 20, { value: calendar.ms, width: 3 });
    target[at + 23] = 90;
    return;
  }
  const fine = kind === NINE_FINE_DIGITS_Z ? random.below(1_000_000) : 0;
  writeDigits(target, at + 20, { value: calendar.ms * 1_000_000 + fine, width: 9 });
  if (kind === EIGHT_DIGITS_OFFSET) target.write(' +0000', at + 28, 'latin1');
  else target[at + 29] = 90;
}

/** Writes `YYYY-MM-DD HH:MM:SS.`. @param {Buffer} target @param {number} at @param {import('./calendar.mjs').Calendar} calendar */
function writeToSecond(target, at, calendar) {
  writeDigits(target, at, { value: calendar.year, width: 4 });
  target[at + 4] = 45;
  writeDigits(target, at + 5, { value: calendar.month, width: 2 });
  target[at + 7] = 45;
  writeDigits(target, at + 8, { value: calendar.day, width: 2 });
  target[at + 10] = 32;
  writeDigits(target, at + 11, { value: calendar.hour, width: 2 });
  target[at + 13] = 58;
  writeDigits(target, at + 14, { value: calendar.minute, width: 2 });
  target[at + 16] = 58;
  writeDigits(target, at + 17, { value: calendar.second, width: 2 });
  target[at + 19] = 46;
}

/** @param {Buffer} target @param {number} at @param {{ value: number, width: number }} number */
function writeDigits(target, at, { value, width }) {
  let rest = value;
  for (let digit = width - 1; digit >= 0; digit -= 1) {
    const tenth = Math.floor(rest / 10);
    target[at + digit] = 48 + (rest - tenth * 10);
    rest = tenth;
  }
}
